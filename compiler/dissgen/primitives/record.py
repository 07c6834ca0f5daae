"""`record: [...]` and `sequence: [...]`: elements in order."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.use import check_outlined
from dissgen.spec.tree import Element


@dataclass(frozen=True, slots=True)
class BoundRecord(Bound):
    members: tuple[Bound, ...]


class RecordPrimitive(Primitive):
    kind = "record"
    doc = "Elements in order. With a `field` it nests; without one its fields are merged into the rule's."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        if element.field is not None:
            return check_outlined(element, context, element.field)
        members = [context.element(child) for child in element.children]
        bound = tuple(member for member in members if member is not None)
        if len(bound) < len(members):
            return None
        source = " ".join(member.source for member in bound if member.source)
        return BoundRecord("record", element.span, sum(member.minimum for member in bound), source, None, bound)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundRecord)
        return context.all(bound.members)


class SequencePrimitive(RecordPrimitive):
    kind = "sequence"
    doc = "As `record`; nothing of it is held back, so what is streamed need not wait for its end."
