"""`set`, `trigger` and `raise`: what a rule does in mid-message besides reading."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Assign, Op, RaiseInMessage, TriggerInMessage
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.spec.tree import Element, name_of


@dataclass(frozen=True, slots=True)
class BoundEffect(Bound):
    """`event` is "" for `set`; `values` are the payload or the variables, by name."""

    event: str
    values: tuple[tuple[str, Typed], ...]


class SetPrimitive(Primitive):
    kind = "set"
    doc = "Assigns variables of the message (`scope: message`), all right sides first; its transitions read them."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        values = context.assigned(element)
        return None if values is None else BoundEffect("set", element.span, 0, "", None, "", values)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundEffect)
        return (Assign(bound.values, context.place(bound.span)),)


class TriggerPrimitive(Primitive):
    kind = "trigger"
    doc = "A user event in mid-message. Its payload comes by name from the rule; what is not parsed yet is None."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        event = name_of(element.argument)
        values = None if event is None else context.triggered(element, event)
        if event is None or values is None:
            return None
        return BoundEffect("trigger", element.span, 0, "", None, event.text, values)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundEffect)
        return (TriggerInMessage(bound.event, bound.values, context.place(bound.span)),)


class RaisePrimitive(Primitive):
    kind = "raise"
    doc = "Hands an event of `machine` to the current state in mid-message; its transitions may jump to `fail` only."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        event = name_of(element.argument)
        values = None if event is None else context.raised(element, event)
        if event is None or values is None:
            return None
        return BoundEffect("raise", element.span, 0, "", None, event.text, values)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundEffect)
        return (RaiseInMessage(bound.event, bound.values, context.place(bound.span)),)
