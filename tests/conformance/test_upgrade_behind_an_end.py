"""16: what begins inside a session behind the end of a direction is told of that end at once."""

from __future__ import annotations

from typing import Any

import pytest
from support import balanced, compile_text

from dissgen_runtime import DOWN, UP, Event

LINE = "grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\\n'}]}}\n"
OUTER = f"""
dissgen: 1
protocol: outer
transport: {{tcp: [1], udp: [1]}}
{LINE}
events: {{line: line, note: {{text: str}}}}
initial: reading
states:
  reading:
    up: line
    down: line
    transitions:
      - {{event: up, when: message.word == 'go', execute: [upgrade: inner], jump: inside}}
      - {{event: up, when: message.word == 'try', execute: [upgrade: {{probe: [inner]}}], jump: inside}}
      - {{event: end, when: direction == 'up', execute: [upgrade: inner], jump: inside}}
      - {{event: up, when: message.word == 'wait', jump: waiting}}
      - {{event: [up, down], execute: [trigger: line]}}
  waiting:
    up: line
    transitions: [{{event: timeout, after: 1 s, execute: [upgrade: inner], jump: inside}}]
  inside:
    up: child
    down: child
    transitions: [{{event: child_finish, execute: [trigger: {{note: {{text: '"child"'}}}}], jump: reading}}]
"""
INNER = f"""
dissgen: 1
protocol: inner
transport: {{tcp: [2], udp: [2]}}
confirm: {{up: '[a-z]'}}
{LINE}
events: {{inside: line, ended: {{side: str}}}}
initial: talking
states:
  talking:
    up: line
    down: line
    transitions:
      - {{event: [up, down], execute: [trigger: inside]}}
      - {{event: end, execute: [trigger: {{ended: {{side: direction}}}}], JUMP}}
"""
STAYS = INNER.replace(", JUMP", "")
LEAVES = INNER.replace("JUMP", "jump: finish")


def made(inner: str, transport: str = "tcp") -> Any:
    return compile_text(OUTER).Session(dissectors={"inner": compile_text(inner)}, transport=transport)


def said(events: list[Event]) -> list[str]:
    return [
        " ".join((event.name, *(str(value) for value in event.payload().values())))
        for event in events
        if event.name in ("line", "inside", "ended", "note", "log")
    ]


def test_the_one_inside_hears_of_it_without_another_byte() -> None:
    session = made(STAYS)
    assert said(session.feed(UP, b"one\n") + session.close(DOWN)) == ["line one"]
    assert said(session.feed(UP, b"go\n")) == ["ended down"]
    assert said(session.feed(UP, b"two\n") + session.close(UP)) == ["inside two", "ended up", "note child"]
    balanced(session)


def test_it_may_finish_by_that() -> None:
    session = made(LEAVES)
    session.close(DOWN)
    assert said(session.feed(UP, b"go\nrest\n")) == ["ended down", "note child", "line rest"]
    balanced(session)


@pytest.mark.parametrize("step", [1, 2, 5, 99])
def test_it_is_told_before_it_is_fed(step: int) -> None:
    data = b"go\nabc\ndef\n"
    session = made(STAYS)
    session.close(DOWN)
    events: list[Event] = []
    for at in range(0, len(data), step):
        events += session.feed(UP, data[at : at + step])
    assert said(events) == ["ended down", "inside abc", "inside def"]


def test_a_probe_counts_the_end() -> None:
    session = made(STAYS)
    session.close(DOWN)
    assert said(session.feed(UP, b"try\n")) == []
    assert said(session.feed(UP, b"abc\n")) == ["ended down", "inside abc"]
    balanced(session)


def test_what_ends_while_it_is_probed_ends_between_the_same_bytes() -> None:
    session = made(STAYS.replace("'[a-z]'", "'[a-z]{4}'"))
    assert said(session.feed(UP, b"try\n") + session.feed(UP, b"abc") + session.close(DOWN)) == []
    assert said(session.feed(UP, b"def\n")) == ["ended down", "inside abcdef"]
    balanced(session)


def test_the_end_itself_may_bring_it() -> None:
    session = made(STAYS)
    assert said(session.feed(DOWN, b"one\n") + session.close(UP)) == ["line one", "ended up"]
    assert said(session.feed(DOWN, b"two\n")) == ["inside two"]


def test_time_may_have_brought_it() -> None:
    session = made(STAYS)
    session.feed(UP, b"wait\n")
    session.close(DOWN)
    assert said(session.advance(2_000_000_000)) == ["ended down"]


def test_datagrams_too() -> None:
    session = made(STAYS, "udp")
    session.close(DOWN)
    assert said(session.feed(UP, b"go\n")) == ["ended down"]
    balanced(session)
