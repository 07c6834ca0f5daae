"""`let: name`, `value: e`: a computed field."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Let, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element, name_of


@dataclass(frozen=True, slots=True)
class BoundLet(Bound):
    name: str
    expression: Typed


class LetPrimitive(Primitive):
    kind = "let"
    doc = "A field whose value is computed from what was read before it."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        name = name_of(element.argument)
        if name is None:
            return None
        value = context.expression(element.get("value"))
        context.define(name, value.type if value is not None else None)
        if value is None:
            return None
        return BoundLet("let", element.span, 0, "", None, name.text, value)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundLet)
        return (Let(bound.name, bound.expression, context.place(bound.span)),)
