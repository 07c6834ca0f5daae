"""`convert`: what becomes of a value, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dissgen.diagnostics import suggest
from dissgen.ir.ops import Conversion, ConversionKind
from dissgen.primitives.base import CheckContext
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.tree import Element, name_of
from dissgen.text import Span
from dissgen.types import BOOL, BYTES, FLOAT, INT, STR, FloatType, ListType, Type, assignable, is_int, show

_TEXT: Final = (STR,)
_KINDS: Final[Mapping[str, tuple[ConversionKind, tuple[Type, ...], Type]]] = {
    "int": ("int", _TEXT, INT),
    "float": ("float", (STR, INT), FLOAT),
    "upper": ("upper", _TEXT, STR),
    "lower": ("lower", _TEXT, STR),
    "strip": ("strip", _TEXT, STR),
    "hex": ("hex", (BYTES,), STR),
    "bool": ("bool", (INT, STR), BOOL),
    "ipv4": ("ipv4", (BYTES, INT), STR),
    "ipv6": ("ipv6", (BYTES,), STR),
    "mac": ("mac", (BYTES,), STR),
    "timestamp": ("timestamp", (INT, FLOAT), STR),
    "bit_set": ("bit_set", (BYTES, INT), ListType(INT)),
    "number": ("number", (BYTES,), INT),
    "scale": ("scale", (INT, FLOAT), INT),
    "table": ("table", (), INT),
    "unescape": ("unescape", _TEXT, STR),
    "enum": ("int", (INT,), INT),
}
"""What each takes and gives; `scale`, `table` and `enum` say more below."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A conversion as it stands: `argument` is the value of `{word: argument}`."""

    word: str
    span: Span
    argument: Node | None


def listed(node: Node | None) -> tuple[Node, ...]:
    """One or a list of them."""
    if node is None:
        return ()
    return node.items if isinstance(node, SequenceNode) else (node,)


def check_conversions(element: Element, context: CheckContext, raw: Type) -> tuple[tuple[Conversion, ...], Type] | None:
    """The steps of `convert` and `enum`, and the type that they give; None after reporting a mistake."""
    steps: list[Conversion] = []
    type_ = raw
    if element.get("errors") is not None:
        steps.append(Conversion("decode"))
    written = [_written(node) for node in listed(element.get("convert"))]
    enum = element.get("enum")
    if enum is not None:
        written.append(_Written("enum", enum.span, enum))
    signed_node = element.get("signed")
    signed = isinstance(signed_node, ScalarNode) and signed_node.value is True
    number = {STR: "int", BYTES: "number"}.get(raw)
    if signed_node is not None and number and not any(item is not None and item.word == number for item in written):
        message, help_ = "there is no number here that could be signed", f"write `convert: {number}` beside it"
        context.diagnostics.error("DG223", message, signed_node.span, "", help=help_)
        return None
    for item in written:
        if item is None or not _applicable(item, context, type_):
            return None
        found = _step(item, context, type_, signed and number is not None)
        if found is None:
            return None
        step, type_ = found
        if step is not None:
            steps.append(step)
    return tuple(steps), type_


def _written(node: Node) -> _Written | None:
    if isinstance(node, MappingNode) and node.entries:
        key, argument = node.entries[0]
        return _Written(str(key.value), key.span, argument)
    return _Written(str(node.value), node.span, None) if isinstance(node, ScalarNode) else None


def _applicable(item: _Written, context: CheckContext, type_: Type) -> bool:
    known = _KINDS.get(item.word)
    if known is None:
        similar = suggest(item.word, _KINDS)
        help_ = f"write `{similar}`" if similar else f"there are {', '.join(_KINDS)}"
        context.diagnostics.error("DG223", f"unknown conversion `{item.word}`", item.span, "", help=help_)
        return False
    _, needed, _ = known
    if needed and not any(assignable(type_, one) for one in needed):
        wanted = " or ".join(f"`{show(one)}`" for one in needed)
        message = f"`{item.word}` converts {wanted}, this is `{show(type_)}`"
        if item.word == "enum":
            message = f"an enum is a number, this is `{show(type_)}`"
        context.diagnostics.error("DG224", message, item.span, f"given `{show(type_)}`")
        return False
    return True


def _step(item: _Written, context: CheckContext, type_: Type, signed: bool) -> tuple[Conversion | None, Type] | None:
    kind, _, result = _KINDS[item.word]
    argument = item.argument
    match item.word:
        case "enum":
            name = name_of(argument) if argument is not None else None
            enum = context.enum(name) if name is not None else None
            return None if enum is None else (None, enum)
        case "int":
            base = argument.value if isinstance(argument, ScalarNode) and isinstance(argument.value, int) else 10
            if not 2 <= base <= 36:
                context.diagnostics.error(
                    "DG223", "a base is a number from 2 to 36", item.span, "", help="write `int: 16`"
                )
                return None
            return Conversion(kind, base, signed), result
        case "number":
            return Conversion(kind, signed=signed, order="little" if context.endian == "little" else "big"), result
        case "scale":
            factor = argument.value if isinstance(argument, ScalarNode) else None
            if not isinstance(factor, int | float):
                context.diagnostics.error("DG223", "scale by what?", item.span, "", help="write `{scale: 4}`")
                return None
            floats = isinstance(factor, float) or isinstance(type_, FloatType)
            return Conversion(kind, factor=factor), FLOAT if floats else result
        case "table":
            return _table(item, context, type_)
        case "unescape":
            mark = argument.value if isinstance(argument, ScalarNode) else None
            if not isinstance(mark, str) or len(mark) != 1:
                message, help_ = "an escape is one character", "write `{unescape: '\\'}`"
                context.diagnostics.error("DG223", message, item.span, "", help=help_)
                return None
            return Conversion(kind, mark=mark), result
        case "bool":
            return _bool(item, context, type_)
        case _:
            return Conversion(kind), result


def _table(item: _Written, context: CheckContext, type_: Type) -> tuple[Conversion, Type] | None:
    name = name_of(item.argument) if item.argument is not None else None
    table = context.lookup_table(name) if name is not None else None
    if name is None or table is None:
        return None
    if table.value is None:
        context.diagnostics.error("DG224", f"the table `{name.text}` is a set, it has keys only", name.span)
        return None
    if not assignable(type_, table.key):
        message = f"the keys of `{name.text}` are `{show(table.key)}`, this is `{show(type_)}`"
        context.diagnostics.error("DG224", message, name.span, f"given `{show(type_)}`")
        return None
    return Conversion("table", table=name.text), table.value


def _bool(item: _Written, context: CheckContext, type_: Type) -> tuple[Conversion, Type] | None:
    argument = item.argument
    if not isinstance(argument, MappingNode):
        if is_int(type_):
            return Conversion("bool"), BOOL
        context.diagnostics.error(
            "DG223", "which texts are true and false?", item.span, "", help="write `{bool: {true: t, false: f}}`"
        )
        return None
    values = []
    for key, node in argument.entries:
        value = context.constant(node, type_) if isinstance(node, ScalarNode) else None
        if value is None or not isinstance(value, str | int):
            return None
        values.append((value, key.value is True or key.value == "true"))
    return Conversion("bool", values=tuple(values)), BOOL
