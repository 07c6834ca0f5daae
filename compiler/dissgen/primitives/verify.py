"""`verify: e`, `message: '...'`: a parse error when false."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.expressions import Typed, show
from dissgen.ir.ops import Op, Verify
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element
from dissgen.types import BOOL


@dataclass(frozen=True, slots=True)
class BoundVerify(Bound):
    test: Typed
    message: str


class VerifyPrimitive(Primitive):
    kind = "verify"
    doc = "A parse error with `message` when the test is false."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        test = context.expression(element.argument, BOOL)
        if test is None:
            return None
        message = element.name("message")
        text = message.text if message is not None else show(test)
        return BoundVerify("verify", element.span, 0, "", None, test, text)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundVerify)
        return (Verify(bound.test, bound.message, context.place(bound.span)),)
