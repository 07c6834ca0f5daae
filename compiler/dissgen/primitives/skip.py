"""`skip: e` and `align: N`: bytes that are passed over."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import NOWHERE, Align, NumberRead, Op, TakeRead
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.types import BYTES, INT


@dataclass(frozen=True, slots=True)
class BoundSkip(Bound):
    size: Quantity


class SkipPrimitive(Primitive):
    kind = "skip"
    doc = "So many bytes, passed over."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        size = check_quantity(element, "size", element.argument, context)
        if size is None:
            return None
        return BoundSkip(self.kind, element.span, size.minimum + size.least, "skip", None, size)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundSkip)
        take = TakeRead(bound.size.value, False, NOWHERE, (), BYTES, context.place(bound.span), None)
        return (*context.all(bound.size.reads), take)


@dataclass(frozen=True, slots=True)
class BoundAlign(Bound):
    """`shift` bits of the byte are read; then up to a multiple of `size` bytes."""

    shift: int
    size: int


class AlignPrimitive(Primitive):
    kind = "align"
    doc = "Up to a boundary of so many bits, counted from the beginning of the message."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        argument = element.argument
        bits = argument.value if isinstance(argument, ScalarNode) and isinstance(argument.value, int) else 0
        if bits % 8 or bits <= 0:
            context.diagnostics.error(
                "DG254", "a boundary is a multiple of 8 bits", argument.span, "", help="write `align: 8`"
            )
            return None
        shift = context.align_bits()
        return BoundAlign(self.kind, element.span, 1 if shift else 0, "", None, shift, bits // 8)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundAlign)
        place = context.place(bound.span)
        rest = NumberRead("int", 8 - bound.shift, False, "big", bound.shift, NOWHERE, (), INT, None, place, None)
        last = (rest,) if bound.shift else ()
        return (*last, Align(bound.size, place)) if bound.size > 1 else last
