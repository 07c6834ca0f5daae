"""`try: [a, b]`: the first element that matches; the ones before it are undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dissgen.ir import ops
from dissgen.primitives.alternatives import is_one_record
from dissgen.primitives.base import Alternative, Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.optional import with_field
from dissgen.primitives.use import check_outlined
from dissgen.spec.tree import Element


@dataclass(frozen=True, slots=True)
class BoundTry(Bound):
    alternatives: tuple[Alternative, ...]


class TryPrimitive(Primitive):
    kind = "try"
    doc = "The first element that matches; what the ones before it read is read again. Nothing in it has an effect."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        field = element.field
        if field is not None and is_one_record(element.children, context):
            return check_outlined(element, context, field)
        if field is not None:
            context.may_differ(field)
        arms = [
            _arm(with_field(child, element), context, number) for number, child in enumerate(element.children, start=1)
        ]
        (found,) = context.members([lambda: context.alternatives(arms, element.span)])
        alternatives = tuple(alternative for alternative in found if alternative is not None)
        if len(alternatives) < len(found):
            return None
        source = f"({' / '.join(alternative.use.rule for alternative in alternatives)})"
        least = min(alternative.use.minimum for alternative in alternatives)
        return BoundTry(self.kind, element.span, least, source, None, alternatives)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundTry)
        return (
            ops.Try(
                tuple(_lowered(alternative, context) for alternative in bound.alternatives), context.place(bound.span)
            ),
        )


def _lowered(alternative: Alternative, context: LowerContext) -> ops.Alternative:
    place = context.place(alternative.span)
    use = alternative.use
    call = ops.Call(use.rule, use.arguments, ops.Target(alternative.target), place, alternative.target)
    return ops.Alternative(call, context.all(alternative.fields))


def _arm(element: Element, context: CheckContext, number: int) -> Callable[[], Alternative | None]:
    return lambda: context.alternative(element, number)
