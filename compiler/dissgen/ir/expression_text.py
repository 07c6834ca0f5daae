"""The canonical text of an expression, and how tightly its operators bind."""

from __future__ import annotations

import keyword
from typing import Final, assert_never

from dissgen.ir.expression_nodes import (
    Attribute,
    Binary,
    BinaryOperator,
    Call,
    Compare,
    Conditional,
    Constant,
    Generator,
    Index,
    Known,
    ListDisplay,
    Logic,
    Matches,
    Method,
    Name,
    OrDefault,
    Peek,
    Slice,
    Typed,
    Unary,
)
from dissgen.types import EnumType

_PRECEDENCE: Final[dict[str, int]] = {
    "|": 7,
    "^": 8,
    "&": 9,
    "<<": 10,
    ">>": 10,
    "+": 11,
    "-": 11,
    "*": 12,
    "/": 12,
    "//": 12,
    "%": 12,
}
CONDITIONAL_LEVEL: Final = 2
OR_LEVEL: Final = 3
AND_LEVEL: Final = 4
NOT_LEVEL: Final = 5
COMPARISON_LEVEL: Final = 6
UNARY_LEVEL: Final = 13
PRIMARY_LEVEL: Final = 15


def binary_level(op: BinaryOperator) -> int:
    """How tightly an operator binds, on the scale of the `*_LEVEL` constants (Python's)."""
    return _PRECEDENCE[op]


def level(expression: Typed) -> int:
    """How tightly the outermost operator binds; a part that binds less than its place needs parentheses."""
    match expression:
        case Generator():
            return 0
        case Conditional():
            return CONDITIONAL_LEVEL
        case OrDefault() | Logic("or"):
            return OR_LEVEL
        case Logic():
            return AND_LEVEL
        case Unary("not"):
            return NOT_LEVEL
        case Compare():
            return COMPARISON_LEVEL
        case Binary(op):
            return binary_level(op)
        case Unary():
            return UNARY_LEVEL
        case Constant(value) if isinstance(value, int | float) and not isinstance(value, bool):
            return UNARY_LEVEL if value < 0 else PRIMARY_LEVEL - 1
        case Known(value):
            return level(value)
        case Attribute(value) if isinstance(value.type, EnumType):  # a number in Python
            return UNARY_LEVEL
        case _:
            return PRIMARY_LEVEL


def show(expression: Typed) -> str:
    """The canonical text: one form for each tree, with as few parentheses as Python's rules allow."""
    match expression:
        case Constant(value):
            return repr(value)
        case Name(binding):
            return _written(binding.name)
        case Attribute(value, name):
            return f"{_part(value, PRIMARY_LEVEL)}.{_written(name)}"
        case Index(value, index):
            return f"{_part(value, PRIMARY_LEVEL)}[{show(index)}]"
        case Slice(value, lower, upper):
            bounds = f"{show(lower) if lower else ''}:{show(upper) if upper else ''}"
            return f"{_part(value, PRIMARY_LEVEL)}[{bounds}]"
        case Unary(op, operand):
            return f"not {_part(operand, NOT_LEVEL)}" if op == "not" else op + _part(operand, UNARY_LEVEL)
        case Binary(op, left, right):
            return f"{_part(left, binary_level(op))} {op} {_part(right, binary_level(op) + 1)}"
        case Compare(left, ops, rights):
            tail = "".join(f" {op} {_part(right, COMPARISON_LEVEL + 1)}" for op, right in zip(ops, rights, strict=True))
            return _part(left, COMPARISON_LEVEL + 1) + tail
        case Logic(op, values):
            return f" {op} ".join(_part(value, level(expression) + 1) for value in values)
        case OrDefault(value, default):
            return f"{_part(value, OR_LEVEL)} or {_part(default, OR_LEVEL + 1)}"
        case Conditional(test, then, otherwise):
            return (
                f"{_part(then, CONDITIONAL_LEVEL + 1)} if {_part(test, CONDITIONAL_LEVEL + 1)}"
                f" else {_part(otherwise, CONDITIONAL_LEVEL)}"
            )
        case ListDisplay(items):
            return f"[{', '.join(map(show, items))}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(show, arguments))})"
        case Method(value, name, arguments):
            return f"{_part(value, PRIMARY_LEVEL)}.{name}({', '.join(map(show, arguments))})"
        case Generator(element, variable, iterable, conditions):
            tests = "".join(f" if {_part(test, CONDITIONAL_LEVEL + 1)}" for test in conditions)
            source = _part(iterable, CONDITIONAL_LEVEL + 1)
            return f"{show(element)} for {variable.name} in {source}{tests}"
        case Peek():
            return _show_peek(expression)
        case Known(value):
            return show(value)
        case Matches(value, token):
            return f"matches({show(value)}, {token})"
        case _:
            assert_never(expression)


def _written(name: str) -> str:
    """A name as expressions write it: Python's keywords with a `_`."""
    return f"{name}_" if keyword.iskeyword(name) else name


def _part(expression: Typed, least: int) -> str:
    text = show(expression)
    return f"({text})" if level(expression) < least else text


def _show_peek(peek: Peek) -> str:
    match peek.argument:
        case None:
            return "peek()"
        case str(token):
            return f"peek({token})"
        case bytes(data):
            return f"peek({data!r})"
        case argument:
            return f"peek({show(argument)})"
