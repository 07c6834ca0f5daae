"""`number: 16`, `flag: true`, `float: 32`: fixed-width binary fields, packed where they do not begin at a byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dissgen.ir.ops import NumberRead, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.values import BoundLeaf, check_value, yielded
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.types import BOOL, FLOAT, INT, Type

NumberKind: TypeAlias = Literal["int", "float", "flag"]


@dataclass(frozen=True, slots=True)
class BoundNumber(BoundLeaf):
    """`shift`: how many bits of its first byte are read before it."""

    form: NumberKind
    bits: int
    signed: bool
    order: Literal["big", "little"]
    shift: int


def check_number(element: Element, context: CheckContext, form: NumberKind, bits: int, type_: Type) -> Bound | None:
    """What numbers, flags and floats share."""
    signed = element.get("signed")
    whole = form != "flag" and bits % 8 == 0 and context.bit == 0
    little = context.endian == "little" if whole else context.bits == "lsb"
    shift = context.take_bits(bits, "little" if little else "big", element.span)
    value = check_value(element, context, type_)
    if value is None:
        return None
    return BoundNumber(
        element.kind,
        element.span,
        (shift + bits) // 8,
        element.field.text if element.field is not None else f"{element.kind} {bits}",
        yielded(value),
        value,
        form,
        bits,
        isinstance(signed, ScalarNode) and signed.value is True,
        "little" if little else "big",
        shift,
    )


class _Fixed(Primitive):
    form: NumberKind
    type: Type

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        argument = element.argument
        bits = argument.value if isinstance(argument, ScalarNode) and isinstance(argument.value, int) else 8
        return check_number(element, context, self.form, 1 if self.form == "flag" else bits, self.type)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundNumber)
        value, place = bound.result, context.place(bound.span)
        return (
            NumberRead(
                bound.form,
                bound.bits,
                bound.signed,
                bound.order,
                bound.shift,
                value.target,
                value.conversions,
                value.type,
                value.constant,
                place,
                value.field,
            ),
        )


class NumberPrimitive(_Fixed):
    kind = "number"
    doc = "A number of 1 to 64 bits; `signed: true`, `endian: little`, and `bits: lsb` where it is packed."
    form = "int"
    type = INT


class FloatPrimitive(_Fixed):
    kind = "float"
    doc = "A number of 16, 32 or 64 bits as IEEE 754 has it."
    form = "float"
    type = FLOAT


class FlagPrimitive(_Fixed):
    kind = "flag"
    doc = "One bit, true or false."
    form = "flag"
    type = BOOL
