"""Tokens: the longest match of a regular expression, on data that may go on.

A token is a possessive pattern for complete data and the deterministic automaton of the same expression for data that
may not be complete: its state is all that has to be remembered, so each byte is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

Automaton: TypeAlias = tuple[tuple[bool, tuple[tuple[bytes, int], ...]], ...]

DEAD: Final = -1

# Where a literal stands more often than once in so many bytes, a search for the whole expression is quicker.
DENSE: Final = 32


class _State:
    """One state, ready to run: what it skips over while it stays, and where each other byte leads."""

    __slots__ = ("accepting", "moves", "row", "skip")

    def __init__(self, number: int, accepting: bool, moves: tuple[tuple[bytes, int], ...]) -> None:
        self.accepting = accepting
        self.moves = moves
        self.row: list[int] | None = None
        loop = next((chars for chars, target in moves if target == number), None)
        self.skip = None if loop is None else re.compile(b"[" + loop + b"]++").match

    def target(self, byte: int) -> int:
        row = self.row
        if row is None:
            row = self.row = [DEAD] * 256
            for chars, target in self.moves:
                for match in re.finditer(b"[" + chars + b"]", bytes(range(256))):
                    row[match.start()] = target
        return row[byte]


def _lookahead(automaton: Automaton) -> int | None:
    """How many bytes behind a match show that it is the longest: 0, 1, or None where it takes more."""
    behind = [target for accepting, moves in automaton if accepting for _, target in moves]
    if not behind:
        return 0
    return 1 if all(automaton[target][0] for target in behind) else None


class Token:
    """`pattern` reads complete data; `automaton` has a row a state: (accepting, ((character class, target), ...))."""

    __slots__ = ("_automaton", "_states", "fullmatch", "limit", "lookahead", "match", "name", "pattern")

    def __init__(self, name: str, pattern: bytes, automaton: Automaton, limit: int) -> None:
        self.name = name
        self.pattern = pattern
        self.limit = limit
        self._automaton = automaton
        compiled = re.compile(pattern)
        self.match = compiled.match
        self.fullmatch = compiled.fullmatch
        self._states = tuple(_State(number, *state) for number, state in enumerate(automaton))
        self.lookahead = _lookahead(automaton)

    def __reduce__(self) -> tuple[type[Token], tuple[str, bytes, Automaton, int]]:
        return (Token, (self.name, self.pattern, self._automaton, self.limit))

    def accepting(self, state: int) -> bool:
        return self._states[state].accepting

    def extensible(self, state: int) -> bool:
        """Whether another byte could still belong to the token (false for the dead state)."""
        return state >= 0 and bool(self._states[state].moves)

    def scan(self, data: bytes, start: int, state: int) -> tuple[int, int, int]:
        """Run on over data[start:].

        Returns the state reached (DEAD: the byte at the place returned cannot belong to the token), the place, and the
        place behind the last byte with which an accepting state was reached (-1: none was).
        """
        states = self._states
        accept = -1
        at, size = start, len(data)
        while at < size:
            here = states[state]
            if here.skip is not None and (run := here.skip(data, at)) is not None:
                at = run.end()
                if here.accepting:
                    accept = at
                continue
            target = here.target(data[at])
            if target < 0:
                return DEAD, at, accept
            at += 1
            state = target
            if states[target].accepting:
                accept = at
            if not states[target].moves:
                break
        return state, at, accept


class Terminator:
    """What a search looks for: where a field ends, or where to go on after an error.

    `anywhere` is the expression, `prefix` reads what is a match or could become one to the end of the data, `length`
    is the longest match. Every match holds the literal `factor`, which begins at most `lead` bytes behind its start.
    `at_start` and `prefix_at_start` are the forms at the very start of a field, where `\\A` holds, if they differ.
    `extensions` are bytes, one of each set, that can make a match longer.
    """

    __slots__ = (
        "_arguments",
        "_at_start",
        "_extensions",
        "_factor",
        "_find",
        "_prefix",
        "_prefix_at_start",
        "factor",
        "lead",
        "length",
        "name",
    )

    def __init__(
        self,
        name: str,
        anywhere: bytes,
        prefix: bytes,
        *,
        length: int,
        factor: bytes = b"",
        lead: int = 0,
        at_start: bytes | None = None,
        prefix_at_start: bytes | None = None,
        extensions: bytes = b"",
    ) -> None:
        self._arguments = (name, anywhere, prefix, length, factor, lead, at_start, prefix_at_start, extensions)
        self.name = name
        self.length = length
        self.factor = factor
        self.lead = lead
        self._extensions = extensions
        self._find = re.compile(anywhere)
        # For short literals of more than one byte `re` is up to three times quicker than bytes.find.
        self._factor = re.compile(re.escape(factor)).search
        self._prefix = re.compile(prefix)
        self._at_start = None if at_start is None else re.compile(at_start)
        self._prefix_at_start = self._prefix if prefix_at_start is None else re.compile(prefix_at_start)

    def __reduce__(self) -> tuple[Callable[..., Terminator], tuple[object, ...]]:
        return (_terminator, self._arguments)

    def find(self, data: bytes, start: int, at_start: bool, final: bool) -> tuple[int, int]:
        """The leftmost place from `start` on where the expression matches, and the end of its longest match there.

        (hold, -1) if more bytes are needed to say: `hold` is the first place from which the data could be, or extend,
        a match. With `final` nothing more comes; (len(data), -1) then says that there is no match. `at_start`: the
        field begins at `start`.
        """
        if at_start and self._at_start is not None:
            match = self._at_start.match(data, start)
            end = -1 if match is None else match.end()
            if not final and self._undecided(self._prefix_at_start, data, start, end):
                return start, -1
            if end >= 0:
                return start, end
        at, end = self._search(data, start)
        if final:
            return (at, end) if end >= 0 else (len(data), -1)
        tail = max(start, len(data) - self.length)
        if 0 <= at < tail:
            return at, end
        held = self._prefix.search(data, tail)
        hold = len(data) if held is None else held.start()
        if end < 0 or hold < at or (hold == at and self._undecided(self._prefix, data, at, end)):
            return hold, -1
        return at, end

    def _undecided(self, prefix: re.Pattern[bytes], data: bytes, at: int, end: int) -> bool:
        """Whether the match at `at`, which as far as is known ends at `end` (-1: there is none), may get longer."""
        if not prefix.match(data, at):
            return False
        if end < len(data):
            return True
        longer = (data[at:] + self._extensions[n : n + 1] for n in range(len(self._extensions)))
        return any(prefix.match(text) for text in longer)

    def _search(self, data: bytes, start: int) -> tuple[int, int]:
        """The leftmost match as if nothing more came, or (-1, -1)."""
        begin, size, lead, length = start, len(data), self.lead, self.length
        place = self._find_factor(data, start) if self.factor else size
        refuted = 0
        while 0 <= place < size and refuted * DENSE <= place - begin + 32 * DENSE:
            # A match with the factor here begins between `start`, before which none begins, and here.
            match = self._find.search(data, max(start, place - lead), min(size, place + length))
            if match is not None and match.start() <= place:
                return match.span()
            refuted += 1
            start = place + 1
            place = self._find_factor(data, start)
        match = self._find.search(data, start) if place >= 0 else None
        return (-1, -1) if match is None else match.span()

    def _find_factor(self, data: bytes, start: int) -> int:
        if len(self.factor) == 1:
            return data.find(self.factor, start)
        found = self._factor(data, start)
        return -1 if found is None else found.start()


def _terminator(
    name: str,
    anywhere: bytes,
    prefix: bytes,
    length: int,
    factor: bytes,
    lead: int,
    at_start: bytes | None,
    prefix_at_start: bytes | None,
    extensions: bytes,
) -> Terminator:
    return Terminator(
        name,
        anywhere,
        prefix,
        length=length,
        factor=factor,
        lead=lead,
        at_start=at_start,
        prefix_at_start=prefix_at_start,
        extensions=extensions,
    )
