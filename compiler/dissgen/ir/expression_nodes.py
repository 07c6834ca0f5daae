"""The typed tree of an expression: every name bound, every node with its type and its place in the spec.

Two trees are equal when they mean the same; the places do not count. Only the checker (`sema.expressions`)
and the lowering build them, so a tree is always well-typed.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from dissgen.text import Span
from dissgen.types import (
    Type,
)


class BindingKind(enum.Enum):
    """What a name stands for."""

    FIELD = "field"  # a field or let of the rule
    PARAMETER = "parameter"
    MESSAGE_VARIABLE = "message variable"
    VARIABLE = "variable"
    DIRECTION_VARIABLE = "direction variable"
    TABLE = "table"
    ENUM = "enum"
    LOCAL = "local"  # the variable of a generator
    ITEM = "item"
    INDEX = "index"
    POSITION = "position"
    REMAINING = "remaining"
    MESSAGE = "message"
    PAYLOAD = "payload"  # a name of an event's payload
    ERROR = "error"
    DIRECTION = "direction"
    SENDER = "sender"
    TRANSPORT = "transport"
    HELD_UP = "held.up"
    HELD_DOWN = "held.down"
    NOW = "now"
    CLIENT_ADDRESS = "client.address"
    SERVER_ADDRESS = "server.address"
    PARENT = "parent"
    ROOT = "root"
    CONDITION = "condition"  # a named condition; `definition` is its tree


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name means here. `held.up`, `client.address` and the like are one binding with a dotted name."""

    kind: BindingKind
    name: str
    type: Type
    definition: Typed | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: bool | int | float | str | bytes | None
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __eq__(self, other: object) -> bool:
        # 1 == True == 1.0 in Python, but not here
        if not isinstance(other, Constant):
            return NotImplemented
        return type(self.value) is type(other.value) and (self.value, self.type) == (other.value, other.type)


@dataclass(frozen=True, slots=True)
class Name:
    """A bound name. Where a test has narrowed an optional, `type` is the inner type, not `binding.type`."""

    binding: Binding
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of a record, or a member of an enum (`value` is then the Name of the enum)."""

    value: Typed
    field: str
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Index:
    """An item of a list, a character of a str, an octet (int) of bytes, or a look-up that may miss."""

    value: Typed
    index: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list, str or bytes."""

    value: Typed
    lower: Typed | None
    upper: Typed | None
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


UnaryOperator: TypeAlias = Literal["not", "-", "+", "~"]
BinaryOperator: TypeAlias = Literal["+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"]
ComparisonOperator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `-x`, `+x`, `~x`."""

    op: UnaryOperator
    operand: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, bit operators, and `+` of text, bytes and lists."""

    op: BinaryOperator
    left: Typed
    right: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A chain: `a <= b < c` has left a, ops (<=, <), rights (b, c)."""

    left: Typed
    ops: tuple[ComparisonOperator, ...]
    rights: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or` of two or more bools."""

    op: Literal["and", "or"]
    values: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OrDefault:
    """`optional or default`: the value where it is present (even if empty or zero), else the default."""

    value: Typed
    default: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if test else otherwise`."""

    test: Typed
    then: Typed
    otherwise: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListDisplay:
    """`[a, b]`."""

    items: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language: len int str float min max abs sum any all first list seconds."""

    function: str
    arguments: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a str, of bytes, or `.get(key, default)` of a table or map."""

    value: Typed
    name: str
    arguments: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Generator:
    """`element for variable in iterable if condition ...`, the one argument of a function; its type is a list."""

    element: Typed
    variable: Binding
    iterable: Typed
    conditions: tuple[Typed, ...]
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


PeekKind: TypeAlias = Literal["octet", "octets", "token", "bytes"]


@dataclass(frozen=True, slots=True)
class Peek:
    """What comes next in the input.

    `octet`: the next octet, -1 at the end. `octets`: that many bytes (`argument` a tree). `token`: whether the
    token named `argument` matches here. `bytes`: whether these bytes stand here.
    """

    kind: PeekKind
    argument: Typed | str | bytes | None
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matches:
    """`matches(value, TOKEN)`: whether the token matches the whole value."""

    value: Typed
    token: str
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """A name or a field whose type follows from a test of the subject of the branch that sets it."""

    value: Typed
    type: Type
    span: Span = dataclasses.field(compare=False, repr=False)


Typed: TypeAlias = (
    Constant
    | Name
    | Attribute
    | Index
    | Slice
    | Unary
    | Binary
    | Compare
    | Logic
    | OrDefault
    | Conditional
    | ListDisplay
    | Call
    | Method
    | Generator
    | Peek
    | Matches
    | Known
)


def children(expression: Typed) -> tuple[Typed, ...]:
    """The direct parts of a node, in the order of the text."""
    match expression:
        case Constant() | Name():
            return ()
        case Attribute(value) | Matches(value) | Known(value):
            return (value,)
        case Index(value, index):
            return (value, index)
        case Slice(value, lower, upper):
            return (value, *(bound for bound in (lower, upper) if bound is not None))
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Compare(left, _, rights):
            return (left, *rights)
        case Logic(_, values) | ListDisplay(values) | Call(_, values):
            return values
        case OrDefault(value, default):
            return (value, default)
        case Conditional(test, then, otherwise):
            return (then, test, otherwise)
        case Method(value, _, arguments):
            return (value, *arguments)
        case Generator(element, _, iterable, conditions):
            return (element, iterable, *conditions)
        case Peek(_, argument):
            return () if argument is None or isinstance(argument, str | bytes) else (argument,)
        case _:
            assert_never(expression)


def walk(expression: Typed) -> Iterator[Typed]:
    """The node and all nodes below it, a node before its parts. Named conditions are not entered."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def names(expression: Typed) -> frozenset[Binding]:
    """What the expression reads by name, also through named conditions; without its generators' variables."""
    found: set[Binding] = set()
    for node in walk(expression):
        if isinstance(node, Name):
            found.add(node.binding)
            if node.binding.definition is not None:
                found |= names(node.binding.definition)
    return frozenset(found - {node.variable for node in walk(expression) if isinstance(node, Generator)})
