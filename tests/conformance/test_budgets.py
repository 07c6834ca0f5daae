"""Byte budgets, numbers of variable length, arrays of numbers and bits: by the scan, by the frame, and byte by byte."""

from __future__ import annotations

from typing import Any

import pytest
from support import balanced, compile_text, feed_all, streams
from test_numbers import HEAD, MACHINE, grammar, read

from dissgen_runtime import UP, Alert, ParseError

CASES = [
    ("{within: {number: 8}, record: [{field: a, number: 8}, {field: b, text: {rest: true}}]}", "03016162",
     {"a": 1, "b": "ab"}),
    ("{within: {number: 8}, record: [{field: n, text: {size: {number: 8}}}]}, {field: z, number: 8}", "0201619a",
     {"n": "a", "z": 0x9A}),
    ("{within: {number: 8}, slack: allow, record: [{field: a, number: 8}]}, {field: z, number: 8}", "0301020304",
     {"a": 1, "z": 4}),
    ("{within: 4, record: [{within: 2, record: [{field: a, array: {number: 8}, rest: true}]}, {field: l, let: x}]}"
     .replace("{field: l, let: x}", "{let: l, value: remaining}, {skip: remaining}"), "01020304", {"a": [1, 2], "l": 2}),
    ("{field: a, array: {number: 16}, size: {number: 8}}, {field: z, number: 8}", "040001000203", {"a": [1, 2], "z": 3}),
    ("{field: a, array: {number: 24}, size: 6}", "000001000002", {"a": [1, 2]}),
    ("{field: a, array: {float: 32, endian: little}, size: 4}", "0000003f", {"a": [0.5]}),
    ("{field: a, array: {record: [{field: x, number: 8}, {field: y, number: 4}, {field: z, number: 4}]}, count: 2}",
     "01230456", {"a": [{"x": 1, "y": 2, "z": 3}, {"x": 4, "y": 5, "z": 6}]}),
    ("{field: a, array: {record: [{field: x, number: 8}, {field: y, number: 16}]}, size: {number: 8}}",
     "06010002030004", {"a": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}),
    ("{field: a, array: {flag: true, bits: lsb}, count: {number: 8}}, {align: 8}", "0acd01",
     {"a": [True, False, True, True, False, False, True, True, True, False]}),
    ("{field: a, array: {flag: true}, size: {number: 8}}", "0181", {"a": [True] + [False] * 6 + [True]}),
    ("{field: a, array: {number: 4}, count: 4}", "1234", {"a": [1, 2, 3, 4]}),
    ("{field: a, array: {number: 12, signed: true, bits: lsb}, count: 2}", "ff2f01", {"a": [-1, 18]}),
    ("{field: a, array: {text: {size: 1}, within: {number: 8}}, count: 2}", "01610162", {"a": ["a", "b"]}),
    ("{field: a, number: 4}, {align: 8}, {field: b, number: 8}", "1f02", {"a": 1, "b": 2}),
    ("{skip: 2}, {field: a, number: 8}, {skip: {number: 8}}, {field: b, number: 8}", "ffff0102ffff03", {"a": 1, "b": 3}),
    ("{within: 2, record: [{field: a, number: 8}, {optional: {field: b, number: 8}, when: remaining > 0}]}", "0102",
     {"a": 1, "b": 2}),
    ("{within: 1, record: [{field: a, number: 8}, {optional: {field: b, number: 8}, when: remaining > 0}]}", "01",
     {"a": 1, "b": None}),
    ("{field: a, varint: leb128}, {field: b, varint: zigzag}", "e58e2603", {"a": 624485, "b": -2}),
    ("{field: a, varint: leb128}, {field: b, varint: zigzag}", "ff" * 9 + "01" + "ff" * 9 + "01",
     {"a": 2**64 - 1, "b": -(2**63)}),
    ("{field: a, varint: vlq}, {field: b, array: {varint: vlq}, size: 5}", "86480381008837", {"a": 840, "b": [3, 128, 1079]}),
    ("{field: a, varint: vlq}, {field: b, number: 8}", "81" + "ff" * 8 + "7f07", {"a": 2**64 - 1, "b": 7}),
    ("{field: a, varint: mqtt}, {field: b, text: {size: {varint: mqtt}}}", "ff7f0161", {"a": 16383, "b": "a"}),
    ("{field: a, varint: quic}, {field: b, varint: quic}", "9d7f3e7d25", {"a": 494878333, "b": 37}),
    ("{field: a, varint: ber_length}, {field: b, varint: ber_length}", "82012c05", {"a": 300, "b": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[0] for case in CASES])
def test_every_way_of_reading_agrees(elements: str, data: str, fields: dict[str, Any]) -> None:
    assert read(grammar(elements), bytes.fromhex(data)) == fields


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[0] for case in CASES])
def test_the_end_of_the_input_is_an_error_with_its_place(elements: str, data: str, fields: dict[str, Any]) -> None:
    module, whole = grammar(elements), bytes.fromhex(data)
    for size in range(len(whole)):
        with pytest.raises(ParseError) as found:
            module.parse_m(whole[:size])
        error = found.value
        assert (error.kind, error.rule[:1]) == ("truncated", "m")
        assert 0 <= error.offset <= size
        session = module.Session()
        assert feed_all(session, [(UP, whole[i : i + 1]) for i in range(size)]) == []
        events = session.close(UP)
        assert not size or any(getattr(event, "description", "") == str(error) for event in events)
        balanced(session)


def test_align_and_position_count_from_the_message() -> None:
    module = grammar("{field: a, number: 8}, {let: p, value: position}, {align: 32}, {field: b, number: 8}")
    session = module.Session()
    events = session.feed(UP, b"\x01\0\0\0\x02" * 2)
    assert [event.payload() for event in events] == [{"a": 1, "p": 1, "b": 2}] * 2
    balanced(session)


ERRORS = [
    ("{within: {number: 8}, record: [{field: a, number: 8}]}", "02aabb", ("mismatch", "m", None, 2, b"\xbb")),
    ("{within: {number: 8}, record: [{field: a, number: 16}]}", "01aabb", ("truncated", "m", "a", 1, b"\xaa")),
    ("{within: 2, record: [{within: 3, record: [{skip: 3}]}]}", "aabbcc", ("truncated", "m", None, 0, b"")),
    ("{field: a, array: {number: 16}, size: 3}", "aabbcc", ("truncated", "m", "a", 2, b"\xcc")),
    ("{within: 3, record: [{field: k, number: 8}, {field: t, text: {size: k}}]}", "05aabb",
     ("truncated", "m", "t", 1, b"\xaa\xbb")),
    ("{field: a, varint: mqtt}", "ffffffff01", ("value", "m", "a", 0, b"\xff\xff\xff\xff")),
    ("{field: a, varint: vlq}", "82" + "80" * 8 + "00", ("value", "m", "a", 0, b"\x82" + b"\x80" * 8 + b"\0")),
    ("{field: a, varint: vlq}", "80" * 11, ("value", "m", "a", 0, b"\x80" * 10)),
    ("{field: a, varint: ber_length}", "8001", ("value", "m", "a", 0, b"\x80")),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "error"), ERRORS, ids=[case[0] for case in ERRORS])
def test_errors_of_budgets(elements: str, data: str, error: tuple[object, ...]) -> None:
    module, whole = grammar(elements), bytes.fromhex(data)
    with pytest.raises(ParseError) as found:
        module.parse_m(whole)
    value = found.value
    assert (value.kind, value.rule, value.field, value.offset, value.found) == error
    for cut in range(len(whole) + 1):
        session = module.Session()
        events = feed_all(session, [(UP, whole[:cut]), (UP, whole[cut:])])
        assert [event.description for event in events if isinstance(event, Alert)] == [str(value)]
        balanced(session)


def test_an_error_inside_a_budget_is_raised_when_the_budget_is_there() -> None:
    module = grammar("{within: {number: 8}, record: [{field: a, number: 8, const: 1}, {skip: 2}]}")
    session = module.Session()
    assert session.feed(UP, b"\x03\x02\x00") == []
    assert session.feed(UP, b"\x00") != []


STREAMED = f"""{HEAD}grammar:
  m:
    sequence:
      - {{field: kind, number: 8}}
      - within: {{number: 8}}
        sequence:
          - {{field: title, text: {{size: {{number: 8}}}}}}
          - {{bytes: {{rest: true}}, stream: body}}
      - {{field: last, number: 8}}
events: {{m: m, body: {{stream: bytes}}}}
initial: s
states: {{s: {{up: m, transitions: [{{event: up, execute: [trigger: m]}}]}}}}
any: [{{event: parse_error, execute: [{{alert: {{severity: low, description: '{{error}}'}}}}], jump: fail}}]
"""


def test_a_budget_with_a_stream_is_not_waited_for() -> None:
    module = compile_text(STREAMED)
    data = bytes.fromhex("07 06 02 6162 636465 ff") + bytes.fromhex("08 01 00 fe")
    whole = module.Session()
    events = whole.feed(UP, data)
    assert [event.payload() for event in events if event.name == "m"] == [
        {"kind": 7, "title": "ab", "last": 255},
        {"kind": 8, "title": "", "last": 254},
    ]
    assert list(streams(events).values()) == [b"cde", b""]
    for cut in range(len(data)):
        session = module.Session()
        again = feed_all(session, [(UP, data[:cut]), (UP, data[cut:])])
        assert [event.payload() for event in again if event.name == "m"] == [
            event.payload() for event in events if event.name == "m"
        ]
        assert streams(again) == streams(events)
        balanced(session)
    pieces = module.Session()
    early = pieces.feed(UP, data[:6])
    assert streams(early) == {1: b"c"}


def test_a_gap_in_a_streamed_budget_counts_toward_it() -> None:
    module = compile_text(STREAMED)
    session = module.Session()
    events = session.feed(UP, bytes.fromhex("07 06 02 6162 63"))
    events += session.gap(UP, 2)
    events += session.feed(UP, b"\xff\x08\x01\x00\xfe")
    assert [event.payload()["last"] for event in events if event.name == "m"] == [255, 254]
    assert [event.complete for event in events if event.name == "body" and event.last] == [False, True]
    balanced(session)


def test_the_end_inside_a_streamed_budget_is_an_error() -> None:
    module = compile_text(STREAMED)
    session = module.Session()
    events = session.feed(UP, bytes.fromhex("07 06 02 6162 63")) + session.close(UP)
    assert [event.description for event in events if isinstance(event, Alert)] == [
        "m at byte 6: the input ends inside it, expected 2 bytes"
    ]
    balanced(session)


def test_rules_that_read_to_the_end_are_scanned_inside_budgets_only() -> None:
    text = f"""{HEAD}grammar:
  tail: {{record: [{{field: a, number: 8}}, {{field: t, bytes: {{rest: true}}}}]}}
  m: {{within: {{number: 8}}, record: [{{field: inner, use: tail}}]}}
{MACHINE}"""
    module = compile_text(text)
    assert read(module, b"\x03\x01ab") == {"inner": {"a": 1, "t": b"ab"}}
    value, size, _ = module.parse_tail(b"\x01abc")
    assert (value.t, size) == (b"abc", 4)
