"""Conversions of numbers and bytes: by the scan, by the frame, and byte by byte."""

from __future__ import annotations

from typing import Any

import pytest
from support import machine
from test_numbers import grammar, read

from dissgen_runtime import UP, ParseError
from dissgen_runtime.conversions import ipv6_text

HEAD = "tables: {names: {1: one, 2: two}, codes: {a: 7}}\nenums: {E: {7: SEVEN}}\n"
CASES = [
    ("{field: a, number: 4, convert: {scale: 4}}, {field: b, number: 4}", "52", {"a": 20, "b": 2}),
    ("{field: a, number: 16, convert: {scale: 0.5}}", "0003", {"a": 1.5}),
    ("{field: a, number: 32, convert: ipv4}", "c0000201", {"a": "192.0.2.1"}),
    ("{field: a, bytes: {size: 4}, convert: ipv4}", "c0000201", {"a": "192.0.2.1"}),
    ("{field: a, bytes: {size: {number: 8}}, convert: ipv4}", "04c0000201", {"a": "192.0.2.1"}),
    ("{field: a, bytes: {size: 16}, convert: ipv6}", "20010db8" + "00" * 11 + "01", {"a": "2001:db8::1"}),
    ("{field: a, array: {bytes: {size: 4}, convert: ipv4}, size: {number: 8}}", "08" + "7f000001" * 2,
     {"a": ["127.0.0.1", "127.0.0.1"]}),
    ("{field: a, bytes: {size: 6}, convert: mac}", "00005e005301", {"a": "00:00:5e:00:53:01"}),
    ("{field: a, number: 32, convert: timestamp}", "63da5640", {"a": "2023-02-01T12:08:32Z"}),
    ("{field: a, number: 8, convert: bit_set}", "05", {"a": [0, 2]}),
    ("{field: a, bytes: {size: 2}, convert: bit_set}", "4001", {"a": [1, 15]}),
    ("{field: a, number: 8, convert: bool}, {field: b, number: 4, convert: bool}, {number: 4}", "0210",
     {"a": True, "b": True}),
    ("{field: a, text: {size: 1}, convert: {bool: {true: t, false: f}}}", "66", {"a": False}),
    ("{field: a, number: 8, convert: {table: names}}, {field: b, number: 8}", "0203", {"a": "two", "b": 3}),
    ("{field: a, text: {size: 1}, convert: [lower, {table: codes}, {enum: E}]}", "41", {"a": 7}),
    ("{field: a, text: {size: 2}, convert: {int: 16}}", "6666", {"a": 255}),
    ("{field: a, varint: leb128, convert: {scale: 2}}", "8101", {"a": 258}),
    ("{field: a, token: '[-+]?[0-9]+', convert: int, signed: true}, {literal: ;}", "2d31323b", {"a": -12}),
    ("{field: a, text: {size: 3}, convert: {int: 16}, signed: true}", "2b6666", {"a": 255}),
    ("{field: a, bytes: {size: 3}, convert: number}", "010203", {"a": 0x10203}),
    ("{field: a, bytes: {size: 3}, convert: number, endian: little}", "010203", {"a": 0x30201}),
    ("{field: a, bytes: {size: {number: 8}}, convert: number, signed: true}", "02fffe", {"a": -2}),
    ("{endian: little, record: [{field: a, bytes: {size: {number: 8}}, convert: number, signed: true}]}", "02fffe", {"a": -257}),
    ("{field: a, array: {bytes: {size: {number: 8}}, convert: [number, {enum: E}]}, count: 2}", "010702ffff",
     {"a": [7, 65535]}),
    ("{field: a, bytes: {size: 9}, convert: number, signed: true}", "00" + "ff" * 8, {"a": 2**64 - 1}),
    ("{field: a, bytes: {size: 8}, convert: number, signed: true}", "80" + "00" * 7, {"a": -(2**63)}),
    ("{field: a, bytes: {size: 12}, convert: number, endian: little}", "07" + "00" * 11, {"a": 7}),
    ("{field: n, number: 32}, {let: a, value: n - 2208988800, convert: timestamp}", "83aa7e81",
     {"n": 0x83AA7E81, "a": "1970-01-01T00:00:01Z"}),
    ("{field: n, number: 8}, {let: a, value: n + 1, convert: [{scale: 2}, {table: names}]}", "00", {"n": 0, "a": "two"}),
    ("{field: _n, number: 8}, {let: a, value: _n - 1, enum: E}", "08", {"a": 7}),
    ("{field: n, array: {number: 8}, count: 2}, {let: a, value: first(x for x in n if x > 5), enum: E}", "0107",
     {"n": [1, 7], "a": 7}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[0] for case in CASES])
def test_every_way_of_reading_agrees(elements: str, data: str, fields: dict[str, Any]) -> None:
    assert read(grammar(elements, HEAD), bytes.fromhex(data)) == fields


ERRORS = [
    ("{field: z, number: 8}, {field: a, text: {size: 2}, convert: int}", "012d31", 1, b"-1"),
    ("{field: z, number: 8}, {field: a, text: {size: 2}, convert: int, signed: true}", "012d2d", 1, b"--"),
    ("{field: z, number: 8}, {field: a, varint: leb128}", "01" + "ff" * 9 + "02", 1, b"\xff" * 9 + b"\x02"),
    ("{field: z, number: 8}, {field: a, varint: zigzag}", "01" + "ff" * 9 + "7f", 1, b"\xff" * 9 + b"\x7f"),
    ("{field: z, number: 8}, {field: a, number: 8, convert: {table: names}}, {field: y, number: 8}", "010903", 1, b"\x09"),
    ("{field: a, text: {size: 1}, convert: {bool: {true: t, false: f}}}", "67", 0, b"g"),
    ("{field: a, bytes: {size: {number: 8}}, convert: ipv4}", "03c00002", 1, b"\xc0\x00\x02"),
    ("{field: a, bytes: {rest: true}, convert: mac}", "c00002", 0, b"\xc0\x00\x02"),
    ("{field: z, number: 8}, {field: a, number: 64, convert: timestamp}", "00" + "ff" * 8, 1, b"\xff" * 8),
    ("{field: z, number: 8}, {field: a, text: {size: 4}, convert: [strip, int]}", "0020317820", 1, b" 1x "),
    ("{field: z, number: 8}, {field: a, text: {size: 3}, convert: [{unescape: '%'}, {bool: {true: t, false: f}}]}",
     "00742578", 1, b"t%x"),
    ("{field: a, bytes: {size: {number: 8}}, convert: number}", "00", 1, b""),
    ("{field: a, bytes: {size: 9}, convert: number}", "01" + "00" * 8, 0, b"\x01" + bytes(8)),
    ("{field: a, bytes: {size: 9}, convert: number, signed: true}", "fe" + "ff" * 8, 0, b"\xfe" + b"\xff" * 8),
    ("{field: z, token: ' +', convert: strip}, {field: a, token: '[a-z]*', convert: int}, {field: y, number: 8}",
     "202003", 2, b""),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "offset", "found"), ERRORS, ids=[case[0] for case in ERRORS])
def test_what_does_not_convert_is_an_error_with_its_place(elements: str, data: str, offset: int, found: bytes) -> None:
    module = grammar(elements, HEAD)
    with pytest.raises(ParseError) as caught:
        module.parse_m(bytes.fromhex(data))
    error = caught.value
    assert (error.kind, error.rule, error.field, error.offset, error.found) == ("value", "m", "a", offset, found)


def test_text_of_another_length_than_its_bytes_fails_where_they_begin() -> None:
    """Bytes that are no UTF-8 become four characters each."""
    elements = "{field: z, number: 8}, {field: a, text: {size: 2}, convert: {bool: {true: ab, false: cd}}}"
    module = grammar(elements, "encoding: utf-8\n")
    for data in (b"\0\x80\1", "\0é".encode()):
        with pytest.raises(ParseError) as caught:
            module.parse_m(data)
        assert (caught.value.kind, caught.value.offset, caught.value.found) == ("value", 1, data[1:])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("00" * 16, "::"),
        ("00" * 15 + "01", "::1"),
        ("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"),
        ("20010000000000000000000000000000", "2001::"),
        ("20010db8000000000001000000000001", "2001:db8::1:0:0:1"),
        ("fe800000000000000000000000001000", "fe80::1000"),
        ("00010000000000020000000000000003", "1:0:0:2::3"),
        ("00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
    ],
)
def test_ipv6_addresses_are_written_as_rfc_5952_says(data: str, text: str) -> None:
    assert ipv6_text(bytes.fromhex(data)) == text


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_what_a_sequence_does_not_keep_is_looked_at_all_the_same(step: int) -> None:
    """`const` and `convert` of an element without a field, in a sequence that is read piece by piece."""
    session = machine(r"""
        tokens: {NUMBER: '[0-9]+', END: ';'}
        grammar: {message: {sequence: [{token: NUMBER, convert: int, const: 3}, {field: rest, token: '[a-z]*'}, END], resync: END}}
        events: {message: {rest: str}, wrong: {kind: str}}
        initial: s
        states:
          s:
            up: message
            transitions:
              - {event: up, execute: [{trigger: {message: {rest: message.rest}}}]}
              - {event: parse_error, execute: [{trigger: {wrong: {kind: error.kind}}}]}
        """).Session()
    data = b"3ab;03cd;12ef;3;"
    events = [event for at in range(0, len(data), step) for event in session.feed(UP, data[at : at + step])]
    assert [event.rest if event.name == "message" else event.kind for event in events] == ["ab", "cd", "const", ""]
