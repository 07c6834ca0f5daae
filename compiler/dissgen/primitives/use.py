"""`use: rule`, and bare names of rules."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import Call, Op, Target
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive, RuleUse
from dissgen.spec.tree import Element, Name, name_of


@dataclass(frozen=True, slots=True)
class BoundCall(Bound):
    """A rule whose value goes to `field` (None: nowhere)."""

    use: RuleUse
    field: str | None


def bound_call(element: Element, use: RuleUse, field: Name | None) -> BoundCall:
    """The call of a rule at an element."""
    name = field.text if field is not None else None
    source = use.rule if name is None else f"{name}={use.rule}"
    return BoundCall("use", element.span, use.minimum, source, use.type, use, name)


def check_use(element: Element, context: CheckContext, rule: Name) -> Bound | None:
    """With a field the rule is called; without one its fields become those of the rule that uses it."""
    field, arguments = element.field, element.get("with")
    if field is None:
        return context.merge(rule, arguments)
    use = context.call(rule, arguments)
    context.define(field, use.type if use is not None else None)
    if use is None:
        return None
    context.holds(field, use)
    return bound_call(element, use, field)


def check_outlined(element: Element, context: CheckContext, field: Name) -> Bound | None:
    """An element with a field that nests: a rule of its own, called here."""
    use = context.outline(element, field.text)
    context.define(field, use.type if use is not None else None)
    if use is None:
        return None
    context.holds(field, use)
    return bound_call(element, use, field)


class UsePrimitive(Primitive):
    kind = "use"
    doc = "A rule. With a `field` its value is kept; without one its fields are merged into this rule's."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        rule = name_of(element.argument)
        return None if rule is None else check_use(element, context, rule)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundCall)
        place = context.place(bound.span)
        return (Call(bound.use.rule, bound.use.arguments, Target(bound.field), place, bound.field),)
