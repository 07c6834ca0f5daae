"""`array: element` with the tests that end it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.primitives.use import bound_call
from dissgen.reader import MappingNode, ScalarNode
from dissgen.spec.tree import Element, name_of
from dissgen.types import BOOL, ListType, Type

_LEAVES = ("token", "literal", "hex", "number", "float", "flag", "bytes", "text")
ITEM = "item"
"""The target of an item's reading operation."""


@dataclass(frozen=True, slots=True)
class BoundArray(Bound):
    item: Bound
    item_type: Type
    count: Quantity | None
    while_: Typed | None
    until: Typed | None
    rest: bool
    field: str | None


class ArrayPrimitive(Primitive):
    kind = "array"
    doc = "Items until `count`, `while`, `until` or `rest` ends them; without a `field` none is kept."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        field = element.field
        count_node, while_node, until_node, rest = (element.get(key) for key in ("count", "while", "until", "rest"))
        count = check_quantity(element, "count", count_node, context) if count_node is not None else None
        item = _item(element, context)
        if item is not None and item.value is None:
            context.diagnostics.error(
                "DG222",
                "an item that is streamed has no value",
                element.span,
                "",
                help="make it a rule with a `record` around it",
            )
            item = None
        item_type = item.value if item is not None else None
        if field is not None:
            context.define(field, ListType(item_type) if item_type is not None else None)
        while_ = context.expression(while_node, BOOL, loop=True) if while_node is not None else None
        until = None
        if until_node is not None and item_type is not None:
            until = context.expression(until_node, BOOL, item=item_type, loop=True)
        if count_node is None and while_node is None and until_node is None and rest is None:
            context.diagnostics.error(
                "DG229",
                "an array without an end",
                element.span,
                "ends when?",
                help="write `count`, `while`, `until` or `rest: true`",
            )
            return None
        wanted, found = (count_node, while_node, until_node), (count, while_, until)
        if (
            item is None
            or item_type is None
            or any(n is not None and t is None for n, t in zip(wanted, found, strict=True))
        ):
            return None
        least = _least(item.minimum, count_node is not None, while_node is not None, rest is not None, count)
        least += count.minimum if count is not None else 0
        source = f"{item.source}..." if field is None else f"{field.text}={item.source}..."
        to_end = isinstance(rest, ScalarNode) and rest.value is True
        name = field.text if field is not None else None
        value = ListType(item_type)
        return BoundArray(
            "array", element.span, least, source, value, item, item_type, count, while_, until, to_end, name
        )

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundArray)
        (item,) = context.lower(bound.item)
        assert isinstance(item, ops.Leaf | ops.Call)
        item = dataclasses.replace(item, target=ops.Target(ITEM), field=bound.field)
        return (
            *context.all(bound.count.reads if bound.count is not None else ()),
            ops.Loop(
                item,
                bound.item_type,
                bound.count.value if bound.count is not None else None,
                bound.while_,
                bound.until,
                bound.rest,
                ops.Target(bound.field),
                context.place(bound.span),
                bound.field,
            ),
        )


def _item(element: Element, context: CheckContext) -> Bound | None:
    """A leaf as it is, a rule as a call, anything else as a rule of its own."""
    if not element.children:
        return None
    child = element.children[0]
    if child.field is None:
        name = name_of(child.argument) if child.kind in ("name", "use") else None
        if name is not None and not (child.kind == "name" and context.is_token(name.text)):
            if child.kind == "name" and not context.is_rule(name.text):
                context.unknown_element(name)
                return None
            use = context.call(name, child.get("with"))
            return None if use is None else bound_call(child, use, None)
        if child.kind in (*_LEAVES, "name") and not _measured(child):
            return context.element(child)
    suffix = f"{element.field.text}_{ITEM}" if element.field is not None else ITEM
    if child.field is None and _measured(child):  # the size is read first: a rule whose value is the item
        use = context.outline(child, suffix, valued=True)
    else:
        use = context.outline(Element("record", child.argument, child.span, (child,)), suffix)
    return None if use is None else bound_call(child, use, None)


def _measured(child: Element) -> bool:
    """Whether the element's size is an element that is read before it."""
    return isinstance(child.argument, MappingNode) and isinstance(child.argument.get("size"), MappingNode)


def _least(item: int, counted: bool, tested: bool, rest: bool, count: Quantity | None) -> int:
    """Without a count or a test before it, one item is always read; `rest` is known to begin with a byte."""
    if counted or tested:
        return count.least * item if count is not None and not tested and not rest else 0
    return item
