"""What is wrong: the text, the smallest culprit, and what to write instead."""

from __future__ import annotations

from typing import TypeAlias

import pytest
from expression_support import PlainNames, Problem, SmallScope, checked, problems, scalar

from dissgen.codegen.expressions import emit
from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Typed
from dissgen.reader import ScalarNode, read
from dissgen.sema.expressions import check_template
from dissgen.text import SourceFile
from dissgen.types import BOOL, INT, STR, Type

# text, then for each mistake: code, culprit, message, first help
Mistake: TypeAlias = tuple[str, str, str, str | None]
CASES: list[tuple[str, list[Mistake]]] = [
    # syntax
    ("", [("DG301", "", "an expression is missing here", "")]),
    ("message.verb = 'X'", [("DG301", "=", "`=` is not an operator", "write `==`")]),
    ("heard && heard", [("DG301", "&&", "`&&` is not an operator", "write `and`")]),
    ("!heard", [("DG301", "!", "`!` is not an operator", "write `not`")]),
    ("message.", [("DG301", ".", "the expression is not finished", "")]),
    ("heard and", [("DG301", "and", "the expression is not finished", "")]),
    ("((1)", [("DG301", "(", "the expression cannot be read: '(' was never closed", "")]),
    ("'\\d'", [("DG301", "\\d", "an unknown escape", "write `\\\\` for a backslash")]),
    ("heard # no", [("DG301", "# no", "a comment inside an expression", None)]),
    ("2 ** 99999", [("DG301", "**", "`**` is not in the language", "write the number out, or `1 << n`")]),
    ("lambda: 1", [("DG301", "lambda: 1", "`lambda` is not in the language", None)]),
    ("(x := 1)", [("DG301", "x := 1", "`:=` is not in the language", None)]),
    ("f'{heard}'", [("DG301", "f'{heard}'", "an f-string is not in the language", None)]),
    ("[x for x in numbers]", [("DG301", "[x for x in numbers]", "a list comprehension is not in the language", None)]),
    ("(1, 2)", [("DG301", "(1, 2)", "a tuple is not in the language", "write a list: `[a, b]`")]),
    ("{1: 2}", [("DG301", "{1: 2}", "a dict is not in the language", None)]),
    ("min(*numbers)", [("DG301", "*numbers", "`*` is not in the language", None)]),
    ("numbers[::2]", [("DG301", "2", "a slice has no step", "write `x[a:b]`")]),
    ("int(x='1')", [("DG301", "x='1'", "arguments have no names here", "write the value alone")]),
    ("(x for x in numbers)", [("DG301", "(x for x in numbers)", "a generator stands alone in a call only", None)]),
    (
        "sum(x for y in numbers for x in numbers)",
        [("DG301", "x", "one `for` is all a generator has", "nest two calls")],
    ),
    ("any(a for a, b in numbers)", [("DG301", "a, b", "a generator has one variable", None)]),
    ("__import__('os')", [("DG301", "__import__", "`__import__` is not a name of the language", None)]),
    ("message.__class__", [("DG301", "__class__", "`__class__` is not a field", None)]),
    ("await heard", [("DG301", "await heard", "`await` is not in the language", None)]),
    ("1j", [("DG301", "1j", "a complex number is not in the language", None)]),
    ("...", [("DG301", "...", "`...` is not in the language", None)]),
    ("size < 0x1ffffffffffffffff", [("DG301", "0x1ffffffffffffffff", "a number of more than 64 bits", None)]),
    ("reply.code is 3", [("DG301", "is", "`is` is for `None` only", "write `==`")]),
    ("1 < size in numbers", [("DG301", "in", "`in` stands in no chain", "join two tests with `and`")]),
    (
        "(lambda: 1) == {1}",
        [
            ("DG301", "lambda: 1", "`lambda` is not in the language", None),
            ("DG301", "{1}", "a set is not in the language", None),
        ],
    ),
    # size
    ("-" * 40 + "1", [("DG302", "-" * 8 + "1", "the expression nests over 32 deep", None)]),
    ("1" + " + 1" * 300, [("DG302", "1" + " + 1" * 300, "an expression of over 1024 bytes", None)]),
    # names
    ("outstandig == []", [("DG303", "outstandig", "unknown name `outstandig`", "write `outstanding`")]),
    ("client.adress", [("DG303", "client.adress", "unknown name `client.adress`", "write `client.address`")]),
    ("held", [("DG303", "held", "unknown name `held`", "write `held.up`")]),
    ("error", [("DG303", "error", "`error` is available in parse_error and transform_error only", "")]),
    ("true", [("DG303", "true", "unknown name `true`", "write `True`")]),
    ("len", [("DG303", "len", "unknown name `len`", "it is a function: write `len(...)`")]),
    ("WS", [("DG303", "WS", "unknown name `WS`", "it is a token: write `peek(WS)` or `matches(value, WS)`")]),
    ("message.verrb", [("DG310", "verrb", "`command` has no field `verrb`", "write `verb`")]),
    ("message.zz", [("DG310", "zz", "`command` has no field `zz`", "it has verb, argument, size, class")]),
    (
        "reply.lines.code",
        [
            (
                "DG310",
                "code",
                "`list[reply_line]` has no field `code`",
                "write `reply.lines[0].code`, or any, all, first over its items",
            )
        ],
    ),
    ("TYPE.NSX", [("DG310", "NSX", "the enum `TYPE` has no member `NSX`", "write `NS`")]),
    ("TYPE", [("DG305", "TYPE", "the enum `TYPE` is no value", "write `TYPE.A`")]),
    ("CMD", [("DG305", "CMD", "the table `CMD` is no value", "look a key up in it")]),
    ("any(size > 1 for size in numbers)", [("DG311", "size", "`size` already has a meaning here", None)]),
    # types
    ("message.verb == 3", [("DG304", "3", "`str` and `int` do not compare", "write `'3'`")]),
    ("'354' == reply.code", [("DG304", "'354'", "`str` and `int` do not compare", "write `354`")]),
    ("message.verb == b'X'", [("DG304", "b'X'", "`str` and `bytes` do not compare", "write `'X'`")]),
    ("data == 'X'", [("DG304", "'X'", "`bytes` and `str` do not compare", "write `b'X'`")]),
    ("peek() == b'x'", [("DG304", "b'x'", "`int` and `bytes` do not compare", "write `peek(b'x')`")]),
    ("ratio == 1", [("DG304", "1", "`float` and `int` do not compare", "write `1.0`")]),
    ("message.argument == 3", [("DG304", "3", "`optional[str]` and `int` do not compare", "write `'3'`")]),
    ("message.argument == None", [("DG304", "None", "`None` is not compared", "write `message.argument is None`")]),
    ("heard is None", [("DG304", "heard is None", "`heard` is never None", "leave the test out")]),
    ("reply.code in [220, '554']", [("DG304", "'554'", "`str` in a list of `int`", "write `554`")]),
    ("reply.code in ['554']", [("DG304", "'554'", "`str` in a list of `int`", "write `554`")]),
    ("[1, '2']", [("DG304", "'2'", "`str` in a list of `int`", "write `2`")]),
    (
        "reply.code in ends_group",
        [
            (
                "DG304",
                "reply.code",
                "a value of type `int` is never in the table `ends_group`, whose keys are `str`",
                "write `str(reply.code)`",
            )
        ],
    ),
    ("peek() in data", [("DG304", "peek()", "a value of type `int` is never in `bytes`", None)]),
    ("reply.code + 'x'", [("DG304", "'x'", "`+` cannot join `int` and `str`", "")]),
    ("'x' + reply.code", [("DG304", "reply.code", "`+` cannot join `str` and `int`", "write `str(reply.code)`")]),
    (
        "outstanding + message.verb",
        [("DG304", "message.verb", "`+` cannot join `list[str]` and `str`", "write `[message.verb]`")],
    ),
    ("1 if heard else 'a'", [("DG304", "'a'", "the two values are `int` and `str`", "")]),
    ("'%s' % size", [("DG305", "'%s'", "there is no `%` for `str`", "join texts with `+` and `str(x)`")]),
    ("heard & heard", [("DG305", "heard", "there is no `&` for `bool`", "write `and`")]),
    ("outstanding < outstanding", [("DG305", "outstanding", "there is no `<` for `list[str]`", "")] * 2),
    ("reply == reply", [("DG305", "reply", "values of type `reply` do not compare", None)]),
    ("len(size)", [("DG305", "size", "`len` takes a str, bytes, list or map, not `int`", "")]),
    ("numbers['a']", [("DG305", "'a'", "`int` is needed here, this is `str`", "")]),
    ("peek('a')", [("DG305", "'a'", "`peek` sees bytes, not text", "write `b'a'`")]),
    ("-message.verb", [("DG305", "message.verb", "`-` takes a number, this is `str`", "")]),
    # optionals
    (
        "len(message.argument) > 506",
        [
            (
                "DG306",
                "message.argument",
                "`message.argument` may be None",
                'write `(message.argument or "")`, or test `message.argument is not None` first',
            )
        ],
    ),
    (
        "count > 3 and count < 5",
        [("DG306", "count", "`count` may be None", "write `(count or 0)`, or test `count is not None` first")] * 2,
    ),
    ("tree.value", [("DG306", "tree", "`tree` may be None", "test `tree is not None` first")]),
    ("tree is None and tree.value > 0", [("DG306", "tree", "`tree` may be None", None)]),
    ("count is not None or count > 0", [("DG306", "count", "`count` may be None", None)]),
    ("first(reply.lines).code", [("DG306", "first(reply.lines)", "`first(reply.lines)` may be None", None)]),
    ("message.argument or 1", [("DG305", "1", "`str` is needed here, this is `int`", "write `'1'`")]),
    # bools
    (
        "not outstanding",
        [
            (
                "DG307",
                "outstanding",
                "a test must be a `bool`, `outstanding` is `list[str]`",
                "write `len(outstanding) > 0`",
            )
        ],
    ),
    (
        "message.verb and heard",
        [("DG307", "message.verb", "a test must be a `bool`, `message.verb` is `str`", 'write `message.verb != ""`')],
    ),
    ("size or 1", [("DG307", "size", "a test must be a `bool`, `size` is `int`", "write `size != 0`")]),
    (
        "1 if count else 2",
        [("DG307", "count", "a test must be a `bool`, `count` is `optional[int]`", "write `count is not None`")],
    ),
    ("any(x for x in outstanding)", [("DG307", "x", "a test must be a `bool`, `x` is `str`", 'write `x != ""`')]),
    # calls
    ("lenn(outstanding)", [("DG308", "lenn", "unknown function `lenn`", "write `len`")]),
    ("message.verb.uper()", [("DG308", "uper", "`str` has no method `uper`", "write `upper`")]),
    ("size()", [("DG308", "size", "`size` is not a function", "write `size`")]),
    ("outstanding.append('x')", [("DG308", "append", "`list[str]` has no method `append`", None)]),
    (
        "ends_group.get('x', 1)",
        [("DG308", "ends_group.get('x', 1)", "`ends_group` is a set, it has keys only", "write `x in ends_group`")],
    ),
    ("len()", [("DG309", "len()", "`len` takes one value, not none", "write `len(x)`")]),
    ("len(data, size)", [("DG309", "size", "`len` takes one value, not 2", "write `len(x)`")]),
    ("len(x for x in numbers)", [("DG309", "(x for x in numbers)", "`len` takes no generator", None)]),
    ("data.decode('ebcdic')", [("DG309", "'ebcdic'", "`decode` takes one of 'latin-1', 'ascii', 'utf-8'", None)]),
    ("matches(data, WSX)", [("DG310", "WSX", "unknown token `WSX`", "")]),
    (
        "CMD[message.verb] + 1",
        [
            (
                "DG312",
                "CMD[message.verb]",
                "`CMD` may have no such key",
                "write `CMD.get(message.verb, default)`, or make it the subject of a `branch`",
            )
        ],
    ),
    ("len([])", [("DG313", "[]", "the type of this list is not known", None)]),
    ("1 << size", [("DG314", "size", "`<<` may shift by more than 64 bits here", None)]),
    ("1 << 99999999", [("DG314", "99999999", "`<<` may shift by more than 64 bits here", None)]),
    # several mistakes, each reported once
    (
        "message.vrb == 'X' and size == 'a' or foo",
        [
            ("DG310", "vrb", "`command` has no field `vrb`", "write `verb`"),
            ("DG304", "'a'", "`int` and `str` do not compare", ""),
            ("DG303", "foo", "unknown name `foo`", ""),
        ],
    ),
    ("foo is not None and foo.bar > 1", [("DG303", "foo", "unknown name `foo`", "")] * 2),
    (
        "(message.size or '') and message.argument is not None",
        [("DG305", "''", "`int` is needed here, this is `str`", "")],
    ),
    (
        "len(message.argument) and message.argument is not None",
        [("DG306", "message.argument", "`message.argument` may be None", None)],
    ),
    # places after characters of several bytes
    (
        "message.verb == 'ü€𐍈' and message.verrb == 'x'",
        [("DG310", "verrb", "`command` has no field `verrb`", "write `verb`")],
    ),
    ("heard\n  and sizze", [("DG303", "sizze", "unknown name `sizze`", "write `size`")]),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_mistakes(text: str, expected: list[Mistake]) -> None:
    tree, found = checked(text)
    assert tree is None
    assert [
        (problem.code, problem.underlined, problem.message, None if help_ is None else "".join(problem.help[:1]))
        for problem, (_, _, _, help_) in zip(found, expected, strict=True)
    ] == expected


@pytest.mark.parametrize(
    ("text", "expected", "help_"),
    [
        ("message.verb", BOOL, 'write `message.verb != ""`'),
        ("message.argument", STR, 'write `(message.argument or "")`, or test `message.argument is not None` first'),
        ("message.verb", INT, "write `int(message.verb)`"),
        ("message.verb + 'x'", INT, "write `int(message.verb + 'x')`"),
        ("data", STR, "write `data.decode()`"),
        ("size", STR, "write `str(size)`"),
    ],
)
def test_the_place_needs_a_type(text: str, expected: Type, help_: str) -> None:
    tree, found = checked(text, expected=expected)
    assert tree is None
    assert [(problem.underlined, problem.help) for problem in found] == [(text, (help_,))]


def test_peek_is_for_rules() -> None:
    _, found = checked("peek() == 0x2e", scope=SmallScope(in_rule=False))
    assert found == [Problem("DG303", "`peek` is available in rules only", "peek", ())]


def template(text: str) -> tuple[list[str | tuple[str, str]] | None, list[Problem]]:
    diagnostics = Diagnostics()
    parts = check_template(text, scalar(text), SmallScope(), diagnostics)
    if parts is None:
        return None, problems(diagnostics)
    return [part if isinstance(part, str) else (_text(part[0]), part[1]) for part in parts], problems(diagnostics)


def _text(tree: Typed) -> str:
    return tree.span.text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", ["plain"]),
        ("", []),
        ("{message.verb} without", [("message.verb", ""), " without"]),
        ("a {message.argument!r}.", ["a ", ("message.argument", "r"), "."]),
        ("{{{size}}}", ["{", ("size", ""), "}"]),
        ("{'}' + \"{\"}", [("'}' + \"{\"", "")]),
        ("{size != 3}", [("size != 3", "")]),
        ("{ size !r }", [("size", "r")]),
        ("{message.verb[:3]} é {size}", [("message.verb[:3]", ""), " é ", ("size", "")]),
    ],
)
def test_descriptions(text: str, parts: list[str | tuple[str, str]]) -> None:
    assert template(text) == (parts, [])


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("a { b", "DG315", "{"),
        ("a } b", "DG315", "}"),
        ("é {sizze}", "DG303", "sizze"),
        ("{}", "DG301", ""),
        ("{size!x}", "DG315", "!x"),
        ("{size:>5}", "DG315", ":>5"),
        ("{reply}", "DG305", "reply"),
        ("{reply.lines}", "DG305", "reply.lines"),
        ("{message.argument + 'x'}", "DG306", "message.argument"),
    ],
)
def test_wrong_descriptions(text: str, code: str, underlined: str) -> None:
    parts, found = template(text)
    assert parts is None
    assert [(problem.code, problem.underlined) for problem in found] == [(code, underlined)]


def from_yaml(text: str) -> tuple[Typed | None, list[Problem]]:
    """What the value of `e` in a YAML text gives."""
    node = read(SourceFile("test.yaml", text), Diagnostics())
    assert node is not None
    value = node.get("e")
    assert isinstance(value, ScalarNode)
    return checked("", node=value)


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        ("e: message.verrb == 'x'", "verrb"),
        ("e: 'message.verb == ''é'' and message.verrb == ''x'''", "verrb"),
        ("e: \"message.verb == '\\u00e9' and message.verrb == 'x'\"", "verrb"),
        ("e: heard and\n   sizze", "sizze"),
        ("e: |\n  heard and\n  sizze\n", "sizze"),
        ("e: >\n  heard and\n  sizze\n", ">\n  heard and\n  sizze"),
        ("e: null", "null"),
        ("e:", ""),
        ("e: .nan", ".nan"),
        ("e: 0xfffffffffffffffff", "0xfffffffffffffffff"),
    ],
)
def test_places_in_yaml(text: str, underlined: str) -> None:
    tree, found = from_yaml(text)
    assert tree is None
    assert [problem.underlined for problem in found] == [underlined]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("e: true", "True"),
        ("e: 012", "12"),
        ("e: -3", "-3"),
        ("e: 0x0a", "10"),
        ("e: 1.5", "1.5"),
        ("e: 'true and heard'", None),
    ],
)
def test_bare_numbers_and_booleans_are_constants(text: str, source: str | None) -> None:
    tree, _ = from_yaml(text)
    assert (None if tree is None else emit(tree, PlainNames())) == source
