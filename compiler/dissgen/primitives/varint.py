"""`varint: leb128`: a number of variable length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

from dissgen.ir.ops import Op, VarintRead
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.values import BoundLeaf, check_value, yielded
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.types import INT

FORMS: Final = ("leb128", "zigzag", "vlq", "mqtt", "quic", "ber_length")


@dataclass(frozen=True, slots=True)
class BoundVarint(BoundLeaf):
    form: Literal["leb128", "zigzag", "vlq", "mqtt", "quic", "ber_length"]


class VarintPrimitive(Primitive):
    kind = "varint"
    doc = "A number of variable length: `leb128`, `zigzag`, `vlq`, `mqtt`, `quic` or `ber_length`."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        argument, value = element.argument, check_value(element, context, INT)
        if value is None or not isinstance(argument, ScalarNode) or argument.value not in FORMS:
            return None
        form = cast(Literal["leb128", "zigzag", "vlq", "mqtt", "quic", "ber_length"], argument.value)
        source = element.field.text if element.field is not None else f"varint {form}"
        return BoundVarint(self.kind, element.span, 1, source, yielded(value), value, form)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundVarint)
        value, place = bound.result, context.place(bound.span)
        tail = (value.target, value.conversions, value.type, value.constant, place, value.field)
        return (VarintRead(bound.form, *tail),)
