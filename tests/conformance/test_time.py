"""Time: the original's reference trace, and the rules of the semantics that have to do with timers (4 to 8, 11)."""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from support import balanced, machine, names

from dissgen_runtime import DOWN, UP, Event, Verdict

S = 1_000_000_000

HEAD = r"""
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL], resync: EOL}
  long: {record: [{field: word, token: WORD}, {token: ';'}, {field: more, token: WORD}, EOL]}
events: {note: {text: str}}
"""


def lines(states: str) -> ModuleType:
    return machine(HEAD + textwrap.dedent(states))


def note(text: str) -> str:
    return f"trigger: {{note: {{text: '\"{text}\"'}}}}"


def trace(events: list[Event]) -> list[tuple[float, str]]:
    """Notes with their times in seconds."""
    return [(event.time / S, event.text) for event in events if event.name == "note"]  # type: ignore[attr-defined]


def texts(events: list[Event]) -> list[str]:
    return [text for _, text in trace(events)]


class TestReferenceTrace:
    """The trace that the system we follow has for its own machine of four states (inventory, section 1.5)."""

    SPEC = f"""
    variables: {{count: {{type: int, initial: 1}}}}
    initial: state1
    states:
      state1:
        up: line
        transitions:
          - {{event: enter, execute: [{note("enter state1")}]}}
          - {{event: init, execute: [{note("initialize state1")}]}}
          - {{event: leave, execute: [{note("leave state1")}]}}
          - {{event: up, execute: [], jump: state4}}
          - {{event: timeout, after: 0.5 s, when: count > 5, execute: [{note("timeout from state1")}], jump: state3}}
          - {{event: timeout, after: 0.5 s, execute: [{note("timeout from state1")}, set: {{count: count + 1}}]}}
      state2:
        up: line
        transitions:
          - {{event: enter, execute: [{note("enter state2")}], jump: fail}}
          - {{event: fail, execute: [{note("fail on state2")}]}}
          - {{event: leave, execute: [{note("leave state2")}]}}
      state3:
        up: line
        transitions:
          - {{event: enter, execute: [{note("enter state3")}]}}
          - {{event: timeout, after: 1 s, execute: [{note("timeout from state3")}], jump: state1}}
          - {{event: leave, execute: [{note("leave state3")}], jump: state2}}
      state4:
        up: line
        transitions:
          - {{event: up, jump: state1}}
    any:
      - {{event: enter, execute: [{note("enter state4")}]}}  # hidden by the own rows of the others
      - {{event: fail, execute: [{note("never")}]}}
      - {{event: finish, execute: [{note("finished")}]}}
    """

    EXPECTED = (
        (0.0, "enter state1"),
        (0.0, "initialize state1"),
        (0.0, "leave state1"),
        (0.0, "enter state4"),
        (0.25, "enter state1"),
        (0.75, "timeout from state1"),
        (1.25, "timeout from state1"),
        (1.75, "timeout from state1"),
        (2.25, "timeout from state1"),
        (2.75, "timeout from state1"),
        (3.25, "timeout from state1"),
        (3.25, "leave state1"),
        (3.25, "enter state3"),
        (4.25, "timeout from state3"),
        (4.25, "leave state3"),
        (4.25, "enter state2"),
        (4.25, "fail on state2"),
        (4.25, "leave state2"),
        (4.25, "finished"),
    )

    @pytest.mark.parametrize("step", [S // 100, S // 4, S // 3, 10 * S])
    def test_as_the_original_however_time_comes(self, step: int) -> None:
        session = lines(self.SPEC).Session()
        events = session.feed(UP, b"event\n")
        events += session.advance(S // 4)
        events += session.feed(UP, b"event\n")
        while session.now < 6 * S:
            events += session.advance(session.now + step)
        assert trace(events) == list(self.EXPECTED)
        assert session.state.value == "finish"
        assert session.failed
        assert session.missed == 0

    def test_the_states_in_which_they_happen(self) -> None:
        session = lines(self.SPEC).Session()
        events = session.feed(UP, b"event\nevent\n") + session.advance(9 * S)
        states = [event.state for event in events]
        assert states[-6:] == ["state3", "state3", "state2", "state2", "state2", "state2"]


class TestTransitionsAndTimers:
    TWO = f"""
    initial: a
    states:
      a:
        up: line
        transitions:
          - {{event: up, when: message.word == "go", jump: b}}
          - {{event: up, when: message.word == "again", jump: a}}
          - {{event: timeout, after: 10 s, execute: [{note("a 10")}]}}
          - {{event: timeout, after: 4 s, execute: [{note("a 4")}]}}
      b:
        up: line
        transitions:
          - {{event: timeout, after: 3 s, execute: [{note("b 3")}], jump: a}}
    """

    def test_4_several_timers_each_its_own_and_they_repeat(self) -> None:
        session = lines(self.TWO).Session()
        found = trace(session.advance(20 * S))
        assert found == [
            (4, "a 4"), (8, "a 4"), (10, "a 10"), (12, "a 4"), (16, "a 4"), (20, "a 10"), (20, "a 4"),
        ]  # fmt: skip

    def test_4_a_transition_stops_the_timers_and_starts_those_of_the_next_state(self) -> None:
        session = lines(self.TWO).Session()
        events = session.advance(9 * S) + session.feed(UP, b"go\n") + session.advance(17 * S)
        assert trace(events) == [(4, "a 4"), (8, "a 4"), (12, "b 3"), (16, "a 4")]

    def test_4_a_jump_to_the_same_state_starts_them_anew_and_no_jump_lets_them_run(self) -> None:
        session = lines(self.TWO).Session()
        events = session.advance(3 * S) + session.feed(UP, b"stay\n") + session.advance(5 * S)
        events += session.feed(UP, b"again\n") + session.advance(10 * S)
        assert trace(events) == [(4, "a 4"), (9, "a 4")]

    def test_4_they_start_behind_enter(self) -> None:
        module = lines(
            f"""
            variables: {{wait: {{type: int, initial: 1}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: enter, execute: [set: {{wait: 7}}]}}
                  - {{event: timeout, after: seconds(wait), execute: [{note("t")}]}}
            """
        )
        assert trace(module.Session().advance(8 * S)) == [(7, "t")]

    def test_5_timers_of_a_state_that_enter_leaves_at_once_never_start(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: enter, jump: b}}
                  - {{event: timeout, after: 1 s, execute: [{note("a")}]}}
              b:
                up: line
                transitions: [{{event: timeout, after: 2 s, execute: [{note("b")}]}}]
            """
        )
        assert trace(module.Session().advance(4 * S)) == [(2, "b"), (4, "b")]

    def test_5_a_firing_counts_as_a_byte(self) -> None:
        """A thousand moves by timers are no endless loop; without a byte or a firing between them they would be."""
        module = lines(
            """
            limits: {transitions: 3}
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a: {up: line, transitions: [{event: timeout, after: 1 s, execute: [set: {n: n + 1}], jump: b}]}
              b: {up: line, transitions: [{event: timeout, after: 1 s, execute: [set: {n: n + 1}], jump: a}]}
            """
        )
        session = module.Session()
        for second in range(1, 1001):
            session.advance(second * S)
        assert session.variables.n == 1000
        assert not session.failed

    def test_5_moves_from_one_firing_are_limited(self) -> None:
        module = lines(
            """
            limits: {transitions: 3}
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a: {up: line, transitions: [{event: timeout, after: 1 s, jump: b}, {event: enter, when: n > 0, jump: b}]}
              b: {up: line, transitions: [{event: enter, when: n >= 0, execute: [set: {n: n + 1}], jump: a}]}
            """
        )
        session = module.Session()
        session.advance(S)
        assert session.failed
        assert "3 transitions" in str(session.failure)

    def test_5_a_jump_in_leave_overrides_that_of_a_timeout(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: 1 s, jump: b}}
                  - {{event: leave, jump: c}}
              b: {{up: line}}
              c: {{up: line, transitions: [{{event: timeout, after: 1 s, execute: [{note("c")}]}}]}}
            """
        )
        session = module.Session()
        assert trace(session.advance(2 * S)) == [(2, "c")]
        assert session.state.value == "c"

    def test_6_the_first_state_is_entered_at_the_time_of_the_constructor(self) -> None:
        session = lines(self.TWO).Session(now=100 * S)
        assert trace(session.advance(105 * S)) == [(104, "a 4")]

    def test_6_timers_run_between_enter_and_init(self) -> None:
        """`enter` on the initial state, its timers, then `init`."""
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: enter, execute: [{note("enter")}]}}
                  - {{event: init, execute: [{note("init")}]}}
                  - {{event: timeout, after: 1 s, execute: [{note("timeout")}]}}
            """
        )
        assert texts(module.Session().advance(S)) == ["enter", "init", "timeout"]

    @pytest.mark.parametrize("target", ["finish", "fail"])
    def test_7_and_8_timers_stop_at_the_end(self, target: str) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: 1 s, execute: [{note("timeout")}], jump: {target}}}
                  - {{event: fail, execute: [{note("fail")}]}}
                  - {{event: leave, execute: [{note("leave")}]}}
                  - {{event: finish, execute: [{note("finish")}]}}
            """
        )
        session = module.Session()
        expected = [(1, "timeout"), *([(1, "fail")] * (target == "fail")), (1, "leave"), (1, "finish")]
        assert trace(session.advance(9 * S)) == expected
        assert session.deadline is None
        assert session.advance(99 * S) == []
        assert session.failed == (target == "fail")

    def test_8_what_fails_in_a_timeout_fails_the_session(self) -> None:
        module = lines(
            f"""
            variables: {{words: {{type: 'list[str]', initial: []}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: 1 s, execute: [trigger: {{note: {{text: 'words[0]'}}}}]}}
                  - {{event: fail, execute: [{note("fail")}, drop]}}
            """
        )
        session = module.Session()
        assert trace(session.advance(9 * S)) == [(1, "fail")]
        assert session.verdict is Verdict.DROP
        assert "IndexError" in str(session.failure)


class TestRule11:
    TICK = f"""
    initial: a
    states:
      a:
        up: line
        transitions:
          - {{event: up, execute: [trigger: {{note: {{text: message.word}}}}]}}
          - {{event: timeout, after: 1 s, execute: [{note("tick")}]}}
    """

    def test_11_an_earlier_now_counts_as_the_latest(self) -> None:
        session = lines(self.TICK).Session(now=5 * S)
        assert session.advance(3 * S) == []
        assert session.now == 5 * S
        assert trace(session.advance(6 * S)) == [(6, "tick")]
        assert session.advance(S) == []
        assert session.now == 6 * S

    def test_11_due_timers_fire_before_bytes_fed_at_that_time(self) -> None:
        session = lines(self.TICK).Session()
        events = session.feed(UP, b"x\n") + session.advance(S) + session.feed(UP, b"y\n")
        assert trace(events) == [(0, "x"), (1, "tick"), (1, "y")]

    def test_11_only_once_at_its_time(self) -> None:
        session = lines(self.TICK).Session()
        assert len(session.advance(S)) == 1
        assert session.advance(S) == []

    def test_11_at_most_64_firings_in_one_call_and_further_periods_are_missed(self) -> None:
        session = lines(self.TICK).Session()
        events = session.advance(100 * S + S // 2)
        assert trace(events) == [(float(second), "tick") for second in range(1, 65)]
        assert session.missed == 36
        assert session.summary()["missed"] == 36
        assert session.now == 100 * S + S // 2
        assert trace(session.advance(101 * S)) == [(101, "tick")]

    def test_11_a_very_short_timer_costs_no_more(self) -> None:
        session = lines(self.TICK.replace("after: 1 s", "after: 1 ns")).Session()
        assert len(session.advance(10**18)) == 64
        assert session.missed == 10**18 - 64

    def test_11_missed_periods_are_those_of_each_timer(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: 1 s, execute: [{note("one")}]}}
                  - {{event: timeout, after: 100 s, execute: [{note("hundred")}]}}
            """
        )
        session = module.Session()
        assert len(session.advance(100 * S)) == 64
        assert session.missed == 36 + 1
        assert trace(session.advance(101 * S)) == [(101, "one")]

    def test_11_idle_is_restarted_by_any_byte_of_either_direction_held_or_not(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: line
                down: {{hold: true}}
                transitions:
                  - {{event: timeout, after: 10 s, idle: true, execute: [{note("idle")}]}}
                  - {{event: timeout, after: 10 s, execute: [{note("any")}]}}
            """
        )
        session = module.Session()
        events = session.advance(4 * S) + session.feed(DOWN, b"held") + session.advance(12 * S)
        events += session.feed(UP, b"inco") + session.advance(40 * S)
        assert trace(events) == [(10, "any"), (20, "any"), (22, "idle"), (30, "any"), (32, "idle"), (40, "any")]

    def test_11_rows_with_one_time_are_one_timer_tried_in_order(self) -> None:
        module = lines(
            f"""
            variables: {{n: {{type: int, initial: 0}}}}
            initial: a
            first:
              - {{event: timeout, after: 1 s, when: n == 2, execute: [set: {{n: 3}}, {note("first")}]}}
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: 1000 ms, when: n < 2, execute: [set: {{n: n + 1}}, {note("own")}]}}
            any:
              - {{event: timeout, after: 1 s, execute: [{note("any")}]}}
            """
        )
        assert texts(module.Session().advance(4 * S)) == ["own", "own", "first", "any"]

    def test_11_when_is_false_nothing_happens_and_it_comes_again(self) -> None:
        module = lines(
            f"""
            variables: {{ready: {{type: bool, initial: false}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: up, execute: [set: {{ready: true}}]}}
                  - {{event: timeout, after: 1 s, when: ready, execute: [{note("now")}], jump: finish}}
            """
        )
        session = module.Session()
        events = session.advance(5 * S) + session.feed(UP, b"x\n") + session.advance(8 * S)
        assert trace(events) == [(6, "now")]

    def test_11_timers_in_any_run_in_every_state(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a: {{up: line, transitions: [{{event: up, jump: b}}]}}
              b: {{up: line}}
            any:
              - {{event: timeout, after: 5 s, execute: [{note("slow")}], jump: finish}}
            """
        )
        session = module.Session()
        events = session.advance(4 * S) + session.feed(UP, b"x\n") + session.advance(20 * S)
        assert trace(events) == [(9, "slow")]

    def test_11_a_period_that_is_not_above_zero_or_fails_runs_no_timer(self) -> None:
        module = lines(
            f"""
            variables: {{n: {{type: int, initial: 0}}, words: {{type: 'list[int]', initial: []}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {{event: timeout, after: seconds(n), execute: [{note("n")}]}}
                  - {{event: timeout, after: 'seconds(words[0])', execute: [{note("w")}]}}
                  - {{event: up, execute: [set: {{n: 2}}], jump: a}}
            """
        )
        session = module.Session()
        assert session.advance(5 * S) == []
        assert session.recorded == 1
        session.feed(UP, b"x\n")
        assert trace(session.advance(8 * S)) == [(7, "n")]

    def test_11_what_waited_is_read_after_a_timeout_that_frees_it(self) -> None:
        module = lines(
            f"""
            variables: {{open: {{type: bool, initial: false}}}}
            initial: a
            states:
              a:
                up: {{use: line, hold: not open}}
                down: line
                transitions:
                  - {{event: up, execute: [trigger: {{note: {{text: message.word}}}}]}}
                  - {{event: timeout, after: 2 s, execute: [set: {{open: true}}, {note("open")}]}}
            """
        )
        session = module.Session()
        events = session.feed(UP, b"x\n") + session.advance(3 * S)
        assert trace(events) == [(2, "open"), (2, "x")]
        balanced(session)

    def test_11_a_message_in_progress_survives_a_timeout(self) -> None:
        module = lines(
            f"""
            initial: a
            states:
              a:
                up: long
                transitions:
                  - {{event: up, execute: [trigger: {{note: {{text: message.more}}}}]}}
                  - {{event: timeout, after: 1 s, execute: [{note("tick")}]}}
                  - {{event: timeout, after: 3 s, execute: [{note("move")}], jump: b}}
              b:
                up: long
                transitions: [{{event: up, execute: [trigger: {{note: {{text: message.word}}}}]}}]
            """
        )
        session = module.Session()
        events = session.feed(UP, b"ab;c") + session.advance(4 * S) + session.feed(UP, b"d\n")
        assert texts(events) == ["tick", "tick", "move", "ab"] or texts(events) == [
            "tick",
            "tick",
            "tick",
            "move",
            "ab",
        ]
        balanced(session)

    def test_11_it_can_be_pickled_at_any_point(self) -> None:
        whole = lines(TestReferenceTrace.SPEC).Session()
        events = whole.feed(UP, b"event\nevent\n") + whole.advance(2 * S) + whole.advance(6 * S)
        session = pickle.loads(pickle.dumps(lines(TestReferenceTrace.SPEC).Session()))
        stored = session.feed(UP, b"event\nevent\n")
        for quarter in range(1, 25):
            session = pickle.loads(pickle.dumps(session))
            stored += session.advance(quarter * S // 4)
        assert trace(stored) == trace(events)
        assert session.summary() == whole.summary()

    def test_11_the_deadline_is_never_later_than_what_happens(self) -> None:
        session = lines(self.TICK).Session()
        session.feed(UP, b"x\n")
        assert session.deadline == S
        session.advance(S // 2)
        assert session.deadline == S
        session.advance(S)
        assert session.deadline == 2 * S
        plain = lines("initial: a\nstates: {a: {up: line}}\n").Session(now=7)
        assert plain.deadline == 7  # it has not begun
        plain.advance(7)
        assert plain.deadline is None


class TestMaps:
    SPEC = f"""
    variables:
      asked: {{type: 'map[str, int]', limit: 3, expires: 10 s}}
      n: {{type: int, initial: 0}}
    initial: a
    states:
      a:
        up: line
        down: line
        transitions:
          - event: up
            execute: [set: {{n: n + 1}}, {{remember: {{asked: message.word}}, value: n}}]
          - {{event: down, when: message.word in asked, execute: [forget: {{asked: message.word}}]}}
          - {{event: down, execute: [{note("unknown")}]}}
          - {{event: expire, execute: [trigger: {{note: {{text: 'key + str(value) + str(len(asked))'}}}}]}}
    """

    def test_entries_are_remembered_and_forgotten(self) -> None:
        session = lines(self.SPEC).Session()
        session.feed(UP, b"x\ny\nx\n")
        assert dict(session.variables.asked) == {"y": 2, "x": 3}
        assert texts(session.feed(DOWN, b"y\ny\n")) == ["unknown"]
        assert dict(session.variables.asked) == {"x": 3}

    def test_beyond_the_limit_the_oldest_leaves_reported_once(self) -> None:
        session = lines(self.SPEC).Session()
        events = session.feed(UP, b"a\nb\nc\na\n")
        assert names(events) == []
        events = session.feed(UP, b"d\ne\n")
        assert list(session.variables.asked) == ["a", "d", "e"]
        assert names(events) == ["alert:limit"]
        assert session.deadline == 10 * S

    def test_entries_expire_each_at_its_time_and_anew_when_remembered_again(self) -> None:
        session = lines(self.SPEC).Session()
        session.feed(UP, b"a\nb\n")
        session.advance(4 * S)
        session.feed(UP, b"a\n")
        assert trace(session.advance(20 * S)) == [(10, "b21"), (14, "a30")]
        assert session.deadline is None

    def test_without_a_limit_more_than_items_fail(self) -> None:
        module = lines("limits: {items: 2}\n" + textwrap.dedent(self.SPEC).replace("limit: 3, ", ""))
        session = module.Session()
        session.feed(UP, b"a\nb\nb\n")
        assert not session.failed
        session.feed(UP, b"c\n")
        assert session.failed
        assert "more than 2 entries in `asked`" in str(session.failure)

    def test_without_a_row_they_leave_silently(self) -> None:
        text = textwrap.dedent(self.SPEC)
        module = lines(text[: text.index("      - {event: expire")])
        session = module.Session()
        session.feed(UP, b"a\n")
        assert session.advance(9 * S) == []
        assert len(session.variables.asked) == 1
        assert session.advance(10 * S) == []
        assert len(session.variables.asked) == 0

    def test_which_map_a_row_is_for(self) -> None:
        module = lines(
            """
            variables:
              short: {type: 'map[str, int]', expires: 1 s}
              long: {type: 'map[bool, str]', expires: 2 s}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - event: up
                    execute: [{remember: {short: message.word}, value: 1}, {remember: {long: true}, value: message.word}]
                  - {event: expire, map: long, execute: [trigger: {note: {text: value}}]}
            any:
              - {event: expire, map: short, execute: [trigger: {note: {text: key}}]}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert trace(session.advance(5 * S)) == [(1, "x"), (2, "x")]

    def test_at_one_time_entries_leave_before_timers_fire(self) -> None:
        module = lines(
            """
            variables: {asked: {type: 'map[str, int]', expires: 1 s}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [{remember: {asked: message.word}, value: 1}]}
                  - {event: timeout, after: 1 s, execute: [trigger: {note: {text: str(len(asked))}}]}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert trace(session.advance(S)) == [(1, "0")]

    def test_rows_that_remember_on_expire_come_to_an_end(self) -> None:
        module = lines(
            """
            variables: {asked: {type: 'map[str, int]', expires: 1 s}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [{remember: {asked: message.word}, value: 0}]}
                  - event: expire
                    execute: [{remember: {asked: key}, value: value + 1}, trigger: {note: {text: str(value)}}]
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert texts(session.advance(10**6 * S)) == [str(n) for n in range(65)]
        assert session.missed == 1
        assert session.deadline is None

    def test_a_jump_on_expire_and_the_end(self) -> None:
        module = lines(
            """
            variables: {asked: {type: 'map[str, int]', expires: 1 s}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [{remember: {asked: message.word}, value: 0}]}
                  - {event: expire, when: key == "x", jump: finish}
            """
        )
        session = module.Session()
        session.feed(UP, b"w\nx\ny\n")
        session.advance(5 * S)
        assert session.state.value == "finish"
        assert list(session.variables.asked) == ["y"]

    def test_a_map_survives_pickling(self) -> None:
        session: Any = lines(self.SPEC).Session()
        session.feed(UP, b"a\nb\n")
        session = pickle.loads(pickle.dumps(session))
        session.feed(UP, b"c\nd\n")
        assert trace(session.advance(20 * S)) == [(10, "b22"), (10, "c31"), (10, "d40")]


class TestWhatIsKeptIsBounded:
    @pytest.mark.parametrize(
        ("type_", "initial", "value"),
        [
            ("int", "3", "x * x"),
            ("int", "-3", "x * x * x"),
            ("int", "1", "x << 8"),
            ("int", "2", "int(str(x) + str(x))"),
            ("duration", "1 s", "x * 1000"),
            ("list[int]", "[3]", "'[x[0] * x[0]]'"),
            ("list[int]", "[3]", "list(n * n for n in x)"),
            ("optional[int]", "3", "(x or 1) * (x or 1)"),
            ("str", "ab", "x + x"),
            ("optional[str]", "ab", '(x or "a") + (x or "a") if x is not None else None'),
            ("str", "ab", "x.replace('a', 'aa')"),
            ("str", "ab", "'\"-\".join([x, x])'"),
            ("str", "ab", "x.encode().hex()"),
            ("bytes", "ab", "x + x"),
        ],
    )
    def test_a_value_cannot_grow_from_message_to_message(self, type_: str, initial: str, value: str) -> None:
        module = lines(
            f"""
            limits: {{message: 4 KiB}}
            variables: {{x: {{type: '{type_}', initial: {initial}}}}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - event: up
                    execute:
                      - set:
                          x: {value}
            """
        )
        session = module.Session()
        for _ in range(40):
            session.feed(UP, b"a\n")
        assert session.failed
        assert "test.yaml:" in str(session.failure)
        assert len(pickle.dumps(session)) < 16 * 1024

    def test_a_test_of_its_size_is_no_text(self) -> None:
        module = lines(
            """
            variables: {n: {type: int, initial: 0}, word: {type: 'optional[str]', initial: null}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - event: up
                    execute:
                      - set: {n: len(message.word + "x"), word: '(message.word + "y") if n > 0 else None'}
            """
        )
        session = module.Session()
        session.feed(UP, b"ab\n")
        assert (session.variables.n, session.variables.word) == (3, None)
        session.feed(UP, b"ab\n")
        assert session.variables.word == "aby"

    def test_bits_up_to_64_are_kept_signed_or_not(self) -> None:
        module = lines(
            """
            variables: {x: {type: int, initial: 0}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, when: message.word == "most", execute: [set: {x: 2 * (1 << 62) - 1 + 2 * (1 << 62)}]}
                  - {event: up, when: message.word == "least", execute: [set: {x: -2 * (1 << 62)}]}
                  - {event: up, when: message.word == "more", execute: [set: {x: x * 2}]}
            """
        )
        session = module.Session()
        session.feed(UP, b"least\n")
        assert session.variables.x == -(2**63)
        session.feed(UP, b"most\n")
        assert session.variables.x == 2**64 - 1
        session.feed(UP, b"more\n")
        assert session.failed
        assert session.variables.x == 2**64 - 1

    def test_nor_from_item_to_item_of_a_message(self) -> None:
        module = machine(
            r"""
            limits: {message: 4 KiB}
            tokens: {EOL: '\n'}
            grammar:
              item: {record: [{token: '[a-z]'}, {set: {n: n * n, text: text + text}}]}
              many: {record: [{array: item, while: peek() != 10}, EOL], resync: EOL}
            variables:
              n: {type: int, initial: 3, scope: message}
              text: {type: str, initial: ab, scope: message}
            alerts: {bad: {severity: low, description: '{error}'}}
            initial: a
            states: {a: {up: many, transitions: [{event: parse_error, execute: [alert: bad]}]}}
            """
        )
        session = module.Session()
        events = session.feed(UP, b"abcde\nabcdefghij\nab\n")
        assert names(events) == ["alert:bad"]
        assert "more than 64 bits" in events[0].description
        assert session.summary()["messages"] == 2


class TestVariablesOfADirection:
    def test_there_is_one_for_each(self) -> None:
        module = lines(
            """
            variables: {seen: {type: int, initial: 0, scope: direction}}
            initial: a
            states:
              a:
                up: {use: line, hold: seen == 3}
                down: {use: line, hold: seen == 2}
                transitions:
                  - {event: [up, down], execute: [set: {seen: seen + 1}]}
                  - {event: parse_error, when: seen > 0, execute: [trigger: {note: {text: direction}}, set: {seen: 0}, skip: EOL]}
                  - {event: parse_error, execute: [skip: EOL]}
            """
        )
        session: Any = module.Session()
        events = session.feed(UP, b"1\na\nb\n2\nc\nd\ne\n")
        session = pickle.loads(pickle.dumps(session))
        session.feed(DOWN, b"a\nb\nc\n")
        assert (session.variables.up.seen, session.variables.down.seen) == (3, 2)
        assert texts(events) == ["up"]
        assert session.summary()["bytes"]["down"]["held"] == 2


def test_22_an_alert_keeps_what_its_guard_read_of_a_map() -> None:
    session = machine(r"""
        grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
        variables: {asked: {type: 'map[str, int]', limit: 4}}
        alerts: {again: {severity: low, description: again}}
        initial: s
        states:
          s:
            up: line
            transitions:
              - {event: up, when: message.word in asked, execute: [alert: again, {forget: {asked: message.word}}]}
              - {event: up, execute: [{remember: {asked: message.word}, value: '1'}]}
        """).Session()
    (alert,) = session.feed(UP, b"a\nb\na\n")
    assert alert.guard == {"message.word": "a", "asked": {"a": 1, "b": 1}}
