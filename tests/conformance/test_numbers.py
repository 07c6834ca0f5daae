"""Fixed-width fields: every width, sign and order, read by the scan, by the frame, and byte by byte."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from support import balanced, compile_text, feed_all

from dissgen_runtime import UP, ParseError
from dissgen_runtime.events import Record

HEAD = "dissgen: 1\nprotocol: test\ntransport: {tcp: [9999]}\n"
MACHINE = """
events: {m: m}
initial: s
states: {s: {up: m, transitions: [{event: up, execute: [trigger: m]}]}}
any: [{event: parse_error, execute: [{alert: {severity: low, description: '{error}'}}], jump: fail}]
"""


def plain(value: Any) -> Any:
    if isinstance(value, Record):
        return {name: plain(item) for name, item in value.fields().items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def grammar(elements: str, head: str = "") -> Any:
    return compile_text(f"{HEAD}{head}grammar:\n  m: {{record: [{elements}]}}\n{MACHINE}")


def read(module: Any, data: bytes) -> dict[str, Any]:
    """The fields of `m`, which every way of reading must agree on."""
    value, size, events = module.parse_m(data)
    assert (size, events) == (len(data), [])
    fields: dict[str, Any] = plain(value)
    scanned = module._scan_m(data, 0, len(data))
    assert scanned is not None
    assert (plain(scanned[0]), scanned[1]) == (fields, len(data))
    assert module._scan_m(b"\xff" + data + b"\xff", 1, len(data) + 1)[0] == value
    assert module._scan_m(data + bytes(40), 0, len(data) + 40) == (value, len(data))
    for size in range(len(data)):
        assert module._scan_m(data, 0, size) is None
    session = module.Session()
    (event,) = feed_all(session, [(UP, data[i : i + 1]) for i in range(len(data))])
    assert plain(list(event.payload().values())) == list(fields.values())
    balanced(session)
    return fields


CASES = [
    ("{field: a, number: 8}", "7f", {"a": 127}),
    ("{field: a, number: 8, signed: true}", "ff", {"a": -1}),
    ("{field: a, number: 16}", "0102", {"a": 258}),
    ("{field: a, number: 16, endian: little}", "0102", {"a": 513}),
    ("{field: a, number: 16, signed: true, endian: little}", "feff", {"a": -2}),
    ("{field: a, number: 24}", "010203", {"a": 0x10203}),
    ("{field: a, number: 24, endian: little}", "010203", {"a": 0x30201}),
    ("{field: a, number: 24, signed: true}", "fffffe", {"a": -2}),
    ("{field: a, number: 24, signed: true, endian: little}", "feffff", {"a": -2}),
    ("{field: a, number: 40}", "0102030405", {"a": 0x102030405}),
    ("{field: a, number: 48, signed: true}", "800000000000", {"a": -(1 << 47)}),
    ("{field: a, number: 56, endian: little}", "01020304050607", {"a": 0x7060504030201}),
    ("{field: a, number: 64}", "ffffffffffffffff", {"a": (1 << 64) - 1}),
    ("{field: a, number: 64, signed: true}", "8000000000000000", {"a": -(1 << 63)}),
    ("{field: a, number: 32}, {field: b, number: 16, endian: little}", "000000010100", {"a": 1, "b": 1}),
    ("{field: a, number: 32}, {field: b, number: 24, endian: little}", "00000001010000", {"a": 1, "b": 1}),
    ("{field: a, float: 16}", "3c00", {"a": 1.0}),
    ("{field: a, float: 32, endian: little}", struct.pack("<f", 0.5).hex(), {"a": 0.5}),
    ("{field: a, float: 64}, {field: b, float: 32, endian: little}", struct.pack(">d", 0.1).hex() + "0000003f",
     {"a": 0.1, "b": 0.5}),
    ("{field: a, flag: true}, {field: b, number: 7}", "85", {"a": True, "b": 5}),
    ("{field: a, flag: true}, {field: b, number: 7}", "05", {"a": False, "b": 5}),
    ("{field: a, flag: true, bits: lsb}, {field: b, number: 7, bits: lsb}", "85", {"a": True, "b": 66}),
    ("{field: a, number: 4}, {field: b, number: 12}", "1234", {"a": 1, "b": 0x234}),
    ("{field: a, number: 4, bits: lsb}, {field: b, number: 12, bits: lsb}", "1234", {"a": 2, "b": 0x341}),
    ("{field: a, number: 3, signed: true}, {number: 2}, {field: b, number: 19}", "e00001", {"a": -1, "b": 1}),
    ("{field: a, number: 1}, {field: b, number: 64}, {field: c, number: 7}", "ff" * 8 + "fe",
     {"a": 1, "b": (1 << 64) - 1, "c": 126}),
    ("{field: a, number: 8}, {number: 24}, {field: b, number: 8}", "01ffffff02", {"a": 1, "b": 2}),
    ("{field: a, text: {size: {number: 16}}}", "0003616263", {"a": "abc"}),
    ("{field: a, bytes: {size: {number: 8}}}, {field: b, number: 8}", "0001", {"a": b"", "b": 1}),
    ("{field: a, array: {number: 16}, count: {number: 8}}", "0200010002", {"a": [1, 2]}),
    ("{field: a, array: {number: 24, signed: true}, count: {number: 8}}", "01ffffff", {"a": [-1]}),
    ("{field: a, array: {text: {size: {number: 8}}}, count: {number: 8}}", "02016100", {"a": ["a", ""]}),
    ("{field: n, number: 8}, {field: a, array: {record: [{field: x, number: 8}]}, count: n - 1}", "0305ff",
     {"n": 3, "a": [{"x": 5}, {"x": 255}]}),
    ("{field: k, number: 4}, {branch: k, cases: [{is: 1, field: x, number: 4}, {else: true, record: [{number: 4}]}]}",
     "17", {"k": 1, "x": 7}),
    ("{field: k, flag: true}, {branch: k, cases: [{is: true, field: x, number: 7}, "
     "{is: false, record: [{field: y, flag: true}, {field: z, number: 14}]}]}", "4003",
     {"k": False, "x": None, "y": True, "z": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[0] for case in CASES])
def test_a_number_is_read_alike_by_every_way(elements: str, data: str, fields: dict[str, Any]) -> None:
    assert read(grammar(elements), bytes.fromhex(data)) == fields


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[0] for case in CASES])
def test_the_end_inside_a_number_is_an_error_with_its_place(elements: str, data: str, fields: dict[str, Any]) -> None:
    module, whole = grammar(elements), bytes.fromhex(data)
    for size in range(len(whole)):
        with pytest.raises(ParseError) as found:
            module.parse_m(whole[:size])
        error = found.value
        assert error.kind == "truncated"
        assert error.rule.startswith("m")
        assert error.offset + len(error.found) == size
        session = module.Session()
        assert feed_all(session, [(UP, whole[i : i + 1]) for i in range(size)]) == []  # more data is needed
        events = session.close(UP)
        if size:
            assert any(getattr(event, "description", "") == str(error) for event in events)
        balanced(session)


def test_orders_are_inherited() -> None:
    elements = (
        "{field: a, number: 16}, {record: [{field: b, number: 16}], endian: big}, "
        "{field: c, array: {number: 16}, endian: big, count: 1}, {field: d, number: 4}, {field: e, number: 4}"
    )
    module = grammar(elements, "endian: little\nbits: lsb\n")
    assert read(module, bytes.fromhex("01000001000112")) == {"a": 1, "b": 1, "c": [1], "d": 2, "e": 1}


def test_a_merged_rule_keeps_the_orders_of_its_own_definition() -> None:
    text = f"{HEAD}grammar:\n  m: {{endian: little, record: [{{field: a, number: 16}}, n]}}\n"
    module = compile_text(text + "  n: {record: [{field: b, number: 16}]}\n" + MACHINE)
    assert read(module, bytes.fromhex("01000001")) == {"a": 1, "b": 1}


def test_a_wrong_constant_is_reported_with_its_last_byte() -> None:
    module = grammar("{field: a, number: 8}, {field: magic, number: 16, const: 258}, {field: b, number: 8}")
    assert read(module, bytes.fromhex("01010203")) == {"a": 1, "magic": 258, "b": 3}
    with pytest.raises(ParseError) as found:
        module.parse_m(bytes.fromhex("010103"))
    assert found.value.key() == ("const", "m", "magic", 1, "258", b"\x01\x03")
    session = module.Session()
    assert session.feed(UP, b"\x01\x01") == []
    assert [event.name for event in session.feed(UP, b"\x03")][:1] == ["alert"]


def test_a_number_without_a_case_is_reported_with_it() -> None:
    cases = "{is: A, field: x, number: 8}, {is: 2, field: y, number: 8}"
    module = grammar(
        "{field: n, number: 8, enum: E}, {branch: n, cases: [" + cases + "]}", "enums: {E: {1: A, 2: B}}\n"
    )
    with pytest.raises(ParseError) as found:
        module.parse_m(b"\x07")
    assert found.value.key() == ("mismatch", "m", None, 1, "one of A, B, not 7", b"")
    other = "".join(f"{{is: {number}, field: x, number: 8}}, " for number in range(1, 11))
    with pytest.raises(ParseError, match="one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more, not 0"):
        grammar(f"{{field: n, number: 8}}, {{branch: n, cases: [{other}]}}").parse_m(b"\x00")


def test_a_constant_inside_a_byte() -> None:
    module = grammar(
        "{field: v, number: 4, const: 4}, {field: n, number: 4}, {number: 7, const: 0}, {field: f, flag: true}"
    )
    assert read(module, b"\x45\x01") == {"v": 4, "n": 5, "f": True}
    for data, offset in ((b"\x55\x01", 0), (b"\x45\x03", 1)):
        with pytest.raises(ParseError) as found:
            module.parse_m(data)
        assert (found.value.kind, found.value.offset, found.value.found) == ("const", offset, data[offset : offset + 1])


def test_an_enum_is_a_number_with_a_name() -> None:
    head = "enums: {TYPE: {1: A, 2: NS, 0x10: class}}\n"
    module = grammar(
        "{field: type, number: 8, convert: {enum: TYPE}}, {field: others, array: {number: 8, enum: TYPE}, count: 2}, "
        "{branch: type, cases: [{is: [NS, A], field: x, number: 8}, {is: 3, field: y, number: 8}]}, "
        "{let: is_ns, value: 'type == TYPE.NS and type + 1 == 3 and type in [TYPE.NS]'}",
        head,
    )
    fields = read(module, bytes.fromhex("0210ff09"))
    assert fields == {"type": 2, "others": [16, 255], "x": 9, "y": None, "is_ns": True}
    assert fields["type"] == module.Type.NS
    assert module.Type.class_ == 16
    value, _, _ = module.parse_m(bytes.fromhex("03100109"))
    assert {"type": module.Type, "others": module.Type} == value.ENUMS
    assert (value.type, value.y) == (3, 9)


def test_the_message_limit_is_that_of_the_field_that_passes_it() -> None:
    module = grammar("{field: a, number: 16}, {field: b, number: 16}", "limits: {message: 3 B}\n")
    for data in (b"\0\0", b"\0\0\0\0"):
        with pytest.raises(ParseError) as found:
            module.parse_m(data)
        assert (found.value.kind, found.value.field, found.value.offset) == ("limit", "b", 2)
