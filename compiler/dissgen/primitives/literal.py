"""`literal: 'HTTP/'`: exactly these characters."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.ir.ops import LiteralRead, Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.values import BoundLeaf, check_value, yielded
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.types import STR


@dataclass(frozen=True, slots=True)
class BoundLiteral(BoundLeaf):
    data: bytes
    ignore_case: bool


def check_literal(element: Element, context: CheckContext, data: bytes, kind: str) -> Bound | None:
    """What literals written as text and as hexadecimal digits share."""
    stream, field, ignore_case = element.name("stream"), element.field, element.get("ignore_case")
    value = check_value(element, context, STR)
    if stream is not None:
        context.diagnostics.error(
            "DG222", "a literal is not streamed", stream.span, "", help="stream a `token` that matches it"
        )
        return None
    if value is None:
        return None
    folds = isinstance(ignore_case, ScalarNode) and ignore_case.value is True
    source = field.text if field is not None else repr(data)[1:]
    return BoundLiteral(kind, element.span, len(data), source, yielded(value), value, data, folds)


def lower_literal(bound: Bound, context: LowerContext) -> tuple[Op, ...]:
    assert isinstance(bound, BoundLiteral)
    value = bound.result
    return (LiteralRead(bound.data, bound.ignore_case, value.target, context.place(bound.span), value.field),)


class LiteralPrimitive(Primitive):
    kind = "literal"
    doc = "Exactly these characters; `ignore_case: true` takes ASCII letters of either case."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        assert isinstance(element.argument, ScalarNode)
        text = element.argument.value
        text = text if isinstance(text, str) else element.argument.span.text
        try:
            data = text.encode("latin-1")
        except UnicodeEncodeError as error:
            span = element.argument.inner_span(error.start, error.end)
            context.diagnostics.error(
                "DG227", "a character beyond U+00FF in a literal", span, "", help="write its bytes with `hex`"
            )
            return None
        if not data:
            context.diagnostics.error("DG227", "an empty literal", element.argument.span, "", help="leave it out")
            return None
        return check_literal(element, context, data, self.kind)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        return lower_literal(bound, context)
