"""`derive` and `derived(field)`: what a field should hold, by the bytes and fields around it (language, section 3)."""

from __future__ import annotations

import random
import socket
import struct
from typing import Any

import pytest
from support import compile_text

from dissgen_runtime import ParseError
from dissgen_runtime.checksums import inet_checksum

HEAD = "dissgen: 1\nprotocol: test\n"
PLAIN = (
    HEAD
    + """
grammar:
  message:
    record:
      - {field: kind, number: 4}
      - {field: flags, number: 12}
      - {field: checksum, number: 16, derive: {checksum: inet, over: {from: kind, to: data}}}
      - {field: size, number: 8, derive: {size_of: data}}
      - {field: count, number: 8, derive: {count_of: words}}
      - {field: data, bytes: {size: size}}
      - {field: words, array: {number: 16}, count: count}
      - {let: intact, value: checksum == derived(checksum)}
      - {let: should, value: derived(checksum)}
      - {let: sizes, value: '[derived(size), derived(count)]'}
"""
)


def simple(data: bytes, at: int = -1) -> int:
    """RFC 1071 in the words of the RFC: with the end-around carry, the field at `at` as zero."""
    if at >= 0:
        data = data[:at] + b"\0\0" + data[at + 2 :]
    total = 0
    for (word,) in struct.iter_unpack(">H", data + b"\0" * (len(data) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@pytest.mark.parametrize("seed", range(40))
def test_the_checksum_is_that_of_the_rfc(seed: int) -> None:
    rng = random.Random(seed)
    data = (
        rng.randbytes(rng.choice([2, 3, 8, 9, 20, 61]))
        if seed % 4
        else rng.choice([b"\0" * 8, b"\xff" * 8, b"\xff\xfe\0\1"])
    )
    for at in range(0, len(data) - 1, 2):
        own = int.from_bytes(data[at : at + 2], "big")
        assert inet_checksum(data, own) == simple(data, at)
        assert inet_checksum(data, own, b"\x12\x34\xab\xcd") == simple(
            data[:at] + b"\0\0" + data[at + 2 :] + b"\0" * (len(data) % 2) + b"\x12\x34\xab\xcd"
        )


def message(data: bytes, words: list[int], flags: int = 5, sum_: int | None = None) -> bytes:
    whole = struct.pack(">HHBB", 0x4000 | flags, 0, len(data), len(words)) + data
    checksum = simple(whole) if sum_ is None else sum_
    return whole[:2] + struct.pack(">H", checksum) + whole[4:] + b"".join(struct.pack(">H", word) for word in words)


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc" * 50])
def test_a_field_is_compared_with_what_it_should_be(data: bytes) -> None:
    module = compile_text(PLAIN)
    value, size, _ = module.parse_message(message(data, [1, 2, 3]))
    assert (value.intact, value.sizes) == (True, [len(data), 3])
    assert value.should == value.checksum
    assert size == 6 + len(data) + 6
    wrong, _, _ = module.parse_message(message(data, [], sum_=0x1234))
    assert wrong.intact is (wrong.should == 0x1234)
    assert wrong.should == module.parse_message(message(data, []))[0].checksum


def test_the_locals_of_the_compiler_are_not_in_the_record() -> None:
    value, _, _ = compile_text(PLAIN).parse_message(message(b"abc", []))
    assert list(value.fields()) == [
        "kind",
        "flags",
        "checksum",
        "size",
        "count",
        "data",
        "words",
        "intact",
        "should",
        "sizes",
    ]


SESSION = (
    PLAIN
    + "events: {message: message}\ninitial: s\nstates: {s: {up: message, transitions: [{event: up, execute: [trigger: message]}]}}\n"
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_the_same_however_it_is_cut(step: int) -> None:
    from dissgen_runtime import UP

    data = message(b"first", [7]) + message(b"second" * 9, [], sum_=1) + message(b"", [1, 2])
    session = compile_text(SESSION).Session()
    events: list[Any] = []
    for at in range(0, len(data), step):
        events += session.feed(UP, data[at : at + step])
    assert [(event.intact, event.data[:6]) for event in events] == [(True, b"first"), (False, b"second"), (True, b"")]
    assert [event.offset for event in events] == [(0, 13), (13, 73), (73, 83)]


def test_cut_short_it_is_truncated() -> None:
    module = compile_text(PLAIN)
    whole = message(b"abc", [1, 2])
    for size in range(len(whole)):
        with pytest.raises(ParseError) as caught:
            module.parse_message(whole[:size])
        assert caught.value.kind == "truncated"


PSEUDO = (
    HEAD
    + """
grammar:
  pseudo:
    parameters: {version: int}
    branch: version
    cases:
      - {is: 4, record: [{field: source, bytes: {size: 4}, convert: ipv4}, {number: 8, const: 0}, {field: protocol, number: 8}, {field: length, number: 16}]}
      - {is: [6, 7], record: [{field: source, use: address}, {field: length, number: 32}, {field: protocol, number: 16, const: 5}]}
  address: {bytes: {size: 16}, convert: ipv6}
  message:
    parameters: {version: int, source: str, protocol: int}
    record:
      - {field: length, number: 16}
      - {field: checksum, number: 16, derive: {checksum: inet, over: [pseudo, {from: length, to: data}]}}
      - {field: data, bytes: {rest: true}}
      - {let: should, value: derived(checksum)}
"""
)


def test_a_pseudo_header_is_built_from_the_names_of_the_rule() -> None:
    module = compile_text(PSEUDO)
    data = struct.pack(">HH", 7, 0x5555) + b"abc"
    counted = data[:2] + b"\0\0" + data[4:]
    value, _, _ = module.parse_message(data, 4, "192.0.2.1", 200)
    assert value.should == simple(socket.inet_aton("192.0.2.1") + b"\0\xc8\0\7" + counted)
    for version in (6, 7):
        value, _, _ = module.parse_message(data, version, "2001:db8::1", 9)
        six = socket.inet_pton(socket.AF_INET6, "2001:db8::1")
        assert value.should == simple(six + b"\0\0\0\7" + b"\0\5" + counted)


@pytest.mark.parametrize(
    ("arguments"),
    [(5, "192.0.2.1", 1), (4, "no address", 1), (4, "2001:db8::1", 1), (4, "192.0.2.1", 256), (4, "192.0.2.1", -1)],
)
def test_a_pseudo_header_that_cannot_be_is_an_error_of_the_message(arguments: tuple[int, str, int]) -> None:
    with pytest.raises(ParseError) as caught:
        compile_text(PSEUDO).parse_message(b"\0\7\0\0abc", *arguments)
    assert (caught.value.kind, caught.value.rule) == ("value", "message")
