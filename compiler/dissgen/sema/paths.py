"""Several paths through a rule, of which one is taken, or each from the same start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dissgen.sema.bit_position import BitPosition
from dissgen.text import Span

T = TypeVar("T")


class Paths:
    """What the primitives see of them."""

    position: BitPosition
    present: set[str] | None
    in_union: bool

    def alternatives(self, arms: Sequence[Callable[[], T]], span: Span) -> list[T]:
        start = None if self.present is None else set(self.present)
        bit, bits = self.position.bit, list[int]()
        ends: list[set[str]] = []
        results: list[T] = []
        for arm in arms:
            self.present = None if start is None else set(start)
            self.position.bit = bit
            results.append(arm())
            if self.present is not None:
                ends.append(self.present)
                bits.append(self.position.bit)
        if arms:
            self.present = set.intersection(*ends) if ends else None
            self.position.join(bits, span)
        return results

    def members(self, arms: Sequence[Callable[[], T]]) -> list[T]:
        before, self.in_union = self.in_union, True
        try:
            return [arm() for arm in arms]
        finally:
            self.in_union = before
