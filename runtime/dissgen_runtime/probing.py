"""Which of several protocols a conversation goes on with: told by its first bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from dissgen_runtime.events import DOWN, UP, Direction

ENOUGH: Final = 64  # bytes of a direction that are looked at
MOST: Final = 4096  # bytes of a direction that wait for a decision

Patterns = Mapping[Direction, re.Pattern[bytes]]


class Probe:
    """The bytes that wait for a decision, in the order in which they came; where a direction ended there are none.

    `candidates` are names, in the order in which they are preferred. What is decided does not depend on how the bytes
    were cut: each byte is looked at as if it came alone. Over `datagrams` the first one of a direction is all of it.
    """

    __slots__ = ("candidates", "ended", "first", "held", "sizes")

    def __init__(self, candidates: tuple[str, ...]) -> None:
        self.candidates = candidates
        self.first: dict[Direction, bytes] = {UP: b"", DOWN: b""}
        self.sizes: dict[Direction, int] = {UP: 0, DOWN: 0}
        self.ended: frozenset[Direction] = frozenset()
        self.held: list[tuple[Direction, bytearray]] = []

    def add(self, direction: Direction, data: bytes, known: Mapping[str, Patterns], datagrams: bool) -> str | None:
        """The next bytes of a direction. The name of the protocol that they are, "" for none, None: not known yet."""
        if self.held and self.held[-1][0] is direction and not datagrams:
            self.held[-1][1].extend(data)
        else:
            self.held.append((direction, bytearray(data)))
        self.sizes[direction] += len(data)
        if datagrams:
            if direction not in self.ended:
                self.first[direction] = data[:ENOUGH]
                self.ended |= {direction}
            return self.decide(known, last=self.sizes[direction] >= MOST)
        for at in range(max(0, min(len(data), ENOUGH - len(self.first[direction])))):
            self.first[direction] += data[at : at + 1]
            choice = self.decide(known)
            if choice is not None:
                return choice
        return self.decide(known, last=self.sizes[direction] >= MOST)

    def end(self, direction: Direction, known: Mapping[str, Patterns]) -> str | None:
        """No more bytes of a direction follow. Returns as `add` does."""
        self.ended |= {direction}
        self.held.append((direction, bytearray()))
        return self.decide(known, last=len(self.ended) == 2)

    def decide(self, known: Mapping[str, Patterns], *, last: bool = False) -> str | None:
        """A protocol whose patterns all match; the only one left that matches at all; at `last` the one with most."""
        left: list[tuple[int, str]] = []
        for name in self.candidates:
            patterns = known.get(name) or {}
            fits = [self._fits(direction, pattern) for direction, pattern in patterns.items()]
            if not fits or "no" in fits:
                continue
            matched = fits.count("yes")
            if matched == len(fits):
                return name
            left.append((matched, name))
        if not left:
            return ""
        best = max(left, key=_matched)
        if best[0] and (last or len(left) == 1):
            return best[1]
        return "" if last else None

    def _fits(self, direction: Direction, pattern: re.Pattern[bytes]) -> Literal["yes", "no", "open"]:
        first = self.first[direction]
        if first and pattern.match(first):
            return "yes"
        return "no" if len(first) == ENOUGH or direction in self.ended else "open"


def patterns_of(dissectors: Mapping[str, object], names: Sequence[str]) -> dict[str, Patterns]:
    """What the first bytes of those protocols match that are at hand."""
    return {name: getattr(dissectors[name], "CONFIRM", {}) for name in names if name in dissectors}


def _matched(candidate: tuple[int, str]) -> int:
    return candidate[0]
