"""Types as a spec writes them: `type: 'list[str]'`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.reader import ScalarNode
from dissgen.types import SIMPLE, EnumType, Type, TypeProblem, parse_type

_ELSEWHERE: Final = {
    "string": "str",
    "text": "str",
    "boolean": "bool",
    "integer": "int",
    "number": "int",
    "double": "float",
    "bytearray": "bytes",
    "array": "list[...]",
    "dict": "map[..., ...]",
    "List": "list[...]",
    "Optional": "optional[...]",
}


def check_type(
    node: ScalarNode,
    records: Collection[str],
    diagnostics: Diagnostics,
    enums: Mapping[str, EnumType] | None = None,
) -> Type | None:
    """The type that a scalar writes, None after reporting what is wrong. `records` are the names of rules."""
    text = node.value
    if not isinstance(text, str):
        diagnostics.error("DG316", "a type is missing here", node.span, help="write for example `str`")
        return None
    found = parse_type(text, records, enums)
    if not isinstance(found, TypeProblem):
        return found
    help_ = found.help or ""
    if found.unknown is not None:
        similar = _ELSEWHERE.get(found.unknown) or suggest(found.unknown, [*SIMPLE, *records, *(enums or ())])
        help_ = f"write `{similar}`" if similar else ""
    label = "not a type, and no rule" if found.unknown is not None else ""
    where = node.inner_span(found.start, found.end)
    diagnostics.error("DG316", found.message, where, label, help=(help_,) if help_ else ())
    return None
