"""Reading single elements, any of which may not be there yet.

Each method either returns the whole element or raises `NeedMore`, after noting how far it came: the next call goes on
there and looks at new bytes only.
"""

from __future__ import annotations

from typing import Any, NoReturn

from dissgen_runtime.budgets import Budgeted
from dissgen_runtime.errors import FOUND_LIMIT, ErrorKind, ParseError
from dissgen_runtime.events import Direction
from dissgen_runtime.fixed import Fixed
from dissgen_runtime.limits import Limits
from dissgen_runtime.tokens import Terminator, Token
from dissgen_runtime.varints import BROKEN, EXPECTED, VarintReader

IDLE = -2  # no token is being scanned
ANY = "*"  # the field of a value that is converted wherever it goes


def octets(size: int) -> str:
    """So many bytes, in words."""
    return "1 byte" if size == 1 else f"{size} bytes"


class NeedMore(Exception):
    """The element goes on behind the bytes that are there."""


class Elements(Budgeted):
    """Tokens, sizes, searches and look-ahead on the bytes of one direction."""

    __slots__ = (
        "_accept",
        "_carry",
        "_fresh",
        "_piece",
        "_piece_start",
        "_scanned",
        "_scanning",
        "_state",
        "decoded",
        "examined",
        "floor",
        "limits",
    )

    def __init__(self, direction: Direction, limits: Limits) -> None:
        super().__init__(direction)
        self.limits = limits
        self.floor = 0  # the message's first byte, plus what of it is not kept: what counts for the limit begins here
        # The element in progress: automaton state, bytes looked at, last accepting place, piece that is looked at.
        self._state = IDLE
        self._scanned = 0
        self._scanning = ""
        self._accept = -1
        self._piece = -1
        self._piece_start = 0
        self._carry = b""
        self._fresh = True
        # where the last value began that is not as long as the bytes that were read, and ended; its field
        self.decoded: tuple[int, int, str | None] = (0, 0, None)
        self.examined = 0  # behind the byte that made the last element that failed impossible

    @property
    def reach(self) -> int:
        """Where in `data` a scan of a message has to end: at most so many bytes behind its beginning as it may have."""
        return min(len(self.data), self.pos + self.limits.message)

    def _reset_element(self) -> None:
        super()._reset_element()
        self._state = IDLE
        self._fresh = True

    def fail(
        self,
        kind: ErrorKind,
        field: str | None,
        expected: str,
        *,
        size: int = 0,
        offset: int | None = None,
    ) -> NoReturn:
        """Raise the ParseError of the element at `offset` (default: here) that `size` bytes have made impossible."""
        at = self.offset if offset is None else offset
        if (
            kind == "value"
            and offset is not None
            and self.decoded[1] == self.offset
            and self.decoded[2] in (field, ANY)
        ):
            at, size = self.decoded[0], self.decoded[1] - self.decoded[0]
        self.examined = at + size
        self._reset_element()
        if self.pending:
            self.data = b"".join((self.data, *self.pending))
            self.pending = []
            self.pending_size = 0
        begin = at - self.base
        found = self.data[max(begin, begin + size - FOUND_LIMIT) : begin + size] if begin >= 0 else b""
        raise ParseError(kind, "", field, at, expected, found)

    def _check_message(self, extent: int, field: str | None) -> None:
        limit = self.limits.message
        if extent - self.floor > limit:
            size = self.floor + limit + 1 - self.offset
            self.fail("limit", field, f"a message of at most {limit} bytes", size=size)

    def _next_piece(self) -> bytes:
        """The piece to look at: the data, then each pending one. Raises NeedMore behind the last."""
        if self._piece < 0:
            return self.data
        if self._piece < len(self.pending):
            return self.pending[self._piece]
        raise NeedMore

    def _scan(self, token: Token, *, any_match: bool) -> int:
        """Where the match that begins here ends (absolute), or -1; the longest, or with `any_match` some match.

        Leaves in `_scanned` how far a match was possible and in `_state` the automaton's state (-1: it died).
        """
        if self._state == IDLE or self._scanning != token.name:  # a look-ahead for another token may have had to wait
            self._scanning = token.name
            self._state = 0
            self._scanned = self.offset
            self._accept = self._scanned if token.accepting(0) else -1
            self._piece = -1
            self._piece_start = self.base
        while token.extensible(self._state) and not (any_match and self._accept >= 0):
            try:
                piece = self._next_piece()
            except NeedMore:
                if self.final:
                    break
                raise
            state, stop, accept = token.scan(piece, self._scanned - self._piece_start, self._state)
            if accept >= 0:
                self._accept = self._piece_start + accept
            self._scanned = self._piece_start + stop
            self._state = state
            if state < 0 or self._scanned - self.offset > token.limit:
                break
            self._piece += 1
            self._piece_start = self._scanned
        return self._accept

    def token(self, token: Token, field: str | None = None) -> bytes:
        """The longest match of the token."""
        if self._state == IDLE and token.lookahead is not None:
            # The usual case: what is there decides, so the pattern does.
            match = token.match(self.data, self.pos)
            if match is not None:
                end = match.end()
                if (
                    end + token.lookahead <= len(self.data)
                    and end - self.pos <= token.limit
                    and self.base + end - self.floor <= self.limits.message
                ):
                    self.pos = end
                    return match[0]
        accept = self._scan(token, any_match=False)
        died = self._state < 0
        extent = self._scanned
        self._state = IDLE
        size = extent - self.offset
        if size > token.limit:
            self.fail("limit", field, f"{token.name} of at most {token.limit} bytes", size=token.limit + 1)
        self._check_message(accept, field)
        if accept < 0:
            self.fail("mismatch" if died else "truncated", field, token.name, size=size + died)
        if accept > self.base + len(self.data):
            self.join()
        begin = self.pos
        self.pos = accept - self.base
        return self.data[begin : self.pos]

    def literal(self, data: bytes, ignore_case: bool, field: str | None = None) -> bytes:
        """Exactly these bytes."""
        have = self.peek_octets(len(data), wait=False)
        same = have.lower() == data.lower() if ignore_case else have == data
        if same:
            self._check_message(self.offset + len(data), field)
            self.pos += len(data)
            return have
        matched = 0
        for mine, theirs in zip(have, data, strict=False):
            if mine != theirs and not (ignore_case and bytes((mine,)).lower() == bytes((theirs,)).lower()):
                self.fail("mismatch", field, repr(data)[1:], size=matched + 1)
            matched += 1
        if not self.final:
            raise NeedMore
        self.fail("truncated", field, repr(data)[1:], size=matched)

    def take(self, size: int, field: str | None = None) -> bytes:
        """Exactly `size` bytes."""
        if size < 0:
            self.fail("value", field, "a size that is not negative")
        if self.offset + size - self.floor > self.limits.message:
            self.fail("limit", field, f"a message of at most {self.limits.message} bytes")
        there = len(self.data) - self.pos
        if there < size:
            if there + self.pending_size < size:
                if self.final:
                    self.fail("truncated", field, octets(size), size=there + self.pending_size)
                raise NeedMore
            self.join()
        begin = self.pos
        self.pos += size
        return self.data[begin : self.pos]

    def fixed(self, layout: Fixed) -> tuple[Any, ...]:
        """The numbers of a run of fields; an error is that of the first field that cannot be read."""
        size = layout.size
        there = len(self.data) - self.pos
        beyond = self.offset + size - self.floor - self.limits.message
        if there < size or beyond > 0:
            there += self.pending_size
            if beyond > 0:
                name, begin, _ = layout.first_beyond(size - beyond)
                if there >= begin:
                    expected = f"a message of at most {self.limits.message} bytes"
                    self.fail("limit", name, expected, offset=self.offset + begin)
            if there < size:
                if not self.final:
                    raise NeedMore
                name, begin, end = layout.first_beyond(there)
                self.fail("truncated", name, octets(end - begin), offset=self.offset + begin, size=there - begin)
            self.join()
        begin = self.pos
        self.pos += layout.advance
        return layout.unpack(self.data, begin)

    def varint(self, read: VarintReader, field: str | None = None) -> int:
        """A number of variable length."""
        if len(self.data) - self.pos < 10 and self.pending:
            self.join()
        got = read(self.data, self.pos, len(self.data))
        if got is not None:
            self._check_message(self.base + got[1], field)
            self.pos = got[1]
            return got[0]
        data = self.data[self.pos : self.pos + 10]
        broken = BROKEN[read](data)
        if broken:
            self.fail("value", field, EXPECTED[read], size=broken)
        if not self.final:
            raise NeedMore
        self.fail("truncated", field, EXPECTED[read], size=len(data))

    def packed(self, count: int, bits: int, field: str | None = None) -> bytes:
        """The bytes of `count` items of so many bits."""
        if count > self.limits.items:
            self.fail("limit", field, f"at most {self.limits.items} items")
        return self.take((max(count, 0) * bits + 7) // 8, field)

    def packed_rest(self, bits: int, field: str | None = None) -> bytes:
        """The rest of the input, as items of so many bits."""
        if self.remaining() * 8 // bits > self.limits.items:
            self.fail("limit", field, f"at most {self.limits.items} items")
        return self.rest(field)

    def align(self, size: int) -> None:
        """Pass over what is left up to a multiple of `size` bytes, counted from the beginning of the message."""
        self.take(-self.position() % size)

    def position(self) -> int:
        """Where the next byte stands in the message."""
        raise NotImplementedError  # the reader knows where the message began

    def rest(self, field: str | None = None) -> bytes:
        """Everything up to the end of the direction."""
        end = self.base + len(self.data) + self.pending_size
        self._check_message(end, field)
        if not self.final:
            raise NeedMore
        self.join()
        begin = self.pos
        self.pos = len(self.data)
        return self.data[begin:]

    def until(self, terminator: Terminator, limit: int, field: str | None = None) -> bytes:
        """The bytes before the next match of the terminator."""
        if self._state == IDLE:
            self._state = 0
            self._scanned = self.offset
            self._piece = -1
            self._piece_start = self.base
            self._carry = b""
            self._fresh = True
        at = -1
        while at < 0:
            at = self._search_piece(terminator, field)
            # Of two limits the one that is reached first is reported, however the data is cut.
            if self.floor + self.limits.message <= self.offset + limit:
                self._check_message(self._scanned, field)
            if self._scanned - self.offset > limit:
                self.fail("limit", field, f"{terminator.name} within {limit} bytes", size=limit + 1)
            self._check_message(self._scanned, field)
        self._state = IDLE
        self._fresh = True
        if at > self.base + len(self.data):
            self.join()
        begin = self.pos
        self.pos = at - self.base
        return self.data[begin : self.pos]

    def _search_piece(self, terminator: Terminator, field: str | None) -> int:
        """Search one more piece; the absolute place of the match, or -1. Raises NeedMore, ParseError at the end."""
        try:
            piece = self._next_piece()
        except NeedMore:
            if not self.final:
                raise
            # What was held back as a beginning may be a match now that nothing follows.
            at, end = terminator.find(self._carry, 0, self._fresh, True)
            if end >= 0:
                self._scanned += at
                return self._scanned
            self.fail("truncated", field, terminator.name, size=self._visible_end() - self.offset)
        begin = self._scanned - self._piece_start if not self._carry else 0
        window = self._carry + piece if self._carry else piece
        window_start = self._scanned - begin
        at, end = terminator.find(window, begin, self._fresh, False)
        if at > begin:
            self._fresh = False
        self._scanned = window_start + at
        if end >= 0:
            return self._scanned
        self._carry = window[at:]
        self._piece += 1
        self._piece_start = window_start + len(window)
        return -1

    # Budgets

    def enter(self, size: int, whole: bool, field: str | None = None) -> None:
        """The next `size` bytes are the input until `leave`. `whole`: only when all of them are there."""
        if size < 0:
            self.fail("value", field, "a size that is not negative")
        if self.budgets and self.offset + size > self.budgets[-1].cap:
            self.fail("truncated", field, octets(size))
        if not self.budgets:
            self.outermost = self.offset + size
        if whole:
            if self.offset + size - self.floor > self.limits.message:
                self.fail("limit", field, f"a message of at most {self.limits.message} bytes")
            there = len(self.data) - self.pos + self.pending_size
            if there < size:
                if not self.final:
                    raise NeedMore
                self.fail("truncated", field, octets(size), size=there)
        self.begin_budget(size)

    def leave(self, slack: bool, field: str | None = None) -> None:
        """Behind the budget, which must have been read to its end, or, with `slack`, is passed over."""
        left = self.remaining()
        if left and slack:
            self.take(left, field)
        elif left:
            if self.peek() >= 0:
                self.fail("mismatch", field, "the end of the budget", size=1)
            self.fail("truncated", field, octets(left))
        self.end_budget()
        if not self.budgets:
            self.outermost = -1

    def remaining(self) -> int:
        """How many bytes are left of the budget, without one of the input, whose end must be known then."""
        if self.budgets:
            return self.budgets[-1].cap - self.offset
        if not self.final:
            raise NeedMore
        return self.end - self.offset

    # Looking ahead

    def peek(self) -> int:
        """The next octet, -1 at the end."""
        if self.pos < len(self.data):
            return self.data[self.pos]
        if self.pending:
            return self.pending[0][0]
        if self.final:
            return -1
        raise NeedMore

    def peek_octets(self, size: int, *, wait: bool = True) -> bytes:
        """The next `size` octets; fewer only at the end (or, without `wait`, where fewer are there)."""
        if len(self.data) - self.pos < size and self.pending:
            self.join()
        have = self.data[self.pos : self.pos + size]
        if len(have) < size and wait and not self.final:
            raise NeedMore
        return have

    def peek_bytes(self, data: bytes) -> bool:
        """Whether exactly these bytes come next."""
        have = self.peek_octets(len(data), wait=False)
        if len(have) < len(data) and not self.final and data.startswith(have):
            raise NeedMore
        return have == data

    def peek_token(self, token: Token) -> bool:
        """Whether the token matches here."""
        if self._state == IDLE and self.pos < len(self.data) and token.match(self.data, self.pos) is not None:
            return True
        accept = self._scan(token, any_match=True)
        self._state = IDLE
        return accept >= 0

    def match_here(self, token: Token) -> int:
        """Where the longest match that begins here ends (absolute), -1 for none."""
        accept = self._scan(token, any_match=False)
        self._state = IDLE
        return accept
