"""What is correct: its type, and the Python that it becomes."""

from __future__ import annotations

import pytest
from expression_support import PlainNames, SmallScope, checked, well_typed

from dissgen.codegen.expressions import emit
from dissgen.ir.expressions import Binding, BindingKind, Name, fallible, names, show, walk
from dissgen.sema.expressions import narrowings
from dissgen.types import BOOL, INT, STR, ListType, OptionalType
from dissgen.types import show as show_type

CASES = [
    # literals and names
    ("1", "int", "1"),
    ("0x0a", "int", "10"),
    ("1.5", "float", "1.5"),
    ("'a'", "str", "'a'"),
    ("b'a'", "bytes", "b'a'"),
    ("None", "None", "None"),
    ("True", "bool", "True"),
    ("heard", "bool", "heard"),
    ("held.up > 0", "bool", "held_up > 0"),
    ("TYPE.NS", "TYPE", "2"),
    ("type == TYPE.NS", "bool", "type == 2"),
    ("type == 3", "bool", "type == 3"),
    ("type + 1", "int", "type + 1"),
    ("message.class_", "str", "message.class_"),
    # lists
    ("outstanding == ['STARTTLS']", "bool", "outstanding == ['STARTTLS']"),
    ("outstanding == []", "bool", "outstanding == []"),
    ("[] != outstanding", "bool", "[] != outstanding"),
    ("outstanding + [message.verb]", "list[str]", "outstanding + [message.verb]"),
    ("[] + outstanding", "list[str]", "[] + outstanding"),
    ("outstanding[-1:]", "list[str]", "outstanding[-1:]"),
    ("outstanding[:1] == ['QUIT']", "bool", "outstanding[:1] == ['QUIT']"),
    ("outstanding[-1] == 'DATA'", "bool", "outstanding[-1] == 'DATA'"),
    ("[message.argument, None]", "list[optional[str]]", "[message.argument, None]"),
    ("reply.lines[0].code", "int", "reply.lines[0].code"),
    # tests
    ("reply.code == 354 and heard", "bool", "reply.code == 354 and heard"),
    ("reply.code in [220, 554]", "bool", "reply.code in [220, 554]"),
    ("message.verb in ends_group", "bool", "message.verb in ends_group"),
    ("message.verb not in CMD", "bool", "message.verb not in CMD"),
    ("message.argument in ['x']", "bool", "message.argument in ['x']"),
    ("'x' in seen", "bool", "'x' in seen"),
    ("'a' in message.verb", "bool", "'a' in message.verb"),
    ("1 < reply.code <= 3", "bool", "1 < reply.code <= 3"),
    ("message.argument == 'x'", "bool", "message.argument == 'x'"),
    ("message.argument == client.address", "bool", "message.argument == client_address"),
    ("not (heard and not heard)", "bool", "not (heard and not heard)"),
    ("heard or not heard and heard", "bool", "heard or not heard and heard"),
    ("(heard or not heard) and heard", "bool", "(heard or not heard) and heard"),
    ('mail.bare_line_end or mail.dot != ".\\r\\n"', "bool", "mail.bare_line_end or mail.dot != '.\\r\\n'"),
    # optionals
    ("(message.size or 0) > 0", "bool", "(message.size if message.size is not None else 0) > 0"),
    (
        'len(message.argument or "") > 506',
        "bool",
        "len(message.argument if message.argument is not None else '') > 506",
    ),
    (
        "message.argument or client.address or 'x'",
        "str",
        "next(value if value is not None else 'x' for value in "
        "(message.argument if message.argument is not None else client_address,))",
    ),
    ("flag or heard", "bool", "flag if flag is not None else heard"),
    ("flag or heard or heard", "bool", "(flag if flag is not None else heard) or heard"),
    ("count is not None and count > 3", "bool", "count is not None and count > 3"),
    ("count is None or count > 3", "bool", "count is None or count > 3"),
    ("not (count is None) and count > 3", "bool", "not count is None and count > 3"),
    ("0 if count is None else count + 1", "int", "0 if count is None else count + 1"),
    ("count + 1 if count is not None and heard else 0", "int", "count + 1 if count is not None and heard else 0"),
    ("tree is not None and tree.left is not None and tree.left.value > 0", "bool", None),
    ("count is not None and (count or 0) > 3", "bool", None),
    ("count if heard else 1", "optional[int]", "count if heard else 1"),
    ("1 if heard else None", "optional[int]", "1 if heard else None"),
    ("[] if heard else outstanding", "list[str]", "[] if heard else outstanding"),
    # arithmetic
    ("(1 + size) * 3 - (4 - 5)", "int", "(1 + size) * 3 - (4 - 5)"),
    ("size / 2", "float", "size / 2"),
    ("ratio * 2.0", "float", "ratio * 2.0"),
    ("-size + ~size", "int", "-size + ~size"),
    ("-(size + 1)", "int", "-(size + 1)"),
    ("size << 3 | 7", "int", "size << 3 | 7"),
    ("1 << (size & 31)", "int", "1 << (size & 31)"),
    ("now + seconds(5)", "duration", "now + 5 * 1_000_000_000"),
    ("seconds(0.5) < now", "bool", "round(0.5 * 1_000_000_000) < now"),
    ("seconds(size + 1)", "duration", "(size + 1) * 1_000_000_000"),
    ("now // seconds(1)", "int", "now // (1 * 1_000_000_000)"),
    # functions and methods
    ("len(outstanding)", "int", "len(outstanding)"),
    ("int(message.verb)", "int", "text_int(message.verb)"),
    ("int(message.verb, 16)", "int", "text_int(message.verb, 16)"),
    ("str(reply.code) + 'x'", "str", "str(reply.code) + 'x'"),
    ("min(size, 3, type)", "int", "min(size, 3, type)"),
    ("max(len(line.text) for line in reply.lines)", "int", "max(len(line.text) for line in reply.lines)"),
    ("sum(1.5 for line in reply.lines)", "float", "sum((1.5 for line in reply.lines), 0.0)"),
    (
        "any(line.separator != '-' for line in reply.lines)",
        "bool",
        "any(line.separator != '-' for line in reply.lines)",
    ),
    (
        "all(x in ends_group for x in outstanding if x != '')",
        "bool",
        "all(x in ends_group for x in outstanding if x != '')",
    ),
    ("list(line.code for line in reply.lines)", "list[int]", "[line.code for line in reply.lines]"),
    ("first(outstanding)", "optional[str]", "next(iter(outstanding), None)"),
    ("first(x for x in outstanding)", "optional[str]", "next((x for x in outstanding), None)"),
    ("first(outstanding) == 'x'", "bool", "next(iter(outstanding), None) == 'x'"),
    (
        "first(outstanding) or 'x'",
        "str",
        "next(value if value is not None else 'x' for value in (next(iter(outstanding), None),))",
    ),
    ("CMD.get(message.verb, 0)", "int", "CMD.get(message.verb, 0)"),
    ("CMD.get(message.verb, None)", "optional[int]", "CMD.get(message.verb, None)"),
    ("seen.get('x', 0) + 1", "int", "seen.get('x', 0) + 1"),
    ("message.verb.upper().startswith('X')", "bool", "message.verb.upper().startswith('X')"),
    ("' '.join(outstanding).split(' ')[0]", "str", "' '.join(outstanding).split(' ')[0]"),
    ("data.decode()", "str", 'data.decode("latin-1")'),
    ("data.decode('utf-8')", "str", "data.decode('utf-8')"),
    ("message.verb.encode()", "bytes", 'message.verb.encode("latin-1")'),
    ("data.hex().lower()", "str", "data.hex().lower()"),
    ("matches(data, TEXT)", "bool", "TEXT_full(data)"),
    ("matches(message.verb, TEXT)", "bool", 'TEXT_full(message.verb.encode("latin-1", "replace"))'),
    # bytes and the input
    ("data[0] == 0x16 and data[:1] == b'x'", "bool", "data[0] == 22 and data[:1] == b'x'"),
    ("b'x' in data", "bool", "b'x' in data"),
    ("data in b'xyz'", "bool", "data != b'' and data in b'xyz'"),
    ("data not in b'xyz'", "bool", "data == b'' or data not in b'xyz'"),
    ("peek(1) in data", "bool", "any(piece != b'' and piece in data for piece in (peek_octets(1),))"),
    (
        "peek(1) not in data and heard",
        "bool",
        "not any(piece != b'' and piece in data for piece in (peek_octets(1),)) and heard",
    ),
    ("peek() not in [0x0a, 0x0d]", "bool", "peek() not in [10, 13]"),
    ("peek() != 0x2e", "bool", "peek() != 46"),
    ("peek(WS)", "bool", "peek_token('WS')"),
    ("peek(b')')", "bool", "peek_bytes(b')')"),
    ("peek(size + 1)", "bytes", "peek_octets(size + 1)"),
    ("item.separator != '-'", "bool", "item.separator != '-'"),
    # layout of the text
    ("  (1)  ", "int", "1"),
    ("(heard\n and heard)", "bool", "heard and heard"),
    ("'a' 'b'", "str", "'ab'"),
]


@pytest.mark.parametrize(("text", "type_", "python"), CASES)
def test_types_and_source(text: str, type_: str, python: str | None) -> None:
    tree = well_typed(text)
    assert show_type(tree.type) == type_
    if python is not None:
        assert emit(tree, PlainNames()) == python


@pytest.mark.parametrize("text", [case[0] for case in CASES])
def test_canonical_text_means_the_same(text: str) -> None:
    tree = well_typed(text)
    assert well_typed(show(tree)) == tree


def test_every_node_has_a_type_and_a_place() -> None:
    for text, _, _ in CASES:
        for node in walk(well_typed(text)):
            assert node.type is not None
            assert node.span is not None


def test_expected_type_gives_an_empty_list_its_type() -> None:
    tree, found = checked("[]", expected=ListType(STR))
    assert not found
    assert tree is not None
    assert tree.type == ListType(STR)
    tree, found = checked("[message.verb]", expected=ListType(OptionalType(STR)))
    assert not found
    assert tree is not None
    assert tree.type == ListType(OptionalType(STR))


def test_a_lookup_may_miss_as_a_subject_only() -> None:
    assert well_typed("CMD[message.verb]", allow_missing=True).type == INT
    assert checked("CMD[message.verb] + 1", allow_missing=True)[0] is None


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("message.argument is not None", {("message", "argument")}),
        ("message.argument is not None and message.size is not None", {("message", "argument"), ("message", "size")}),
        ("message.argument is not None or message.size is not None", set()),
        ("message.argument is not None or message.argument is not None", {("message", "argument")}),
        ("not (message.argument is None or message.size is None)", {("message", "argument"), ("message", "size")}),
        ("message.argument is None", set()),
        ("client.address is not None and heard", {("client.address",)}),
    ],
)
def test_when_narrows_execute(text: str, paths: set[tuple[str, ...]]) -> None:
    assert narrowings(well_typed(text)) == paths


def test_narrowed_paths_have_their_inner_type() -> None:
    tree = well_typed("message.argument", narrowed=frozenset({("message", "argument")}))
    assert tree.type == STR


def test_a_named_condition_stands_for_its_tree_and_narrows() -> None:
    definition = well_typed("message.argument is not None or heard and message.argument is not None")
    scope = SmallScope([Binding(BindingKind.CONDITION, "has_argument", BOOL, definition)])
    tree, found = checked("has_argument and len(message.argument) > 3", scope=scope)
    assert not found
    assert tree is not None
    assert emit(tree, PlainNames()) == (
        "(message.argument is not None or heard and message.argument is not None) and len(message.argument) > 3"
    )
    assert {binding.name for binding in names(tree)} == {"has_argument", "message", "heard"}


@pytest.mark.parametrize(
    ("text", "may_fail"),
    [
        ("outstanding[0] == 'x'", True),
        ("outstanding[:1] == ['x']", False),
        ("size // 2", False),
        ("size // size", True),
        ("size % 0", True),
        ("int(message.verb)", True),
        ("int(heard)", False),
        ("1 << (size & 7)", False),
        ("1 >> size", True),
        ("max(numbers)", True),
        ("max(size, 1)", False),
        ("first(numbers)", False),
        ("CMD.get('x', 1)", False),
        ("data.decode()", False),
        ("data.decode('utf-8')", True),
        ("message.verb.encode()", True),
        ("message.verb.split(',')", False),
        ("message.verb.split(message.verb)", True),
    ],
)
def test_what_may_fail(text: str, may_fail: bool) -> None:
    assert fallible(well_typed(text)) is may_fail


def test_names_leave_out_the_variables_of_generators() -> None:
    tree = well_typed("any(x == message.verb for x in outstanding)")
    assert {binding.name for binding in names(tree)} == {"message", "outstanding"}
    assert any(isinstance(node, Name) and node.binding.kind is BindingKind.LOCAL for node in walk(tree))
