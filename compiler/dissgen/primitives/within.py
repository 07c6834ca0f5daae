"""`within: e`: a byte budget around an element."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dissgen.ir import ops
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.spec.tree import Element

MODIFIERS = ("within", "slack")


@dataclass(frozen=True, slots=True)
class BoundWithin(Bound):
    size: Quantity
    slack: bool
    body: Bound
    field: str | None


class WithinPrimitive(Primitive):
    """No kind of its own: whatever has the modifier is bound as this, with itself inside."""

    kind = "within"
    doc = "A byte budget, which the element must fill unless `slack: allow`; its end is the end of the input."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        node = element.get("within")
        assert node is not None
        size = check_quantity(element, "length", node, context)
        inside = replace(element, modifiers=tuple(m for m in element.modifiers if m.key.value not in MODIFIERS))
        body = context.element(inside)
        context.whole_bytes(element.span)
        if size is None or body is None:
            return None
        return bound_within(element, size, body, slack=element.get("slack") is not None)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundWithin)
        return (
            *context.all(bound.size.reads),
            within(bound.size, context.lower(bound.body), bound.slack, context.place(bound.span), bound.field),
        )


def bound_within(element: Element, size: Quantity, body: Bound, *, slack: bool) -> BoundWithin:
    """The element inside its budget."""
    least = size.minimum + max(size.least, 0 if slack else body.minimum)
    field = element.field.text if element.field is not None else None
    return BoundWithin("within", element.span, least, body.source, body.value, size, slack, body, field)


def within(size: Quantity, body: tuple[ops.Op, ...], slack: bool, place: ops.Place, field: str | None) -> ops.Within:
    """Whether all of it is waited for is found out when the rules that it uses are known."""
    return ops.Within(size.value, True, slack, body, place, field)
