"""Effects in mid-message: `trigger`, `raise`, `set`, and the verb `raise`. Written from the page (language 3 and 4)."""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import balanced, canonical, machine

from dissgen_runtime import DOWN, UP, Alert, Direction, Event, StreamEvent

HEAD = r"""
tokens: {WORD: '[a-z]+', EOL: '\n', DIGITS: '[0-9]{1,4}', END: '\.\n', NUMBER: '[0-9]+'}
grammar:
  head: {record: [{field: word, token: WORD}, {literal: ' '}, {field: size, token: DIGITS, convert: int}, EOL]}
  message:
    record:
      - head
      - {set: {seen: seen + 1, long: size > 3}}
      - trigger: begun
      - raise: head
        with: {length: size}
      - {bytes: {size: size}, stream: body}
      - {field: tail, token: WORD}
      - EOL
    resync: EOL
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
variables:
  pending: {type: 'list[str]', initial: []}
  seen: {type: int, initial: 0, scope: message}
  long: {type: bool, initial: false, scope: message}
events:
  begun: {word: str, size: int, tail: 'optional[str]'}
  done: {word: str, tail: str, long: bool, seen: int}
  answer: {word: str, to: str}
  note: {text: str}
  body: {stream: bytes}
alerts: {big: {severity: low, description: 'length {length} of {word}'}}
machine:
  type: bidirectional
  events: {head: {word: str, length: int}}
"""

MACHINE = """
initial: a
states:
  a:
    up: message
    down: {use: line, hold: len(pending) == 0}
    transitions:
      - event: head
        when: length < 1000
        execute: [push: {pending: word}, {alert: big, when: length > 5}]
      - {event: head, execute: [alert: big], jump: fail}
      - {event: up, execute: [trigger: {done: {long: long, seen: seen}}]}
      - {event: down, execute: [trigger: {answer: {to: 'pending[0]'}}, pop: pending]}
"""


def spec(text: str, head: str = HEAD) -> ModuleType:
    return machine(head + textwrap.dedent(text))


def said(events: list[Event]) -> list[str]:
    found = []
    for event in events:
        match event:
            case StreamEvent(last=True):
                found.append(f"{event.name}:{event.complete}")
            case StreamEvent():
                found.append(event.data.decode())
            case Alert():
                found.append(f"alert:{event.id}")
            case _:
                found.append(" ".join([event.name, *(str(value) for value in event.payload().values())]))
    return found


def pieces(session: Any, direction: Direction, data: bytes, size: int) -> list[Event]:
    return [event for i in range(0, len(data), size) for event in session.feed(direction, data[i : i + size])]


class TestTrigger:
    @pytest.mark.parametrize("size", [1, 2, 100])
    def test_an_event_comes_before_what_follows_and_what_is_not_read_yet_is_none(self, size: int) -> None:
        session = spec(MACHINE).Session()
        said_ = said(pieces(session, UP, b"ab 4\nbodyend\n", size))
        assert said_[0] == "begun ab 4 None"
        assert said_[-1] == "done ab end True 1"
        assert "body:True" in said_
        balanced(session)

    def test_its_offset_is_that_of_the_message_so_far(self) -> None:
        session = spec(MACHINE).Session()
        session.feed(UP, b"ab 0\nx\n")
        events = session.feed(UP, b"cd 2\nxxyy\n")
        assert [event.offset for event in events if event.name in ("begun", "done")] == [(7, 12), (7, 17)]

    def test_9_what_precedes_a_trigger_is_not_read_again(self) -> None:
        session = spec(
            MACHINE.replace("up: message", "up: message")
            + """
any:
  - event: parse_error
    when: direction == "up"
    execute: [trigger: {note: {text: 'str(error.offset)'}}]
    jump: b
""".replace("jump: b", "jump: a")
        ).Session()
        events = session.feed(UP, b"ab 2\nxx!\ncd 0\ny\n")
        # in the new visit of the state the message begins at the byte that failed, and fails again
        assert said(events)[:4] == ["begun ab 2 None", "xx", "body:False", "note 7"]
        assert session.summary()["bytes"]["up"]["messages"] >= 7
        balanced(session)

    def test_12_an_abandoned_message_is_read_anew_behind_its_trigger(self) -> None:
        module = spec(
            r"""
            initial: a
            states:
              a: {up: two, down: line, transitions: [{event: down, jump: b}]}
              b: {up: line, down: line, transitions: [{event: up, execute: [trigger: {note: {text: message.word}}]}]}
            """,
            HEAD.split("machine:")[0]
            .replace(
                "  line:",
                """  two:
    record: [{field: word, token: WORD}, {literal: ','}, {trigger: began}, {field: other, token: WORD}, EOL]
  line:""",
            )
            .split("  message:")[0]
            + r"""
  two: {record: [{field: word, token: WORD}, {literal: ','}, {trigger: began}, {field: other, token: WORD}, EOL]}
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
events: {began: {word: str}, note: {text: str}}
""",
        )
        session = module.Session()
        assert said(session.feed(UP, b"ab,c")) == ["began ab"]
        assert said(session.feed(DOWN, b"x\n") + session.feed(UP, b"d\n")) == ["note cd"]
        balanced(session)

    def test_it_belongs_to_parse_too(self) -> None:
        module = spec(MACHINE)
        value, size, events = module.parse_message(b"ab 2\nxxyz\nrest")
        assert (value.tail, size) == ("yz", 10)
        assert said(events) == ["begun ab 2 None", "xx", "body:True"]

    def test_subscribe_limits_it(self) -> None:
        session = spec(MACHINE).Session(subscribe=frozenset({"done"}))
        assert said(session.feed(UP, b"ab 2\nxxyz\n")) == ["done ab yz False 1"]


class TestRaise:
    @pytest.mark.parametrize("size", [1, 3, 100])
    def test_the_state_handles_it_before_the_message_is_complete(self, size: int) -> None:
        session = spec(MACHINE).Session()
        pieces(session, UP, b"ab 4\nbo", size)
        assert session.variables.pending == ["ab"]
        assert said(session.feed(DOWN, b"yes\n")) == ["answer yes ab"]
        assert said(session.feed(UP, b"dyend\n"))[-1] == "done ab end True 1"
        balanced(session)

    def test_13_bytes_that_wait_for_it_come_before_the_rest_of_the_message(self) -> None:
        expected = ["begun ab 2 None", "answer yes ab", "body:True", "done ab yz False 1"]
        module = spec(MACHINE)
        for size in (1, 2, 5, 100):
            session = module.Session()
            assert session.feed(DOWN, b"yes\n") == []
            events = pieces(session, UP, b"ab 2\nxxyz\n", size)
            assert [text for text in said(events) if text not in ("x", "xx")] == expected
            balanced(session)

    def test_a_message_may_end_with_it(self) -> None:
        module = machine(r"""
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar: {line: {record: [{field: word, token: WORD}, EOL, {raise: read}]}}
            events: {note: {text: str}}
            machine: {type: bidirectional, events: {read: {word: str}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: read, execute: [trigger: {note: {text: word}}]}
                  - {event: up, execute: [trigger: {note: {text: '"up"'}}]}
            """)
        for size in (1, 100):
            session = module.Session()
            assert said(pieces(session, UP, b"ab\ncd\n", size)) == ["note ab", "note up", "note cd", "note up"]
            balanced(session)

    @pytest.mark.parametrize("size", [1, 100])
    def test_a_jump_to_fail_stops_the_reading(self, size: int) -> None:
        session = spec(MACHINE).Session()
        events = pieces(session, UP, b"ab 2000\nbodyend\n", size)
        assert said(events) == ["begun ab 2000 None", "alert:big"]
        assert session.failed
        assert session.summary()["bytes"]["up"]["discarded"] == 8
        balanced(session)

    def test_an_alert_shows_the_bytes_of_the_head(self) -> None:
        found = []
        for size in (1, 100):
            session = spec(MACHINE).Session()
            (alert,) = [event for event in pieces(session, UP, b"ab 6\nxxxxxxyz\n", size) if isinstance(event, Alert)]
            found.append((alert.data, alert.description, alert.guard))
        assert found[0] == found[1] == (b"ab 6\n", "length 6 of ab", {"length": 6})

    def test_an_event_that_nobody_handles_changes_nothing(self) -> None:
        session = spec("""
            initial: a
            states: {a: {up: message, transitions: [{event: up, execute: [trigger: {done: {long: long, seen: seen}}]}]}}
            """).Session()
        assert said(session.feed(UP, b"ab 2\nxxyz\n"))[-1] == "done ab yz False 1"

    @pytest.mark.parametrize("size", [1, 100])
    def test_abandon_in_mid_message(self, size: int) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: message
                transitions:
                  - {event: head, when: word == 'no', execute: [abandon: up]}
                  - {event: up, execute: [trigger: {done: {long: long, seen: seen}}]}
            """).Session()
        events = pieces(session, UP, b"no 3\nab 1\nxyz\n", size)
        assert said(events) == ["begun no 3 None", "begun ab 1 None", "x", "body:True", "done ab yz False 1"]
        balanced(session)


class TestVariables:
    def test_they_begin_anew_with_each_message_and_are_one_a_direction(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: message
                down: message
                transitions:
                  - {event: [up, down], execute: [trigger: {done: {long: long, seen: seen}}]}
            """).Session()
        session.feed(UP, b"ab 4\nbo")
        events = session.feed(DOWN, b"cd 1\nxyz\n") + session.feed(UP, b"dyend\nef 0\nx\n")
        assert [text for text in said(events) if text.startswith("done")] == [
            "done cd yz False 1",
            "done ab end True 1",
            "done ef x False 1",
        ]

    def test_right_sides_come_first(self) -> None:
        module = machine(r"""
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar:
              line: {record: [{field: word, token: WORD}, {set: {a: word, b: 'a + "1"'}}, {set: {a: b, b: a}}, EOL]}
            variables: {a: {type: str, initial: x, scope: message}, b: {type: str, initial: y, scope: message}}
            events: {note: {text: str}}
            initial: s
            states: {s: {up: line, transitions: [{event: up, execute: [trigger: {note: {text: 'a + "," + b'}}]}]}}
            """)
        assert said(module.Session().feed(UP, b"q\n")) == ["note x1,q"]

    def test_a_state_that_reads_another_rule_sees_initial_values(self) -> None:
        session = spec("""
            initial: a
            states:
              a: {up: message, transitions: [{event: up, jump: b}]}
              b: {up: line, transitions: [{event: up, execute: [trigger: {note: {text: 'str(seen)'}}]}]}
            """).Session()
        assert said(session.feed(UP, b"ab 1\nxyz\nqq\n"))[-1] == "note 0"


class TestVerb:
    RAISING = """
        initial: a
        states:
          a:
            up: line
            transitions:
              - {event: up, when: message.word == 'go', execute: [raise: {told: {word: message.word}}], jump: b}
              - {event: up, when: message.word == 'loop', execute: [raise: {told: {word: '"loop"'}}]}
              - {event: up, execute: [raise: told, trigger: {note: {text: '"first"'}}]}
          b: {up: line, transitions: [{event: enter, execute: [trigger: {note: {text: '"enter"'}}]}]}
        any:
          - {event: told, when: word == 'loop', execute: [raise: told]}
          - {event: told, when: word == 'end', jump: finish}
          - {event: told, execute: [trigger: {note: {text: 'word'}}]}
        """
    GRAMMAR = r"""
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar: {line: {record: [{field: word, token: WORD}, EOL]}}
events: {note: {text: str}}
machine: {type: bidirectional, events: {told: {word: str}}}
"""

    @pytest.mark.parametrize("size", [1, 100])
    def test_it_is_handled_after_the_jump(self, size: int) -> None:
        session = spec(self.RAISING, self.GRAMMAR).Session()
        events = pieces(session, UP, b"ab\ngo\n", size)
        assert said(events) == ["note first", "note ab", "note enter", "note go"]
        assert [event.state for event in events] == ["a", "a", "b", "b"]

    def test_it_may_jump(self) -> None:
        session = spec(self.RAISING, self.GRAMMAR).Session()
        session.feed(UP, b"end\nab\n")
        assert session.finished
        assert not session.failed

    def test_5_an_endless_chain_fails_the_session(self) -> None:
        session = spec(self.RAISING, self.GRAMMAR).Session()
        session.feed(UP, b"loop\n")
        assert session.failed
        assert "transitions" in str(session.failure)


class TestUnkept:
    """Language 2: what a sequence passes unkept counts for no limit, and is not kept."""

    SEQUENCE = r"""
        limits: {message: 100}
        tokens: {WORD: '[a-z]+', EOL: '\n'}
        grammar:
          words: {sequence: [{array: {record: [WORD, EOL]}, while: peek() != 0x2e}, {field: dot, literal: '.'}]}
        events: {note: {text: str}}
        initial: a
        states: {a: {up: words, transitions: [{event: up, execute: [trigger: {note: {text: message.dot}}]}]}}
        """

    @pytest.mark.parametrize("size", [1, 7, 5000])
    def test_it_is_not_limited(self, size: int) -> None:
        session = machine(self.SEQUENCE).Session()
        events = pieces(session, UP, b"abc\n" * 1000 + b".", size)
        assert said(events) == ["note ."]
        balanced(session)

    def test_its_memory_does_not_grow(self) -> None:
        session = machine(self.SEQUENCE).Session()
        sizes = []
        for _ in range(2):
            pieces(session, UP, b"abc\n" * 1000, 3)
            sizes.append(len(pickle.dumps(session)))
        assert abs(sizes[1] - sizes[0]) < 50

    def test_one_item_is(self) -> None:
        session = machine(self.SEQUENCE).Session()
        session.feed(UP, b"abc\n" * 100 + b"x" * 101 + b"\n")
        assert session.failure.kind == "limit"

    def test_a_record_keeps_what_it_may_have_to_read_again(self) -> None:
        session = machine(self.SEQUENCE.replace("{sequence: [", "{record: [")).Session()
        pieces(session, UP, b"abc\n" * 100, 7)
        assert session.failure.kind == "limit"

    def test_fields_before_a_stream_count(self) -> None:
        session = machine(r"""
            limits: {message: 50}
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar:
              item: {record: [{field: word, token: WORD}, EOL, {bytes: {size: 1}, stream: body}]}
              all: {record: [{field: items, array: item, while: peek() != 0x2e}, {literal: '.'}]}
            events: {body: {stream: bytes}}
            initial: a
            states: {a: {up: all}}
            """).Session()
        session.feed(UP, b"ab\nx" * 16)  # 3 of 4 bytes count
        assert not session.failed
        session.feed(UP, b"ab\nx" * 2)
        assert session.failure.kind == "limit"

    @pytest.mark.parametrize("size", [1, 3, 1000])
    def test_a_stream_in_items_that_are_not_kept_has_no_limit(self, size: int) -> None:
        session = machine(r"""
            limits: {message: 50}
            tokens: {DIGITS: '[0-9]', EOL: '\n'}
            grammar:
              chunk: {sequence: [{field: size, token: DIGITS, convert: int}, EOL, {bytes: {size: size}, stream: body}]}
              all: {record: [EOL, {array: chunk, until: item.size == 0}, EOL]}
            events: {body: {stream: bytes}}
            initial: a
            states: {a: {up: all}}
            """).Session()
        events = pieces(session, UP, b"\n" + b"3\nabc" * 300 + b"0\n\n", size)
        assert not session.failed
        assert sum(len(event.data) for event in events if isinstance(event, StreamEvent)) == 900
        balanced(session)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_between_messages_matches_are_skipped_and_begin_none(size: int) -> None:
    session = machine(r"""
        tokens: {EOL: '\r?\n'}
        grammar: {line: {record: [{field: word, token: '[a-z]+'}, EOL], resync: EOL}}
        events: {note: {text: str}}
        initial: a
        states:
          a: {up: {use: line, between: '(\r?\n)+'}, transitions: [{event: up, execute: [trigger: {note: {text: message.word}}]}]}
        """).Session()
    events = pieces(session, UP, b"\r\n\nab\n\r\n\r\ncd\r\n\r\n", size) + session.close(UP)
    assert said(events) == ["note ab", "note cd", "end False"]
    assert [event.offset for event in events[:2]] == [(3, 6), (10, 14)]
    assert session.summary()["bytes"]["up"]["skipped"] == 9
    balanced(session)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cutting_and_pickling_change_nothing(data: st.DataObject) -> None:
    """Rule 14 (a) with effects in mid-message, gaps and errors anywhere, both directions."""
    module = spec(
        MACHINE
        + """
any:
  - {event: parse_error, execute: [trigger: {note: {text: '"error"'}}]}
  - {event: gap, execute: [trigger: {note: {text: '"gap"'}}]}
"""
    )
    fragments = [b"ab 4\nbodyend\n", b"c 0\nx\n", b"ab", b" 7\n", b"yes\n", b"!", b"d 1\n\n\n", b"\n", b"z 2\nqqr\n"]
    step = st.one_of(
        st.tuples(st.sampled_from([UP, DOWN]), st.sampled_from(fragments)),
        st.tuples(st.sampled_from([UP, DOWN]), st.integers(1, 9)),
    )
    steps = data.draw(st.lists(step, max_size=12))
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
            events += session.close(direction, cut=True)
        balanced(session)
        results.append((canonical(events), session.state, session.variables.pending, session.summary()))
    assert results[0] == results[1]
