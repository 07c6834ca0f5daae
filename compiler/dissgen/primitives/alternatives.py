"""What the field of a `branch` or a `try` holds: a record of the fields of all alternatives, or one of their values."""

from __future__ import annotations

from collections.abc import Iterable

from dissgen.primitives.base import CheckContext
from dissgen.primitives.converted import changes
from dissgen.spec.tree import Element, name_of

_LEAVES = ("token", "literal", "hex", "number", "float", "varint", "flag", "bytes", "text", "array")
_AROUND = ("branch", "optional", "try", "at")
_NOTHING = ("empty", "fail")


def is_one_record(elements: Iterable[Element], context: CheckContext) -> bool:
    """Whether the alternatives are fields without a record of their own, and no value stands beside them."""
    flat = [part for element in elements for part in _flat(element)]
    if any(_is_value(element, context) for element in flat):
        return False
    return any(element.kind not in ("use", "name", *_NOTHING) for element in flat)


def _flat(element: Element) -> list[Element]:
    """What an element takes its value from."""
    if element.kind not in _AROUND or element.field is not None:
        return [element]
    inside = (*element.children, *(case.element for case in element.cases))
    return [part for child in inside for part in _flat(child)]


def _is_value(element: Element, context: CheckContext) -> bool:
    """Whether it yields a single value, or a list."""
    if element.field is not None:
        return False
    if element.kind in _LEAVES or changes(element):
        return True
    name = name_of(element.argument) if element.kind in ("use", "name") else None
    return name is not None and (context.is_token(name.text) or not context.yields_record(name.text))
