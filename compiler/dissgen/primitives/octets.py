"""`bytes:` and `text:`: a run of bytes by its size, up to a terminator, or up to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Leaf, Op, RestRead, TakeRead, UntilRead
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.primitives.values import BoundLeaf, check_value, with_stream, yielded
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.spec.quantities import size as size_of
from dissgen.spec.tree import Element
from dissgen.types import BYTES, STR, show

Extent: TypeAlias = Literal["size", "until", "until_value", "rest"]


@dataclass(frozen=True, slots=True)
class BoundOctets(BoundLeaf):
    """`size` for the extent `size`, `terminator` and `limit` for `until`, `exact` and `limit` for `until_value`."""

    extent: Extent
    text: bool
    size: Quantity | None
    terminator: str | None
    limit: int | None
    exact: Typed | None


class _Octets(Primitive):
    is_text: bool

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        shape = element.argument
        assert isinstance(shape, MappingNode)
        field = element.field
        size_node, until, rest = shape.get("size"), shape.get("until"), shape.get("rest")
        exact_node = shape.get("until_value")
        size = terminator = exact = None
        extent: Extent = "rest"
        source, minimum, failed = "rest", 1, False
        if size_node is not None:
            extent, size = "size", check_quantity(element, "size", size_node, context)
            failed = size is None
            minimum = size.minimum + size.least if size is not None else 0
            source = f"size {_text(size_node)}"
        elif isinstance(until, ScalarNode):
            extent, terminator = "until", context.terminator(until, field.text if field is not None else None)
            failed = terminator is None
            minimum, source = 0, f"until {terminator}"
        elif exact_node is not None:
            extent, exact = "until_value", _exact(exact_node, context)
            failed, minimum, source = exact is None, 0, f"until {_text(exact_node)}"
        elif rest is None:
            context.diagnostics.error(
                "DG228", f"`{self.kind}` of what extent?", element.span, "", help="write `size`, `until` or `rest`"
            )
            failed = True
        limit = _limit(shape.get("limit") or element.get("limit"), context)
        value = check_value(element, context, STR if self.is_text else BYTES)
        if failed or value is None:
            return None
        source = field.text if field is not None else f"{self.kind} {source}"
        return BoundOctets(
            self.kind,
            element.span,
            minimum,
            source,
            yielded(value),
            value,
            extent,
            self.is_text,
            size,
            terminator,
            limit,
            exact,
        )

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        assert isinstance(bound, BoundOctets)
        place, value = context.place(bound.span), bound.result
        leaf: Leaf
        tail = (value.target, value.conversions, value.type, place, value.field, value.kept_transforms)
        if bound.size is not None:
            leaf = TakeRead(bound.size.value, bound.text, *tail)
        elif bound.terminator is not None:
            leaf = UntilRead(bound.terminator, bound.text, bound.limit, *tail)
        elif bound.exact is not None:
            leaf = UntilRead("", bound.text, bound.limit, *tail, bound.exact)
        else:
            leaf = RestRead(bound.text, *tail)
        reads = bound.size.reads if bound.size is not None else ()
        return (*context.all(reads), with_stream(leaf, value, place))


class BytesPrimitive(_Octets):
    kind = "bytes"
    doc = "A run of bytes: `size: e`, `until: TOKEN` (stops before it), or `rest: true`."
    is_text = False


class TextPrimitive(_Octets):
    kind = "text"
    doc = "As `bytes`, decoded with the spec's `encoding`."
    is_text = True


def _text(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else "read before it"


def _exact(node: Node, context: CheckContext) -> Typed | None:
    value = context.expression(node)
    if value is None or value.type in (BYTES, STR):
        return value
    context.diagnostics.error(
        "DG305", f"a field ends at `bytes` or `str`, this is `{show(value.type)}`", node.span, f"`{show(value.type)}`"
    )
    return None


def _limit(node: Node | None, context: CheckContext) -> int | None:
    if not isinstance(node, ScalarNode):
        return None
    text = node.value if isinstance(node.value, str | int) else node.span.text
    limit = size_of(text)
    if limit is None:
        context.diagnostics.error("DG230", f"`{text}` is no size", node.span, "", help="write for example `64 KiB`")
    return limit
