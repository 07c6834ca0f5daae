"""Transitions to the end of what the page says of them (rules 1 to 8): chains, ends, errors on the way, other protocols."""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from support import balanced, machine

from dissgen_runtime import DOWN, UP, Event

S = 1_000_000_000

HEAD = r"""
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
events: {note: {text: str}}
"""


def lines(states: str) -> ModuleType:
    return machine(HEAD + textwrap.dedent(states))


def note(text: str) -> str:
    return f"trigger: {{note: {{text: '\"{text}\"'}}}}"


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if event.name == "note"]  # type: ignore[attr-defined]


class TestChains:
    def test_5_as_many_moves_as_the_limit_and_no_more(self) -> None:
        module = lines(
            """
            limits: {transitions: 3}
            variables: {left: {type: int, initial: 0}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [set: {left: len(message.word)}], jump: b}
              b:
                up: line
                transitions:
                  - {event: enter, when: left > 1, execute: [set: {left: left - 1}], jump: b}
                  - {event: up, jump: a}
            """
        )
        session = module.Session()
        for word in (b"abc\nx\n", b"ab\nx\n", b"abc\nx\n"):
            session.feed(UP, word)
            assert not session.failed
        session.feed(UP, b"abcd\n")
        assert session.failed
        assert str(session.failure) == "more than 3 transitions without a byte consumed"

    def test_5_a_long_chain_needs_no_depth(self) -> None:
        module = lines(
            """
            limits: {transitions: 20000}
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a: {up: line, transitions: [{event: up, jump: b}]}
              b: {up: line, transitions: [{event: enter, when: n >= 0, execute: [set: {n: n + 1}], jump: b}]}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert session.failed
        assert session.variables.n == 20_000

    def test_5_nor_does_a_long_chain_of_raised_events(self) -> None:
        module = lines(
            """
            limits: {transitions: 20000}
            machine: {type: bidirectional, events: {again: {}}}
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [raise: again]}
                  - {event: again, execute: [set: {n: n + 1}, raise: again]}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert session.failed
        assert session.variables.n == 20_000

    def test_raised_events_come_after_the_jump_in_the_order_in_which_they_were_raised(self) -> None:
        module = lines(
            f"""
            machine: {{type: bidirectional, events: {{one: {{}}, two: {{}}, three: {{}}}}}}
            initial: a
            states:
              a: {{up: line, transitions: [{{event: up, execute: [raise: one, raise: two], jump: b}}]}}
              b:
                up: line
                transitions:
                  - {{event: enter, execute: [{note("enter")}, raise: three]}}
                  - {{event: one, execute: [{note("one")}]}}
                  - {{event: two, execute: [{note("two")}]}}
                  - {{event: three, execute: [{note("three")}]}}
            """
        )
        assert texts(module.Session().feed(UP, b"x\n")) == ["enter", "one", "two", "three"]

    def test_what_a_timeout_raises_is_handled_at_its_time(self) -> None:
        module = lines(
            f"""
            machine: {{type: bidirectional, events: {{over: {{}}}}}}
            initial: a
            states:
              a: {{up: line, transitions: [{{event: timeout, after: 2 s, execute: [raise: over], jump: b}}]}}
              b: {{up: line, transitions: [{{event: over, execute: [{note("over")}], jump: a}}]}}
            """
        )
        events = module.Session().advance(5 * S)
        assert [(event.time, event.state) for event in events] == [(2 * S, "b"), (4 * S, "b")]

    def test_6_init_fires_in_the_state_to_which_enter_has_moved(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a: {{up: line, transitions: [{{event: enter, jump: b}}, {{event: init, execute: [{note("a")}]}}]}}
              b: {{up: line, transitions: [{{event: init, execute: [{note("b")}]}}]}}
            """
        )
        assert texts(module.Session().feed(UP, b"x\n")) == ["b"]

    @pytest.mark.parametrize("target", ["finish", "fail"])
    def test_6_no_init_behind_an_end(self, target: str) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: enter, execute: [{note("enter")}], jump: {target}}}
                  - {{event: init, execute: [{note("init")}]}}
                  - {{event: timeout, after: 1 s, execute: [{note("timeout")}]}}
            """
        )
        session = module.Session()
        assert texts(session.feed(UP, b"x\n") + session.advance(9 * S)) == ["enter"]
        assert session.failed == (target == "fail")
        balanced(session)


class TestEnds:
    ENDS = f"""
    initial: a
    states:
      a:
        up: line
        transitions:
          - {{event: up, when: message.word == "finish", jump: finish}}
          - {{event: up, when: message.word == "fail", jump: fail}}
          - {{event: up, jump: b}}
          - {{event: fail, execute: [{note("fail")}]}}
          - {{event: leave, execute: [{note("leave")}], jump: TARGET}}
          - {{event: finish, execute: [{note("finish")}]}}
      b: {{up: line, transitions: [{{event: enter, execute: [{note("b")}]}}]}}
      c: {{up: line, transitions: [{{event: enter, execute: [{note("c")}]}}]}}
    """

    def run(self, target: str, word: bytes) -> tuple[list[str], Any]:
        session = lines(self.ENDS.replace("TARGET", target)).Session()
        found = texts(session.feed(UP, word + b"\n"))
        balanced(session)
        return found, session

    @pytest.mark.parametrize(("word", "failed"), [(b"finish", False), (b"fail", True)])
    def test_7_and_8_a_jump_in_leave_is_passed_over_on_the_way_to_an_end(self, word: bytes, failed: bool) -> None:
        found, session = self.run("c", word)
        assert found == [*(["fail"] if failed else []), "leave", "finish"]
        assert session.state.value == "finish"
        assert session.failed is failed

    def test_5_leave_may_choose_finish(self) -> None:
        found, session = self.run("finish", b"go")
        assert found == ["leave", "finish"]
        assert not session.failed
        assert session.failure is None

    def test_5_leave_may_choose_fail_and_the_session_says_why(self) -> None:
        found, session = self.run("fail", b"go")
        assert found == ["leave", "fail", "finish"]
        assert session.failed
        assert session.failure == "a transition of state `a` jumps to fail"

    @pytest.mark.parametrize("event", ["leave", "finish"])
    def test_7_an_error_on_the_way_to_finish_is_only_recorded(self, event: str) -> None:
        module = lines(
            f"""
            variables: {{words: {{type: 'list[str]', initial: []}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: up, jump: finish}}
                  - {{event: {event}, execute: [trigger: {{note: {{text: 'words[0]'}}}}]}}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert session.state.value == "finish"
        assert (session.failed, session.failure, session.recorded) == (False, None, 1)

    @pytest.mark.parametrize("event", ["fail", "leave", "finish"])
    def test_8_an_error_on_the_way_to_fail_does_not_hide_the_first(self, event: str) -> None:
        module = lines(
            f"""
            variables: {{words: {{type: 'list[str]', initial: []}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: up, jump: fail}}
                  - {{event: {event}, execute: [trigger: {{note: {{text: 'words[0]'}}}}]}}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert session.failed
        assert session.failure == "a transition of state `a` jumps to fail"
        assert session.recorded == 1

    def test_7_nothing_happens_behind_the_end_and_bytes_are_counted(self) -> None:
        _, session = self.run("c", b"finish")
        assert session.feed(UP, b"abc") == []
        assert session.feed(DOWN, b"de") == []
        assert session.gap(UP, 5) == []
        assert session.advance(99 * S) == []
        assert session.close(UP) == session.close(DOWN) == []
        assert session.summary()["bytes"]["up"]["discarded"] == 3
        assert session.summary()["bytes"]["down"]["discarded"] == 2
        balanced(session)


class TestListsOfEvents:
    EVENTS = (
        *("enter", "leave", "init", "midstream", "up", "down", "parse_error", "missing_grammar", "gap", "end"),
        *("fail", "finish", "timeout", "expire"),
    )

    @pytest.mark.parametrize("section", ["first", "any", "own"])
    def test_1_one_row_for_every_event(self, section: str) -> None:
        """The row says what happened; whatever belongs to some events only is not in it."""
        row = f"{{event: [{', '.join(self.EVENTS)}], after: 5 s, execute: [trigger: {{note: {{text: str(n)}}}}]}}"
        module = lines(
            f"""
            variables: {{n: {{type: int, initial: 0}}, m: {{type: 'map[str, int]', expires: 7 s}}}}
            initial: a
            {f"first: [{row}]" if section == "first" else ""}
            states:
              a:
                up: line
                down: {{hold: n == 1}}
                transitions: [{row if section == "own" else ""}]
            {f"any: [{row}]" if section == "any" else ""}
            """
            if section != "own"
            else f"""
            variables: {{n: {{type: int, initial: 0}}, m: {{type: 'map[str, int]', expires: 7 s}}}}
            initial: a
            states:
              a:
                up: line
                down: {{hold: n == 1}}
                transitions:
                  - {{event: [{", ".join(event for event in self.EVENTS if event != "down")}], after: 5 s, execute: [trigger: {{note: {{text: str(n)}}}}]}}
            """
        )
        session = module.Session(midstream=True)
        counts = []
        for events in (
            session.feed(UP, b"x\n"),  # enter init midstream up
            session.advance(5 * S),  # timeout
            session.gap(UP, 3),  # gap
            session.feed(UP, b"y\nz\n"),  # behind the next line end: up
            session.feed(DOWN, b"?"),  # missing_grammar
            session.close(UP),  # end
            session.close(DOWN),  # end leave finish
        ):
            counts.append(len(texts(events)))
        assert counts == [4, 1, 1, 1, 1, 1, 3]


class TestAnotherProtocolsTime:
    INSIDE = rf"""
    tokens: {{WORD: '[a-z]+', EOL: '\n'}}
    grammar: {{line: {{record: [{{field: word, token: WORD}}, EOL], resync: EOL}}}}
    events: {{note: {{text: str}}}}
    initial: quiet
    states:
      quiet:
        up: line
        down: line
        transitions:
          - {{event: timeout, after: 3 s, execute: [{note("inside 3")}]}}
          - {{event: timeout, after: 10 s, idle: true, execute: [{note("inside idle")}], jump: finish}}
    """
    OUTSIDE = f"""
    initial: a
    states:
      a: {{up: line, transitions: [{{event: up, execute: [upgrade: inside], jump: b}}]}}
      b:
        up: child
        down: child
        transitions:
          - {{event: timeout, after: 4 s, execute: [{note("outside 4")}]}}
          - {{event: child_finish, execute: [{note("child finish")}], jump: c}}
      c: {{up: line, transitions: [{{event: timeout, after: 1 s, execute: [{note("c")}], jump: finish}}]}}
    """

    def session(self) -> Any:
        return lines(self.OUTSIDE).Session(dissectors={"inside": machine(self.INSIDE)})

    def test_its_timers_fire_between_those_outside(self) -> None:
        session = self.session()
        events = session.feed(UP, b"go\n")
        assert session.deadline == 0  # the one inside has not begun
        events += session.advance(0)
        assert session.deadline == 3 * S
        events += session.advance(2 * S) + session.feed(DOWN, b"word\n") + session.advance(20 * S)
        assert [(event.time / S, event.text) for event in events if event.name == "note"] == [
            (3, "inside 3"),
            (4, "outside 4"),
            (6, "inside 3"),
            (8, "outside 4"),
            (9, "inside 3"),
            (12, "outside 4"),
            (12, "inside 3"),
            (12, "inside idle"),
            (12, "child finish"),
            (13, "c"),
        ]
        assert session.state.value == "finish"
        balanced(session)

    def test_in_steps_as_at_once(self) -> None:
        whole, stepped = self.session(), self.session()
        events = whole.feed(UP, b"go\n") + whole.advance(20 * S)
        finer = stepped.feed(UP, b"go\n")
        while stepped.now < 20 * S:
            finer += stepped.advance(stepped.now + S // 3)
        assert [(event.time, event.key()) for event in finer] == [(event.time, event.key()) for event in events]

    def test_the_firings_of_both_are_limited(self) -> None:
        session = self.session()
        events = session.feed(UP, b"go\n") + session.advance(9 * S)
        for _ in range(3):
            session.feed(DOWN, b"word\n")
            events += session.advance(session.now + S)
        session.feed(DOWN, b"word\n")
        count = len(session.advance(10**6 * S))
        assert count <= 130
        assert pickle.loads(pickle.dumps(session.summary())) == session.summary()
