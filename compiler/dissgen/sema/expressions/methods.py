"""Methods of text and bytes, and `get` of tables and maps."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from dissgen.diagnostics import suggest
from dissgen.ir.expressions import (
    Constant,
    Method,
    Typed,
)
from dissgen.sema.expressions.context import Context
from dissgen.sema.expressions.functions import counted
from dissgen.sema.expressions.lookups import METHODS, lookup_method
from dissgen.types import (
    BOOL,
    BYTES,
    INT,
    STR,
    BytesType,
    ListType,
    Lookup,
    MapType,
    OptionalType,
    StrType,
    TableType,
    Type,
    assignable,
    join,
    show,
)

CODECS: Final = ("latin-1", "ascii", "utf-8")
"""What `decode` and `encode` take; without one it is the first."""


# name: least and most arguments, their types (None = the type of the value itself), result (None = likewise)
_Row = tuple[int, tuple[Type | None, ...], Type | None]


_TEXT_METHODS: Final[Mapping[str, _Row]] = {
    "upper": (0, (), None),
    "lower": (0, (), None),
    "strip": (0, (None,), None),
    "startswith": (1, (None,), BOOL),
    "endswith": (1, (None,), BOOL),
    "replace": (2, (None, None), None),
    "find": (1, (None,), INT),
}


_STR_METHODS: Final[Mapping[str, _Row]] = {
    **_TEXT_METHODS,
    "split": (0, (STR,), ListType(STR)),
    "join": (1, (ListType(STR),), STR),
    "encode": (0, (STR,), BYTES),
}


_BYTES_METHODS: Final[Mapping[str, _Row]] = {
    **_TEXT_METHODS,
    "split": (0, (BYTES,), ListType(BYTES)),
    "join": (1, (ListType(BYTES),), BYTES),
    "hex": (0, (), STR),
    "decode": (0, (STR,), STR),
}


def method(context: Context, node: ast.Call, function: ast.Attribute, expected: Type | None) -> Typed | None:
    value = context.infer(function.value)
    if value is None:
        return None
    name = function.attr
    match value.type:
        case OptionalType(within):
            context.may_be_none(function.value, value.type, show(within))
            return None
        case TableType() | MapType() if name == "get":
            return _get(context, node, value, expected)
        case ListType(lookup=Lookup()) if name in METHODS:
            return lookup_method(context, node, value, name)
        case StrType():
            known = _STR_METHODS
        case BytesType():
            known = _BYTES_METHODS
        case _:
            known = {}
    if name not in known:
        _unknown_method(context, function, value.type, known)
        return None
    return _text_method(context, node, value, name, known[name])


def _unknown_method(context: Context, function: ast.Attribute, type_: Type, known: Mapping[str, _Row]) -> None:
    name = function.attr
    found = show(type_)
    similar = suggest(name, known)
    if isinstance(type_, ListType) and name in METHODS:
        help_ = "give the array a `lookup: {key: field, value: field}`"
    elif isinstance(type_, ListType) and name in ("append", "pop", "extend", "remove", "insert", "clear"):
        help_ = "lists change with `push`, `pop` and `set` in `execute`"
    elif isinstance(type_, ListType) and name in ("index", "count"):
        help_ = "write `x in items`, or `len(list(x for x in items if ...))`"
    elif name in _STR_METHODS and isinstance(type_, BytesType):
        help_ = f"write `x.decode().{name}()`"
    elif name in _BYTES_METHODS and isinstance(type_, StrType):
        help_ = f"write `x.encode().{name}()`" if name == "hex" else "this is text already"
    elif similar:
        help_ = f"write `{similar}`"
    elif known:
        help_ = f"there are {', '.join(known)}"
    else:
        help_ = ""
    context.error("DG308", f"`{found}` has no method `{name}`", context.written.attribute(function), "unknown", help_)


def _text_method(context: Context, node: ast.Call, value: Typed, name: str, row: _Row) -> Typed | None:
    least, types, result = row
    form = f"x.{name}({', '.join('abc'[: len(types)])})"
    if not counted(context, node, name, least, len(types), form):
        return None
    arguments: list[Typed] = []
    for part, type_ in zip(node.args, types, strict=False):
        argument = context.require(part, type_ or value.type)
        if argument is not None:
            arguments.append(argument)
    if len(arguments) < len(node.args):
        return None
    if name in ("decode", "encode") and arguments:
        codec = arguments[0]
        if not (isinstance(codec, Constant) and codec.value in CODECS):
            known = ", ".join(f"'{codec}'" for codec in CODECS)
            context.error("DG309", f"`{name}` takes one of {known}", node.args[0], "", f"write `x.{name}('utf-8')`")
            return None
    return Method(value, name, tuple(arguments), result or value.type, context.span(node))


def _get(context: Context, node: ast.Call, value: Typed, expected: Type | None) -> Typed | None:
    assert isinstance(value.type, TableType | MapType)
    key_type, value_type = value.type.key, value.type.value
    source = context.source(node.func.value) if isinstance(node.func, ast.Attribute) else "table"
    if value_type is None:
        context.error("DG308", f"`{source}` is a set, it has keys only", node, "", f"write `x in {source}`")
        return None
    if not counted(context, node, "get", 2, 2, f"{source}.get(key, default)"):
        return None
    key = context.infer(node.args[0])
    default = context.infer(node.args[1], value_type)
    if key is not None and not assignable(key.type, key_type):
        context.mismatch(node.args[0], key.type, key_type)
        key = None
    if key is None or default is None:
        return None
    type_ = join(value_type, default.type)
    if type_ is None:
        context.mismatch(node.args[1], default.type, value_type)
        return None
    return Method(value, "get", (key, default), type_, context.span(node))
