"""`empty: true`: matches nothing."""

from __future__ import annotations

from dissgen.ir.ops import Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element


class EmptyPrimitive(Primitive):
    kind = "empty"
    doc = "Matches no bytes; the case of a branch in which nothing follows."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        return Bound("empty", element.span, 0, "", None)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        return ()
