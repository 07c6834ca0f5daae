"""`convert`, `enum`, `const`, `transform` and `field` wherever a value comes from."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from every_way import error, modules, read
from support import compile_text
from test_numbers import HEAD, MACHINE

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import UP

HEADS = "enums: {KIND: {1: A, 2: B}}\ntables: {NAMES: {one: 1, two: 2}}\n"
RULES = """
  num: {record: [{field: _n, token: '[0-9]+'}, {literal: ;}], value: _n}
  octets: {record: [{field: _n, bytes: {size: {number: 8}}}], value: _n}
  two: {record: [{field: x, number: 8}, {field: y, number: 8}]}
"""
MIXED = (
    "{field: k, number: 8}, {field: v, branch: k, cases: [{is: 1, record: [{field: x, number: 8}]}, {is: 2, number: 8},"
    " {is: 3, bytes: {size: 2}}, {is: 4, use: two}, {is: 5, optional: {number: 8}, when: k == 5}, {is: 6, empty: true},"
    " {else: true, use: num}]}"
)
CASES: list[tuple[str, bytes, Any]] = [
    ("{field: v, use: num, convert: int}", b"12;", 12),
    ("{field: v, use: num, convert: [int, {scale: 2}]}", b"12;", 24),
    ("{field: v, use: num, convert: {int: 16}}", b"12;", 18),
    ("{field: v, use: num, convert: int, enum: KIND}", b"2;", 2),
    ("{field: n, number: 8}, {let: v, value: n >> 4, enum: KIND}, {verify: v == KIND.B}", b"\x20", 2),
    ("{let: v, value: peek() if remaining > 0 else None, enum: KIND}, {number: 8}", b"\1", 1),
    ("{field: v, use: num, const: '7'}", b"7;", "7"),
    ("{field: v, use: num, convert: int, const: 7}", b"7;", 7),
    ("{use: num, const: '7'}, {field: v, number: 8}", b"7;a", 97),
    ("{field: v, use: octets, convert: hex}", b"\2ab", "6162"),
    ("{field: v, use: octets, transform: base64, convert: hex}", b"\4YWJj", "616263"),
    ("{field: v, use: octets, transform: zlib}", bytes([len(zlib.compress(b"aaaa"))]) + zlib.compress(b"aaaa"), b"aaaa"),
    ("{field: v, use: octets, convert: ipv4}", b"\4\x0a\0\0\1", "10.0.0.1"),
    ("{field: v, bytes: {size: 2}, const: PK}", b"PK", b"PK"),
    ("{field: v, text: {size: 3}, convert: lower, const: one}", b"One", "one"),
    ("{field: v, text: {size: 3}, convert: {table: NAMES}, const: 2}", b"two", 2),
    ("{bytes: {until: ';'}, const: PK}, {literal: ;}, {field: v, number: 8}", b"PK;a", 97),
    ("{field: v, float: 32, const: 1.5}", b"\x3f\xc0\0\0", 1.5),
    ("{field: v, literal: '12', convert: int}", b"12", 12),
    ("{field: v, hex: '4142', convert: lower}", b"AB", "ab"),
    ("{field: v, literal: ab, ignore_case: true, const: AB}", b"AB", "AB"),
    ("{field: v, array: {use: num, convert: int}, count: 2}", b"1;23;", [1, 23]),
    ("{field: v, array: {use: num, const: '1'}, until: index == 1}", b"1;1;", ["1", "1"]),
    ("{field: v, array: {bytes: {size: 1}, const: a}, count: 2}", b"aa", [b"a", b"a"]),
    ("{field: v, array: {literal: '1', convert: int}, count: 2}", b"11", [1, 1]),
    ("{field: k, number: 8}, {field: v, branch: k, convert: int, cases: [{is: 1, use: num}, {is: 2, token: '[0-9]'}, {else: true, empty: true}]}",
     b"\00112;", 12),
    ("{field: k, number: 8}, {field: v, branch: k, convert: int, cases: [{is: 1, use: num}, {is: 2, token: '[0-9]'}, {else: true, empty: true}]}",
     b"\0023", 3),
    ("{field: k, number: 8}, {field: v, branch: k, convert: int, cases: [{is: 1, use: num}, {is: 2, token: '[0-9]'}, {else: true, empty: true}]}",
     b"\003", None),
    ("{field: k, number: 8}, {field: v, optional: {token: '[a-z]', convert: upper}, const: X, when: k == 1}", b"\1x", "X"),
    ("{field: k, number: 8}, {field: v, optional: {bytes: {size: 2}}, convert: hex, when: k == 1}", b"\2", None),
    ("{field: v, try: [{token: 'x[0-9]'}, num], convert: upper}", b"x1", "X1"),
    ("{field: v, try: [{use: num, convert: int}, {number: 8}], const: 65}", b"A", 65),
    ("{field: v, try: [{record: [{field: n, use: num, convert: int}, {literal: x}]}, {field: b, token: '[0-9];'}]}",
     b"1;x", {"n": 1, "b": None}),
    ("{field: v, within: {number: 8}, use: num, convert: int}", b"\00312;", 12),
    ("{field: v, within: {number: 8}, slack: allow, use: num, convert: int}", b"\00412;x", 12),
    (MIXED, b"\1\2", {"x": 2}),
    (MIXED, b"\2\2", 2),
    (MIXED, b"\3ab", b"ab"),
    (MIXED, b"\4\1\2", {"x": 1, "y": 2}),
    (MIXED, b"\5\7", 7),
    (MIXED, b"\6", None),
    (MIXED, b"\0071;", "1"),
    ("{field: k, number: 8}, {field: v, branch: k, cases: [{is: 1, record: [{field: x, number: 8}]}, {else: true, use: two}]}",
     b"\2\1\2", {"x": 1, "y": 2}),
    ("{field: v, try: [{record: [{field: x, number: 8}, {literal: x}]}, {number: 16}]}", b"ax", {"x": 97}),
    ("{field: v, try: [{record: [{field: x, number: 8}, {literal: x}]}, {number: 16}]}", b"ay", 0x6179),
    ("{field: a, number: 8}, {field: v, use: looking}", b"1;2", 1),
    ("{field: v, sequence: [{field: q, number: 8}, {number: 8}, {field: r, array: {number: 8}, count: 2}]}", b"\1\2\3\4",
     {"q": 1, "r": [3, 4]}),
    ("{field: v, union: [{field: x, number: 8}, {field: y, number: 16}]}", b"\1\2", {"x": 1, "y": 258}),
    ("{field: k, number: 8}, {field: v, union: [{field: n, use: num, convert: int}, {field: raw, bytes: {size: 2}, const: '1;'}]}",
     b"\0011;", {"n": 1, "raw": b"1;"}),
]  # fmt: skip
MORE = "  looking: {record: [{literal: ;}, {field: _v, at: 0, of: {token: '[0-9]'}, convert: int}, {literal: '2'}], value: _v}\n"


@pytest.mark.parametrize(("elements", "data", "value"), CASES, ids=range(len(CASES)))
def test_every_way_of_reading_agrees(elements: str, data: bytes, value: Any) -> None:
    assert read(modules(f"{RULES}{MORE}  m: {{record: [{elements}]}}", HEADS), data)["v"] == value


@pytest.mark.parametrize(
    ("elements", "data", "wanted"),
    [
        ("{field: v, use: num, const: '7'}", b"8;", ("const", "m", "v", 2)),
        ("{field: v, use: num, convert: int, const: 7}", b"8;", ("const", "m", "v", 2)),
        ("{use: num, const: '7'}", b"8;", ("const", "m", None, 2)),
        ("{field: v, use: octets, convert: ipv4}", b"\3abc", ("value", "m", "v", 4)),
        ("{field: v, use: octets, transform: base64}", b"\3Y*=", ("value", "m", "v", 4)),
        ("{field: v, text: {size: 3}, convert: {table: NAMES}, const: 2}", b"one", ("const", "m", "v", 3)),
        ("{field: v, bytes: {size: 2}, const: PK}", b"PX", ("const", "m", "v", 2)),
        ("{field: v, bytes: {size: 2}, const: PK}", b"P", ("truncated", "m", "v", 0)),
        ("{field: v, use: num, convert: int}", b"12", ("truncated", "num", None, 2)),
        ("{field: v, float: 32, const: 1.5}", b"\x3f\xc0\0\1", ("const", "m", "v", 4)),
        ("{field: v, array: {use: num, const: '1'}, count: 2}", b"1;2;", ("const", "m_v_item", None, 4)),
    ],
)
def test_errors_stand_behind_what_was_read(elements: str, data: bytes, wanted: tuple[Any, ...]) -> None:
    assert error(modules(f"{RULES}  m: {{record: [{elements}]}}", HEADS), data)[:4] == wanted


@pytest.mark.parametrize(
    ("elements", "code", "said"),
    [
        ("{field: v, record: [{number: 8}], convert: int}", "DG233", "a `record` has fields"),
        ("{field: v, sequence: [{number: 8}], const: 1}", "DG233", "a `sequence` has fields"),
        ("{field: v, union: [{number: 8}, {number: 16}], enum: KIND}", "DG233", "a `union` has fields"),
        ("{field: v, array: {number: 8}, count: 1, convert: hex}", "DG233", "stands at the item"),
        ("{field: v, use: two, convert: hex}", "DG233", "this yields `two`"),
        ("{field: v, use: num, transform: zlib}", "DG225", "bytes are transformed"),
        ("{field: v, use: num, convert: hex}", "DG224", "hex"),
        ("{field: v, use: num, const: 1}", "DG206", "`str` is needed"),
        ("{field: k, number: 8}, {field: v, branch: k, convert: hex, cases: [{is: 1, use: two}]}", "DG233", "yields `two`"),
        ("{optional: {field: v, number: 8, const: 1}, when: peek() == 1, convert: bool}", "DG233", "behind the `const`"),
        ("{optional: {field: v, bytes: {size: 1}, convert: hex}, when: peek() == 1, transform: zlib}", "DG233", "behind the"),
        ("{bytes: {size: 2}, stream: s, const: a}", "DG222", "no value"),
        ("{field: v, bytes: {size: {number: 8}}, convert: bit_set, const: 1}", "DG233", "is not one value"),
    ],
)  # fmt: skip
def test_what_has_no_value_is_said(elements: str, code: str, said: str) -> None:
    text = f"{HEAD}{HEADS}grammar:\n{RULES}  m: {{record: [{elements}]}}\n" + MACHINE.replace(
        "events: {m: m}", "events: {m: m, s: {stream: bytes}}"
    )
    diagnostics = Diagnostics()
    assert compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False) is None
    (found,) = [item for item in diagnostics if item.code != "DG514"]
    assert found.code == code
    assert said in str(found)


def test_a_sequence_with_a_field_streams_and_lets_go() -> None:
    text = (
        f"{HEAD}grammar:\n"
        "  m: {record: [{field: a, number: 8}, {field: s, sequence: [{field: n, number: 8}, {bytes: {size: n}, stream: body},"
        " {field: z, number: 8}]}, {field: b, number: 8}]}\n"
    ) + MACHINE.replace("events: {m: m}", "events: {m: m, body: {stream: bytes}}")
    module = compile_text(text)
    data = bytes([1, 3]) + b"abc" + bytes([2, 9])
    for step in (1, 2, len(data)):
        session = module.Session()
        events = [event for i in range(0, len(data), step) for event in session.feed(UP, data[i : i + step])]
        assert b"".join(event.data for event in events if event.name == "body") == b"abc"
        (message,) = [event for event in events if event.name == "m"]
        assert (message.a, message.s.n, message.s.z, message.b) == (1, 3, 2, 9)
