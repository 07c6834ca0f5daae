"""The unread bytes of one direction.

    kept (start .. base) | data (base ..), read up to pos | pending pieces, not joined yet | later: behind a gap or end

What has been read of the message in progress is kept until the message is complete or its bytes have been given to a
stream, because a message that fails is read again from its first byte.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dissgen_runtime.events import Direction
from dissgen_runtime.tokens import Terminator

if TYPE_CHECKING:
    from dissgen_runtime.budgets import Budget


GAP_WEIGHT = 64


class GapMark:
    """`size` bytes are missing here; when that was said, the other direction's bytes went up to `other_end`."""

    __slots__ = ("other_end", "reported", "size")

    def __init__(self, size: int, other_end: int) -> None:
        self.size = size
        self.other_end = other_end
        self.reported = False


class EndMark:
    """The direction ends here."""

    __slots__ = ("cut",)

    def __init__(self, cut: bool) -> None:
        self.cut = cut


class SkipTo:
    """What `skip: message` waits for: the offset at which the next message begins."""

    __slots__ = ("offset",)

    def __init__(self, offset: int) -> None:
        self.offset = offset


class Piece:
    """Bytes behind a mark, and the run in which they came."""

    __slots__ = ("data", "run")

    def __init__(self, data: bytes, run: int) -> None:
        self.data = data
        self.run = run


class Buffer:
    """Bytes, places, and the count of what became of them. Offsets count from the first byte; lost bytes count."""

    __slots__ = (
        "_marks",
        "arrival",
        "arrivals",
        "base",
        "beyond_size",
        "budgets",
        "child_bytes",
        "consumed",
        "data",
        "direction",
        "discarded",
        "event",
        "final",
        "gaps_waiting",
        "head",
        "kept",
        "later",
        "later_size",
        "outermost",
        "pending",
        "pending_size",
        "pos",
        "skip",
        "skip_before",
        "skipped",
        "start",
        "total",
    )

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self.event = direction.value  # the machine's event of a complete message
        self.data = b""
        self.pos = 0
        self.base = 0
        self.start = 0  # the first byte that is not done with
        self.head = b""  # of the message, where it is done with already (for alerts)
        self.kept: list[bytes] | None = None
        self.pending: list[bytes] = []
        self.pending_size = 0
        self.later: deque[Piece | GapMark | EndMark] | None = None
        self.later_size = 0
        self.gaps_waiting = 0
        self.final = False  # no byte will follow those that are there
        self.arrival = 0  # the run in which the first waiting byte came
        self.arrivals: list[tuple[int, int]] | None = None  # offset, run of those that came later
        self.budgets: list[Budget] | None = None  # those that are being read, the innermost last
        self.beyond_size = 0  # bytes behind their ends
        self._marks: list[int] | None = None  # where unions began: bytes behind these stay joined
        self.outermost = -1  # the end of the outermost budget of the message, as far as it is known
        self.skip: Terminator | SkipTo | None = None
        self.skip_before = False
        # Every byte is counted once (semantics, rule 20); `total` is what came in.
        self.total = 0
        self.consumed = 0
        self.skipped = 0
        self.discarded = 0
        self.child_bytes = 0

    @property
    def offset(self) -> int:
        """Of the next byte to be read."""
        return self.base + self.pos

    @property
    def end(self) -> int:
        """Of the bytes that are there."""
        return self.base + len(self.data) + self.pending_size + self.beyond_size

    @property
    def unread(self) -> int:
        """How many bytes wait, those of an unfinished message included, up to the next gap or end."""
        return self.end - min(self.start, self.base + self.pos)

    @property
    def weight(self) -> int:
        """What waits, as it counts for `limits.hold`: a gap counts too, because it takes memory."""
        return self.waiting + self.gaps_waiting * GAP_WEIGHT

    @property
    def waiting(self) -> int:
        """All bytes that wait, also behind a gap."""
        return self.unread + self.later_size

    def append(self, data: bytes, run: int) -> None:
        """Add bytes at the end (or behind the gap that is there); `run`: when they came."""
        raise NotImplementedError  # whether a message is in progress decides where they go

    def join(self) -> None:
        """Put the pending pieces behind the data, which begins at the element that is being read."""
        cut = self.pos
        if self._marks:
            cut = min(cut, self._marks[0] - self.base)
        # Cutting off what has been read copies the rest: only where something joins it, or when it is the smaller part.
        if cut and (self.pending or cut * 2 >= len(self.data)):
            read_from = max(self.start - self.base, 0)
            if read_from < cut:
                self._keep(self.data[read_from:cut])
            self.data = self.data[cut:]
            self.base += cut
            self.pos -= cut
        if self.pending:
            self.data = b"".join((self.data, *self.pending)) if self.data or len(self.pending) > 1 else self.pending[0]
            self.pending = []
            self.pending_size = 0

    def _keep(self, data: bytes) -> None:
        kept = self.kept
        if kept is None:
            self.kept = [data]
            return
        kept.append(data)
        # Merging pieces of like size keeps their number logarithmic and the copying linear times logarithm.
        while len(kept) > 1 and len(kept[-1]) * 2 > len(kept[-2]):
            last = kept.pop()
            kept[-1] += last

    def commit(self) -> None:
        """What has been read is done with: it belongs to a complete message or to a stream."""
        here = self.base + self.pos
        self.consumed += here - self.start
        self.start = here
        self.kept = None
        self.head = b""

    def rewind(self) -> None:
        """Back to the first byte that is not done with."""
        self._reset_element()
        if self.kept is not None:
            self.data = b"".join((*self.kept, self.data))
            self.base -= sum(map(len, self.kept))
            self.kept = None
        self.pos = self.start - self.base
        self.join()

    def message_bytes(self, offset: int, size: int) -> bytes:
        """The first bytes of the message that began at the offset, as far as they are still here (for alerts)."""
        if self.kept is not None:
            return b"".join((*self.kept, self.data[: self.pos]))[:size]
        begin = max(offset, self.start) - self.base
        found = self.data[begin : min(self.pos, begin + size)] if begin >= 0 else b""
        return found or self.head[:size]

    def failed_bytes(self, begin: int, end: int) -> bytes:
        """The bytes of a message that has been given up, to be read anew; nothing where its beginning is done with."""
        if begin < max(self.start, self.base):
            return self.head[: end - begin]
        return self.data[begin - self.base : end - self.base]

    def pass_over(self, offset: int) -> int:
        """Move on to the absolute offset without reading; the number of bytes passed."""
        self.join()
        passed = offset - self.offset
        self.pos += passed
        self.start = self.offset
        self.kept = None
        return passed

    def pass_all(self) -> int:
        """Move behind all bytes that are there; their number."""
        passed = len(self.data) - self.pos + self.pending_size
        self.base += len(self.data) + self.pending_size
        self.data = b""
        self.pos = 0
        self.pending = []
        self.pending_size = 0
        self.start = self.base
        self.kept = None
        return passed

    def discard_waiting(self) -> None:
        """The session is over: what still waits, also behind a gap, is discarded."""
        self.discarded += self.waiting
        self.later = None
        self.later_size = 0
        self.gaps_waiting = 0
        self.pass_all()

    def put_back(self, data: bytes, *, behind: bool = False) -> None:
        """Bytes that were passed come back, in front of what waits (`behind`: behind others that came back)."""
        self.join()
        rest = self.data[self.pos :]
        self.base = self.start = self.offset - len(data)
        self.data = rest + data if behind else data + rest
        self.pos = 0

    def take_all(self) -> bytes:
        """All bytes that are there, taken out."""
        self.join()
        data = self.data[self.pos :]
        self.pass_all()
        return data

    def seek_skip(self) -> bool:
        """Look for the token that `skip` or `resync` waits for; true when it has been passed."""
        terminator = self.skip
        assert terminator is not None
        self.join()
        if isinstance(terminator, SkipTo):
            there = min(terminator.offset, self.base + len(self.data))
            self.skipped += self.pass_over(there)
            if there == terminator.offset:
                self.skip = None
            return self.skip is None
        at, end = terminator.find(self.data, self.pos, False, self.final)
        found = end >= 0
        self.skipped += self.pass_over(self.base + (end if found and not self.skip_before else at))
        if found:
            self.skip = None
        return found

    def first_byte(self) -> bytes:
        """The next byte that waits, or nothing."""
        if self.pos < len(self.data):
            return self.data[self.pos : self.pos + 1]
        return self.pending[0][:1] if self.pending else b""

    def next_mark(self) -> GapMark | EndMark | None:
        """What stands behind the bytes that are there."""
        if not self.later:
            return None
        mark = self.later[0]
        assert not isinstance(mark, Piece)
        return mark

    def pass_mark(self) -> None:
        """Take the mark away and let in the bytes behind it."""
        assert self.later
        mark = self.later.popleft()
        if isinstance(mark, GapMark):
            self.gaps_waiting -= 1
            if mark.size:
                self.pass_gap(mark.size)
        later, self.later = self.later, None
        while later and isinstance(piece := later[0], Piece):
            later.popleft()
            self.later_size -= len(piece.data)
            self.append(piece.data, piece.run)
        self.later = later or None

    def pass_gap(self, size: int) -> None:
        """Behind bytes that are missing; those before them have been read."""
        self._reset_element()  # what may stand between messages, or begin one, may have been looked for
        self.pass_all()
        self.base += size
        self.start = self.base

    def _reset_element(self) -> None:
        """Forget the element in progress."""
        self._marks = None
