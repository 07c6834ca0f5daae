"""Random two-direction schedules with gaps, ends and cuts, over machines that hold, queue, stream and resynchronise.

Whatever the schedule: nothing raises, every byte counts once, every stream ends once, and cutting runs into pieces,
with the session pickled in between, changes nothing but times and where stream pieces are cut (rules 14, 15, 20).
"""

from __future__ import annotations

import pickle
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ALL_PASSES, balanced, canonical, machine

from dissgen.testing.outcome import outcome
from dissgen.testing.script import Close, Lose, Send, Step, Wait
from dissgen_runtime import DOWN, UP, Event, StreamEvent

QUEUE = r"""
limits: {hold: 64, items: 8}
tokens: {WORD: '[a-z]+', DIGITS: '[0-9]+', EOL: '\r?\n'}
grammar:
  ask: {record: [{field: word, token: WORD}, EOL], resync: EOL}
  answer: {record: [{field: n, token: DIGITS, convert: int}, {field: more, token: '[-]?'}, EOL], resync: EOL}
variables: {open: {type: 'list[str]', initial: []}}
events: {asked: {word: str}, answered: {n: int, word: str}, odd: {text: str}}
initial: talk
states:
  talk:
    up: ask
    down: {use: answer, hold: len(open) == 0}
    transitions:
      - {event: up, when: message.word == 'q', execute: [trigger: {asked: {word: message.word}}], jump: wait}
      - {event: up, execute: [push: {open: message.word}, trigger: asked]}
      - {event: down, when: len(open) > 0, execute: [trigger: {answered: {word: 'open[0]'}}, pop: open]}
      - {event: down, execute: [trigger: {answered: {word: '"?"'}}]}
  wait:
    up: {hold: true}
    down: answer
    transitions:
      - {event: down, execute: [trigger: {answered: {word: '"q"'}}], jump: talk}
      - {event: missing_grammar, execute: [trigger: {odd: {text: '"early"'}}], jump: talk}
any:
  - {event: parse_error, execute: [trigger: {odd: {text: str(error.offset) + error.found.hex()}}, skip: EOL]}
  - {event: gap, execute: [trigger: {odd: {text: '"gap"'}}]}
  - {event: end, execute: [trigger: {odd: {text: '"end"'}}]}
"""

MAIL = r"""
limits: {hold: 256}
tokens: {SP: ' +', WORD: '[a-z]+', DIGITS: '[0-9]{1,4}', EOL: '\r?\n', DOT: '(\A|\r?\n)\.\r?\n'}
grammar:
  verb: {record: [{field: word, token: WORD}, {optional: {record: [SP, {field: n, token: DIGITS, convert: int}]}, when: peek() == 0x20}, EOL]}
  mail: {sequence: [{bytes: {until: DOT}, transform: dot_unstuff, stream: content}, {optional: {token: EOL, stream: content}, when: peek() != 0x2e}, {field: dot, token: '\.\r?\n'}]}
  chunk: {parameters: {size: int}, bytes: {size: size}, stream: blob}
variables: {size: {type: int, initial: 1}}
events: {asked: {word: str}, said: {word: str}, content: {stream: bytes}, blob: {stream: bytes}, odd: {text: str}}
initial: idle
states:
  idle:
    up: verb
    down: verb
    transitions:
      - {event: up, when: message.word == 'data', execute: [trigger: asked], jump: mail}
      - {event: up, when: (message.n or 0) > 0, execute: [set: {size: message.n or 1}, trigger: asked], jump: chunk}
      - {event: up, execute: [trigger: asked]}
      - {event: down, when: message.word == 'mail', jump: mail}
      - {event: down, execute: [trigger: said]}
  mail:
    up: mail
    down: {hold: true}
    transitions:
      - {event: up, jump: idle}
      - {event: missing_grammar, execute: [trigger: {odd: {text: '"vain"'}}], jump: idle}
  chunk:
    up: {use: chunk, with: {size: size}}
    down: verb
    transitions:
      - {event: up, jump: idle}
      - {event: down, when: message.word == 'stop', execute: [trigger: said], jump: idle}
      - {event: down, execute: [trigger: said]}
any:
  - {event: parse_error, execute: [trigger: {odd: {text: str(error.offset)}}, skip: EOL]}
"""

UNION = r"""
limits: {message: 64, token: 32}
tokens: {WORD: '[a-z]+', ANY: '[^\n]*', EOL: '\n', SEP: ';'}
grammar:
  item: {record: [{field: word, token: WORD}, SEP]}
  tail: {record: [{field: raw, token: ANY}]}
  head: {record: [{field: word, token: WORD}]}
  both: {record: [{union: [head, tail]}, EOL]}
  list_of: {record: [{field: items, array: item, until: 'item.word == "z"'}, {field: rest, bytes: {until: EOL, limit: 16}}, EOL], resync: EOL}
events: {pair: {word: str, raw: str}, list_of: list_of, odd: {text: str}}
alerts: {bad: {severity: low, description: '{error}'}}
initial: a
states:
  a:
    up: both
    down: list_of
    transitions:
      - {event: up, when: message.word == 'flip', jump: b}
      - {event: up, execute: [trigger: pair]}
      - {event: down, execute: [trigger: list_of]}
  b:
    up: list_of
    down: both
    transitions:
      - {event: down, when: message.word == 'flip', jump: a}
      - {event: down, execute: [trigger: pair]}
      - {event: up, execute: [trigger: list_of]}
any:
  - {event: parse_error, execute: [alert: bad, skip: EOL]}
"""

PLAIN = r"""
limits: {hold: 32}
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL]}
  fields: {record: [{field: word, token: WORD}, {field: tail, bytes: {rest: true}}]}
events: {got: {word: str}}
initial: a
states:
  a:
    up: line
    down: line
    transitions:
      - {event: up, when: message.word == 'b', jump: b}
      - {event: up, when: message.word == 'f', jump: c}
      - {event: [up, down], execute: [trigger: got]}
  b:
    down: line
    transitions:
      - {event: missing_grammar, execute: [trigger: {got: {word: '"odd"'}}]}
      - {event: down, execute: [trigger: got], jump: a}
  c:
    up: fields
    down: {discard: true}
    transitions:
      - {event: up, execute: [trigger: got], jump: finish}
any:
  - {event: leave, execute: [trigger: {got: {word: '"leave"'}}]}
  - {event: fail, execute: [trigger: {got: {word: '"fail"'}}, reset]}
"""

CLOCK = r"""
limits: {hold: 64, transitions: 8}
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
variables:
  asked: {type: 'map[str, int]', limit: 3, expires: 7 s}
  n: {type: int, initial: 0}
  seen: {type: int, initial: 0, scope: direction}
  patience: {type: int, initial: 4}
  last: {type: duration, initial: 0 s}
events: {got: {word: str, n: int}, old: {key: str, value: int, at: duration}, tick: {what: str, n: int, at: duration}}
initial: a
states:
  a:
    up: {use: line, hold: len(asked) == 3}
    down: {use: line, hold: seen == 2 and n < 5}
    transitions:
      - {event: up, when: message.word == 'b', jump: b}
      - {event: up, when: message.word == 'wait', execute: [set: {patience: patience + 1}], jump: a}
      - {event: up, execute: [{remember: {asked: message.word}, value: n}, set: {n: n + 1, last: now}]}
      - {event: down, when: message.word in asked, execute: [trigger: {got: {n: 'asked.get(message.word, 0)'}}, forget: {asked: message.word}]}
      - {event: down, execute: [set: {seen: seen + 1}]}
      - {event: timeout, after: 3 s, when: now - last < seconds(20), execute: [trigger: {tick: {what: '"three"', n: n, at: now}}]}
      - {event: timeout, after: seconds(patience), idle: true, execute: [set: {n: n + 1}, trigger: {tick: {what: '"idle"', n: n, at: now}}]}
  b:
    up: {hold: true}
    down: line
    transitions:
      - {event: down, execute: [set: {seen: 0}], jump: a}
      - {event: timeout, after: 5 s, execute: [trigger: {tick: {what: '"back"', n: n, at: now}}], jump: a}
      - {event: missing_grammar, jump: a}
      - {event: expire, when: value > 3, execute: [trigger: {old: {at: now}}], jump: a}
any:
  - {event: expire, execute: [trigger: {old: {at: now}}, {remember: {asked: key}, value: value + 1, when: value < 2}]}
  - {event: timeout, after: 1 min, jump: finish}
  - {event: parse_error, execute: [skip: EOL]}
"""

TURNS = r"""
tokens: {WORD: '[a-z]+', EOL: '\r?\n', DOT: '\.'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
  blob: {sequence: [{bytes: {until: DOT}, stream: blob}, DOT]}
events: {up_line: {word: str}, down_line: {word: str}, blob: {stream: bytes}, odd: {text: str}}
initial: ask
states:
  ask:
    up: line
    down: {hold: true}
    transitions:
      - {event: up, when: message.word == 'blob', execute: [trigger: up_line], jump: blob}
      - {event: up, execute: [trigger: up_line], jump: answer}
  answer:
    up: {hold: true}
    down: line
    transitions:
      - {event: down, when: message.word == 'more', execute: [trigger: down_line]}
      - {event: down, execute: [trigger: down_line], jump: ask}
  blob:
    up: {hold: true}
    down: blob
    transitions:
      - {event: down, jump: ask}
any:
  - {event: parse_error, execute: [trigger: {odd: {text: str(error.offset)}}, skip: EOL]}
"""

SPECS = {"queue": QUEUE, "mail": MAIL, "union": UNION, "plain": PLAIN, "clock": CLOCK}
FRAGMENTS = {
    "queue": [b"a\n", b"bc\r\n", b"q\n", b"1\n", b"22-\r\n", b"3\r\n", b"x1\n", b"\r", b"de", b"5", b"\n"],
    "mail": [
        b"data\n",
        b"a\n",
        b"put 7\n",
        b"put 3\n",
        b"xy",
        b".\n",
        b"\r\n.\r\n",
        b"..a\n",
        b"\n",
        b"mail\n",
        b"stop\n",
    ],
    "union": [b"ab\n", b"flip\n", b"a1\n", b"a;b;z;\n", b"z;rest\n", b"zz;", b"x" * 20, b"z;" + b"y" * 20, b";", b"\n"],
    "clock": [b"b\n", b"wait\n", b"a\n", b"c\n", b"d\n", b"e\n", b"a\n", b"x", b"1\n", b"\n"],
    "plain": [b"a\n", b"b\n", b"f\n", b"ab", b"cd\n", b"1", b"\n", b"x" * 40],
}


def play(module: ModuleType, steps: list[Step], store: frozenset[int] = frozenset()) -> tuple[Any, list[Event]]:
    """Feed the steps; before those whose number is in `store` the session is pickled and goes on as its copy."""
    session = module.Session()
    events: list[Event] = []
    for number, step in enumerate(steps):
        if number in store:
            session = pickle.loads(pickle.dumps(session))
        match step:
            case Send(direction, data):
                events += session.feed(direction, data)
            case Lose(direction, size):
                events += session.gap(direction, size)
            case Close(direction, cut):
                events += session.close(direction, cut)
            case Wait(time):
                events += session.advance(session.now + time)
        balanced(session)
    return session, events


def essence(session: Any, events: list[Event]) -> tuple[object, ...]:
    """Everything that must not depend on the pieces."""
    failure = session.failure.key() if hasattr(session.failure, "key") else session.failure
    variables = outcome(session, []).variables
    return (canonical(events), session.state.value, failure, variables, session.summary())


def ends_once(session: Any, events: list[Event]) -> None:
    """Each stream has one last piece, and it is the last (15)."""
    ended: set[int] = set()
    begun: set[int] = set()
    for event in events:
        if isinstance(event, StreamEvent):
            assert event.stream not in ended
            begun.add(event.stream)
            if event.last:
                ended.add(event.stream)
    if session.finished:
        assert ended == begun


@st.composite
def schedules(draw: st.DrawFn, spec: str) -> tuple[list[Step], list[Step], frozenset[int]]:
    """A schedule, the same cut at random, and where to pickle."""
    direction = st.sampled_from([UP, DOWN])
    data = st.lists(st.sampled_from(FRAGMENTS[spec]), min_size=1, max_size=4).map(b"".join)
    send = st.builds(Send, direction, data)
    lose = st.builds(Lose, direction, st.integers(1, 9))
    close = st.builds(Close, direction, st.booleans())
    kinds = [send, send, send, send, lose]
    if spec == "clock":
        kinds += [st.builds(Wait, st.integers(0, 40).map(lambda halves: halves * 500_000_000))] * 3
    steps: list[Step] = draw(st.lists(st.one_of(kinds), max_size=12))
    for _ in range(draw(st.integers(0, 2))):
        steps.insert(draw(st.integers(0, len(steps))), draw(close))
    if draw(st.booleans()):
        steps += [Close(side, draw(st.booleans())) for side in draw(st.permutations([UP, DOWN]))]
    pieces: list[Step] = []
    for step in steps:
        if isinstance(step, Send):
            places = draw(st.sets(st.integers(1, max(len(step.data) - 1, 1)), max_size=6))
            if draw(st.booleans()):
                places = set(range(1, len(step.data)))
            bounds = [0, *sorted(place for place in places if place < len(step.data)), len(step.data)]
            pieces += [Send(step.direction, step.data[a:b]) for a, b in pairwise(bounds)]
        else:
            pieces.append(step)
    store = frozenset(draw(st.sets(st.integers(0, max(len(pieces) - 1, 0)), max_size=4)))
    return steps, pieces, store


@pytest.mark.parametrize("spec", sorted(SPECS))
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_cutting_and_pickling_change_nothing(spec: str, data: st.DataObject) -> None:
    steps, pieces, store = data.draw(schedules(spec))
    whole, cut = play(machine(SPECS[spec]), steps), play(machine(SPECS[spec]), pieces, store)
    assert essence(*whole) == essence(*cut)
    ends_once(*whole)
    ends_once(*cut)


@pytest.mark.parametrize("spec", sorted(SPECS))
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_turning_every_pass_off_changes_nothing(spec: str, data: st.DataObject) -> None:
    steps, _, _ = data.draw(schedules(spec))
    assert essence(*play(machine(SPECS[spec]), steps)) == essence(*play(machine(SPECS[spec], off=ALL_PASSES), steps))


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_time_in_steps_is_time_at_once(data: st.DataObject) -> None:
    """Rule 11: how often `advance` is called changes nothing, also not the times of events, while nothing is missed."""
    module = machine(SPECS["clock"])
    steps, _, store = data.draw(schedules("clock"))
    fine: list[Step] = []
    for step in steps:
        left = step.time if isinstance(step, Wait) else 0
        while left:
            part = data.draw(st.integers(1, left))
            fine.append(Wait(part))
            left -= part
            if data.draw(st.booleans()):
                fine.append(Wait(left))
                left = 0
        if not isinstance(step, Wait):
            fine.append(step)
    once, events = play(module, steps)
    often, finer = play(module, fine, store)
    assert once.missed == often.missed == 0
    assert [(event.time, event.key()) for event in events] == [(event.time, event.key()) for event in finer]
    assert essence(once, events) == essence(often, finer)
    times = [event.time for event in events]
    assert times == sorted(times)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_deadline_is_when_something_happens_at_the_earliest(data: st.DataObject) -> None:
    """Who wakes a session at its deadlines only misses nothing."""
    module = machine(SPECS["clock"])
    steps, _, _ = data.draw(schedules("clock"))
    session, lazy = module.Session(), module.Session()
    events, lazier = [], []
    now = 0
    for step in steps:
        if isinstance(step, Wait):
            now += step.time
            events += session.advance(now)
            while lazy.deadline is not None and lazy.deadline <= now:
                lazier += lazy.advance(lazy.deadline)
            continue
        lazier += lazy.advance(now)
        events += play_one(session, step)
        lazier += play_one(lazy, step)
    assert [(event.time, event.key()) for event in events] == [(event.time, event.key()) for event in lazier]


def play_one(session: Any, step: Step) -> list[Event]:
    match step:
        case Send(direction, data):
            return session.feed(direction, data)  # type: ignore[no-any-return]
        case Lose(direction, size):
            return session.gap(direction, size)  # type: ignore[no-any-return]
        case Close(direction, cut):
            return session.close(direction, cut)  # type: ignore[no-any-return]
        case Wait(time):
            return session.advance(session.now + time)  # type: ignore[no-any-return]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_turn_taking_gives_the_same_for_every_interleaving(data: st.DataObject) -> None:
    """Rule 14 (b): each state reads one direction and holds the other, and nothing is lost."""
    module = machine(TURNS)
    up = b"".join(data.draw(st.lists(st.sampled_from([b"a\n", b"q\n", b"ab\r\n", b"1\n", b"blob\n"]), max_size=8)))
    down = b"".join(data.draw(st.lists(st.sampled_from([b"x\n", b"ok\n", b"2\n", b"more\n", b"xy.z."]), max_size=8)))
    results = []
    for _ in range(2):
        session, events = module.Session(), []
        left = {UP: up, DOWN: down}
        while any(left.values()):
            side = data.draw(st.sampled_from([side for side in left if left[side]]))
            size = data.draw(st.integers(1, len(left[side])))
            events += session.feed(side, left[side][:size])
            left[side] = left[side][size:]
        balanced(session)
        ends_once(session, events)
        results.append(essence(session, events))
    assert results[0] == results[1]
