"""Tokens: the longest match of a regular expression, on data that may go on.

A token is a possessive pattern for complete data and the deterministic automaton of the same expression for data that
may not be complete: its state is all that has to be remembered, so each byte is looked at once.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

Automaton: TypeAlias = tuple[tuple[bool, tuple[tuple[bytes, int], ...]], ...]

DEAD: Final = -1


class _State:
    """One state, ready to run: what it skips over while it stays, and where each other byte leads."""

    __slots__ = ("accepting", "moves", "row", "skip")

    def __init__(self, number: int, accepting: bool, moves: tuple[tuple[bytes, int], ...]) -> None:
        self.accepting = accepting
        self.moves = moves
        self.row: list[int] | None = None
        loops = b"".join(chars for chars, target in moves if target == number)
        self.skip = re.compile(b"[" + loops + b"]*+", re.DOTALL).match if loops else None

    def target(self, byte: int) -> int:
        row = self.row
        if row is None:
            row = self.row = [DEAD] * 256
            for chars, target in self.moves:
                for match in re.finditer(b"[" + chars + b"]", bytes(range(256)), re.DOTALL):
                    row[match.start()] = target
        return row[byte]


class Token:
    """`pattern` reads complete data; `automaton` has a row a state: (accepting, ((character class, target), ...))."""

    __slots__ = ("_automaton", "_states", "fullmatch", "limit", "match", "name", "pattern")

    def __init__(self, name: str, pattern: bytes, automaton: Automaton, limit: int) -> None:
        self.name = name
        self.pattern = pattern
        self.limit = limit
        self._automaton = automaton
        compiled = re.compile(pattern)
        self.match = compiled.match
        self.fullmatch = compiled.fullmatch
        self._states = tuple(_State(number, *state) for number, state in enumerate(automaton))

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
            if here.skip is not None:
                end = here.skip(data, at).end()  # type: ignore[union-attr]  # `*` matches everywhere
                if end > at:
                    at = end
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

    `anywhere` is the expression; `at_start` its form at the very start of a field, where `\\A` holds, if it has one.
    `prefix` matches what could still become a match when more bytes come, at the end of the data. `factor` is a
    literal that every match contains, at most `lead` bytes behind its start; `length` is the longest match.
    """

    __slots__ = ("_arguments", "_at_start", "_find", "_prefix", "_prefix_at_start", "factor", "lead", "length", "name")

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
    ) -> None:
        self._arguments = (anywhere, prefix, length, factor, lead, at_start, prefix_at_start)
        self.name = name
        self.length = length
        self.factor = factor
        self.lead = lead
        self._find = re.compile(anywhere)
        self._prefix = re.compile(b"(?:" + prefix + rb")\Z")
        self._at_start = None if at_start is None else re.compile(at_start).match
        self._prefix_at_start = (
            None if prefix_at_start is None else re.compile(b"(?:" + prefix_at_start + rb")\Z").match
        )

    def find(self, data: bytes, start: int, at_start: bool, final: bool) -> tuple[int, int]:
        """The leftmost place from `start` on where the expression matches, and its end; or (hold, -1).

        `hold` is the first place from which the data could still become a match. With `final` nothing more comes.
        """
        size = len(data)
        if at_start and self._at_start is not None:
            m = self._at_start(data, start)
            if m is not None:
                return start, m.end()
            if not final and self._prefix_at_start is not None and self._prefix_at_start(data, start):
                return start, -1
        at, end = self._search(data, start)
        if final:
            return (at, end) if end >= 0 else (size, -1)
        tail = max(start, size - self.length + 1)
        if end >= 0 and at <= tail:
            return at, end
        held = self._prefix.search(data, tail)
        hold = size if held is None else held.start()
        if end >= 0 and at <= hold:
            return at, end
        return hold, -1

    def _search(self, data: bytes, start: int) -> tuple[int, int]:
        if not self.factor:
            m = self._find.search(data, start)
            return (-1, -1) if m is None else m.span()
        at = start
        while True:
            place = data.find(self.factor, at)
            if place < 0:
                return -1, -1
            # every match that contains this factor begins at most `lead` bytes before it
            m = self._find.search(data, max(start, place - self.lead), min(len(data), place + self.length))
            if m is not None and m.start() <= place:
                return m.span()
            at = place + 1
