"""Calls: functions, methods, generators, `peek` and `matches`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final

from dissgen.diagnostics import suggest
from dissgen.ir.expressions import (
    Binding,
    BindingKind,
    Call,
    Constant,
    Generator,
    Matches,
    Method,
    Peek,
    Typed,
)
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.scope import facts
from dissgen.types import (
    BOOL,
    BYTES,
    DURATION,
    FLOAT,
    INT,
    STR,
    BoolType,
    BytesType,
    DurationType,
    FloatType,
    ListType,
    MapType,
    OptionalType,
    StrType,
    TableType,
    Type,
    assignable,
    is_int,
    join,
    optional,
    show,
)

FUNCTIONS: Final = [
    "len",
    "int",
    "str",
    "float",
    "min",
    "max",
    "abs",
    "sum",
    "any",
    "all",
    "first",
    "list",
    "seconds",
    "matches",
    "peek",
]
"""The functions of the language."""

CODECS: Final = ("latin-1", "ascii", "utf-8")
"""What `decode` and `encode` take; without one it is the first."""

_KNOWN_ELSEWHERE: Final = {
    "ord": "write `x.encode()[0]`",
    "isinstance": "every value has one type; leave the test out",
    "bool": "write a comparison",
    "bytes": "write `x.encode()`",
    "sorted": "compare with min and max",
    "next": "write `first(...)`",
    "not": "write `not x`",
}


def call(context: Context, node: ast.Call, expected: Type | None) -> Typed | None:
    match node.func:
        case ast.Name(id="peek"):
            return _peek(context, node)
        case ast.Name(id="matches"):
            return _matches(context, node)
        case ast.Name(id=name) if name in _CHECKS:
            return _function(context, node, name, expected)
        case ast.Name(id=name):
            _unknown_function(context, node.func, name)
        case ast.Attribute():
            return method(context, node, node.func, expected)
        case _:
            context.error("DG308", "only functions and methods are called", node.func, "not a function")
    for argument in node.args:
        if not isinstance(argument, ast.GeneratorExp):
            context.infer(argument)
    return None


def _unknown_function(context: Context, node: ast.expr, name: str) -> None:
    if context.scope.lookup(name) is not None:
        context.error("DG308", f"`{name}` is not a function", node, "a value", f"write `{name}`")
        return
    help_ = _KNOWN_ELSEWHERE.get(name)
    if help_ is None:
        similar = suggest(name, FUNCTIONS)
        listed = ", ".join(FUNCTIONS)
        help_ = f"write `{similar}`" if similar else f"there are {listed}"
    context.error("DG308", f"unknown function `{name}`", node, "not a function of the language", help_)


def _function(context: Context, node: ast.Call, name: str, expected: Type | None) -> Typed | None:
    least, most, form = _ARITY[name]
    if not _counted(context, node, name, least, most, form):
        return None
    arguments: list[Typed] = []
    hint = expected if name == "list" else None
    for argument in node.args:
        if isinstance(argument, ast.GeneratorExp):
            if name not in _OVER_ITEMS:
                context.error("DG309", f"`{name}` takes no generator", argument, "", f"write `{form}`")
                return None
            typed = _generator(context, argument)
        else:
            typed = context.infer(argument, hint)
        if typed is not None:
            arguments.append(typed)
    if len(arguments) < len(node.args):
        return None
    type_ = _CHECKS[name](context, node, arguments)
    return None if type_ is None else Call(name, tuple(arguments), type_, context.span(node))


def _counted(context: Context, node: ast.Call, name: str, least: int, most: int, form: str) -> bool:
    count = len(node.args)
    if least <= count <= most:
        return True
    wrong = node.args[most] if count > most else node
    message = f"`{name}` takes {_numbers(least, most)}, not {count or 'none'}"
    context.error("DG309", message, wrong, "", f"write `{form}`")
    return False


def _numbers(least: int, most: int) -> str:
    if least == most:
        return ("nothing", "one value", "two values")[least]
    return f"{least} or more values" if most > 8 else f"{least} to {most} values"


def _wrong(context: Context, node: ast.expr, name: str, found: Type, needed: str, help: str = "") -> None:
    """Report an argument of a wrong type."""
    if isinstance(found, OptionalType):
        context.may_be_none(node, found, show(found.inner))
    else:
        message = f"`{name}` takes {needed}, not `{show(found)}`"
        context.error("DG305", message, node, f"`{show(found)}`", help)


def _check_len(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    (argument,) = arguments
    if isinstance(argument.type, StrType | BytesType | ListType | MapType | TableType):
        return INT
    _wrong(context, node.args[0], "len", argument.type, "a str, bytes, list or map")
    return None


def _check_int(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if not (is_int(found) or isinstance(found, StrType | FloatType | BoolType)):
        _wrong(context, node.args[0], "int", found, "a str, float or bool")
        return None
    if len(arguments) == 1:
        return INT
    base = arguments[1]
    if not isinstance(found, StrType):
        context.error("DG309", "only text has a base", node.args[1], "", "leave the base out")
        return None
    if not (isinstance(base, Constant) and type(base.value) is int and 2 <= base.value <= 36):
        context.error("DG309", "the base of `int` is a number from 2 to 36", node.args[1], "", "write `int(x, 16)`")
        return None
    return INT


def _check_float(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if is_int(found) or isinstance(found, StrType | FloatType):
        return FLOAT
    _wrong(context, node.args[0], "float", found, "a str or int")
    return None


def _check_str(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if is_int(found) or isinstance(found, StrType | FloatType | BoolType):
        return STR
    help_ = conversion_help(context.source(node.args[0]), found, STR)
    _wrong(context, node.args[0], "str", found, "an int, float or bool", "".join(help_))
    return None


def _check_abs(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    return _number(context, node, "abs", arguments[0].type)


def _number(context: Context, node: ast.Call, name: str, found: Type) -> Type | None:
    if is_int(found):
        return INT
    if isinstance(found, FloatType | DurationType):
        return found
    _wrong(context, node.args[0], name, found, "a number")
    return None


def _items(context: Context, node: ast.Call, name: str, found: Type) -> Type | None:
    if isinstance(found, ListType):
        return found.item
    _wrong(context, node.args[0], name, found, "a list or a generator")
    return None


def _check_extreme(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    name = "min" if isinstance(node.func, ast.Name) and node.func.id == "min" else "max"
    if len(arguments) == 1:
        types = [_items(context, node, name, arguments[0].type)]
    else:
        types = [argument.type for argument in arguments]
    result: Type | None = None
    for position, type_ in enumerate(types):
        if type_ is None:
            return None
        part = node.args[position]
        if not (is_int(type_) or isinstance(type_, FloatType | StrType | BytesType | DurationType)):
            _wrong(context, part, name, type_, "numbers or text")
            return None
        joined = type_ if result is None else join(result, type_)
        if joined is None and result is not None:
            context.error(
                "DG304",
                f"`{show(result)}` and `{show(type_)}` do not compare",
                part,
                f"`{show(type_)}`, the first is `{show(result)}`",
                conversion_help(context.source(part), type_, result),
            )
            return None
        result = joined
    return result


def _check_sum(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    item = _items(context, node, "sum", arguments[0].type)
    if item is None:
        return None
    if isinstance(item, OptionalType):
        _absent_items(context, node, "sum", item)
        return None
    return _number(context, node, "sum", item)


def _absent_items(context: Context, node: ast.Call, name: str, item: OptionalType) -> None:
    context.error(
        "DG306",
        f"items of this `{name}` may be None",
        node.args[0],
        f"`{show(item)}`",
        f"leave them out: `{name}(x for x in ... if x is not None)`",
    )


def _check_quantifier(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    name = node.func.id if isinstance(node.func, ast.Name) else "any"
    item = _items(context, node, name, arguments[0].type)
    if item is None or isinstance(item, BoolType):
        return item
    part = node.args[0]
    context.mismatch(part.elt if isinstance(part, ast.GeneratorExp) else part, item, BOOL)
    return None


def _check_first(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    item = _items(context, node, "first", arguments[0].type)
    return None if item is None else optional(item)


def _check_list(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    item = _items(context, node, "list", arguments[0].type)
    return None if item is None else ListType(item)


def _check_seconds(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if is_int(found) or isinstance(found, FloatType):
        return DURATION
    _wrong(context, node.args[0], "seconds", found, "an int or float")
    return None


_CHECKS: Final[Mapping[str, Callable[[Context, ast.Call, list[Typed]], Type | None]]] = {
    "len": _check_len,
    "int": _check_int,
    "str": _check_str,
    "float": _check_float,
    "min": _check_extreme,
    "max": _check_extreme,
    "abs": _check_abs,
    "sum": _check_sum,
    "any": _check_quantifier,
    "all": _check_quantifier,
    "first": _check_first,
    "list": _check_list,
    "seconds": _check_seconds,
}
_MANY: Final = 1000
_ARITY: Final[Mapping[str, tuple[int, int, str]]] = {
    "len": (1, 1, "len(x)"),
    "int": (1, 2, "int(x)"),
    "str": (1, 1, "str(x)"),
    "float": (1, 1, "float(x)"),
    "min": (1, _MANY, "min(a, b)"),
    "max": (1, _MANY, "max(a, b)"),
    "abs": (1, 1, "abs(x)"),
    "sum": (1, 1, "sum(x.size for x in items)"),
    "any": (1, 1, "any(x > 0 for x in items)"),
    "all": (1, 1, "all(x > 0 for x in items)"),
    "first": (1, 1, "first(x for x in items if x > 0)"),
    "list": (1, 1, "list(x for x in items)"),
    "seconds": (1, 1, "seconds(30)"),
}
_OVER_ITEMS: Final = frozenset({"any", "all", "sum", "list", "first", "min", "max"})


def _generator(context: Context, node: ast.GeneratorExp) -> Typed | None:
    (comprehension,) = node.generators
    assert isinstance(comprehension.target, ast.Name)  # the parser refuses others
    name = comprehension.target.id
    if name in context.locals or name in FUNCTIONS or context.scope.lookup(name) is not None:
        message = f"`{name}` already has a meaning here"
        context.error("DG311", message, comprehension.target, "", "give the variable of the generator another name")
        return None
    iterable = context.infer(comprehension.iter)
    if iterable is None:
        return None
    item = _item_of(iterable.type)
    if item is None:
        _wrong(context, comprehension.iter, "for", iterable.type, "a list, map, table, str or bytes")
        return None
    variable = Binding(BindingKind.LOCAL, name, item)
    inside = context.binding(variable)
    conditions: list[Typed] = []
    for test in comprehension.ifs:
        condition = inside.require(test, BOOL)
        if condition is not None:
            conditions.append(condition)
            inside = inside.knowing(facts(condition, True))
    element = inside.infer(node.elt)
    if element is None or len(conditions) < len(comprehension.ifs):
        return None
    return Generator(element, variable, iterable, tuple(conditions), ListType(element.type), context.span(node))


def _item_of(type_: Type) -> Type | None:
    match type_:
        case ListType(item) | MapType(item, _) | TableType(_, item, _):
            return item
        case StrType():
            return STR
        case BytesType():
            return INT
        case _:
            return None


def _peek(context: Context, node: ast.Call) -> Typed | None:
    reason = context.scope.explain("peek")
    if reason is not None:
        context.error("DG303", reason, node.func, "not available here")
        return None
    span = context.span(node)
    if not node.args:
        return Peek("octet", None, INT, span)
    if not _counted(context, node, "peek", 0, 1, "peek()"):
        return None
    (part,) = node.args
    match part:
        case ast.Name(id=name) if context.scope.token(name):
            return Peek("token", name, BOOL, span)
        case ast.Constant(value=bytes(data)) if data:
            return Peek("bytes", data, BOOL, span)
        case ast.Constant(value=bytes()):
            context.error("DG309", "`peek` of no bytes is always true", part, "empty", "leave the test out")
            return None
        case ast.Constant(value=str()):
            help_ = conversion_help(context.source(part), STR, BYTES)
            context.error("DG305", "`peek` sees bytes, not text", part, "`str`", help_)
            return None
    count = context.infer(part)
    if count is None:
        return None
    if not is_int(count.type):
        _wrong(context, part, "peek", count.type, "a token, bytes as a literal, or a number of bytes")
        return None
    return Peek("octets", count, BYTES, span)


def _matches(context: Context, node: ast.Call) -> Typed | None:
    if not _counted(context, node, "matches", 2, 2, "matches(value, TOKEN)"):
        return None
    value = context.infer(node.args[0])
    token = node.args[1]
    if not isinstance(token, ast.Name):
        context.error(
            "DG309", "the second value of `matches` is the name of a token", token, "", "declare it under `tokens`"
        )
        return None
    if not context.scope.token(token.id):
        context.error("DG310", f"unknown token `{token.id}`", token, "not defined in `tokens`")
        return None
    if value is None:
        return None
    if not isinstance(value.type, StrType | BytesType):
        _wrong(context, node.args[0], "matches", value.type, "a str or bytes")
        return None
    return Matches(value, token.id, BOOL, context.span(node))


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
    if isinstance(type_, ListType) and name in ("append", "pop", "extend", "remove", "insert", "clear"):
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
    if not _counted(context, node, name, least, len(types), form):
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
    if not _counted(context, node, "get", 2, 2, f"{source}.get(key, default)"):
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
