"""Random expressions: the emitted Python means what a direct interpreter of the tree says; garbage never raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeAlias, assert_never

from expression_support import PlainNames, checked, well_typed
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dissgen.codegen.expressions import emit
from dissgen.ir.expressions import (
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Constant,
    Generator,
    Index,
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
    fallible,
    show,
    walk,
)
from dissgen.types import BytesType, FloatType, assignable

Value: TypeAlias = Any
"""A value of the language, of any of its types."""

LINES = [
    SimpleNamespace(code=220, separator="-", text="mx.example.org"),
    SimpleNamespace(code=220, separator=" ", text=""),
]
VALUES: dict[str, Value] = {
    "message": SimpleNamespace(verb="MAIL", argument="FROM:<>", size=None, class_="x"),
    "reply": SimpleNamespace(code=220, lines=LINES),
    "mail": SimpleNamespace(bare_line_end=False, dot=".\n"),
    "data": b"\x16\x03",
    "size": 7,
    "ratio": 0.5,
    "flag": None,
    "count": 0,
    "outstanding": ["DATA", ""],
    "numbers": [3, 0, 12],
    "seen": {"DATA": 1},
    "heard": True,
    "now": 1_700_000_000_000_000_000,
    "ends_group": frozenset({"DATA", "AUTH"}),
    "CMD": {"MAIL": 1, "": 0},
    "type": 2,
    "client_address": "",
}
OCTETS = b".\r\nx"


def peek() -> int:
    return OCTETS[0]


def peek_octets(count: int) -> bytes:
    return OCTETS[: max(count, 0)]


def peek_bytes(data: bytes) -> bool:
    return OCTETS.startswith(data)


def peek_token(name: str) -> bool:
    return name == "TEXT"


def text_full(data: bytes) -> bool:
    return b"\n" not in data


def blank(data: bytes) -> bool:
    return data != b"" and data.strip(b" \t") == b""


GLOBALS: dict[str, Value] = {
    **VALUES,
    "peek": peek,
    "peek_octets": peek_octets,
    "peek_bytes": peek_bytes,
    "peek_token": peek_token,
    "TEXT_full": text_full,
    "WS_full": blank,
}


class Interpreter:
    """Walks the tree; every operation is written out, nothing is shared with the emission."""

    def __init__(self, variables: dict[str, Value]) -> None:
        self.variables = variables

    def run(self, node: Typed) -> Value:
        match node:
            case Constant(value):
                return value
            case Name(binding):
                return self.variables[binding.name.replace(".", "_")]
            case Attribute(value, field):
                members = dict(getattr(value.type, "members", ()))
                return members[field] if members else getattr(self.run(value), "class_" if field == "class" else field)
            case Index(value, index):
                return self.run(value)[self.run(index)]
            case Slice(value, lower, upper):
                bounds = [None if bound is None else self.run(bound) for bound in (lower, upper)]
                return self.run(value)[slice(*bounds)]
            case Unary(op, operand):
                found = self.run(operand)
                if op == "not":
                    return not found
                return {"-": 0 - found, "+": found, "~": ~found if isinstance(found, int) else None}[op]
            case Binary(op, left, right):
                return self.operation(op, self.run(left), self.run(right))
            case Compare(left, ops, rights):
                before = self.run(left)
                for comparison, right in zip(ops, rights, strict=True):
                    after = self.run(right)
                    if not self.comparison(comparison, before, after, isinstance(right.type, BytesType)):
                        return False
                    before = after
                return True
            case Logic(op, values):
                for value in values:
                    if self.run(value) is (op == "or"):
                        return op == "or"
                return op == "and"
            case OrDefault(value, default):
                found = self.run(value)
                return self.run(default) if found is None else found
            case Conditional(test, then, otherwise):
                return self.run(then) if self.run(test) else self.run(otherwise)
            case ListDisplay(items):
                return [self.run(item) for item in items]
            case Call():
                return self.call(node)
            case Method(value, name, arguments):
                return self.method(self.run(value), name, [self.run(argument) for argument in arguments])
            case Generator(element, variable, iterable, conditions):
                found = []
                for item in self.run(iterable):
                    inside = Interpreter({**self.variables, variable.name: item})
                    if all(inside.run(condition) for condition in conditions):
                        found.append(inside.run(element))
                return found
            case Peek(kind, argument):
                if kind == "octet":
                    return peek()
                if isinstance(argument, str):
                    return peek_token(argument)
                return peek_bytes(argument) if isinstance(argument, bytes) else peek_octets(self.count(argument))
            case Matches(value, token):
                data = self.run(value)
                data = data if isinstance(data, bytes) else data.encode("latin-1", "replace")
                return GLOBALS[f"{token}_full"](data)
            case _:
                assert_never(node)

    def count(self, argument: Typed | None) -> int:
        return 0 if argument is None else int(self.run(argument))

    @staticmethod
    def operation(op: str, left: Value, right: Value) -> Value:
        match op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "//":
                return left // right
            case "%":
                return left % right
            case "&":
                return left & right
            case "|":
                return left | right
            case "^":
                return left ^ right
            case _ if right < 0:
                raise ValueError("negative shift")
            case "<<":
                return left * 2**right
            case _:
                return left // 2**right

    @staticmethod
    def comparison(op: str, left: Value, right: Value, in_bytes: bool) -> bool:
        match op:
            case "==" | "is":
                return bool(left == right)
            case "!=" | "is not":
                return bool(left != right)
            case "<":
                return bool(left < right)
            case "<=":
                return bool(left <= right)
            case ">":
                return bool(left > right)
            case ">=":
                return bool(left >= right)
            case _:
                found = any(left == item for item in right) if isinstance(right, list) else left in right
                if in_bytes and left == b"":
                    found = False
                return found is (op == "in")

    def call(self, node: Call) -> Value:
        arguments = [self.run(argument) for argument in node.arguments]
        items = arguments[0]
        match node.function:
            case "first":
                return items[0] if items else None
            case "sum":
                total = 0.0 if isinstance(node.type, FloatType) else 0
                for item in items:
                    total += item
                return total
            case "any":
                return True in items
            case "all":
                return False not in items
            case "list":
                return items
            case "seconds":
                return round(items * 10**9)
            case function:
                known: dict[str, Callable[..., Value]] = {
                    "len": len,
                    "int": int,
                    "str": str,
                    "float": float,
                    "min": min,
                    "max": max,
                    "abs": abs,
                }
                return known[function](*arguments)

    @staticmethod
    def method(value: Value, name: str, arguments: list[Value]) -> Value:
        if name in ("decode", "encode") and not arguments:
            arguments = ["latin-1"]
        return getattr(value, name)(*arguments)


# Texts of each type, with a place for each part; most are correct, what is not is left to the checker to refuse.
LEAVES: dict[str, list[str]] = {
    "int": ["0", "1", "7", "0x0a", "size", "type", "TYPE.NS", "reply.code", "held.up", "len(data)", "peek()"],
    "str": ["''", "'DATA'", "'a\\nb'", "message.verb", "mail.dot", "reply.lines[0].text", "data.decode()"],
    "bool": ["True", "heard", "mail.bare_line_end", "peek(WS)", "peek(b'.')", "matches(message.verb, TEXT)"],
    "bytes": ["b''", "b'\\x16'", "data", "peek(2)", "message.verb.encode()", "data[:1]"],
    "list": ["outstanding", "[]", "['DATA']", "[message.verb, '']", "message.verb.split('A')"],
    "count": ["count", "message.size", "first(numbers)", "CMD.get('x', None)", "first(n for n in numbers if n > 3)"],
    "name": ["message.argument", "client.address", "first(outstanding)", "None if heard else 'x'"],
    "order": ["==", "!=", "<", "<=", ">", ">="],
    "arithmetic": ["+", "-", "*", "//", "%", "&", "|", "^", ">>", "/"],
}
FORMS: dict[str, list[str]] = {
    "int": [
        "{int} {arithmetic} {int}",
        "({int} {arithmetic} {int})",
        "{int} << ({int} & 7)",
        "-{int}",
        "~({int})",
        "({count} or {int})",
        "({int} if {bool} else {int})",
        "len({str})",
        "len({bytes})",
        "len({list})",
        "max({int}, {int})",
        "sum(len(x) for x in {list} if x != {str})",
        "CMD.get({str}, {int})",
        "{str}.find({str})",
        "(count if count is not None and {bool} else {int})",
    ],
    "str": [
        "({str} + {str})",
        "({name} or {str})",
        "({str}).upper()",
        "str({int})",
        "({str})[{int}:]",
        "{str}.replace({str}, {str})",
        "', '.join({list})",
        "({bytes}).hex()",
    ],
    "bool": [
        "{int} {order} {int}",
        "{int} {order} {int} {order} {int}",
        "{str} {order} {str}",
        "{count} == {int}",
        "{name} != {str}",
        "{list} == {list}",
        "({bytes}) in ({bytes})",
        "({bytes}) not in ({bytes})",
        "{str} in {list}",
        "{str} in ends_group",
        "({str}) in ({str})",
        "{bool} and {bool}",
        "({bool} or {bool})",
        "{bool} or {bool} and {bool}",
        "not {bool}",
        "({name}) is None",
        "any(x == {str} or {bool} for x in {list})",
        "all(n > {int} for n in numbers if {bool})",
        "(flag or {bool})",
        "(count is None or count > {int})",
        "({str}).startswith({str})",
    ],
    "bytes": ["({bytes} + {bytes})", "({bytes})[{int}:]"],
    "list": [
        "({list} + {list})",
        "[{str}, {str}]",
        "{list}[{int}:]",
        "list(x + {str} for x in {list})",
        "({list} if {bool} else {list})",
    ],
    "count": ["CMD.get({str}, None)", "({int} if {bool} else None)"],
    "name": ["first({list})", "({name} or {name})"],
}
TYPES = list(FORMS)
PLACE = re.compile(r"\{(\w+)\}")
VALUES["held_up"] = GLOBALS["held_up"] = 3


def grow(choose: Callable[[list[str]], str], kind: str, depth: int) -> str:
    """A text of a type, with parts up to a depth."""
    forms = LEAVES[kind] if depth == 0 or kind not in FORMS else FORMS[kind] + LEAVES[kind][:2]
    return PLACE.sub(lambda place: grow(choose, place[1], depth - 1), choose(forms))


@st.composite
def expressions(draw: st.DrawFn) -> str:
    def choose(options: list[str]) -> str:
        return draw(st.sampled_from(options))

    return grow(choose, choose(TYPES), draw(st.integers(0, 3)))


EXPRESSIONS = expressions()


def outcome(run: Callable[[], Value]) -> Value:
    try:
        value = run()
    except (IndexError, KeyError, ZeroDivisionError, ValueError, OverflowError) as error:
        return type(error)
    return type(value), value


@settings(max_examples=600, deadline=None)
@given(EXPRESSIONS)
@example("(b'') in ((b'')[0 // 0:])")
@example("(b'') not in ((b'')[0 // 0:])")
def test_emitted_python_means_what_the_tree_says(text: str) -> None:
    tree, found = checked(text)
    assert (tree is None) == bool(found)
    event("correct" if tree is not None else found[0].code)
    if tree is None:
        return
    source = emit(tree, PlainNames())
    said = outcome(lambda: Interpreter(VALUES).run(tree))
    assert outcome(lambda: eval(source, dict(GLOBALS))) == said
    if isinstance(said, type):
        assert said is OverflowError or fallible(tree)
    again = well_typed(show(tree))
    assert again == tree
    assert show(again) == show(tree)
    assert all(assignable(node.type, node.type) for node in walk(tree))


PIECES = r"""message . verb argument ( ) [ ] { } == = < in not and or if else for is None 1 0x 'a b" b'x' , : + - ** <<
lambda yield await @ ; \ # f' !r := * peek WS held.up seconds first any x __class__ 9e999 ... 1j é 𐍈"""
WORDS = st.sampled_from([*re.split(r"\s", PIECES), " ", "\t", "\n", "\x00", "\ud800"])
LISTS_OF_WORDS = st.lists(WORDS, max_size=24)


@settings(max_examples=800, deadline=None)
@given(
    st.one_of(
        st.lists(WORDS, max_size=24).map(" ".join), st.lists(WORDS, max_size=24).map("".join), st.text(max_size=60)
    )
)
def test_garbage_never_raises(text: str) -> None:
    tree, found = checked(text)
    assert (tree is None) == bool(found)


def test_hostile_text_never_raises() -> None:
    for text in (
        "(" * 1000,
        "[" * 500 + "]" * 500,
        "-" * 1000 + "1",
        "not " * 250 + "heard",
        "1" * 1000,
        "0x" + "f" * 1000,
        "2**99999**99999",
        "1 << 1 << 1 << 99999999999",
        "'a' * 99999999999",
        "[1] * 99999999999",
        "a" * 100_000,
        "1e999",
        "heard\x00",
        "x." * 400 + "x",
        "f(" * 90 + ")" * 90,
        "'" + "\\" * 999,
        "0_" * 300,
        "1if heard else 2",
        "\ufeffheard",
        "lambda" * 100,
        "b'é'",
        "\\\n",
        "\f",
    ):
        tree, found = checked(text)
        assert (tree is None) == bool(found), text
