"""`fail: 'message'`: always a parse error."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import Fail, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element, name_of


@dataclass(frozen=True, slots=True)
class BoundFail(Bound):
    message: str


class FailPrimitive(Primitive):
    kind = "fail"
    doc = "Always a parse error, with this message."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        message = name_of(element.argument)
        context.never_returns()
        # it never succeeds, so it does not lessen what its rule reads
        return BoundFail("fail", element.span, 1 << 20, "fail", None, message.text if message is not None else "")

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundFail)
        return (Fail(bound.message, context.place(bound.span)),)
