"""`optional: element`, `when: e`: present if true."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import If, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element, Modifier
from dissgen.types import BOOL


@dataclass(frozen=True, slots=True)
class BoundOptional(Bound):
    test: Typed
    body: Bound


class OptionalPrimitive(Primitive):
    kind = "optional"
    doc = "An element that is there if `when` is true. A `field` is that of the element inside."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        when = element.get("when")
        if when is None:
            context.diagnostics.error(
                "DG229",
                "an optional without `when`",
                element.span,
                "present when?",
                help="write for example `when: peek(TOKEN)`",
            )
        test = context.expression(when, BOOL) if when is not None else None
        child = with_field(element.children[0], element) if element.children else None
        if child is None:
            return None
        body, _ = context.alternatives([lambda: context.element(child), lambda: None], element.span)
        if test is None or body is None:
            return None
        return BoundOptional("optional", element.span, 0, f"[{body.source}]", None, test, body)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundOptional)
        return (If(bound.test, context.lower(bound.body), context.place(bound.span)),)


def with_field(child: Element, parent: Element) -> Element:
    """The element inside takes the field of the one around it."""
    field = next((item for item in parent.modifiers if item.key.value == "field"), None)
    if field is None or child.field is not None:
        return child
    return replace(child, modifiers=(*child.modifiers, Modifier(field.key, field.value)))
