"""`until_value`, `errors: fail`, `unescape`, `xor`, and transforms of values that are kept."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest
from every_way import error, modules, read, record
from support import canonical, machine, streams

from dissgen_runtime import UP

KEYED = "{field: key, bytes: {size: 4}}, {field: size, number: 8}"

CASES: list[tuple[str, bytes, dict[str, Any]]] = [
    ("{field: end, token: '[a-z]+'}, {literal: ':'}, {field: text, text: {until_value: end}}, {skip: len(end)}, {literal: ;}",
     b"aba:xxab-ab,aba;", {"end": "aba", "text": "xxab-ab,"}),
    ("{field: end, bytes: {size: {number: 8}}}, {field: data, bytes: {until_value: end}, convert: hex}, {skip: 2}",
     b"\2\xff\xff\1\xff\2\xff\xff", {"end": b"\xff\xff", "data": "01ff02"}),
    ("{field: a, text: {size: {number: 8}}, errors: fail}", b"\3\xe2\x82\xac", {"a": "€"}),
    ("{field: a, token: '[^;]+', errors: fail, convert: upper}, {literal: ;}", "é;".encode(), {"a": "É"}),
    ("{field: a, text: {size: {number: 8}}}", b"\3\xe2\x82x", {"a": "\\xe2\\x82x"}),
    (r"{field: a, token: '([^\"\\]|\\.)*', convert: [{unescape: '\'}, upper]}, {literal: '\"'}".replace(r'\"', '"'),
     rb'a\"\\b"', {"a": 'A"\\B'}),
    (f"{KEYED}, {{field: data, bytes: {{size: size}}, transform: {{xor: key}}}}", b"\1\2\3\4\6ABCDEF",
     {"key": b"\1\2\3\4", "size": 6, "data": b"@@@@DD"}),
    ("{field: mask, number: 8}, {field: text, text: {size: 3}, transform: {xor: mask}}", b"\x20ABC",
     {"mask": 32, "text": "abc"}),
    ("{field: plain, token: '[A-Za-z0-9+/=]+', transform: base64}, {literal: ;}", base64.b64encode(b"user") + b";",
     {"plain": "user"}),
    ("{field: n, token: '[A-Za-z0-9+/=]+', transform: base64, convert: int}, {literal: ;}", base64.b64encode(b"42") + b";",
     {"n": 42}),
    ("{field: body, text: {size: {number: 8}}, transform: [base64, zlib], errors: fail}",
     bytes((len(base64.b64encode(zlib.compress(b"\xc3\xa9" * 40))),)) + base64.b64encode(zlib.compress(b"\xc3\xa9" * 40)),
     {"body": "é" * 40}),
    ("{field: a, within: {number: 8}, text: {rest: true}, transform: quoted_printable}", b"\5a=3Db", {"a": "a=b"}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=range(len(CASES)))
def test_every_way_of_reading_agrees(elements: str, data: bytes, fields: dict[str, Any]) -> None:
    assert read(record(elements, "encoding: utf-8\n"), data) == fields


@pytest.mark.parametrize(
    ("elements", "data", "wanted"),
    [
        ("{field: a, text: {size: 3}, errors: fail}", b"a\xffb", ("value", "m", "a", 0, b"a\xffb")),
        ("{skip: 1}, {field: a, text: {size: 8}, transform: base64, errors: fail}", b"!" + base64.b64encode(b"ab\xffcd"),
         ("value", "m", "a", 1, base64.b64encode(b"ab\xffcd"))),
        ("{skip: 1}, {field: a, bytes: {size: 4}, transform: base64}", b"!ab*d", ("value", "m", "a", 1, b"ab*d")),
        ("{skip: 1}, {field: a, bytes: {size: 3}, transform: base64}", b"!abc", None),
        ("{field: a, bytes: {size: 6}, transform: zlib}", zlib.compress(b"abc")[:6], ("truncated", "m", "a", 0)),
        ("{field: n, number: 16}, {field: a, bytes: {size: 1}, transform: {xor: n}}", b"\1\1a", ("value", "m", None, 2)),
        ("{field: n, number: 8}, {field: end, bytes: {size: n}}, {field: a, bytes: {until_value: end}}, {skip: n}",
         b"\0ab", ("value", "m", None, 1)),
        ("{field: a, text: {until_value: \"b'--'\", limit: 4}}, {skip: 2}", b"abcdef--", ("limit", "m", "a", 0, b"abcde")),
        ("{field: a, text: {until_value: \"b'--'\"}}, {skip: 2}", b"ab-c-", ("truncated", "m", "a", 0, b"ab-c-")),
    ],
)  # fmt: skip
def test_errors_name_the_element(elements: str, data: bytes, wanted: tuple[Any, ...] | None) -> None:
    made = record(elements, "encoding: utf-8\n")
    if wanted is None:
        assert read(made, data) == {"a": base64.b64decode(b"abc=")}
    else:
        assert error(made, data)[: len(wanted)] == wanted


def test_what_comes_out_counts_for_the_message() -> None:
    elements = "{field: parts, array: {bytes: {size: {number: 8}}, transform: zlib}, count: {number: 8}}"
    packed = zlib.compress(bytes(900))
    data = bytes((1, len(packed))) + packed
    assert read(record(elements, "limits: {message: 1000}\n"), data)["parts"] == [bytes(900)]
    twice = bytes((2, len(packed))) + packed + bytes((len(packed),)) + packed
    assert error(record(elements, "limits: {message: 1000}\n"), twice)[0] == "limit"
    assert read(record(elements), twice)["parts"] == [bytes(900)] * 2


def test_xor_and_until_value_of_streams() -> None:
    text = """
        grammar:
          m: {sequence: [{field: key, bytes: {size: 2}}, {bytes: {until_value: 'key'}, stream: body, transform: {xor: key}}, {skip: 2}]}
        events: {body: {stream: bytes}}
        initial: only
        states: {only: {up: m}}
    """
    data = b"xy" + b"\x10\x11\x12xx" + b"xy"
    wanted = bytes(a ^ b for a, b in zip(data[2:-2], b"xyxyx", strict=True))
    made = machine(text)
    session = made.Session()
    whole = session.feed(UP, data)
    assert streams(whole) == {1: wanted}
    for at in range(1, len(data)):
        session = made.Session()
        cut = session.feed(UP, data[:at]) + session.feed(UP, data[at:])
        assert canonical(cut) == canonical(whole)
        assert streams(cut) == {1: wanted}


def test_a_boundary_comes_by_parameter() -> None:
    grammar = """
  m: {record: [{field: boundary, token: '[a-z-]+'}, {literal: ;}, {field: parts, array: part, count: 2}]}
  part: {parameters: {boundary: str}, record: [{field: text, text: {until_value: boundary}}, {skip: len(boundary)}]}
"""
    assert read(modules(grammar), b"--x;one--xt-wo--x")["parts"] == [{"text": "one"}, {"text": "t-wo"}]
