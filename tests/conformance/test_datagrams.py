"""Rule 19 and sides by transport: one datagram is one message."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest
from support import balanced, canonical, compile_text, names

from dissgen_runtime import DOWN, UP, Alert

SPEC = """
dissgen: 1
protocol: test
transport: {udp: [53], tcp: [53]}
grammar:
  message:
    record: [{field: id, number: 16}, {field: text, text: {size: {number: 8}}}]
  long: {record: [{number: 16}, {field: _inner, use: message}], value: _inner}
events: {m: message, via: {name: str}, note: {what: str}}
initial: s
states:
  s:
    up: {udp: message, tcp: long}
    down: {udp: message}
    transitions:
      - {event: up, when: 'message.text == "jump"', execute: [trigger: m], jump: quiet}
      - {event: [up, down], execute: [trigger: m, trigger: {via: {name: transport}}]}
      - {event: gap, execute: [trigger: {note: {what: '"gap"'}}]}
      - {event: end, execute: [trigger: {note: {what: '"end"'}}]}
  quiet: {up: {discard: true}, down: {udp: message, tcp: {discard: true}}, transitions: [{event: down, jump: s}]}
"""
GOOD = bytes.fromhex("0001 02 6162")
JUMP = bytes.fromhex("0002 04") + b"jump"


def session(transport: str | None = "udp", **options: Any) -> Any:
    return compile_text(SPEC).Session(transport=transport, **options)


def test_19_one_feed_is_one_message() -> None:
    s = session()
    events = s.feed(UP, GOOD) + s.feed(DOWN, GOOD)
    assert names(events) == ["m", "via", "m", "via"]
    assert [event.offset for event in events if event.name == "m"] == [(0, 5), (0, 5)]
    assert s.feed(UP, GOOD)[0].offset == (5, 10)
    balanced(s)


def test_19_bytes_behind_the_message_are_trailing() -> None:
    s = session()
    assert names(s.feed(UP, GOOD + b"???")) == ["m", "via"]
    assert s.summary()["trailing"] == 3
    assert s.summary()["bytes"]["up"]["discarded"] == 3
    assert names(s.feed(UP, GOOD)) == ["m", "via"]
    balanced(s)


def test_19_two_messages_in_one_datagram_are_one_and_trailing() -> None:
    s = session()
    assert names(s.feed(UP, GOOD + GOOD)) == ["m", "via"]
    assert s.summary()["trailing"] == 5


@pytest.mark.parametrize("size", range(1, 5))
def test_19_a_datagram_that_is_cut_is_an_error_and_the_session_stays(size: int) -> None:
    s = session()
    (alert,) = s.feed(UP, GOOD[:size])
    assert isinstance(alert, Alert)
    assert (alert.id, s.state.value, s.failed) == ("parse_error", "s", False)
    assert names(s.feed(UP, GOOD)) == ["m", "via"]
    assert s.summary()["bytes"]["up"]["discarded"] == size
    balanced(s)


def test_an_error_of_one_kind_on_streams_fails() -> None:
    s = session("tcp")
    assert names(s.feed(UP, b"\x00\x05" + GOOD)) == ["m", "via"]
    s.feed(UP, b"\x00\x05" + GOOD[:3])
    assert names(s.close(UP)) == ["alert:parse_error"]
    assert s.failed


def test_19_a_handled_error_need_not_move() -> None:
    text = (
        SPEC + "any: [{event: parse_error, execute: [{alert: {severity: low, description: '{error}'}}], jump: fail}]\n"
    )
    text = text.replace("jump: fail", "when: 'transport == \"udp\"'")
    s = compile_text(text).Session(transport="udp")
    assert names(s.feed(UP, b"\x00")) == ["alert:any_parse_error"]
    assert not s.failed
    assert names(s.feed(UP, GOOD)) == ["m", "via"]


def test_19_where_no_side_reads_it_is_said_once_for_each_stay() -> None:
    spec = SPEC.replace("down: {udp: message}", "down: {tcp: long}")
    s = compile_text(spec).Session(transport="udp")
    assert names(s.feed(DOWN, GOOD) + s.feed(DOWN, GOOD)) == ["alert:missing_grammar"]
    assert not s.failed
    assert s.summary()["bytes"]["down"]["discarded"] == 10
    s.feed(UP, JUMP)
    s.feed(DOWN, GOOD)
    balanced(s)


def test_19_a_transport_without_a_side_reads_nothing() -> None:
    s = session("tcp")
    assert names(s.feed(DOWN, GOOD)) == ["alert:missing_grammar"]
    assert s.failed


def test_19_states_change_between_datagrams() -> None:
    s = session()
    assert names(s.feed(UP, JUMP) + s.feed(UP, GOOD)) == ["m"]
    assert s.state.value == "quiet"
    s.feed(DOWN, GOOD)
    assert names(s.feed(UP, GOOD)) == ["m", "via"]
    balanced(s)


def test_19_a_lost_datagram_is_no_gap() -> None:
    s = session()
    assert s.gap(UP, 100) == []
    assert names(s.feed(UP, GOOD)) == ["m", "via"]


def test_19_an_empty_datagram_is_none() -> None:
    s = session()
    assert s.feed(UP, b"") == []
    assert s.summary()["messages"] == 0


def test_19_the_end_and_what_comes_behind_it() -> None:
    s = session()
    assert names(s.feed(UP, GOOD) + s.close(UP) + s.close(DOWN)) == ["m", "via", "end", "note", "end", "note"]
    assert s.state.value == "finish"
    assert s.feed(UP, GOOD) == []
    balanced(s)


def test_19_the_first_transport_is_the_default_and_others_are_refused() -> None:
    assert session(None).transport == "udp"
    with pytest.raises(ValueError, match="test is not carried by 'sctp' but by udp and tcp"):
        session("sctp")


def test_19_what_a_verb_skips_ends_with_the_datagram() -> None:
    text = SPEC.replace("execute: [trigger: m], jump: quiet", "execute: [trigger: m, skip: rest]")
    s = compile_text(text).Session(transport="udp")
    assert names(s.feed(UP, JUMP) + s.feed(UP, GOOD)) == ["m", "m", "via"]


def test_19_any_datagrams_never_raise_balance_and_survive_pickling() -> None:
    rng = random.Random(1)
    for _ in range(150):
        plain, pickled = session(), session()
        events: list[Any] = []
        again: list[Any] = []
        for _ in range(12):
            data = rng.choice(
                (GOOD, JUMP, rng.randbytes(rng.randint(0, 9)), GOOD[: rng.randint(0, 5)] + rng.randbytes(3))
            )
            direction = rng.choice((UP, DOWN))
            events += plain.feed(direction, data)
            again += pickled.feed(direction, data)
            pickled = pickle.loads(pickle.dumps(pickled))
        assert canonical(events) == canonical(again)
        assert not plain.failed
        balanced(plain)
        assert plain.summary() == pickled.summary()


def test_19_what_stands_between_messages_may_stand_before_one() -> None:
    text = SPEC.replace("up: {udp: message,", "up: {udp: {use: message, between: '(\\r\\n)+'},")
    s = compile_text(text).Session(transport="udp")
    events = s.feed(UP, b"\r\n\r\n" + GOOD)
    assert names(events) == ["m", "via"]
    assert events[0].offset == (4, 9)
    assert s.feed(UP, b"\r\n") == []
    assert names(s.feed(UP, b"\r\n" + GOOD[:3])) == ["alert:parse_error"]
    assert s.summary()["bytes"]["up"] == {
        "total": 16, "messages": 5, "skipped": 8, "held": 0, "discarded": 3, "child": 0,
    }  # fmt: skip
    balanced(s)
