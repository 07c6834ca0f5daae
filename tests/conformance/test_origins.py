"""Elements at offsets: by the scan, by the frame, byte by byte; hostile names; the work they cost, by counting."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from support import balanced, compile_text, feed_all
from test_numbers import HEAD, MACHINE, plain, read

from dissgen_runtime import UP, ParseError, origins

NAMES = """
  name:
    value: "'.'.join(labels)"
    record: [{field: labels, use: labels}]
  labels:
    value: labels + (tail or [])
    record:
      - {field: labels, array: {text: {size: {number: 8}}}, while: '0 < peek() < 64'}
      - {field: kind, number: 2}
      - branch: kind
        cases:
          - {is: 0, number: 6, const: 0}
          - {is: 3, field: tail, at: {number: 14}, of: labels}
          - {else: true, fail: reserved label type}
"""


def grammar(elements: str, rules: str = NAMES, off: tuple[str, ...] = (), limits: str = "") -> Any:
    head = f"{HEAD}{limits}grammar:\n  m: {{origin: true, record: [{elements}]}}\n{rules}\n{MACHINE}"
    return compile_text(head, off=off)


CASES = [
    ("{field: n, array: name, count: 3}", "0161016200" "0163c000" "c005", {"n": ["a.b", "c.a.b", "c.a.b"]}),
    ("{field: a, number: 16}, {field: r, record: [{number: 8}, {field: b, at: {number: 8}, of: {number: 16}}]}, "
     "{field: z, number: 8}", "0102030009", {"a": 258, "r": {"b": 258}, "z": 9}),
    ("{field: a, text: {size: 3}}, {field: r, record: [{at: {number: 8}, of: {field: b, text: {size: {number: 8}}}}]}",
     "01617a00", {"a": "\x01az", "r": {"b": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[1] for case in CASES])
def test_every_way_of_reading_agrees(elements: str, data: str, fields: dict[str, Any]) -> None:
    raw = bytes.fromhex(data)
    assert read(grammar(elements), raw) == fields
    unfused = grammar(elements, off=("straighten", "sink_tails", "fuse_regex", "fuse_struct", "prefer_else"))
    assert plain(unfused.parse_m(raw)[0]) == fields


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=[case[1] for case in CASES])
def test_the_end_of_the_input_is_an_error_with_its_place(elements: str, data: str, fields: dict[str, Any]) -> None:
    module, whole = grammar(elements), bytes.fromhex(data)
    for size in range(1, len(whole)):
        with pytest.raises(ParseError) as found:
            module.parse_m(whole[:size])
        assert found.value.kind == "truncated"
        session = module.Session()
        assert feed_all(session, [(UP, whole[i : i + 1]) for i in range(size)]) == []
        session = pickle.loads(pickle.dumps(session))  # what is remembered is plain data
        events = session.feed(UP, whole[size:])
        assert [plain(list(event.payload().values())) for event in events] == [list(fields.values())]
        balanced(session)


def test_offsets_count_from_the_rule_that_has_an_origin() -> None:
    rules = NAMES + "\n  inner: {origin: true, record: [{field: n, array: name, count: 2}, {let: p, value: position}]}"
    module = grammar("{number: 16}, {field: i, use: inner}, {let: p, value: position}", rules)
    raw = bytes.fromhex("ffff016100c000")
    assert plain(module.parse_m(raw)[0]) == {"i": {"n": ["a", "a"], "p": 5}, "p": 7}
    for size in range(len(raw)):
        session = module.Session()
        (event,) = [*session.feed(UP, raw[:size]), *session.feed(UP, raw[size:])]
        assert plain(event.payload()["i"]) == {"n": ["a", "a"], "p": 5}


HOSTILE = [
    ("c000", ("value", "labels", "tail", 2), "to itself"),
    ("c002", ("value", "labels", "tail", 2), "forward"),
    ("0161c000", ("value", "labels", "tail", 4), "to the name that it ends"),
    ("80", ("verify", "labels", None, 0), "a reserved type"),
    ("01610040", ("verify", "labels", None, 3), "an old type"),
    ("ffff", ("value", "labels", "tail", 2), "far"),
]


@pytest.mark.parametrize(("data", "key", "what"), HOSTILE, ids=[case[2] for case in HOSTILE])
def test_hostile_names_are_errors_with_their_place(data: str, key: tuple[object, ...], what: str) -> None:
    module = grammar("{field: n, array: name, count: 2}")
    raw = bytes.fromhex(data)
    assert module._scan_m(raw, 0, len(raw)) is None
    with pytest.raises(ParseError) as found:
        module.parse_m(raw)
    assert found.value.key()[:4] == key


def chain(links: int) -> bytes:
    """A name, and pointers each to the one before it."""
    data = b"\x01a\x00"
    for index in range(links):
        data += (0xC000 | (0 if index == 0 else 3 + 2 * (index - 1))).to_bytes(2, "big")
    return data


def test_what_was_read_is_remembered_so_a_long_chain_is_one_step_each() -> None:
    module = grammar("{field: n, array: name, count: 200}")
    value, _, _ = module.parse_m(chain(199))
    assert value.n == ["a"] * 200
    assert module._scan_m(chain(199), 0, len(chain(199)))[0] == value


def test_the_depth_of_offsets_is_a_limit() -> None:
    module = grammar("{field: pad, bytes: {size: 41}}, {field: n, use: name}")
    for links, deep in ((15, False), (16, False), (17, True)):
        raw = chain(links).ljust(41, b"\0") + (0xC000 | 3 + 2 * (links - 1)).to_bytes(2, "big")
        scanned = module._scan_m(raw, 0, len(raw))
        if links < 16:
            assert module.parse_m(raw)[0].n == scanned[0].n == "a"
            continue
        assert scanned is None
        with pytest.raises(ParseError) as found:
            module.parse_m(raw)
        assert (found.value.kind, found.value.rule, found.value.field) == ("limit", "labels", "tail")
        assert deep or found.value.offset == 5


def bomb(size: int) -> bytes:
    """Labels of one octet up to the middle; then names that point at each of them, the last first."""
    labels = b"\x01a" * (size // 4) + b"\0"
    pointers = [(0xC000 | 2 * index).to_bytes(2, "big") for index in reversed(range(size // 4))]
    return labels + b"".join(pointers)


def test_the_work_grows_with_the_message_and_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    leave = origins.Origin.leave

    def count(self: origins.Origin, size: int) -> bool:
        counted.append(size)
        return leave(self, size)

    monkeypatch.setattr(origins.Origin, "leave", count)
    module = grammar("{field: n, array: name, rest: true}")
    for size in (400, 4000, 16000):
        raw = bomb(size)
        for schedule in ([raw], [raw[:100], raw[100:]]):
            counted.clear()
            session = module.Session()
            events = [event for piece in schedule for event in session.feed(UP, piece)] + session.close(UP)
            assert size < 4000 or "bytes read again" in str([getattr(event, "description", "") for event in events])
            assert sum(counted) <= (64 + 1) * len(raw) * 2  # by the scan, which declines, and by the frame
            balanced(session)


def test_the_limit_of_work_can_be_set() -> None:
    raw = b"\x01a" * 10 + b"\0" + b"\xc0\x00\xc0\x02\xc0\x04"  # what was read in its place is not read again
    elements = "{field: n, array: name, count: 4}"
    assert grammar(elements).parse_m(raw)[0].n[3] == ".".join("a" * 8)
    module = grammar(elements, limits="limits: {work: 1}\n")
    assert module._scan_m(raw, 0, len(raw)) is None
    with pytest.raises(ParseError) as found:
        module.parse_m(raw)
    assert (found.value.kind, found.value.rule, found.value.field, found.value.offset) == (
        "limit",
        "labels",
        "tail",
        27,
    )


def test_a_rule_without_a_scan_looks_back_too() -> None:
    rules = "  line: {record: [{field: t, text: {until: ';'}}, {literal: ';'}]}\n  back: {record: [{field: l, at: {number: 8}, of: line}]}"
    module = grammar("{field: a, use: line}, {field: b, use: line}, {field: c, array: back, count: 3}", rules)
    raw = b"ab" * 400 + b";" + b"x;" + b"\0\1\2"
    value = module.parse_m(raw)[0]
    assert [item.l.t for item in value.c] == ["ab" * 400, "b" + "ab" * 399, "ab" * 399]
    session = module.Session()
    (event,) = feed_all(session, [(UP, raw[i : i + 1]) for i in range(len(raw))])
    assert event.c == value.c
