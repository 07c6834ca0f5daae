"""Functions: their arguments, the types of their results, and generators over items."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final

from dissgen.ir.expressions import (
    Binding,
    BindingKind,
    Call,
    Constant,
    Generator,
    Typed,
)
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.scope import facts
from dissgen.types import (
    BOOL,
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
    "derived",
]
"""The functions of the language."""


def function(context: Context, node: ast.Call, name: str, expected: Type | None) -> Typed | None:
    least, most, form = _ARITY[name]
    if not counted(context, node, name, least, most, form):
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
    type_ = CHECKS[name](context, node, arguments)
    return None if type_ is None else Call(name, tuple(arguments), type_, context.span(node))


def counted(context: Context, node: ast.Call, name: str, least: int, most: int, form: str) -> bool:
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


def wrong(context: Context, node: ast.expr, name: str, found: Type, needed: str, help: str = "") -> None:
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
    wrong(context, node.args[0], "len", argument.type, "a str, bytes, list or map")
    return None


def _check_int(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if not (is_int(found) or isinstance(found, StrType | FloatType | BoolType)):
        wrong(context, node.args[0], "int", found, "a str, float or bool")
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
    wrong(context, node.args[0], "float", found, "a str or int")
    return None


def _check_str(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    found = arguments[0].type
    if is_int(found) or isinstance(found, StrType | FloatType | BoolType):
        return STR
    help_ = conversion_help(context.source(node.args[0]), found, STR)
    wrong(context, node.args[0], "str", found, "an int, float or bool", "".join(help_))
    return None


def _check_abs(context: Context, node: ast.Call, arguments: list[Typed]) -> Type | None:
    return _number(context, node, "abs", arguments[0].type)


def _number(context: Context, node: ast.Call, name: str, found: Type) -> Type | None:
    if is_int(found):
        return INT
    if isinstance(found, FloatType | DurationType):
        return found
    wrong(context, node.args[0], name, found, "a number")
    return None


def _items(context: Context, node: ast.Call, name: str, found: Type) -> Type | None:
    if isinstance(found, ListType):
        return found.item
    wrong(context, node.args[0], name, found, "a list or a generator")
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
            wrong(context, part, name, type_, "numbers or text")
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
    wrong(context, node.args[0], "seconds", found, "an int or float")
    return None


CHECKS: Final[Mapping[str, Callable[[Context, ast.Call, list[Typed]], Type | None]]] = {
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
        wrong(context, comprehension.iter, "for", iterable.type, "a list, map, table, str or bytes")
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
