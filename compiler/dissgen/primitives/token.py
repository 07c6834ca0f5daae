"""`token: NAME` or an expression: the longest match here."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import Op, TokenRead
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.values import BoundLeaf, check_value, with_stream, yielded
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.types import STR


@dataclass(frozen=True, slots=True)
class BoundToken(BoundLeaf):
    token: str


class TokenPrimitive(Primitive):
    kind = "token"
    doc = "The longest match of a token here; its value is text."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        assert isinstance(element.argument, ScalarNode)
        field = element.field
        token = context.token(element.argument, field.text if field is not None else None)
        value = check_value(element, context, STR)
        if token is None or value is None:
            return None
        source = field.text if field is not None else token
        minimum = context.token_minimum(token)
        return BoundToken(self.kind, element.span, minimum, source, yielded(value), value, token)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundToken)
        place, value = context.place(bound.span), bound.result
        read = TokenRead(
            bound.token,
            value.target,
            value.conversions,
            value.type,
            value.constant,
            place,
            value.field,
            value.kept_transforms,
        )
        return (with_stream(read, value, place),)
