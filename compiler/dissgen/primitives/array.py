"""`array: element` with the tests that end it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from dissgen.diagnostics import suggest
from dissgen.ir import ops
from dissgen.ir.expressions import Constant, Typed
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.converted import is_converted
from dissgen.primitives.number import BoundNumber
from dissgen.primitives.quantity import Quantity, check_quantity
from dissgen.primitives.use import bound_call
from dissgen.primitives.within import bound_within
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.spec.tree import Element, name_of
from dissgen.types import BOOL, STR, ListType, Lookup, OptionalType, RecordType, Type, show

_LEAVES = ("token", "literal", "hex", "number", "float", "varint", "flag", "bytes", "text")
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
    packed: bool


class ArrayPrimitive(Primitive):
    kind = "array"
    doc = "Items until `count`, `while`, `until` or `rest` ends them; without a `field` none is kept."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        field = element.field
        count_node, while_node, until_node, rest = (element.get(key) for key in ("count", "while", "until", "rest"))
        size_node = element.get("size")
        size = check_quantity(element, "size", size_node, context) if size_node is not None else None
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
        lookup = _lookup(element, item_type, context)
        if field is not None:
            context.define(field, ListType(item_type, lookup=lookup) if item_type is not None else None)
        while_ = context.expression(while_node, BOOL, loop=True) if while_node is not None else None
        until = None
        if until_node is not None and item_type is not None:
            until = context.expression(until_node, BOOL, item=item_type, loop=True)
        if all(node is None for node in (size_node, count_node, while_node, until_node, rest)):
            context.diagnostics.error(
                "DG229",
                "an array without an end",
                element.span,
                "ends when?",
                help="write `count`, `size`, `while`, `until` or `rest: true`",
            )
            return None
        wanted, found = (size_node, count_node, while_node, until_node), (size, count, while_, until)
        if (
            item is None
            or item_type is None
            or any(n is not None and t is None for n, t in zip(wanted, found, strict=True))
        ):
            return None
        to_end = size is not None or (isinstance(rest, ScalarNode) and rest.value is True)
        packed = isinstance(item, BoundNumber) and item.bits % 8 != 0
        if packed and not _check_packed(element, item, count, while_node or until_node, context):
            return None
        least = _least(item.minimum, count_node is not None, while_node is not None, rest is not None, count)
        if packed and isinstance(item, BoundNumber) and count is not None:
            least = (count.least * item.bits + 7) // 8
        least += count.minimum if count is not None else 0
        source = f"{item.source}..." if field is None else f"{field.text}={item.source}..."
        name = field.text if field is not None else None
        value = ListType(item_type)
        array = BoundArray(
            "array", element.span, least, source, value, item, item_type, count, while_, until, to_end, name, packed
        )
        return array if size is None else bound_within(element, size, array, slack=False)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundArray)
        reads = context.all(bound.count.reads if bound.count is not None else ())
        if bound.packed:
            return (*reads, _packed(bound, context))
        (item,) = context.lower(bound.item)
        assert isinstance(item, ops.Leaf | ops.Call)
        item = dataclasses.replace(item, target=ops.Target(ITEM), field=bound.field)
        return (
            *reads,
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


def _lookup(element: Element, item: Type | None, context: CheckContext) -> Lookup | None:
    """How expressions find items of the array by a key."""
    node = element.get("lookup")
    if not isinstance(node, MappingNode) or item is None:
        return None
    fields = context.fields_of(item) if isinstance(item, RecordType) else {}
    names = {key: name for key in ("key", "value") if (value := node.get(key)) and (name := name_of(value))}
    correct = True
    for key, name in names.items():
        type_ = fields.get(name.text)
        if type_ is None or isinstance(type_, OptionalType) or (key == "key" and type_ != STR):
            similar = suggest(name.text, fields) if type_ is None else None
            found = "has no such field" if type_ is None else f"has `{show(type_)}` there"
            needed = "text" if key == "key" else "a value"
            context.diagnostics.error(
                "DG270",
                f"an item of the array {found}",
                name.span,
                f"{needed} that every item has is needed",
                help=f"write `{similar}`" if similar else (),
            )
            correct = False
    if not correct or len(names) < 2:
        return None
    ignore = node.get("ignore_case")
    return Lookup(names["key"].text, names["value"].text, isinstance(ignore, ScalarNode) and ignore.value is True)


def _item(element: Element, context: CheckContext) -> Bound | None:
    """A leaf as it is, a rule as a call, anything else as a rule of its own."""
    if not element.children:
        return None
    child = element.children[0]
    if child.field is None:
        plain = not _measured(child) and not is_converted(child, context)
        name = name_of(child.argument) if child.kind in ("name", "use") and plain else None
        if name is not None and not (child.kind == "name" and context.is_token(name.text)):
            if child.kind == "name" and not context.is_rule(name.text):
                context.unknown_element(name)
                return None
            use = context.call(name, child.get("with"))
            return None if use is None else bound_call(child, use, None)
        if child.kind in (*_LEAVES, "name") and plain:
            return context.element(child)
    suffix = f"{element.field.text}_{ITEM}" if element.field is not None else ITEM
    if (
        child.field is None and not plain and child.kind in (*_LEAVES, "name", "use")
    ):  # the size is read first: a rule whose value is the item
        use = context.outline(child, suffix, valued=True)
    else:
        use = context.outline(Element("record", child.argument, child.span, (child,)), suffix)
    return None if use is None else bound_call(child, use, None)


def _check_packed(
    element: Element, item: Bound, count: Quantity | None, test: Node | None, context: CheckContext
) -> bool:
    """Whether an array of items that are no whole bytes is one that can be read."""
    assert isinstance(item, BoundNumber)
    context.align_bits()
    if test is not None or item.result.conversions:
        what = "ends by `count`, `size` or `rest`" if test is not None else "has no conversions"
        context.diagnostics.error("DG253", f"an array of bits {what}", element.span, f"items of {item.bits} bits")
        return False
    if count is not None and (count.least * item.bits % 8 or not isinstance(count.value, Constant)):
        context.open_bits()
    return True


def _packed(bound: BoundArray, context: LowerContext) -> ops.Op:
    """All items at once: the bytes that hold them."""
    item = bound.item
    assert isinstance(item, BoundNumber)
    assert item.form != "float"
    return ops.PackedRead(
        item.form,
        item.bits,
        item.signed,
        item.order,
        bound.count.value if bound.count is not None else None,
        ops.Target(bound.field),
        (),
        ListType(bound.item_type),
        context.place(bound.span),
        bound.field,
    )


def _measured(child: Element) -> bool:
    """Whether more than the element itself is read: its size, or the budget around it."""
    sized = isinstance(child.argument, MappingNode) and isinstance(child.argument.get("size"), MappingNode)
    return sized or child.get("within") is not None


def _least(item: int, counted: bool, tested: bool, rest: bool, count: Quantity | None) -> int:
    """Without a count or a test before it, one item is always read; `rest` is known to begin with a byte."""
    if counted or tested:
        return count.least * item if count is not None and not tested and not rest else 0
    return item
