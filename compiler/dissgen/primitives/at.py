"""`at: e`, `of: element`: an element at an offset before the start of the rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dissgen.ir import ops
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive, RuleUse
from dissgen.primitives.converted import changes
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.spec.tree import Element, name_of

_VALUES = ("token", "literal", "hex", "number", "float", "varint", "flag", "bytes", "text", "name", "use")


@dataclass(frozen=True, slots=True)
class BoundAt(Bound):
    offset: Quantity
    use: RuleUse
    field: str | None


class AtPrimitive(Primitive):
    kind = "at"
    doc = "An element at an offset before the start of the rule that holds it; afterwards reading goes on here."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        child = element.children[0]
        field = element.field or child.field
        offset = check_quantity(element, "offset", element.argument, context)
        inside = replace(child, modifiers=tuple(item for item in child.modifiers if item.key.value != "field"))
        name = field.text if field is not None else None
        use = context.elsewhere(lambda: _use(inside, name or self.kind, context), element.span)
        if field is not None:
            context.define(field, use.type if use is not None else None)
        if offset is None or use is None:
            return None
        source = use.rule if name is None else f"{name}=@{use.rule}"
        return BoundAt(self.kind, element.span, offset.minimum, source, use.type, offset, use, name)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundAt)
        place = context.place(bound.span)
        call = ops.Call(bound.use.rule, bound.use.arguments, ops.Target(bound.field), place, bound.field)
        return (*context.all(bound.offset.reads), ops.At(bound.offset.value, call, place))


def _use(child: Element, name: str, context: CheckContext) -> RuleUse | None:
    """A rule by its name, anything else as a rule of its own."""
    plain = child.kind in ("name", "use") and child.get("within") is None and not changes(child)
    rule = name_of(child.argument) if plain else None
    if rule is None or (child.kind == "name" and context.is_token(rule.text)):
        valued = (child.kind in _VALUES and child.get("stream") is None) or bool(changes(child))
        return context.outline(child, name, valued=valued)
    if child.kind == "name" and not context.is_rule(rule.text):
        context.unknown_element(rule)
        return None
    return context.call(rule, child.get("with"))
