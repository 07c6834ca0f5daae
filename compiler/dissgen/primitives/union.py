"""`union: [a, b]`: every member from the same start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dissgen.ir import ops
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.use import check_outlined
from dissgen.spec.tree import Element


@dataclass(frozen=True, slots=True)
class BoundUnion(Bound):
    members: tuple[Bound, ...]


class UnionPrimitive(Primitive):
    kind = "union"
    doc = "Every member is read from the same start; the union ends at the furthest. Nothing in it is streamed."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        if element.field is not None:
            return check_outlined(element, context, element.field)
        arms: list[Callable[[], Bound | None]] = [_arm(child, context) for child in element.children]
        members = context.members(arms)
        bound = tuple(member for member in members if member is not None)
        if len(bound) < len(members):
            return None
        source = f"({' & '.join(member.source for member in bound)})"
        least = max((member.minimum for member in bound), default=0)
        return BoundUnion("union", element.span, least, source, None, bound)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundUnion)
        return (ops.Union(tuple(context.lower(member) for member in bound.members), context.place(bound.span)),)


def _arm(element: Element, context: CheckContext) -> Callable[[], Bound | None]:
    return lambda: context.element(element)
