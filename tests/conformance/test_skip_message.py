"""`skip: message`: to the end of the outermost budget in which a message has failed (rule 9)."""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from support import balanced, canonical, machine, names

from dissgen_runtime import UP, Event

HEAD = r"""
alerts: {bad: {severity: low, description: '{error}'}}
events: {packet: packet}
initial: reading
states:
  reading:
    up: packet
    transitions:
      - {event: up, execute: [trigger: packet]}
      - {event: parse_error, execute: [alert: bad, skip: message]}
"""
PLAIN = """
grammar:
  item: {record: [{literal: I}, {field: size, number: 8}, {field: text, within: size, text: {rest: true}}]}
  packet: {record: [{literal: P}, {within: {number: 8}, record: [{field: items, array: item, rest: true}]}]}
"""
STREAMED = """
grammar:
  packet:
    sequence:
      - {literal: P}
      - {within: {number: 8}, sequence: [{bytes: {size: {number: 8}}, stream: body}, {literal: '.'}, {field: rest, text: {rest: true}}]}
"""


def dissector(grammar: str) -> ModuleType:
    events = (
        "events: {packet: packet}" if "stream" not in grammar else "events: {packet: packet, body: {stream: bytes}}"
    )
    return machine(HEAD.replace("events: {packet: packet}", events) + textwrap.dedent(grammar))


def run(grammar: str, data: bytes, size: int = 1 << 20) -> tuple[list[Event], Any]:
    session = dissector(grammar).Session()
    events = [event for at in range(0, len(data), size) for event in session.feed(UP, data[at : at + size])]
    balanced(session)
    return events, session


GOOD = b"P\x05I\x03abc"
CASES = {
    "an item is wrong": (PLAIN, b"P\x05X\x03abc" + GOOD, ["alert:bad", "packet"]),
    "an inner budget is too large": (PLAIN, b"P\x05I\x09abc" + GOOD, ["alert:bad", "packet"]),
    "the last of several": (PLAIN, GOOD + b"P\x06I\x03abcX" + GOOD, ["packet", "alert:bad", "packet"]),
    "two in a row": (PLAIN, b"P\x01XP\x02XX" + GOOD, ["alert:bad", "alert:bad", "packet"]),
    "in the middle of what is streamed": (
        STREAMED,
        b"P\x08\x02ab!efghP\x04\x01a.z",
        ["body:False", "alert:bad", "body:True", "packet"],
    ),
    "behind a stream of the whole budget": (
        STREAMED,
        b"P\x03\x09abP\x04\x01a.z",
        ["body:False", "alert:bad", "body:True", "packet"],
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1 << 20])
def test_9_the_next_message_is_found(case: str, size: int) -> None:
    grammar, data, expected = CASES[case]
    events, session = run(grammar, data, size)
    assert names(events) == expected
    assert not session.failed
    assert canonical(events) == canonical(run(grammar, data)[0])


def test_9_where_no_budget_is_known_the_session_fails() -> None:
    events, session = run(PLAIN, b"X" + GOOD)
    assert names(events) == ["alert:bad"]
    assert session.failed


def test_9_where_no_budget_is_known_the_rule_resynchronises() -> None:
    grammar = PLAIN.replace("{record: [{literal: P}", "{resync: {before: '[P]'}, record: [{literal: P}")
    module = dissector(grammar)
    for data in (b"XX" + GOOD, b"P\x02XX" + GOOD):
        session = module.Session()
        assert names(session.feed(UP, data)) == ["alert:bad", "packet"]


def test_9_bytes_that_have_not_come_yet_are_skipped_when_they_come() -> None:
    session = dissector(STREAMED).Session()
    assert names(session.feed(UP, b"P\xff\x01a!")) == ["body:False", "alert:bad"]
    session = pickle.loads(pickle.dumps(session))
    assert session.feed(UP, b"x" * 251) == []
    assert session.summary()["bytes"]["up"]["held"] == 0, "nothing is kept of what is skipped"
    assert names(session.feed(UP, b"xP\x04\x01a.z")) == ["body:True", "packet"]
    balanced(session)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(5, ["gap", "body:True", "packet"]), (7, ["gap", "body:True", "packet"]), (8, ["gap"])],
)
def test_17_a_gap_counts_and_one_that_goes_further_is_a_loss(size: int, expected: list[str]) -> None:
    session = dissector(STREAMED).Session()
    session.feed(UP, b"P\x0a\x01a!")
    events = [*session.gap(UP, size), *session.feed(UP, b"x" * (7 - size) + b"P\x04\x01a.z")]
    assert names(events) == expected
    assert not session.failed
    balanced(session)


def test_16_the_end_may_come_first() -> None:
    session = dissector(STREAMED).Session()
    session.feed(UP, b"P\x0a\x01a!")
    assert names(session.close(UP)) == ["end"]
    balanced(session)


def test_16_a_budget_that_never_came_is_skipped_as_far_as_it_did() -> None:
    session = dissector(PLAIN).Session()
    session.feed(UP, GOOD + b"P\x05I")
    assert names(session.close(UP)) == ["alert:bad", "end"]
    assert not session.failed
    balanced(session)


def test_a_budget_over_the_limit_is_skipped_too() -> None:
    module = machine(
        HEAD
        + textwrap.dedent(
            """
            limits: {message: 100 B}
            grammar: {packet: {record: [{literal: P}, {within: {number: 16}, record: [{field: text, text: {rest: true}}]}]}}
            """
        )
    )
    session = module.Session()
    events = [*session.feed(UP, b"P\x03\xe8" + b"x" * 1000 + b"P\x00\x01a")]
    assert names(events) == ["alert:bad", "packet"]
    assert "at most 100 bytes" in events[0].description  # type: ignore[attr-defined]


def test_it_acts_on_the_sub_stream_that_failed() -> None:
    module = machine(
        """
        grammar:
          record: {sequence: [{literal: R}, {bytes: {size: {number: 8}}, stream: inner}]}
          inner: {record: [{literal: M}, {within: {number: 8}, record: [{field: text, token: '[a-z]+'}]}]}
        events: {inner: {stream: inner}}
        alerts: {bad: {severity: low, description: '{error}'}}
        initial: reading
        states:
          reading:
            up: record
            transitions: [{event: parse_error, when: error.rule == "inner", execute: [alert: bad, skip: message]}, {event: parse_error, jump: fail}]
        """
    )
    for size in (1, 3, 100):
        data = b"R\x04M\x041bR\x05cdM\x02aR\x01b"
        session = module.Session()
        events = [event for at in range(0, len(data), size) for event in session.feed(UP, data[at : at + size])]
        assert names(events) == ["alert:bad", "inner"]
        assert events[1].payload() == {"text": "ab"}
