"""`upgrade: {probe: [...]}`: the first bytes choose the protocol inside, however they are cut."""

from __future__ import annotations

import itertools
import pickle
import sys
from types import ModuleType
from typing import Any

import pytest
from support import balanced, canonical, compile_text

from dissgen_runtime import DOWN, UP, Direction, Event

OUTER = r"""
dissgen: 1
protocol: outer
transport: {tcp: [1], udp: [1]}
grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
events: {line: line}
initial: reading
states:
  reading:
    up: line
    down: line
    transitions:
      - {event: up, when: message.word == "go", execute: [upgrade: {probe: [mail, files, web]}], jump: inside}
      - {event: [up, down], execute: [trigger: line]}
  inside:
    up: child
    down: child
    transitions:
      - {event: child_finish, jump: reading}
      - {event: timeout, after: 1 min, jump: reading}
"""

INNER = r"""
dissgen: 1
protocol: NAME
transport: {tcp: [2], udp: [2]}
confirm: CONFIRM
grammar: {line: {record: [{field: text, token: '[^\n]*'}, {token: '\n'}]}}
events: {NAME: line}
initial: talking
states:
  talking:
    up: line
    down: line
    transitions:
      - {event: up, when: message.text == "end", jump: finish}
      - {event: [up, down], execute: [trigger: NAME]}
"""
CONFIRMS = {
    "mail": "{down: '220[ -]', up: '(EHLO|HELO) '}",
    "files": "{down: '220[ -]', up: '(USER|AUTH) '}",
    "web": "{up: '(GET|PUT) /'}",
}
Schedule = list[tuple[Direction, bytes]]


def inner(name: str) -> ModuleType:
    module = compile_text(INNER.replace("NAME", name).replace("CONFIRM", CONFIRMS[name]))
    sys.modules.setdefault(module.__name__, module)  # sessions inside are pickled by the names of their modules
    return module


def session(*names: str, **options: Any) -> Any:
    dissectors = {name: inner(name) for name in names or CONFIRMS}
    return compile_text(OUTER).Session(dissectors=dissectors, **options)


def words(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def run(schedule: Schedule, one: Any = None) -> tuple[list[Event], Any]:
    one = one or session()
    events = list(one.feed(UP, b"go\n"))
    for direction, data in schedule:
        events += one.feed(direction, data)
    balanced(one)
    return events, one


TALKS: dict[str, tuple[Schedule, list[str]]] = {
    "all of its patterns": ([(DOWN, b"220 a\n"), (UP, b"USER x\n")], ["files", "files"]),
    "the second of two that begin alike": ([(DOWN, b"220 a\n"), (UP, b"EHLO x\n")], ["mail", "mail"]),
    "one side is enough where the pattern is one": ([(UP, b"GET /\n"), (DOWN, b"200\n")], ["web", "web"]),
    "the client first": ([(UP, b"EHLO x\n"), (DOWN, b"220 a\n")], ["mail", "mail"]),
    "many bytes of one side": ([(UP, b"EHLO x" + b"y" * 200 + b"\n"), (DOWN, b"220 a\n")], ["mail", "mail"]),
    "the only one that is left": ([(UP, b"HELO x" + b"y" * 58 + b"\n")], ["mail"]),
    "none": ([(UP, b"x" * 80), (DOWN, b"y" * 80)], ["log"]),
    "not decided": ([(DOWN, b"220 a\n")], []),
}


class TestChoice:
    @pytest.mark.parametrize("talk", TALKS)
    def test_the_first_bytes_choose(self, talk: str) -> None:
        schedule, expected = TALKS[talk]
        events, _ = run(schedule)
        assert words(events) == expected

    @pytest.mark.parametrize("talk", TALKS)
    def test_14_the_same_however_they_are_cut(self, talk: str) -> None:
        schedule, _ = TALKS[talk]
        whole = canonical(run(schedule)[0])
        for size in (1, 2, 3, 5, 63, 64, 65):
            pieces = [(d, data[i : i + size]) for d, data in schedule for i in range(0, len(data), size)]
            assert canonical(run(pieces)[0]) == whole, size
        joined, one = b"go\n", session()
        events = []
        for direction, run_ in itertools.groupby([(UP, joined), *schedule], key=lambda item: item[0]):
            events += one.feed(direction, b"".join(data for _, data in run_))
        assert canonical(events) == whole, "what followed the upgrade came with it"

    def test_it_goes_on_in_another_process(self) -> None:
        one = session()
        one.feed(UP, b"go\nEH")
        one = pickle.loads(pickle.dumps(one))
        one.feed(UP, b"LO x\n")
        one = pickle.loads(pickle.dumps(one))
        assert words(one.feed(DOWN, b"220 a\n")) == ["mail", "mail"]

    def test_after_the_most_bytes_that_wait_the_best_one_is_taken(self) -> None:
        one = session()
        one.feed(UP, b"go\n")
        assert one.feed(DOWN, b"220 " + b"a" * 4091) == []
        assert words(one.feed(DOWN, b"\n")) == ["mail"], "of two that match as much the first in the list"

    def test_only_what_is_at_hand_is_tried(self) -> None:
        events, _ = run([(DOWN, b"220 a\n")], session("files", "web"))
        assert words(events) == [], "of `web` nothing has been seen yet"
        events, _ = run([(DOWN, b"220 a\n")], session("files"))
        assert words(events) == ["files"], "nothing else is possible"


class TestNone:
    def test_none_at_hand_is_reported_once_and_discarded(self) -> None:
        one = compile_text(OUTER).Session()
        events = [*one.feed(UP, b"go\nabc\n"), *one.feed(DOWN, b"abc\n")]
        assert [(event.name, event.text) for event in events] == [  # type: ignore[attr-defined]
            ("log", "no dissector fits of mail, files, web: the bytes are discarded")
        ]
        assert one.summary()["bytes"]["down"]["discarded"] == 4
        balanced(one)

    def test_none_fits_is_reported_once_also_when_it_happens_again(self) -> None:
        one = session()
        assert one.feed(UP, b"go\n" + b"x" * 63) == []
        assert words(one.feed(UP, b"x")) == ["log"]
        assert one.feed(DOWN, b"y" * 64) == []
        assert one.summary()["bytes"]["up"]["discarded"] == 64
        one.advance(60_000_000_000)
        assert one.state.value == "reading"
        events = [*one.feed(UP, b"go\n" + b"x" * 64), *one.feed(DOWN, b"y" * 64)]
        assert events == []
        balanced(one)


class TestEnds:
    def test_16_the_end_of_both_sides_decides(self) -> None:
        one = session()
        events = [*one.feed(UP, b"go\n"), *one.feed(DOWN, b"220 a\n"), *one.close(UP)]
        assert words(events) == ["end", "log"], "its client says nothing, so it is neither of the two"
        assert one.summary()["bytes"]["down"]["discarded"] == 6

    def test_16_a_side_that_has_ended_cannot_match_any_more(self) -> None:
        one = session()
        events = [*one.feed(UP, b"go\nEHLO x\n"), *one.close(DOWN), *one.close(UP)]
        assert words(events) == ["end", "end", "log", "alert"]
        assert one.finished
        balanced(one)

    def test_16_the_end_is_handed_on(self) -> None:
        one = session()
        events = [*one.feed(UP, b"go\nGET"), *one.close(DOWN), *one.feed(UP, b" /\nx"), *one.close(UP)]
        assert words(events) == ["end", "web", "end", "alert", "alert"]
        assert events[3].description.startswith("line at byte 7: the input ends")  # type: ignore[attr-defined]
        balanced(one)

    def test_17_at_a_gap_what_has_been_seen_decides(self) -> None:
        one = session()
        events = [*one.feed(UP, b"go\n"), *one.feed(DOWN, b"220 a\n"), *one.gap(DOWN, 9), *one.feed(DOWN, b"b\n")]
        assert words(events) == ["gap", "mail"]
        balanced(one)

    def test_leaving_the_state_discards_what_waits(self) -> None:
        one = session()
        one.feed(UP, b"go\n")
        one.feed(DOWN, b"220 a\n")
        one.advance(60_000_000_000)
        assert words(one.feed(UP, b"a\n")) == ["line"]
        assert one.summary()["bytes"]["down"]["discarded"] == 6
        balanced(one)

    def test_the_protocol_inside_may_finish_and_another_one_follows(self) -> None:
        one = session()
        events = [*one.feed(UP, b"go\nGET /\nend\n"), *one.feed(UP, b"a\n"), *one.feed(UP, b"go\nGET /\n")]
        assert words(events) == ["web", "line", "web"]


class TestDatagrams:
    def test_19_the_first_datagram_of_a_side_is_all_of_it(self) -> None:
        one = session(transport="udp")
        events = [*one.feed(UP, b"go\n"), *one.feed(UP, b"GET /\n"), *one.feed(UP, b"x\n")]
        assert words(events) == ["web", "web"]
        one = session(transport="udp")
        events = [*one.feed(UP, b"go\n"), *one.feed(UP, b"EHLO x\n"), *one.feed(UP, b"x\n"), *one.feed(DOWN, b"220 \n")]
        assert words(events) == ["mail", "mail", "mail"]
        one = session(transport="udp")
        events = [*one.feed(UP, b"go\n"), *one.feed(UP, b"G\n"), *one.feed(UP, b"GET /\n")]
        assert words(events) == ["log"]
        balanced(one)
