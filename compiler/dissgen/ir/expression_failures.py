"""Which expressions may fail when they are evaluated."""

from __future__ import annotations

from types import UnionType

from dissgen.ir.expression_nodes import (
    Binary,
    BinaryOperator,
    Call,
    Constant,
    Index,
    ListDisplay,
    Method,
    Name,
    Typed,
    walk,
)
from dissgen.types import EnumType, FloatType, IntType, StrType, Type


def fallible(expression: Typed) -> bool:
    """Whether evaluation may raise: an index or key that misses, a zero divisor, text that is no number ...

    Slices, comparisons, `.get`, `first`, and division by a constant other than zero never do.
    """
    return any(_fails_itself(node) for node in walk(expression))


def _fails_itself(node: Typed) -> bool:
    match node:
        case Name(binding):
            return binding.definition is not None and fallible(binding.definition)
        case Index():
            return True
        case Binary(op, _, right):
            return _operation_fails(op, right)
        case Call("int" | "seconds", (argument, *_)):
            return isinstance(argument.type, StrType) or _unknown(argument, FloatType)
        case Call("float" | "str", (argument,)):  # an int may be too large for both
            text = node.function == "float" and isinstance(argument.type, StrType)
            return text or _unknown(argument, IntType | EnumType)
        case Call("number_bytes" | "address_bytes" | "no_pseudo_header"):
            return True
        case Call("min" | "max", (argument,)):
            return not (isinstance(argument, ListDisplay) and argument.items)
        case Method(_, "decode", arguments) | Method(_, "encode", arguments):
            return bool(arguments) or isinstance(node.value.type, StrType)
        case Method(_, "split", (separator, *_)):
            return not (isinstance(separator, Constant) and separator.value)
        case _:
            return False


def _unknown(argument: Typed, types: type[Type] | UnionType) -> bool:
    """Whether the argument is of such a type and not a literal, whose value is known to be fit."""
    return isinstance(argument.type, types) and not isinstance(argument, Constant)


def _operation_fails(op: BinaryOperator, right: Typed) -> bool:
    constant = right.value if isinstance(right, Constant) else None
    match op:
        case "/" | "//" | "%":
            return constant is None or constant == 0 or op == "/"
        case "<<" | ">>":
            masked = isinstance(right, Binary) and right.op == "&" and isinstance(right.right, Constant)
            return not masked and not (isinstance(constant, int) and constant <= 64)
        case _:
            return False
