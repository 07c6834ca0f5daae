"""Sub-streams: `events: name: {stream: RULE}`. Written from the page (language 2 and 3)."""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import balanced, canonical, machine
from test_mid_message import pieces, said

from dissgen_runtime import DOWN, UP, Alert, Direction, Event

HEAD = r"""
limits: {message: 200}
tokens: {KIND: '[a-z]', DIGITS: '[0-9]{1,3}', WORD: '[A-Z]+', EOL: '\n'}
grammar:
  record:                                       # `h5:HELLO`
    record:
      - {field: kind, token: KIND}
      - {field: size, token: DIGITS, convert: int}
      - {literal: ':'}
      - branch: kind
        cases:
          - {is: h, bytes: {size: size}, stream: handshake}
          - {is: s, bytes: {size: size}, stream: synced}
          - {else: true, bytes: {size: size}}
    resync: EOL
  handshake: {record: [{field: word, token: WORD}, {literal: '.'}]}
  synced: {record: [{field: word, token: WORD}, {literal: '.'}], resync: '\.'}
events:
  record: {kind: str}
  handshake: {stream: handshake}
  synced: {stream: synced}
  note: {text: str}
alerts: {odd: {severity: low, description: '{error}'}}
"""

MACHINE = """
initial: a
states:
  a:
    up: record
    down: record
    transitions:
      - {event: [up, down], execute: [trigger: record]}
      - {event: handshake, when: message.word == 'GO', jump: b}
      - {event: handshake, when: message.word == 'END', jump: finish}
      - {event: handshake, execute: [trigger: {note: {text: 'message.word + " from " + direction'}}]}
  b:
    up: record
    down: record
    transitions:
      - {event: [up, down], execute: [trigger: record]}
"""


def spec(text: str = MACHINE, head: str = HEAD) -> ModuleType:
    return machine(head + textwrap.dedent(text))


@pytest.mark.parametrize("size", [1, 2, 3, 100])
class TestMessages:
    def test_each_comes_right_after_the_message_that_completed_it(self, size: int) -> None:
        session = spec().Session()
        events = pieces(session, UP, b"h3:HELh4:LO.Ax1:?h6:B.C.D.h1:E", size)
        assert said(events) == [
            "record h",
            "record h",
            "handshake HELLO",
            "note HELLO from up",
            "record x",
            "record h",
            "handshake AB",
            "note AB from up",
            "handshake C",
            "note C from up",
            "handshake D",
            "note D from up",
            "record h",
        ]
        assert events[2].offset == events[3].offset == (6, 13)
        balanced(session)

    def test_each_direction_has_its_own(self, size: int) -> None:
        session = spec().Session()
        events = pieces(session, UP, b"h2:AB", size) + pieces(session, DOWN, b"h2:X.", size)
        events += pieces(session, UP, b"h2:C.", size)
        assert [text for text in said(events) if text.startswith("note")] == ["note X from down", "note ABC from up"]

    def test_it_may_jump_and_the_next_one_is_raised_in_the_new_state(self, size: int) -> None:
        session = spec().Session()
        events = pieces(session, UP, b"h9:A.GO.B.C.h2:D.", size)
        assert said(events) == [
            *("record h", "handshake A", "note A from up", "handshake GO", "handshake B"),
            *("handshake C", "record h", "handshake D"),
        ]
        assert [event.state for event in events] == ["a"] * 4 + ["b"] * 4

    def test_the_rest_is_not_read_when_the_session_has_finished(self, size: int) -> None:
        session = spec().Session()
        events = pieces(session, UP, b"h8:END.A.B.h2:C.", size)
        assert said(events) == ["record h", "handshake END"]
        assert session.finished
        balanced(session)


@pytest.mark.parametrize("size", [1, 100])
def test_its_rule_knows_the_direction_and_the_transport(size: int) -> None:
    asks = """handshake:
    record:
      - {field: word, token: WORD}
      - {optional: {literal: '?'}, when: direction == 'down'}
      - {let: over, value: transport}
      - {literal: '.'}
"""
    head = HEAD.replace("handshake: {record: [{field: word, token: WORD}, {literal: '.'}]}\n", asks)
    assert head != HEAD
    session = spec(head=head).Session(transport="tcp")
    events = pieces(session, UP, b"h2:A.", size) + pieces(session, DOWN, b"h2:X?h1:.", size)
    events += pieces(session, DOWN, b"h2:A.", size) + pieces(session, UP, b"h2:B?", size)
    assert [text for text in said(events) if not text.startswith("record")] == [
        *("handshake A tcp", "note A from up", "handshake X tcp", "note X from down"),
        "alert:parse_error",
    ]
    balanced(session)
    module = spec(head=head)
    assert [event.name for event in module.parse_record(b"h2:A.")[2]] == []  # here nobody knows the direction


class TestErrors:
    def test_unhandled_it_is_discarded_and_the_session_goes_on(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h2:AB!".replace(b"!", b"") + b"h3:!C.h2:D.x1:?") + session.feed(DOWN, b"h2:E.")
        assert said(events) == [
            *("record h", "record h", "alert:parse_error", "record h", "record x"),
            *("record h", "handshake E", "note E from down"),
        ]
        (alert,) = [event for event in events if isinstance(event, Alert)]
        assert alert.description == "handshake at byte 2: expected '.', found '!'"
        assert not session.failed
        balanced(session)

    def test_it_is_reported_once(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h1:!h1:!") + session.feed(DOWN, b"h1:!")
        assert said(events).count("alert:parse_error") == 1

    def test_a_new_state_begins_anew(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h1:!h2:A.") + session.feed(DOWN, b"h3:GO.") + session.feed(UP, b"h2:B.")
        assert [text for text in said(events) if text.startswith("handshake")] == ["handshake GO", "handshake B"]

    def test_resync(self) -> None:
        for size in (1, 100):
            session = spec().Session()
            events = pieces(session, UP, b"s3:A.!s7:!B.C.D.", size)
            assert [t for t in said(events) if not t.startswith("record")] == [
                *("synced A", "alert:parse_error", "synced C", "synced D"),
            ]

    HANDLED = (
        MACHINE
        + """
any:
  - {event: parse_error, when: error.rule == 'handshake', execute: [alert: odd, skip: '\\.']}
  - {event: parse_error, when: error.rule == 'synced', execute: [alert: odd], jump: b}
"""
    )

    @pytest.mark.parametrize("size", [1, 4, 100])
    def test_a_skip_acts_on_it(self, size: int) -> None:
        session = spec(self.HANDLED).Session()
        events = pieces(session, UP, b"h4:A.!Bh5:C.D.Ex1:?h2:F.", size)
        assert [text for text in said(events) if not text.startswith(("record", "note"))] == [
            *("handshake A", "alert:odd", "handshake D", "handshake EF"),
        ]
        assert session.summary()["bytes"]["up"]["skipped"] == 0
        balanced(session)

    def test_a_jump_leaves_the_state(self) -> None:
        session = spec(self.HANDLED).Session()
        events = session.feed(UP, b"s3:!A.s2:B.")
        assert [text for text in said(events) if not text.startswith("record")] == ["alert:odd", "synced B"]
        assert session.state.value == "b"

    @pytest.mark.parametrize("size", [1, 100])
    def test_one_message_may_not_bring_more_than_the_limit(self, size: int) -> None:
        module = machine(r"""
            limits: {message: 20}
            tokens: {WORD: '[A-Z]+'}
            grammar:
              all: {parameters: {size: int}, bytes: {size: size}, stream: words}
              word: {record: [{field: word, token: WORD}, {literal: '.'}]}
            events: {words: {stream: word}}
            initial: a
            states: {a: {up: {use: all, with: {size: 100}}}}
            """)
        session = module.Session()
        events = pieces(session, UP, b"A.B." * 25, size)
        assert said(events) == ["words A", "words B"] * 5 + ["alert:parse_error"]
        assert "at most 20 bytes" in str(events[-1].description)
        balanced(session)

    def test_its_messages_are_limited(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h100:" + b"A" * 100 + b"h150:" + b"A" * 149 + b".")
        assert said(events)[-1] == "alert:parse_error"


class TestEnds:
    def test_16_an_end_inside_a_message(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h4:A.BC") + session.close(UP)
        assert said(events)[3:] == ["alert:parse_error", "end False"]
        assert not session.failed

    def test_16_a_cut_inside_a_message_is_no_error(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h4:A.BC") + session.close(UP, cut=True)
        assert said(events)[3:] == ["end True"]

    def test_16_a_message_that_only_the_end_completes(self) -> None:
        module = machine(r"""
            tokens: {WORD: '[A-Z]+', DIGITS: '[0-9]'}
            grammar:
              record: {record: [{field: n, token: DIGITS, convert: int}, {bytes: {size: n}, stream: words}]}
              word: {record: [{field: word, token: WORD}]}
            events: {words: {stream: word}}
            initial: a
            states: {a: {up: record}}
            """)
        session = module.Session()
        assert said(session.feed(UP, b"2AB") + session.close(UP)) == ["words AB", "end False"]


class TestGaps:
    @pytest.mark.parametrize("size", [1, 100])
    def test_17_a_gap_in_what_is_streamed(self, size: int) -> None:
        session = spec().Session()
        events = pieces(session, UP, b"h9:A.BC", size) + session.gap(UP, 3)
        events += pieces(session, UP, b"D.h2:E.s2:F.", size)
        assert [text for text in said(events) if not text.startswith(("record", "note"))] == [
            *("gap 3", "handshake A", "synced F"),
        ]
        balanced(session)

    def test_17_with_a_resync_messages_behind_it_are_found_again(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"s9:A.BC") + session.gap(UP, 3) + session.feed(UP, b"D.s2:E.")
        assert [text for text in said(events) if not text.startswith("record")] == ["gap 3", "synced A", "synced E"]

    def test_17_a_gap_between_messages(self) -> None:
        session = spec().Session()
        events = session.feed(UP, b"h2:ABs2:X.") + session.gap(UP, 9) + session.feed(UP, b"\nh2:C.s4:D.E.")
        assert [text for text in said(events) if not text.startswith("record")] == ["synced X", "gap 9", "synced E"]
        balanced(session)


def test_parse_gives_the_messages_that_are_complete() -> None:
    value, size, events = spec().parse_record(b"h5:A.B.Cx")
    assert (value.kind, size) == ("h", 8)
    assert said(events) == ["handshake A", "handshake B"]


def test_subscribe_limits_the_events_only() -> None:
    session = spec().Session(subscribe=frozenset({"note"}))
    assert said(session.feed(UP, b"h2:A.h3:GO.")) == ["note A from up"]
    assert session.state.value == "b"


def conserved(session: Any) -> None:
    """Rule 20 for the sub-streams too."""
    for reader in (session._up, session._down):
        for sub in (reader.subs or {}).values():
            counts = (sub.consumed, sub.skipped, sub.discarded, sub.waiting, sub.missed)
            assert sum(counts) == sub.total, counts


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_cutting_and_pickling_change_nothing(data: st.DataObject) -> None:
    """Rule 14 (a): records of any kind, errors and gaps anywhere, both directions."""
    module = spec(TestErrors.HANDLED)
    fragments = [
        b"h3:A.B",
        b"h2:C.",
        b"h1:!",
        b"s5:D.!E.",
        b"s2:F.",
        b"x1:?",
        b"h3:GO.",
        b"h9:ABC.",
        b"\n",
        b"?",
        b"s1:",
    ]
    step = st.one_of(
        st.tuples(st.sampled_from([UP, DOWN]), st.sampled_from(fragments)),
        st.tuples(st.sampled_from([UP, DOWN]), st.integers(1, 9)),
    )
    steps: list[tuple[Direction, Any]] = data.draw(st.lists(step, max_size=12))
    end = data.draw(st.booleans())
    results = []
    for cut in (False, True):
        session = module.Session()
        events: list[Event] = []
        for direction, what in steps:
            if isinstance(what, int):
                events += session.gap(direction, what)
                continue
            size = data.draw(st.integers(1, 4)) if cut else len(what)
            for i in range(0, len(what), size):
                if cut and data.draw(st.booleans()):
                    session = pickle.loads(pickle.dumps(session))
                events += session.feed(direction, what[i : i + size])
        for direction in (UP, DOWN):
            events += session.close(direction, cut=end)
        balanced(session)
        conserved(session)
        results.append((canonical(events), session.state, session.summary()))
    assert results[0] == results[1]
