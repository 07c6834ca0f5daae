"""One case or more for each numbered rule of the semantics, written from its text."""

from __future__ import annotations

import pickle
import textwrap

import pytest
from support import balanced, canonical, machine, names, streams

from dissgen_runtime import DOWN, UP, Alert, Gap, Verdict

LINES = r"""
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL]}
  skipping: {record: [{field: word, token: WORD}, EOL], resync: EOL}
events:
  got: {word: str}
  note: {text: str}
"""


def lines(states: str) -> object:
    return machine(LINES + textwrap.dedent(states))


def words(events: list) -> list[str]:
    return [event.word if event.name == "got" else event.text for event in events if event.name in ("got", "note")]


class TestEvaluation:
    def test_1_candidates_are_first_then_own_then_any_as_written(self) -> None:
        module = lines(
            """
            initial: a
            first:
              - {event: up, when: 'message.word == "x"', execute: [trigger: {note: {text: '"first"'}}]}
            states:
              a:
                up: line
                transitions:
                  - {event: up, when: 'message.word in ["x", "y"]', execute: [trigger: {note: {text: '"own"'}}]}
            any:
              - {event: up, execute: [trigger: {note: {text: '"any"'}}]}
            """
        )
        assert words(module.Session().feed(UP, b"x\ny\nz\n")) == ["first", "own", "any"]

    def test_2_only_the_first_that_holds_fires_and_verbs_have_guards_of_their_own(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - event: up
                    when: message.word != "no"
                    execute:
                      - {trigger: {note: {text: '"one"'}}, when: message.word == "yes"}
                      - {trigger: {note: {text: '"two"'}}}
                    jump: b
                  - {event: up, execute: [trigger: {note: {text: '"never"'}}]}
              b: {up: line}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"yes\n")) == ["one", "two"]
        assert session.state.value == "b"
        assert words(module.Session().feed(UP, b"maybe\n")) == ["two"]
        assert words(module.Session().feed(UP, b"no\n")) == ["never"]

    def test_3_no_candidate_nothing_happens(self) -> None:
        module = lines("initial: a\nstates: {a: {up: line}}\n")
        session = module.Session()
        assert session.feed(UP, b"x\ny\n") == []
        assert session.state.value == "a"
        assert session.summary()["messages"] == 2

    def test_4_leave_then_enter_also_for_a_jump_to_the_same_state(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: enter, execute: [trigger: {note: {text: '"enter a"'}}]}
                  - {event: leave, execute: [trigger: {note: {text: '"leave a"'}}]}
                  - {event: up, when: 'message.word == "again"', execute: [trigger: got], jump: a}
                  - {event: up, when: 'message.word == "stay"', execute: [trigger: got]}
                  - {event: up, execute: [trigger: got], jump: b}
              b:
                up: line
                transitions:
                  - {event: enter, execute: [trigger: {note: {text: '"enter b"'}}]}
            """
        )
        events = module.Session().feed(UP, b"again\nstay\ngo\n")
        assert words(events) == ["enter a", "again", "leave a", "enter a", "stay", "go", "leave a", "enter b"]
        assert [event.state for event in events][-2:] == ["a", "b"]

    def test_5_leave_overrides_the_target_and_enter_moves_on(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, jump: b}
                  - {event: leave, jump: c}
              b: {up: line, transitions: [{event: enter, execute: [trigger: {note: {text: '"b"'}}]}]}
              c:
                up: line
                transitions:
                  - {event: enter, jump: d}
              d: {up: line, transitions: [{event: enter, execute: [trigger: {note: {text: '"d"'}}]}]}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"x\n")) == ["d"]
        assert session.state.value == "d"

    def test_5_too_many_moves_without_a_byte_fail(self) -> None:
        module = lines(
            """
            limits: {transitions: 5}
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, jump: b}
              b: {up: line, transitions: [{event: enter, when: n == 0, jump: c}]}
              c: {up: line, transitions: [{event: enter, when: n == 0, jump: b}]}
            """
        )
        session = module.Session()
        session.feed(UP, b"x\n")
        assert session.failed
        assert session.state.value == "finish"
        assert "5 transitions" in str(session.failure)

    def test_6_enter_then_init_come_out_of_the_first_call(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: enter, execute: [trigger: {note: {text: '"enter"'}}]}
                  - {event: init, execute: [trigger: {note: {text: '"init"'}}]}
            """
        )
        for call in (
            lambda session: session.feed(UP, b""),
            lambda session: session.advance(1),
            lambda session: session.gap(UP, 1),
            lambda session: session.close(UP),
        ):
            session = module.Session()
            assert words(call(session)) == ["enter", "init"]
            assert words(session.feed(DOWN, b"")) == []

    def test_7_finish_is_leave_then_finish_and_later_input_is_counted(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, jump: finish}
                  - {event: leave, execute: [trigger: {note: {text: '"leave"'}}]}
                  - {event: finish, execute: [trigger: {note: {text: '"finish"'}}]}
            """
        )
        session = module.Session()
        events = session.feed(UP, b"x\n")
        assert words(events) == ["leave", "finish"]
        assert [event.state for event in events] == ["a", "a"]
        assert session.state.value == "finish"
        assert not session.failed
        assert session.feed(UP, b"more\n") == []
        assert session.summary()["bytes"]["up"]["discarded"] == 5
        balanced(session)

    def test_8_fail_is_fail_then_leave_then_finish_and_jumps_are_passed_over(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, jump: fail}
                  - {event: fail, execute: [trigger: {note: {text: '"fail"'}}, drop]}
                  - {event: leave, execute: [trigger: {note: {text: '"leave"'}}], jump: b}
                  - {event: finish, execute: [trigger: {note: {text: '"finish"'}}]}
              b: {up: line, transitions: [{event: up, jump: a}]}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"x\n")) == ["fail", "leave", "finish"]
        assert session.failed
        assert session.state.value == "finish"
        assert session.verdict is Verdict.DROP

    def test_9_unhandled_parse_error_fails_with_an_alert_that_names_rule_offset_and_reason(self) -> None:
        module = lines("initial: a\nstates: {a: {up: line}}\n")
        session = module.Session()
        (alert,) = session.feed(UP, b"ok\n1\n")
        assert isinstance(alert, Alert)
        assert alert.id == "parse_error"
        assert alert.description == "line.word at byte 3: expected WORD, found '1'"
        assert session.failed

    def test_9_unhandled_missing_grammar_fails_with_an_alert(self) -> None:
        module = lines("initial: a\nstates: {a: {up: line}}\n")
        session = module.Session()
        (alert,) = session.feed(DOWN, b"ok\n")
        assert alert.id == "missing_grammar"
        assert session.failed

    def test_9_a_handled_parse_error_moves_on_by_skip_from_the_element_that_failed(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, execute: [trigger: {note: {text: error.found.decode()}}, skip: EOL]}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"ok\nab1cd\nyes\n")) == ["ok", "1", "yes"]
        assert session.summary()["bytes"]["up"]["skipped"] == 6
        balanced(session)

    def test_9_a_handled_parse_error_without_skip_uses_resync(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: skipping
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, execute: [trigger: {note: {text: '"error"'}}]}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"ok\nab1cd\nyes\n")) == ["ok", "error", "yes"]
        balanced(session)

    def test_9_after_a_jump_the_failed_message_is_read_again_from_its_first_byte(self) -> None:
        module = machine(
            r"""
            tokens: {WORD: '[a-z]+', EOL: '\n', ANY: '[^\n]*'}
            grammar:
              line: {record: [{field: word, token: WORD}, EOL]}
              raw: {record: [{field: word, token: ANY}, EOL]}
            events: {got: {word: str}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, jump: b}
              b:
                up: raw
                transitions:
                  - {event: up, execute: [trigger: got]}
            """
        )
        for cut in (1, 2, 3, 100):
            session = module.Session()
            data = b"ok\nab1cd\nyes\n"
            events = [e for i in range(0, len(data), cut) for e in session.feed(UP, data[i : i + cut])]
            assert words(events) == ["ok", "ab1cd", "yes"]
            balanced(session)

    def test_9_missing_grammar_fires_once_for_each_stay_and_direction(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: missing_grammar, execute: [trigger: {note: {text: '"missing"'}}]}
                  - {event: up, jump: b}
              b: {up: line, down: line, transitions: [{event: down, execute: [trigger: got]}]}
            """
        )
        session = module.Session()
        assert words(session.feed(DOWN, b"x\n")) == ["missing"]
        assert words(session.feed(DOWN, b"y\n")) == []
        assert words(session.feed(UP, b"go\n")) == ["x", "y"]
        balanced(session)

    def test_10_an_error_comes_with_the_byte_that_makes_the_element_impossible(self) -> None:
        module = lines("initial: a\nstates: {a: {up: line}}\n")
        session = module.Session()
        assert session.feed(UP, b"a") == []
        assert session.feed(UP, b"b") == []
        assert names(session.feed(UP, b"1")) == ["alert:parse_error"]
        assert session.failure.key() == ("mismatch", "line", None, 2, "EOL", b"1")

    def test_10_an_expression_that_fails_in_execute_leads_to_fail(self) -> None:
        module = lines(
            """
            variables: {queue: {type: 'list[str]', initial: []}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: {note: {text: 'queue[0]'}}]}
            """
        )
        session = module.Session()
        assert session.feed(UP, b"x\n") == []
        assert session.failed
        assert "IndexError" in str(session.failure)

    def test_10_a_failing_guard_is_false_and_recorded(self) -> None:
        module = lines(
            """
            variables: {queue: {type: 'list[str]', initial: []}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, when: 'queue[0] == "x"', execute: [trigger: {note: {text: '"no"'}}]}
                  - {event: up, execute: [trigger: got]}
            """
        )
        session = module.Session()
        assert words(session.feed(UP, b"x\n")) == ["x"]
        assert session.recorded == 1
        assert not session.failed

    def test_10_misuse_of_the_api_raises(self) -> None:
        session = lines("initial: a\nstates: {a: {up: line}}\n").Session()
        with pytest.raises(TypeError):
            session.feed("sideways", b"")
        with pytest.raises(TypeError):
            session.feed(UP, "text")
        with pytest.raises(TypeError):
            session.gap(UP, -1)
        with pytest.raises(TypeError):
            session.advance(1.5)

    def test_11_an_earlier_now_counts_as_the_latest(self) -> None:
        module = lines("initial: a\nstates: {a: {up: line, transitions: [{event: up, execute: [trigger: got]}]}}\n")
        session = module.Session(now=10)
        session.advance(50)
        session.advance(20)
        (event,) = session.feed(UP, b"x\n")
        assert event.time == 50


HELD = """
variables: {asked: {type: int, initial: 0}}
initial: a
states:
  a:
    up: line
    down: {use: line, hold: asked <= 0}
    transitions:
      - {event: up, execute: [trigger: got, set: {asked: asked + 1}]}
      - {event: down, execute: [trigger: {note: {text: 'message.word'}}, set: {asked: asked - 1}]}
"""

TURNS = """
initial: ask
states:
  ask:
    up: line
    down: {hold: true}
    transitions:
      - {event: up, execute: [trigger: got], jump: answer}
      - {event: missing_grammar, execute: [trigger: {note: {text: '"early"'}}], jump: answer}
  answer:
    up: {hold: true}
    down: line
    transitions:
      - {event: down, execute: [trigger: got], jump: ask}
"""


class TestData:
    def test_12_each_message_sees_the_state_that_earlier_ones_left(self) -> None:
        module = lines(
            """
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: {note: {text: 'str(n)'}}, set: {n: n + 1}]}
            """
        )
        assert words(module.Session().feed(UP, b"x\ny\nz\n")) == ["0", "1", "2"]

    MID = r"""
    tokens: {WORD: '[a-z]+', EOL: '\n', ANY: '[^\n]*'}
    grammar:
      line: {record: [{field: word, token: WORD}, EOL]}
      raw: {record: [{field: word, token: ANY}, EOL]}
    events: {got: {word: str}, note: {text: str}}
    initial: a
    states:
      a:
        up: line
        down: line
        transitions:
          - {event: up, execute: [trigger: {note: {text: '"line"'}}, trigger: got]}
          - {event: down, when: 'message.word == "same"', jump: same}
          - {event: down, when: 'message.word == "wait"', jump: wait}
          - {event: down, jump: other}
      same: {up: line, down: line, transitions: [{event: up, execute: [trigger: got]}]}
      other: {up: raw, down: line, transitions: [{event: up, execute: [trigger: got]}]}
      wait: {up: {hold: true}, down: line, transitions: [{event: down, jump: same}]}
    """

    @pytest.mark.parametrize(("word", "then"), [(b"same\n", b""), (b"other\n", b""), (b"wait\n", b"go\n")])
    def test_12_a_message_begun_goes_on_is_read_anew_or_waits(self, word: bytes, then: bytes) -> None:
        module = machine(self.MID)
        session = module.Session()
        assert session.feed(UP, b"ab") == []
        assert words(session.feed(DOWN, word)) == []
        events = session.feed(UP, b"c\n")
        events += session.feed(DOWN, then)
        assert words(events) == ["abc"]
        balanced(session)

    def test_13_held_bytes_are_read_after_the_transition_that_frees_them(self) -> None:
        module = lines(HELD)
        session = module.Session()
        assert session.feed(DOWN, b"one\ntwo\n") == []
        assert words(session.feed(UP, b"x\ny\n")) == ["x", "one", "y", "two"]
        balanced(session)

    def test_13_the_limit_of_held_bytes_ends_the_waiting(self) -> None:
        module = lines("limits: {hold: 1 KiB}\n" + HELD)
        session = module.Session()
        for _ in range(255):
            assert session.feed(DOWN, b"abc\n") == []
        assert words(session.feed(DOWN, b"abc\n")) == ["abc"]
        assert session.summary()["bytes"]["down"]["held"] == 1020
        balanced(session)

    def test_13_the_end_of_the_other_direction_ends_the_waiting(self) -> None:
        session = lines(HELD).Session()
        session.feed(DOWN, b"one\n")
        assert words(session.close(UP)) == ["one"]

    def test_13_a_bare_hold_in_vain_raises_missing_grammar_which_may_jump(self) -> None:
        session = lines(TURNS).Session()
        assert session.feed(DOWN, b"one\n") == []
        assert words(session.close(UP)) == ["early", "one"]
        balanced(session)

    def test_13_unhandled_it_discards_the_direction_reports_once_and_never_fails(self) -> None:
        session = lines(
            """
            initial: ask
            states:
              ask:
                up: line
                down: {hold: true}
                transitions:
                  - {event: up, execute: [trigger: got]}
            """
        ).Session()
        session.feed(DOWN, b"one\n")
        events = session.gap(UP, 3)
        events += session.feed(DOWN, b"two\n")
        events += session.close(DOWN) + session.close(UP)
        assert names(events) == ["gap", "alert:one_sided", "end", "end"]
        assert not session.failed
        assert session.summary()["bytes"]["down"]["discarded"] == 8
        balanced(session)

    def test_13_a_close_takes_its_place_behind_the_held_bytes(self) -> None:
        session = lines(HELD).Session()
        session.feed(DOWN, b"one\n")
        assert session.close(DOWN) == []
        assert names(session.feed(UP, b"x\n")) == ["got", "note", "end"]

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_14_cutting_changes_nothing(self, size: int) -> None:
        module = lines(HELD)
        schedule = [(DOWN, b"one\ntwo\n"), (UP, b"x\ny"), (DOWN, b"three\n"), (UP, b"\nz\n")]
        whole, cut = module.Session(), module.Session()
        expected = [event for direction, data in schedule for event in whole.feed(direction, data)]
        got = []
        for direction, data in schedule:
            for i in range(0, len(data), size):
                got += cut.feed(direction, data[i : i + size])
                cut = pickle.loads(pickle.dumps(cut))
        assert canonical(got) == canonical(expected)

    def test_14_turn_taking_gives_the_same_for_every_interleaving(self) -> None:
        module = lines(TURNS)
        ups, downs = [b"a\n", b"b\n"], [b"c\n", b"d\n"]
        results = []
        for order in ("udud", "uudd", "dduu", "duud"):
            session = module.Session()
            queues = {"u": list(ups), "d": list(downs)}
            events = []
            for side in order:
                events += session.feed(UP if side == "u" else DOWN, queues[side].pop(0))
            results.append(words(events))
        assert all(result == ["a", "c", "b", "d"] for result in results)


STREAM = r"""
tokens: {WORD: '[a-z]+', EOL: '\n', END: '\n\.\n'}
grammar:
  body: {sequence: [{bytes: {until: END}, stream: data}, END]}
  sized: {parameters: {size: int}, bytes: {size: size}, stream: data}
  line: {record: [{field: word, token: WORD}, EOL]}
events: {data: {stream: bytes}, got: {word: str}}
"""


class TestStreams:
    BODY = (
        STREAM
        + """
initial: a
states:
  a:
    up: body
    transitions:
      - {event: up, jump: b}
  b: {up: line, transitions: [{event: up, execute: [trigger: got]}]}
"""
    )

    def test_15_pieces_come_as_they_arrive_and_only_a_possible_end_is_held_back(self) -> None:
        session = machine(self.BODY).Session()
        assert [event.data for event in session.feed(UP, b"hello\n")] == [b"hello"]
        assert [event.data for event in session.feed(UP, b".")] == []
        assert [event.data for event in session.feed(UP, b"x\n")] == [b"\n.x"]
        events = session.feed(UP, b".\nok\n")
        assert [(e.data, e.last, e.complete) for e in events if e.name == "data"] == [(b"", True, True)]
        assert names(events) == ["data:True", "got"]
        balanced(session)

    def test_15_the_callers_own_bytes_are_handed_on(self) -> None:
        session = machine(self.BODY).Session()
        piece = b"x" * 5000
        (event,) = session.feed(UP, piece)
        assert event.data is piece

    def test_16_close_parses_what_waits_with_the_end_known(self) -> None:
        session = machine(self.BODY).Session()
        session.feed(UP, b"hello\n")
        events = session.close(UP)
        assert names(events) == ["data:False", "alert:parse_error"]
        assert session.failure.kind == "truncated"
        assert streams(events) == {1: b"\n"}
        balanced(session)

    def test_16_cut_is_no_error(self) -> None:
        session = machine(self.BODY).Session()
        session.feed(UP, b"hello\n")
        events = session.close(UP, cut=True)
        assert names(events) == ["data:False", "end"]
        assert streams(events) == {1: b"\n"}
        assert names(session.close(DOWN, cut=True)) == ["end", "alert:one_sided"]
        assert session.state.value == "finish"
        assert not session.failed
        balanced(session)

    def test_17_a_gap_in_a_stream_interrupts_it_only(self) -> None:
        session = machine(self.BODY).Session()
        events = session.feed(UP, b"hello\n") + session.gap(UP, 100) + session.feed(UP, b"there\n.\nok\n")
        assert names(events) == ["gap", "data:False", "got"]
        assert streams(events) == {1: b"hello\nthere"}
        assert [event.bytes for event in events if isinstance(event, Gap)] == [100]
        balanced(session)

    def test_17_a_gap_counts_toward_a_size_and_the_rest_is_a_gap_of_what_follows(self) -> None:
        module = machine(
            STREAM
            + """
initial: a
states:
  a:
    up: {use: sized, with: {size: 10}}
    transitions:
      - {event: up, jump: b}
  b: {up: line, transitions: [{event: up, execute: [trigger: got]}]}
"""
        )
        session = module.Session()
        events = session.feed(UP, b"12345") + session.gap(UP, 3) + session.feed(UP, b"67ok\n")
        assert names(events) == ["gap", "data:False", "got"]
        assert streams(events) == {1: b"1234567"}

    def test_17_elsewhere_the_message_is_abandoned_and_the_machine_sees_the_gap(self) -> None:
        module = machine(
            r"""
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar: {line: {record: [{field: word, token: WORD}, EOL], resync: EOL}}
            events: {got: {word: str}, note: {text: str}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: gap, execute: [trigger: {note: {text: '"gap"'}}]}
            """
        )
        session = module.Session()
        events = session.feed(UP, b"one\ntw") + session.gap(UP, 5) + session.feed(UP, b"ee\nfour\n")
        assert words(events) == ["one", "gap", "four"]
        assert session.summary()["bytes"]["up"]["skipped"] == 5
        balanced(session)

    def test_17_without_resync_the_direction_is_discarded_until_the_state_changes(self) -> None:
        session = lines(
            """
            initial: a
            states:
              a:
                up: line
                down: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: down, jump: b}
              b: {up: line, down: line, transitions: [{event: up, execute: [trigger: got]}]}
            """
        ).Session()
        events = session.gap(UP, 5) + session.feed(UP, b"one\n") + session.feed(DOWN, b"x\n")
        events += session.feed(UP, b"two\n")
        assert words(events) == ["two"]
        assert session.summary()["bytes"]["up"]["discarded"] == 4
        balanced(session)

    def test_18_midstream_comes_after_init_and_lowers_confidence_until_a_message(self) -> None:
        module = machine(
            r"""
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar: {line: {record: [{field: word, token: WORD}, EOL]}}
            events: {note: {text: str}}
            alerts: {odd: {severity: low, description: odd}}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: init, execute: [trigger: {note: {text: '"init"'}}]}
                  - {event: midstream, execute: [trigger: {note: {text: '"midstream"'}}]}
                  - {event: up, execute: [alert: odd]}
                  - {event: parse_error, execute: [alert: odd, skip: EOL]}
            """
        )
        session = module.Session(midstream=True)
        events = session.feed(UP, b"1\nab\ncd\n")
        assert words(events) == ["init", "midstream"]
        assert [event.confidence for event in events if isinstance(event, Alert)] == ["low", "low", "high"]

    def test_18_traffic_of_one_direction_is_reported_once(self) -> None:
        module = lines(HELD)
        session = module.Session()
        events = session.feed(DOWN, b"a\nb\nc\n") + session.close(DOWN) + session.close(UP)
        assert (
            names(events) == ["end", "note", "note", "note", "end", "alert:one_sided"]
            or names(events).count("alert:one_sided") == 1
        )
        assert not session.failed

    def test_20_every_byte_counts_once(self) -> None:
        session = machine(self.BODY).Session()
        for i in range(40):
            session.feed(UP, bytes((97 + i % 26,)) + (b"\n.\n" if i == 20 else b""))
            balanced(session)
        session.feed(DOWN, b"??")
        balanced(session)


class TestVerdicts:
    def test_21_a_verdict_is_never_weakened_and_does_not_stop_parsing(self) -> None:
        module = lines(
            """
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, when: 'message.word == "r"', execute: [reset]}
                  - {event: up, when: 'message.word == "d"', execute: [drop]}
                  - {event: up, execute: [accept, trigger: got]}
            """
        )
        session = module.Session()
        events = session.feed(UP, b"x\nd\nr\nd\ny\n")
        assert [event.verdict for event in events if event.name == "verdict"] == [Verdict.DROP, Verdict.RESET]
        assert words(events) == ["x", "y"]
        assert session.verdict is Verdict.RESET

    def test_22_an_alert_carries_what_explains_it(self) -> None:
        module = machine(
            r"""
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar: {line: {record: [{field: word, token: WORD}, EOL]}}
            variables: {n: {type: int, initial: 3}}
            alerts:
              odd: {severity: high, description: 'odd word {message.word!r} ({n})', references: [CVE-2000-0001]}
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, when: 'message.word == "x" and n > 2', execute: [alert: odd], jump: b}
              b: {up: line}
            """
        )
        (alert,) = module.Session().feed(UP, b"x\n")
        assert (alert.id, alert.severity, alert.description) == ("odd", "high", "odd word 'x' (3)")
        assert alert.references == ("CVE-2000-0001",)
        assert alert.guard == {"message.word": "x", "n": 3}
        assert alert.path == ("a",)
        assert alert.data == b"x\n"
        assert alert.spec == "test.yaml:9"
        assert alert.transition == "test.yaml:15"
        assert (alert.direction, alert.offset, alert.state) == (UP, (0, 2), "a")


def test_14_two_looks_ahead_that_both_have_to_wait() -> None:
    module = machine(
        r"""
        tokens: {AB: 'x', AC: 'aac', WORD: '[a-z]+', EOL: '\n'}
        grammar:
          line:
            record:
              - {let: known, value: peek(AB) or peek(AC)}
              - {field: word, token: WORD}
              - EOL
        events: {got: {word: str, known: bool}}
        initial: a
        states: {a: {up: line, transitions: [{event: up, execute: [trigger: got]}]}}
        """
    )
    for word, known in ((b"x", True), (b"aac", True), (b"aad", False), (b"b", False)):
        for size in (1, 2, 3, 10):
            session = module.Session()
            data = word + b"\n"
            events = [e for i in range(0, len(data), size) for e in session.feed(UP, data[i : i + size])]
            assert [(event.word, event.known) for event in events] == [(word.decode(), known)]
