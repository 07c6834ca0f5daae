"""`let: name`, `value: e`: a computed field; `enum: E` gives the numbers their names."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Let, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element, name_of
from dissgen.types import INT, OptionalType, Type, assignable, inner, show


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
        context.define(name, _type(value, element, context) if value is not None else None)
        if value is None:
            return None
        return BoundLet("let", element.span, 0, "", None, name.text, value)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundLet)
        return (Let(bound.name, bound.expression, context.place(bound.span)),)


def _type(value: Typed, element: Element, context: CheckContext) -> Type | None:
    """That of the value, which `enum` makes one of an enum; None after reporting that it cannot be one."""
    node = element.get("enum")
    name = name_of(node) if node is not None else None
    if name is None:
        return value.type
    if not assignable(inner(value.type), INT):
        type_ = show(value.type)
        context.diagnostics.error("DG224", f"an enum is a number, this is `{type_}`", name.span, f"given `{type_}`")
        return None
    enum = context.enum(name)
    if enum is None:
        return None
    return OptionalType(enum) if isinstance(value.type, OptionalType) else enum
