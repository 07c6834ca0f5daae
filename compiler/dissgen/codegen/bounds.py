"""Which values could grow from message to message, if a variable kept them without looking."""

from __future__ import annotations

from typing import Final

from dissgen.ir.expressions import (
    Binary,
    BindingKind,
    Call,
    Conditional,
    Constant,
    ListDisplay,
    Method,
    Name,
    OrDefault,
    Slice,
    Typed,
    Unary,
    children,
    walk,
)
from dissgen.types import BytesType, DurationType, IntType, ListType, OptionalType, StrType, inner

_LENGTHENING: Final = frozenset({"decode", "encode", "hex", "join", "replace", "split"})
_KEPT: Final = frozenset(
    {
        *(BindingKind.VARIABLE, BindingKind.DIRECTION_VARIABLE, BindingKind.MESSAGE_VARIABLE, BindingKind.NOW),
        *(BindingKind.HELD_UP, BindingKind.HELD_DOWN),
    }
)
_SMALL: Final = 1 << 16
"""What is added to a number again and again does not reach 64 bits in the life of a session."""


def grows(value: Typed) -> bool:
    """Whether it is a list or text in which lists or texts are put together."""
    return isinstance(inner(value.type), ListType | StrType | BytesType) and any(
        isinstance(node.type, ListType | StrType | BytesType)
        and (isinstance(node, Binary) or (isinstance(node, Method) and node.name in _LENGTHENING))
        for node in walk(value)
    )


def _part(value: Typed) -> bool:
    """Whether a list is a part of what a variable has already, or stands in the spec."""
    match value:
        case Constant():
            return True
        case Name(binding):
            return binding.kind in _KEPT
        case Slice(inside):
            return _part(inside)
        case Conditional(_, one, other) | OrDefault(one, other):
            return _part(one) and _part(other)
        case ListDisplay(items):
            return all(isinstance(item, Constant) for item in items)
        case _:
            return False


def counts(value: Typed) -> bool:
    """Whether it is, or holds, a number that may have more than 64 bits."""
    held = value.type
    while isinstance(held, ListType | OptionalType):
        held = held.item if isinstance(held, ListType) else held.inner
    if not isinstance(held, IntType | DurationType):
        return False
    if isinstance(value.type, ListType):
        return any(map(counts, children(value)))
    return not _bounded(value)


def kept(value: Typed, source: str, *, entry: bool = False) -> str:
    """The source of a value that a variable keeps, held to the limits where it could grow.

    What becomes an `entry` of a list or map is weighed with the others.
    """
    if grows(value) or (not entry and isinstance(inner(value.type), ListType) and not _part(value)):
        source = f"bounded({source}, LIMITS)"
    return f"numbers({source})" if counts(value) else source


def _bounded(value: Typed) -> bool:
    """Whether a number surely stays within 64 bits when it is kept."""
    match value:
        case Constant() | Call("len"):
            return True
        case Name(binding):
            return binding.kind in _KEPT
        case Binary("+" | "-", left, right):
            return _bounded(left) and isinstance(right, Constant) and abs(int(right.value or 0)) <= _SMALL
        case Binary("%" | "&", _, Constant(int(bound))):
            return bound >= 0
        case Unary("+", operand):
            return _bounded(operand)
        case _:
            return False
