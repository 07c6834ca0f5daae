"""The types of fields, variables and expressions.

A type is a small frozen value: two types are the same when they are equal. A record is known by its name
only, because rules may be recursive; whoever needs its fields asks the scope for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class BoolType:
    """`bool`."""


@dataclass(frozen=True, slots=True)
class IntType:
    """`int`, of any size."""


@dataclass(frozen=True, slots=True)
class FloatType:
    """`float`."""


@dataclass(frozen=True, slots=True)
class StrType:
    """`str`."""


@dataclass(frozen=True, slots=True)
class BytesType:
    """`bytes`."""


@dataclass(frozen=True, slots=True)
class DurationType:
    """`duration`: whole nanoseconds, an `int` in Python."""


@dataclass(frozen=True, slots=True)
class NoneType_:
    """The type of `None`."""


@dataclass(frozen=True, slots=True)
class EnumType:
    """Numbers with names. An enum is an int: it compares and counts as one."""

    name: str
    members: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordType:
    """What the rule `name` yields; `Scope.fields_of` knows its fields."""

    name: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """How an array finds items: the fields of an item that are its key (text) and its value."""

    key: str
    value: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class ListType:
    """`list[item]`; types compare without the rest.

    `limit` is the most items that a variable may hold, `lookup` belongs to the array that a field holds.
    """

    item: Type
    limit: int | None = field(default=None, compare=False)
    lookup: Lookup | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MapType:
    """`map[key, value]`."""

    key: Type
    value: Type


@dataclass(frozen=True, slots=True)
class OptionalType:
    """`optional[inner]`: the inner type or None. Never nested."""

    inner: Type


@dataclass(frozen=True, slots=True)
class OneOfType:
    """The field of a branch whose cases differ: a value of one of these types. Never nested, none is an optional."""

    members: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class TableType:
    """A table of the spec; `value` is None for a set, which has keys only."""

    name: str
    key: Type
    value: Type | None


Type: TypeAlias = (
    BoolType
    | IntType
    | FloatType
    | StrType
    | BytesType
    | DurationType
    | NoneType_
    | EnumType
    | RecordType
    | ListType
    | MapType
    | OptionalType
    | OneOfType
    | TableType
)

BOOL: Final = BoolType()
INT: Final = IntType()
FLOAT: Final = FloatType()
STR: Final = StrType()
BYTES: Final = BytesType()
DURATION: Final = DurationType()
NONE: Final = NoneType_()

SIMPLE: Final[Mapping[str, Type]] = {
    "bool": BOOL,
    "int": INT,
    "float": FLOAT,
    "str": STR,
    "bytes": BYTES,
    "duration": DURATION,
}
"""The types that are one word of the language."""


def optional(type_: Type) -> Type:
    """The optional of a type; of an optional, or of None, itself."""
    return type_ if isinstance(type_, OptionalType | NoneType_) else OptionalType(type_)


def one_of(left: Type, right: Type) -> Type:
    """A value of the one type or of the other."""
    members: list[Type] = []
    for type_ in (left, right):
        members += type_.members if isinstance(type_, OneOfType) else (type_,)
    return OneOfType(tuple(dict.fromkeys(members)))


def inner(type_: Type) -> Type:
    """The type without its `optional`."""
    return type_.inner if isinstance(type_, OptionalType) else type_


def is_int(type_: Type) -> bool:
    """Whether values are whole numbers: `int` and enums (not `bool`, not `duration`)."""
    return isinstance(type_, IntType | EnumType)


def show(type_: Type) -> str:
    """The type as the language writes it: `optional[list[str]]`."""
    match type_:
        case BoolType():
            return "bool"
        case IntType():
            return "int"
        case FloatType():
            return "float"
        case StrType():
            return "str"
        case BytesType():
            return "bytes"
        case DurationType():
            return "duration"
        case NoneType_():
            return "None"
        case EnumType(name) | RecordType(name):
            return name
        case ListType(item):
            return f"list[{show(item)}]"
        case MapType(key, value):
            return f"map[{show(key)}, {show(value)}]"
        case OptionalType(of):
            return f"optional[{show(of)}]"
        case OneOfType(members):
            return f"one of {', '.join(map(show, members))}"
        case TableType(name):
            return f"table {name}"
        case _:
            assert_never(type_)


def python(type_: Type, record_name: Callable[[str], str]) -> str:
    """The annotation in generated code: `str | None`, `list[ReplyLine]`.

    `record_name` gives the class of a rule. An enum is `int`, because an unknown number stays a number.
    """
    match type_:
        case BoolType() | IntType() | FloatType() | StrType() | BytesType() | NoneType_():
            return show(type_)
        case DurationType() | EnumType():
            return "int"
        case RecordType(name):
            return record_name(name)
        case ListType(item):
            return f"list[{python(item, record_name)}]"
        case MapType(key, value):
            return f"dict[{python(key, record_name)}, {python(value, record_name)}]"
        case OptionalType(of):
            return f"{python(of, record_name)} | None"
        case OneOfType(members):
            return " | ".join(dict.fromkeys(python(member, record_name) for member in members))
        case TableType(_, key, None):
            return f"frozenset[{python(key, record_name)}]"
        case TableType(_, key, held):
            return f"dict[{python(key, record_name)}, {python(held, record_name)}]" if held else ""
        case _:
            assert_never(type_)


def assignable(source: Type, target: Type) -> bool:
    """Whether a value of type `source` may stand where `target` is expected.

    Without conversion: the same type, an enum for an int, a type or None for its optional. Lists and maps are
    invariant, because variables are changed in place.
    """
    if source == target:
        return True
    match target:
        case OptionalType(of):
            return isinstance(source, NoneType_) or assignable(inner(source), of)
        case IntType():
            return isinstance(source, EnumType)
        case _:
            return False


def join(left: Type, right: Type) -> Type | None:
    """The one type for both (equal types, enum and int, optional and its inner, None); None if there is none."""
    if assignable(left, right):
        return right
    if assignable(right, left):
        return left
    if isinstance(left, NoneType_):
        return optional(right)
    if isinstance(right, NoneType_):
        return optional(left)
    if isinstance(left, OptionalType) or isinstance(right, OptionalType):
        joined = join(inner(left), inner(right))
        return None if joined is None else optional(joined)
    if is_int(left) and is_int(right):
        return INT
    return None


def join_all(types: Iterable[Type]) -> Type | None:
    """The one type for all (at least one), None if there is none."""
    first, *rest = types
    start: Type | None = first
    return reduce(lambda joined, other: None if joined is None else join(joined, other), rest, start)


@dataclass(frozen=True, slots=True)
class TypeProblem:
    """Why a text is no type: where (code points `start` to `end` of it) and what to write instead."""

    message: str
    start: int
    end: int
    unknown: str | None = None  # the name that is not known, for a did-you-mean
    help: str | None = None


_WORD: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*|[\[\],]|\S)")
_MAXIMUM_DEPTH: Final = 8
_ARITY: Final[Mapping[str, int]] = {"list": 1, "optional": 1, "map": 2}


def parse_type(text: str, records: Collection[str], enums: Mapping[str, EnumType] | None = None) -> Type | TypeProblem:
    """The type that a text writes: `optional[list[str]]`, the name of a rule (its record) or of an enum."""
    words = [(match[1], match.start(1), match.end(1)) for match in _WORD.finditer(text)]
    words.append(("", len(text), len(text)))
    try:
        type_, after = _TypeReader(words, records, enums or {}).read(0, 0)
        word, start, end = words[after]
        if word:
            raise _NoType(TypeProblem(f"`{word}` is too much after the type", start, end))
    except _NoType as problem:
        return problem.problem
    return type_


class _NoType(Exception):
    def __init__(self, problem: TypeProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _TypeReader:
    words: list[tuple[str, int, int]]
    records: Collection[str]
    enums: Mapping[str, EnumType]

    def read(self, at: int, depth: int) -> tuple[Type, int]:
        word, start, end = self.words[at]
        if depth > _MAXIMUM_DEPTH:
            raise _NoType(TypeProblem(f"types nest over {_MAXIMUM_DEPTH} deep", start, end))
        if word in _ARITY:
            return self._generic(word, at, depth)
        if self.words[at + 1 : at + 2] and self.words[at + 1][0] == "[":
            raise _NoType(TypeProblem(f"`{word}` takes no type in brackets", start, self.words[at + 1][2]))
        if word in SIMPLE:
            return SIMPLE[word], at + 1
        if word in self.enums:
            return self.enums[word], at + 1
        if word in self.records:
            return RecordType(word), at + 1
        if word[:1].isidentifier():
            raise _NoType(TypeProblem(f"unknown type `{word}`", start, end, unknown=word))
        raise _NoType(TypeProblem("a type is missing here", start, end, help="write for example `list[str]`"))

    def _generic(self, word: str, at: int, depth: int) -> tuple[Type, int]:
        _, start, end = self.words[at]
        example = f"{word}[str, int]" if word == "map" else f"{word}[str]"
        self._expect("[", at + 1, f"`{word}` of what?", (start, end), example)
        arguments: list[Type] = []
        at += 2
        while True:
            argument, at = self.read(at, depth + 1)
            arguments.append(argument)
            if len(arguments) == _ARITY[word]:
                break
            self._expect(",", at, f"`{word}` takes {_ARITY[word]} types", self.words[at][1:], example)
            at += 1
        self._expect("]", at, "`]` is missing here", self.words[at][1:], example)
        if word == "optional":
            if isinstance(arguments[0], OptionalType):
                raise _NoType(TypeProblem("an optional of an optional", start, end, help="write it once"))
            return OptionalType(arguments[0]), at + 1
        if word == "list":
            return ListType(arguments[0]), at + 1
        return MapType(arguments[0], arguments[1]), at + 1

    def _expect(self, word: str, at: int, message: str, place: tuple[int, int], example: str) -> None:
        if at >= len(self.words) or self.words[at][0] != word:
            raise _NoType(TypeProblem(message, place[0], place[1], help=f"write for example `{example}`"))
