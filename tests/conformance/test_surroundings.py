"""What rules see of what is around them: `parent`, `root`, `direction`, `transport`."""

from __future__ import annotations

from typing import Any

import pytest
from every_way import error, modules, read
from support import compile_text
from test_numbers import HEAD, plain

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP

SIZED = """
  m: {record: [{field: kind, number: 8}, {field: items, array: item, count: 2}]}
  item: {record: [{field: size, number: 8}, {field: body, use: body}]}
  body: {record: [
    {field: data, bytes: {size: parent.size}, convert: hex},
    {optional: {field: more, number: 8}, when: parent.parent.kind == 2},
    {optional: {field: last, number: 8}, when: root.kind == 2 and parent.size > 1}]}
"""
MERGED = """
  m: {record: [{field: depth, number: 8}, part]}
  part: {record: [
    {field: own, number: 8},
    {verify: own == parent.depth + 1, message: own},
    {field: nested, record: [{field: depth, number: 8}, {verify: depth == parent.depth + 2, message: nested}]},
    {field: inner, array: {record: [{field: depth, number: 8}, {verify: depth == root.depth, message: inner}]}, count: 2}]}
"""
RECURSIVE = """
  m: {record: [{field: depth, number: 8}, {field: next, use: node}]}
  node: {record: [
    {field: depth, number: 8}, {verify: depth == parent.depth + 1, message: deeper},
    {optional: {field: next, use: node}, when: depth < root.depth + 3}]}
"""
VALUED = """
  m: {record: [
    {field: n, number: 8}, {field: words, array: word, count: 2},
    try: [{record: [{field: a, use: word}, {literal: x}]}, {field: b, number: 8}],
    union: [{field: c, use: word}, {field: d, number: 8}],
    {branch: n, cases: [{is: 1, field: e, use: word}, {else: true, field: f, use: word}]},
    {within: 2, record: [{field: g, use: word}, {field: h, use: word}]}]}
  word: {record: [{field: _w, bytes: {size: parent.n}}], value: _w.hex()}
"""
NAMED = """
  m: {record: [{field: x, number: 8}, {field: parent_x, number: 8}, {field: p, use: p}]}
  p: {record: [{field: y, number: 8}, {let: total, value: parent.x + parent.parent_x + y}]}
"""
LOOKING_BACK = """
  m: {record: [{field: key, number: 8}, {field: a, number: 8}, {field: p, use: p}, {field: q, use: p}]}
  p: {record: [{field: y, number: 8}, {field: z, at: 1, of: {use: deep}}]}
  deep: {record: [{field: _v, number: 8}], value: _v + root.key + parent.y}
"""


@pytest.mark.parametrize(
    ("grammar", "data", "fields"),
    [
        (SIZED, "02 01aa0b 02aabb0c0d", {"kind": 2, "items": [
            {"size": 1, "body": {"data": "aa", "more": 11, "last": None}},
            {"size": 2, "body": {"data": "aabb", "more": 12, "last": 13}}]}),
        (SIZED, "01 01aa 00", {"kind": 1, "items": [
            {"size": 1, "body": {"data": "aa", "more": None, "last": None}},
            {"size": 0, "body": {"data": "", "more": None, "last": None}}]}),
        (MERGED, "05 06 07 05 05", {"depth": 5, "own": 6, "nested": {"depth": 7}, "inner": [{"depth": 5}, {"depth": 5}]}),
        (RECURSIVE, "01 02 03 04", {"depth": 1, "next": {"depth": 2, "next": {"depth": 3, "next": {"depth": 4, "next": None}}}}),
        (VALUED, "01 0203 0478 05 06 0708", {"n": 1, "words": ["02", "03"], "a": "04", "b": None, "c": "05", "d": 5,
                                            "e": "06", "f": None, "g": "07", "h": "08"}),
        (NAMED, "01 02 03", {"x": 1, "parent_x": 2, "p": {"y": 3, "total": 6}}),
        (LOOKING_BACK, "0a 01 02 03", {"key": 10, "a": 1, "p": {"y": 2, "z": 13}, "q": {"y": 3, "z": 14}}),
    ],
    ids=["sized", "sized-absent", "merged", "recursive", "valued", "named", "looking-back"],
)  # fmt: skip
def test_fields_of_the_rules_around(grammar: str, data: str, fields: dict[str, Any]) -> None:
    assert read(modules(grammar), bytes.fromhex(data)) == fields


@pytest.mark.parametrize(
    ("grammar", "data", "wanted"),
    [
        (MERGED, "05 06 08", ("verify", "m_nested", None, 3)),
        (MERGED, "05 07", ("verify", "m", None, 2)),
        (MERGED, "05 06 07 05 06", ("verify", "m_inner_item", None, 5)),
        (RECURSIVE, "01 02 04", ("verify", "node", None, 3)),
        (SIZED, "02 04aabb", ("truncated", "body", "data", 2)),
    ],
)
def test_errors_in_what_depends_on_them(grammar: str, data: str, wanted: tuple[Any, ...]) -> None:
    assert error(modules(grammar), bytes.fromhex(data))[:4] == wanted


def test_who_reads_such_a_rule_alone_gives_what_it_needs() -> None:
    for module in modules(SIZED):
        value, size, _ = module.parse_body(b"\1\2\3\4", parent_size=2, parent_parent_kind=2, root_kind=2)
        assert (plain(value), size) == ({"data": "0102", "more": 3, "last": 4}, 4)
    for module in modules(NAMED):
        assert plain(module.parse_p(b"\3", of_parent_x=1, parent_parent_x=5)[0]) == {"y": 3, "total": 9}


SESSION = (
    HEAD.replace("{tcp: [9999]}", "{udp: [9999], tcp: [9999]}")
    + """
grammar:
  m: {record: [{field: n, number: 8}, {field: inner, use: inner}]}
  inner: {record: [{branch: transport, cases: [
    {is: udp, field: rest, bytes: {rest: true}, convert: hex}, {is: tcp, field: sized, bytes: {size: parent.n}, convert: hex}]},
    {let: way, value: "direction + '/' + transport"}]}
events: {m: m}
initial: s
states: {s: {up: m, down: m, transitions: [{event: [up, down], execute: [trigger: m]}]}}
"""
)


def test_direction_and_transport_of_the_session() -> None:
    module = compile_text(SESSION)

    def told(session: Any, *pieces: tuple[Any, bytes]) -> list[dict[str, Any]]:
        events = [event for direction, data in pieces for event in session.feed(direction, data)]
        return [plain(event.payload()["inner"]) for event in events if event.name == "m"]

    pieces = (UP, b"\1"), (UP, b"\2\1\3"), (DOWN, b"\0")
    assert told(module.Session(transport="tcp"), *pieces) == [
        {"sized": "02", "way": "up/tcp", "rest": None},
        {"sized": "03", "way": "up/tcp", "rest": None},
        {"sized": "", "way": "down/tcp", "rest": None},
    ]
    assert told(module.Session(transport="udp"), (UP, b"\1\2\1\3"), (DOWN, b"\0")) == [
        {"rest": "020103", "way": "up/udp", "sized": None},
        {"rest": "", "way": "down/udp", "sized": None},
    ]
    value, _, _ = module.parse_m(b"\1\2", direction="down", transport="tcp")
    assert plain(value.inner) == {"sized": "02", "way": "down/tcp", "rest": None}


PACKETS = """
dissgen: 1
protocol: test
transport: {tcp: []}
grammar:
  packet: {record: [{field: kind, number: 8}, {let: way, value: "direction + '/' + transport"}]}
machine:
  type: custom
  events: {sent: {packet: packet}, received: {packet: packet}}
  roles: {sent: up, received: down}
events: {seen: {way: str}}
initial: s
states: {s: {transitions: [{event: [sent, received], execute: [trigger: {seen: {way: packet.way}}]}]}}
"""


def test_packets_of_a_custom_machine_know_them_too() -> None:
    session = compile_text(PACKETS).Session(transport="tcp", client="192.0.2.1:1", server="192.0.2.2:2")
    events = session.feed(UP, b"\1") + session.feed(DOWN, b"\2")
    assert [event.payload() for event in events if event.name == "seen"] == [{"way": "up/tcp"}, {"way": "down/tcp"}]


@pytest.mark.parametrize(
    ("grammar", "code"),
    [
        (
            "  m: {record: [{field: z, number: 8}, {field: a, use: a}]}\n"
            "  a: {record: [{field: x, number: 8}, {verify: x == parent.y}, {optional: {field: b, use: b}, when: x < 3}]}\n"
            "  b: {record: [{let: y, value: parent.x + 1}, {field: a, use: a}]}",
            "DG218",
        ),
        (
            "  m: {record: [{field: x, number: 8}, {verify: x == parent.y}, {optional: {field: b, use: b}, when: x < 3}]}\n"
            "  b: {record: [{field: y, number: 8}, {verify: y == parent.x}, {field: a, use: m}]}",
            "DG303",
        ),
    ],
)
def test_rules_that_ask_each_other_are_an_error(grammar: str, code: str) -> None:
    diagnostics = Diagnostics()
    text = f"dissgen: 1\nprotocol: test\ngrammar:\n{grammar}\n"
    assert compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False) is None
    assert code in {found.code for found in diagnostics}
