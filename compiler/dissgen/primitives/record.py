"""`record: [...]` and `sequence: [...]`: elements in order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from dissgen.ir import ops
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
        return BoundRecord(self.kind, element.span, sum(member.minimum for member in bound), source, None, bound)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundRecord)
        return context.all(bound.members)


class SequencePrimitive(RecordPrimitive):
    kind = "sequence"
    doc = "As `record`; nothing of it is held back, so what is streamed need not wait for its end."

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        return tuple(map(_released, super().lower(bound, context)))


def _released(op: ops.Op) -> ops.Op:
    """An element of a sequence that keeps nothing: what it reads is done with."""
    match op:
        case ops.Loop(target=ops.Target(None)):
            return dataclasses.replace(op, sequence=True)
        case ops.If(body=(only,)):
            return dataclasses.replace(op, body=(_released(only),))
        case ops.TokenRead() | ops.LiteralRead() | ops.TakeRead() | ops.UntilRead() if op.target.name is None:
            return op if _looked_at(op) else ops.Unkept(op, op.place)
        case _:
            return op


def _looked_at(op: ops.TokenRead | ops.LiteralRead | ops.TakeRead | ops.UntilRead) -> bool:
    """Whether what is read must be what `const` says, or be fit for `convert` or `transform`."""
    return getattr(op, "constant", None) is not None or any(
        getattr(op, name, ()) for name in ("conversions", "transforms")
    )
