from __future__ import annotations

import pytest
from expression_support import problems, scalar

from dissgen.diagnostics import Diagnostics
from dissgen.sema.expressions import check_type
from dissgen.types import (
    BOOL,
    BYTES,
    DURATION,
    FLOAT,
    INT,
    NONE,
    STR,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    TableType,
    Type,
    TypeProblem,
    assignable,
    join,
    parse_type,
    python,
    show,
)

ENUM = EnumType("TYPE", (("A", 1),))
TEXTS: list[tuple[str, Type, str]] = [
    ("bool", BOOL, "bool"),
    ("int", INT, "int"),
    ("float", FLOAT, "float"),
    ("str", STR, "str"),
    ("bytes", BYTES, "bytes"),
    ("duration", DURATION, "int"),
    ("TYPE", ENUM, "int"),
    ("reply_line", RecordType("reply_line"), "ReplyLine"),
    ("list[reply_line]", ListType(RecordType("reply_line")), "list[ReplyLine]"),
    ("optional[str]", OptionalType(STR), "str | None"),
    ("optional[list[str]]", OptionalType(ListType(STR)), "list[str] | None"),
    ("map[str, list[int]]", MapType(STR, ListType(INT)), "dict[str, list[int]]"),
]


def record_name(rule: str) -> str:
    return "".join(part.title() for part in rule.split("_"))


@pytest.mark.parametrize(("text", "type_", "annotation"), TEXTS)
def test_types_are_read_shown_and_annotated(text: str, type_: Type, annotation: str) -> None:
    assert parse_type(text, {"reply_line"}, {"TYPE": ENUM}) == type_
    assert show(type_) == text
    assert python(type_, record_name) == annotation


def test_spaces_do_not_matter() -> None:
    assert parse_type(" map [str ,int ] ", ()) == MapType(STR, INT)


@pytest.mark.parametrize(
    ("text", "message", "underlined"),
    [
        ("list[strr]", "unknown type `strr`", "strr"),
        ("list", "`list` of what?", "list"),
        ("list[", "a type is missing here", ""),
        ("list[str", "`]` is missing here", ""),
        ("list[str]]", "`]` is too much after the type", "]"),
        ("map[str]", "`map` takes 2 types", "]"),
        ("str[int]", "`str` takes no type in brackets", "str["),
        ("optional[optional[str]]", "an optional of an optional", "optional"),
        ("", "a type is missing here", ""),
        ("list[" * 20 + "str" + "]" * 20, "types nest over 8 deep", "list"),
        ("int, str", "`,` is too much after the type", ","),
    ],
)
def test_wrong_types_are_located(text: str, message: str, underlined: str) -> None:
    problem = parse_type(text, ())
    assert isinstance(problem, TypeProblem)
    assert problem.message == message
    assert text[problem.start : problem.end] == underlined


def test_assignment_is_without_conversion() -> None:
    assert assignable(ENUM, INT)
    assert not assignable(INT, ENUM)
    assert not assignable(INT, FLOAT)
    assert not assignable(BOOL, INT)
    assert assignable(STR, OptionalType(STR))
    assert assignable(NONE, OptionalType(STR))
    assert not assignable(OptionalType(STR), STR)
    assert not assignable(ListType(ENUM), ListType(INT))
    assert assignable(ListType(STR, 5), ListType(STR))


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        (INT, INT, INT),
        (INT, ENUM, INT),
        (ENUM, EnumType("OTHER"), INT),
        (STR, NONE, OptionalType(STR)),
        (NONE, OptionalType(STR), OptionalType(STR)),
        (OptionalType(ENUM), INT, OptionalType(INT)),
        (INT, STR, None),
        (OptionalType(INT), STR, None),
        (TableType("t", STR, INT), STR, None),
    ],
)
def test_join(left: Type, right: Type, joined: Type | None) -> None:
    assert join(left, right) == joined
    assert join(right, left) == joined


@pytest.mark.parametrize(
    ("text", "underlined", "help_"),
    [
        ("list[string]", "string", "write `str`"),
        ("list[reply_lines]", "reply_lines", "write `reply_line`"),
        ("map[str, TYP]", "TYP", "write `TYPE`"),
        ("list", "list", "write for example `list[str]`"),
        ("zzz", "zzz", ""),
    ],
)
def test_wrong_types_are_reported(text: str, underlined: str, help_: str) -> None:
    diagnostics = Diagnostics()
    assert check_type(scalar(text), ["reply_line"], diagnostics, {"TYPE": ENUM}) is None
    (problem,) = problems(diagnostics)
    assert (problem.code, problem.underlined, "".join(problem.help)) == ("DG316", underlined, help_)
