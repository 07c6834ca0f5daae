"""Several paths through a rule, of which one is taken, or each from the same start."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeVar

from dissgen.sema.bit_position import BitPosition
from dissgen.text import Span
from dissgen.types import Type, one_of

T = TypeVar("T")


class Paths:
    """What the primitives see of them."""

    position: BitPosition
    present: set[str] | None
    latest: dict[str, Type]
    """The type that a field has on the path that was read last; one-of values have one there."""
    depth: int
    """How many choices the reading is inside of."""
    in_union: bool

    def alternatives(self, arms: Sequence[Callable[[], T]], span: Span) -> list[T]:
        start = None if self.present is None else set(self.present)
        bit, bits = self.position.bit, list[int]()
        ends: list[set[str]] = []
        types: list[dict[str, Type]] = []
        results: list[T] = []
        self.depth += 1
        for arm in arms:
            self.present = None if start is None else set(start)
            self.position.bit = bit
            results.append(arm())
            if self.present is not None:
                ends.append(self.present)
                types.append(dict(self.latest))
                bits.append(self.position.bit)
        self.depth -= 1
        if arms:
            self._join(types)
            self.present = set.intersection(*ends) if ends else None
            self.position.join(bits, span)
        return results

    def _join(self, types: list[dict[str, Type]]) -> None:
        """What several paths have set has, behind them, one of their types."""
        for name in {name for each in types for name in each}:
            found = [each[name] for each in types if name in each]
            self.latest[name] = functools.reduce(lambda one, other: one if one == other else one_of(one, other), found)

    def set_here(self) -> dict[str, Type] | None:
        """The fields that are set on this path, with the types that they have on it; None: it always fails."""
        if self.present is None:
            return None
        return {name: self.latest[name] for name in self.present if name in self.latest}

    def members(self, arms: Sequence[Callable[[], T]]) -> list[T]:
        before, self.in_union = self.in_union, True
        try:
            return [arm() for arm in arms]
        finally:
            self.in_union = before
