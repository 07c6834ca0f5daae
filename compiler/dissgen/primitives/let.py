"""`let: name`, `value: e`: a computed field, with `convert` and `enum` like one that is read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Let, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.conversions import check_conversions
from dissgen.primitives.converted import BoundConverted
from dissgen.spec.tree import Element, name_of
from dissgen.types import OptionalType, inner


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
        if value is None:
            context.define(name, None)
            return None
        optional = isinstance(value.type, OptionalType) and element.get("convert") is None
        found = check_conversions(element, context, inner(value.type) if optional else value.type)
        type_ = None if found is None else OptionalType(found[1]) if optional else found[1]
        if found is None or type_ is None or not found[0]:
            context.define(name, type_)
            return None if type_ is None else BoundLet("let", element.span, 0, "", None, name.text, value)
        raw = context.local(f"{name.text.lstrip('_')}_value", own=True)
        context.define(replace(name, text=raw), value.type)
        context.define(name, type_)
        body = BoundLet("let", element.span, 0, "", None, raw, value)
        of = ("converted", element.span, 0, body.source)
        return BoundConverted(*of, type_, body, raw, value.type, (), found[0], None, name.text)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundLet)
        return (Let(bound.name, bound.expression, context.place(bound.span)),)
