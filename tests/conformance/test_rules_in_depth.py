"""The corners of the numbered rules: what is left open by one case for each. Written from the page.

A case marked `xfail` is a known deviation; its reason says what happens instead.
"""

from __future__ import annotations

import pickle
import textwrap
from types import ModuleType
from typing import Any

import pytest
from support import ALL_PASSES, balanced, canonical, feed_all, machine, names, streams

from dissgen_runtime import DOWN, UP, Alert, Event, StreamEvent, Verdict

HEAD = r"""
tokens: {WORD: '[a-z]+', EOL: '\n', END: '\n\.\n', DIGITS: '[0-9]+', A: 'a', B: 'b', ANY: '[^\n]*'}
grammar:
  line: {record: [{field: word, token: WORD}, EOL]}
  raw: {record: [{field: word, token: ANY}, EOL]}
  synced: {record: [{field: word, token: WORD}, EOL], resync: EOL}
  at_b: {record: [{field: word, token: WORD}, EOL], resync: {before: B}}
  at_a: {record: [{literal: ab}, EOL], resync: {before: A}}
  sized: {parameters: {size: int}, bytes: {size: size}, stream: data}
  framed: {parameters: {size: int}, record: [{bytes: {size: size}, stream: data}, {field: word, token: WORD}, EOL], resync: EOL}
  body: {sequence: [{bytes: {until: END}, stream: data}, END]}
  opaque: {sequence: [{bytes: {rest: true}, stream: data}]}
events: {got: {word: str}, note: {text: str}, data: {stream: bytes}}
alerts: {odd: {severity: low, description: odd}}
"""


def spec(states: str, head: str = HEAD, off: tuple[str, ...] = ()) -> ModuleType:
    return machine(head + textwrap.dedent(states), off=off)


def said(events: list[Event]) -> list[str]:
    """The text of `got`, `note`; `data:<complete>` for last pieces; `alert:<id>`; names of others."""
    found = []
    for event in events:
        match event:
            case StreamEvent(last=True):
                found.append(f"{event.name}:{event.complete}")
            case StreamEvent():
                found.append(event.data.decode())
            case Alert():
                found.append(f"alert:{event.id}")
            case _ if event.name in ("got", "note"):
                found.append(str(next(iter(event.payload().values()))))
            case _:
                found.append(event.name)
    return found


def pieces(session: Any, direction: Any, data: bytes, size: int) -> list[Event]:
    return [event for i in range(0, len(data), size) for event in session.feed(direction, data[i : i + size])]


class Hang(BaseException):
    pass


@pytest.fixture
def clock() -> Any:
    """Ends a test that would never end."""
    import signal

    def stop(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(3)
    yield
    signal.alarm(0)


class TestErrors:
    """Rules 9 and 10."""

    def test_9_an_error_that_cannot_move_on_fails_the_session(self, clock: None) -> None:
        session = spec("""
            initial: a
            states:
              a: {up: at_a, transitions: [{event: parse_error, execute: [trigger: {note: {text: '"error"'}}]}]}
            """).Session()
        assert said(session.feed(UP, b"ax\n")) == ["error"]
        assert session.failed
        balanced(session)

    def test_9_resync_before_goes_on_at_the_match(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: at_b
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, execute: [trigger: {note: {text: 'str(error.offset)'}}]}
            """).Session()
        assert said(pieces(session, UP, b"a1xbc\nd\n", 1)) == ["1", "bc", "d"]
        assert session.summary()["bytes"]["up"]["skipped"] == 3
        balanced(session)

    @pytest.mark.parametrize("size", [1, 2, 5, 100])
    def test_9_skip_goes_on_over_feeds_and_a_gap(self, size: int) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, execute: [trigger: {note: {text: error.found.decode()}}, skip: EOL]}
                  - {event: gap, execute: [trigger: {note: {text: '"gap"'}}]}
            """).Session()
        events = pieces(session, UP, b"ok\nab1cd", size) + session.gap(UP, 7) + pieces(session, UP, b"ef\nyes\n", size)
        assert said(events) == ["ok", "1", "gap", "yes"]
        assert session.summary()["bytes"]["up"]["skipped"] == 8
        balanced(session)

    def test_9_skip_on_a_gap_has_nothing_to_do_with_earlier_errors(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: line
                down: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: parse_error, execute: [skip: EOL]}
                  - {event: gap, execute: [skip: EOL]}
            """).Session()
        session.feed(UP, b"a\n")
        session.feed(DOWN, b"abc\nabc\nabc\n123\n")
        events = session.gap(UP, 2) + session.feed(UP, b"b\nc\n")
        assert said(events) == ["gap", "c"]
        assert session.summary()["bytes"]["up"]["skipped"] == 2
        balanced(session)

    def test_22_an_alert_without_an_error_does_not_show_one(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: line
                down: line
                transitions:
                  - {event: parse_error, execute: [skip: EOL]}
                  - {event: end, execute: [alert: odd]}
            """).Session()
        session.feed(DOWN, b"1\n")
        (alert,) = [event for event in session.close(UP) if isinstance(event, Alert)]
        assert alert.data == b""

    SIZE = r"""
        limits: {message: 64}
        tokens: {DIGITS: '[0-9]+', EOL: '\n', SEMI: ';'}
        grammar:
          r: {record: [{field: n, token: DIGITS, convert: int}, EOL, {field: b, bytes: {size: n}}]}
          q: {record: [{field: b, bytes: {until: SEMI, limit: 128}}, SEMI]}
          t: {record: [{field: b, bytes: {until: EOL}}, EOL]}
          pairs: {record: [{array: {literal: ab}, while: peek() == 0x61}, EOL]}
        initial: a
    """

    def test_10_a_size_over_the_limit_has_the_same_error_whole_and_split(self) -> None:
        module = machine(self.SIZE + "\n        states: {a: {up: r}}\n")
        data = b"5000\n" + b"x" * 200
        whole, cut = module.Session(), module.Session()
        pieces(whole, UP, data, 1000)
        pieces(cut, UP, data, 1)
        assert cut.failure.key()[:5] == whole.failure.key()[:5]
        assert cut.failure.found == whole.failure.found

    def test_10_the_first_limit_exceeded_is_the_one_reported(self) -> None:
        module = machine(self.SIZE + "\n        states: {a: {up: q}}\n")
        keys = []
        for size in (1000, 1):
            session = module.Session()
            pieces(session, UP, b"x" * 200 + b";", size)
            keys.append(session.failure.key())
        assert keys[0] == keys[1]

    def test_10_a_message_of_literals_is_bounded(self) -> None:
        session = machine(self.SIZE + "\n        states: {a: {up: pairs}}\n").Session()
        pieces(session, UP, b"ab" * 100, 2)
        assert session.failed
        assert session.failure.kind == "limit"

    def test_10_truncated_until_names_its_field(self) -> None:
        session = machine(self.SIZE + "\n        states: {a: {up: t}}\n").Session()
        session.feed(UP, b"abc")
        session.close(UP)
        assert (session.failure.kind, session.failure.field) == ("truncated", "b")

    def test_16_until_matches_at_the_end_of_the_direction(self) -> None:
        module = machine(r"""
            tokens: {NL: '\n\n?'}
            grammar: {r: {record: [{field: b, bytes: {until: NL}}, NL]}}
            events: {note: {text: str}}
            initial: a
            states: {a: {up: r, transitions: [{event: up, execute: [trigger: {note: {text: message.b.decode()}}]}]}}
            """)
        session = module.Session()
        assert said(session.feed(UP, b"abc\n") + session.close(UP)) == ["abc", "end"]
        assert module.parse_r(b"abc\n")[1] == 4

    def test_10_limits_count_the_bytes_of_the_message_only(self) -> None:
        body = """
            limits: {message: 4}
            tokens: {T: 'abcd(ef)?'}
            grammar: {r: {record: [{field: t, token: T}]}}
            events: {note: {text: str}}
            initial: a
            states: {a: {up: r, transitions: [{event: up, execute: [trigger: {note: {text: message.t}}]}]}}
            """
        for off in ((), ALL_PASSES):
            for size in (1, 100):
                session = machine(body, off=off).Session()
                assert said(pieces(session, UP, b"abcdabcdexxx", size))[:2] == ["abcd", "abcd"], (off, size)

    def test_10_recursion_is_an_error_at_the_same_depth_whole_and_split(self) -> None:
        module = machine(r"""
            tokens: {EOL: '\n'}
            grammar:
              nest: {record: [{literal: '('}, {optional: {field: inner, use: nest}, when: peek() == 0x28}, {literal: ')'}]}
              top: {record: [{field: nest, use: nest}, EOL]}
            events: {note: {text: str}}
            initial: a
            states: {a: {up: top, transitions: [{event: up, execute: [trigger: {note: {text: '"ok"'}}]}]}}
            """)
        for depth in (1, 15, 16, 17, 18, 3000):
            data = b"(" * depth + b")" * depth + b"\n"
            results = []
            for size in (1, 7, 10**6):
                session = module.Session()
                events = pieces(session, UP, data, size)
                results.append((said(events), session.failure and session.failure.key()))
            assert results[0] == results[1] == results[2]

    def test_10_items_without_bytes_do_not_turn_forever(self, clock: None) -> None:
        head = HEAD.replace(
            "  line:",
            "  line: {record: [{field: word, token: WORD}, EOL]}\n  many: {record: [{field: n, token: DIGITS, convert: int}, {array: {token: '[a-z]*'}, count: n}, EOL]}\n  x:",
            1,
        )
        session = spec("initial: a\nstates: {a: {up: many}}\n", head).Session()
        session.feed(UP, b"99999999999\n")
        assert session.failed

    def test_10_a_list_grown_by_set_is_bounded(self) -> None:
        session = spec("""
            limits: {items: 10}
            variables: {queue: {type: 'list[str]', initial: []}}
            initial: a
            states: {a: {up: line, transitions: [{event: up, execute: [set: {queue: 'queue + [message.word]'}]}]}}
            """).Session()
        session.feed(UP, b"abc\n" * 100)
        assert len(session.variables.queue) <= 10

    def test_8_the_session_records_why_it_failed(self) -> None:
        session = spec("initial: a\nstates: {a: {up: line, transitions: [{event: up, jump: fail}]}}\n").Session()
        session.feed(UP, b"a\n")
        assert session.failed
        assert session.failure is not None


class TestMoves:
    """Rules 5 to 8 and 12."""

    def test_6_nothing_fires_after_finish(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: line
                transitions:
                  - {event: enter, jump: fail}
                  - {event: [init, midstream], execute: [trigger: {note: {text: '"late"'}}]}
                  - {event: finish, execute: [trigger: {note: {text: '"finish"'}}]}
            """).Session(midstream=True)
        assert said(session.feed(UP, b"")) == ["finish"]

    OVERRIDE = """
        initial: a
        states:
          a:
            up: body
            down: line
            transitions:
              - {event: down, jump: b}
              - {event: leave, execute: [trigger: {note: {text: '"leave"'}}], jump: c}
          b: {up: %s, down: line}
          c: {up: %s, down: line, transitions: [{event: up, execute: [trigger: {note: {text: '"up"'}}]}]}
        """

    def test_12_a_message_goes_on_if_the_state_that_leave_chose_names_its_rule(self) -> None:
        session = spec(self.OVERRIDE % ("line", "body")).Session()
        events = session.feed(UP, b"xyz") + session.feed(DOWN, b"a\n") + session.feed(UP, b"x\n.\n")
        assert said(events) == ["xyz", "leave", "x", "data:True", "up"]
        balanced(session)

    def test_15_the_last_piece_comes_before_the_leave_that_abandons_it(self) -> None:
        session = spec(self.OVERRIDE % ("body", "line")).Session()
        events = session.feed(UP, b"xyz") + session.feed(DOWN, b"a\n")
        assert said(events) == ["xyz", "data:False", "leave"]
        balanced(session)

    @pytest.mark.parametrize("verb", ["jump: fail", "jump: finish", "jump: b"])
    def test_15_the_last_piece_comes_before_fail_and_leave(self, verb: str) -> None:
        session = spec(f"""
            initial: a
            states:
              a:
                up: body
                down: line
                transitions:
                  - {{event: down, {verb}}}
                  - {{event: fail, execute: [trigger: {{note: {{text: '"fail"'}}}}]}}
                  - {{event: leave, execute: [trigger: {{note: {{text: '"leave"'}}}}]}}
                  - {{event: finish, execute: [trigger: {{note: {{text: '"finish"'}}}}]}}
              b: {{up: raw, down: line}}
            """).Session()
        events = session.feed(UP, b"xyz\n") + session.feed(DOWN, b"a\n")
        last = {"jump: fail": ["fail", "leave", "finish"], "jump: finish": ["leave", "finish"], "jump: b": ["leave"]}
        assert said(events) == ["xyz", "data:False", *last[verb]]
        balanced(session)

    HELD = """
        limits: {hold: 64}
        initial: a
        states:
          a:
            up: line
            down: line
            transitions:
              - {event: up, execute: [trigger: got]}
              - {event: down, jump: b}
          b:
            up: {hold: true}
            down: line
            transitions:
              - {event: missing_grammar, execute: [trigger: {note: {text: '"vain"'}}], jump: a}
        """

    def test_13_a_begun_message_that_waits_is_bounded_by_the_limit(self) -> None:
        session = spec(self.HELD).Session()
        session.feed(UP, b"ab")
        session.feed(DOWN, b"x\n")
        events = pieces(session, UP, b"c" * 100 + b"\n", 10)
        assert said(events) == ["vain", "ab" + "c" * 100]
        balanced(session)

    def test_13_a_begun_message_that_waits_in_vain_raises_missing_grammar(self) -> None:
        session = spec(self.HELD).Session()
        session.feed(UP, b"ab")
        session.feed(DOWN, b"x\n")
        assert said(session.close(DOWN) + session.feed(UP, b"c\n")) == ["end", "vain", "abc"]

    def test_16_both_ends_finish_the_session(self) -> None:
        session = spec(
            self.HELD.replace(
                "            transitions:\n              - {event: missing_grammar, execute: [trigger: {note: {text: '\"vain\"'}}], jump: a}\n",
                "",
            )
        ).Session()
        session.feed(UP, b"ab")
        session.feed(DOWN, b"x\n")
        session.close(DOWN)
        session.close(UP, cut=True)
        assert session.finished

    def test_abandon_skips_all_that_was_read(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: line
                down: line
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: down, execute: [abandon: up]}
            """).Session()
        events = session.feed(UP, b"hel") + session.feed(DOWN, b"x\n") + session.feed(UP, b"lo\n")
        assert said(events) == ["lo"]
        assert session.summary()["bytes"]["up"]["skipped"] == 3

    def test_12_a_message_without_bytes_is_a_parse_error(self, clock: None) -> None:
        session = spec("initial: a\nstates: {a: {up: {use: sized, with: {size: 0}}}}\n").Session()
        assert names(session.feed(UP, b"x")) == ["data:False", "alert:parse_error"] or session.failed


class TestHolding:
    """Rule 13."""

    FORCED = """
        variables: {n: {type: int, initial: 1}}
        initial: a
        states:
          a:
            up: synced
            down: {use: line, hold: n == 0}
            transitions: [{event: down, execute: [trigger: got, set: {n: '0'}]}]
        """

    @pytest.mark.parametrize(
        "size",
        [
            2,
            10,
        ],
    )
    def test_13_a_gap_frees_only_what_waited_before_it(self, size: int) -> None:
        session = spec(self.FORCED).Session()
        events = session.feed(DOWN, b"ab") + session.gap(UP, 4) + pieces(session, DOWN, b"c\nde\n", size)
        assert said(events) == ["gap", "abc"]
        assert session.summary()["bytes"]["down"]["held"] == 3

    def test_13_held_bytes_are_looked_at_after_every_transition(self) -> None:
        session = spec("""
            variables: {n: {type: int, initial: 0}}
            initial: a
            states:
              a:
                down: {use: line, hold: n == 0}
                transitions:
                  - {event: down, execute: [trigger: got]}
                  - {event: missing_grammar, execute: [set: {n: '1'}]}
            """).Session()
        assert said(session.feed(DOWN, b"ab\n") + session.feed(UP, b"x")) == ["ab"]

    def test_14_the_limit_of_waiting_bytes_does_not_depend_on_the_pieces(self) -> None:
        module = spec("""
            limits: {hold: 32}
            initial: a
            states:
              a:
                down: line
                transitions:
                  - {event: missing_grammar, execute: [trigger: {note: {text: '"odd"'}}]}
            """)
        results = []
        for size in (1, 100):
            session = module.Session()
            events = pieces(session, UP, b"x" * 40, size)
            results.append((canonical(events), session.summary()))
        assert results[0] == results[1]

    def test_13_hold_sees_its_own_direction(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: {use: line, hold: 'direction == "down"'}
                down: line
                transitions: [{event: [up, down], execute: [trigger: got]}]
            """).Session()
        assert said(session.feed(DOWN, b"ab\n") + session.feed(UP, b"x\n")) == ["ab", "x"]

    def test_13_what_waits_is_read_in_order_of_arrival_also_behind_a_gap(self) -> None:
        session = spec("""
            initial: a
            states:
              a: {up: {hold: true}, down: {hold: true}, transitions: [{event: missing_grammar, jump: b}]}
              b: {up: synced, down: synced, transitions: [{event: [up, down], execute: [trigger: got]}]}
            """).Session()
        events = session.feed(DOWN, b"aa\n") + session.gap(DOWN, 3) + session.feed(DOWN, b"\n")
        events += feed_all(session, [(UP, b"u\n"), (DOWN, b"cc\n"), (UP, b"v\n"), (DOWN, b"dd\n"), (UP, b"w\n")])
        assert events == []
        events = session.close(UP) + session.close(DOWN)
        assert [text for text in said(events) if text != "end"] == ["aa", "gap", "u", "cc", "v", "dd", "w"]

    def test_15_memory_does_not_depend_on_the_length_of_a_stream(self) -> None:
        session = spec("initial: a\nstates: {a: {up: opaque, down: line}}\n").Session()
        sizes = []
        for _ in range(2):
            for _ in range(500):
                session.feed(UP, b"xx")
                session.feed(DOWN, b"a\n")
            sizes.append(len(pickle.dumps(session)))
        assert sizes[1] <= sizes[0] + 100

    def test_13_many_gaps_in_a_held_direction_are_linear(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = spec("""
            initial: a
            states:
              a: {up: line, down: {hold: true}, transitions: [{event: up, jump: b}]}
              b: {up: line, down: {discard: true}}
            """)
        import time

        spent = []
        for count in (1000, 4000):
            session = module.Session()
            for _ in range(count):
                session.feed(DOWN, b"a")
                session.gap(DOWN, 1)
            begin = time.process_time()
            session.feed(UP, b"a\n")
            spent.append(time.process_time() - begin)
        assert spent[1] < spent[0] * 8


class TestEnds:
    """Rules 16 and 17."""

    def test_16_nothing_of_a_direction_comes_after_its_end(self) -> None:
        session = spec("""
            initial: a
            states:
              a: {up: line, transitions: [{event: [up], execute: [trigger: got]}, {event: gap, execute: [trigger: {note: {text: '"gap"'}}]}]}
            """).Session()
        events = session.feed(UP, b"a\n") + session.close(UP) + session.gap(UP, 3) + session.feed(UP, b"b\n")
        assert said(events) == ["a", "end"]
        assert session.summary()["bytes"]["up"]["discarded"] == 2
        balanced(session)

    SIZED = """
        initial: a
        states:
          a:
            up: {use: sized, with: {size: 10}}
            down: line
            transitions:
              - {event: up, execute: [trigger: {note: {text: '"up"'}}], jump: b}
              - {event: down, execute: [trigger: got]}
          b: {up: synced, down: line, transitions: [{event: [up, down], execute: [trigger: got]}]}
        """

    def test_17_a_gap_that_fills_the_size_completes_the_message(self) -> None:
        session = spec(self.SIZED).Session()
        events = session.feed(UP, b"12345") + session.gap(UP, 5)
        assert said(events) == ["12345", "gap", "data:False", "up"]
        assert said(session.feed(UP, b"ok\n")) == ["ok"]

    def test_17_the_excess_of_a_gap_is_a_gap_of_what_follows(self) -> None:
        session = spec(self.SIZED).Session()
        events = session.feed(UP, b"12345") + session.gap(UP, 8) + session.feed(UP, b"z\nok\n")
        assert said(events) == ["12345", "gap", "data:False", "up", "ok"]
        assert session.state.value == "b"
        balanced(session)

    def test_17_the_excess_inside_a_message_abandons_it(self) -> None:
        session = spec("""
            initial: a
            states:
              a:
                up: {use: framed, with: {size: 4}}
                transitions:
                  - {event: up, execute: [trigger: got]}
                  - {event: gap, execute: [trigger: {note: {text: '"gap"'}}]}
            """).Session()
        events = session.feed(UP, b"12") + session.gap(UP, 3) + session.feed(UP, b"b\n1234ok\n")
        assert said(events) == ["12", "gap", "data:False", "gap", "1234", "data:True", "ok"]
        balanced(session)

    @pytest.mark.parametrize("size", [1, 3, 100])
    def test_17_several_gaps_in_a_row_and_before_the_first_byte(self, size: int) -> None:
        session = spec(
            "initial: a\nstates: {a: {up: synced, transitions: [{event: up, execute: [trigger: got]}]}}\n"
        ).Session()
        events = session.gap(UP, 3) + session.gap(UP, 4) + pieces(session, UP, b"x\nab\n", size)
        events += session.gap(UP, 1) + session.gap(UP, 2) + pieces(session, UP, b"\nc\n", size)
        assert said(events) == ["gap", "gap", "ab", "gap", "gap", "c"]
        assert [event.offset for event in events if event.name == "gap"] == [(0, 3), (3, 7), (12, 13), (13, 15)]
        balanced(session)

    @pytest.mark.parametrize("stop", [0, 1, 2, 3, 4, 5, 6, 7])
    @pytest.mark.parametrize("cut", [False, True])
    def test_16_an_end_anywhere_in_a_stream_ends_it_once(self, stop: int, cut: bool) -> None:
        data = b"ab\n\n.\nx"[:stop]
        session = spec("""
            initial: a
            states: {a: {up: body, transitions: [{event: up, jump: b}]}, b: {up: line}}
            """).Session()
        events = pieces(session, UP, data, 1) + session.close(UP, cut=cut) + session.close(DOWN)
        last = [event for event in events if isinstance(event, StreamEvent) and event.last]
        assert len(last) == (1 if stop else 0)
        assert b"".join(streams(events).values()) == (data if stop < 6 else b"ab\n")
        assert [event.complete for event in last] == [stop >= 6] * len(last)
        assert session.failed == (not cut and stop not in (0, 6))
        balanced(session)

    def test_16_rest_completes_at_the_end_but_not_at_a_cut(self) -> None:
        module = spec(
            "initial: a\nstates: {a: {up: opaque, transitions: [{event: up, execute: [trigger: {note: {text: '\"up\"'}}]}]}}\n"
        )
        for cut, expected in ((False, ["ab", "data:True", "up", "end"]), (True, ["ab", "data:False", "end"])):
            session = module.Session()
            assert said(session.feed(UP, b"ab") + session.close(UP, cut=cut)) == expected
            balanced(session)

    def test_17_bytes_before_a_gap_come_before_it(self) -> None:
        session = spec("initial: a\nstates: {a: {up: body}}\n").Session()
        assert said(session.feed(UP, b"ab\n") + session.gap(UP, 9)) == ["ab", "\n", "gap"]

    def test_20_skip_rest_counts_as_skipped(self) -> None:
        session = spec(
            "initial: a\nstates: {a: {up: line, transitions: [{event: up, execute: [skip: rest]}]}}\n"
        ).Session()
        session.feed(UP, b"ab\ncd\nx")
        assert session.summary()["bytes"]["up"]["skipped"] == 4

    def test_10_what_a_sequence_does_not_keep_is_not_limited(self) -> None:
        session = machine(r"""
            limits: {message: 100}
            tokens: {WORD: '[a-z]+', EOL: '\n'}
            grammar: {seq: {sequence: [{array: {record: [WORD, EOL]}, while: peek() != 0x2e}, {literal: '.'}]}}
            initial: a
            states: {a: {up: seq}}
            """).Session()
        pieces(session, UP, b"abc\n" * 200 + b".", 4)
        assert not session.failed

    @pytest.mark.parametrize("stop", range(1, 14))
    @pytest.mark.parametrize("size", [1, 100])
    def test_17_a_gap_anywhere_in_an_until_stream(self, stop: int, size: int) -> None:
        """The bytes lost stand where the session is in the field, in its terminator, or behind it."""
        data = b"ab\n.cd\n.\nok\n"
        session = spec("""
            initial: a
            states:
              a: {up: body, transitions: [{event: up, jump: b}]}
              b: {up: synced, transitions: [{event: up, execute: [trigger: got]}]}
            """).Session()
        events = (
            pieces(session, UP, data[:stop], size)
            + session.gap(UP, 5)
            + pieces(session, UP, data[stop:] + b"\n.\n", size)
        )
        events += session.close(UP, cut=True) + session.close(DOWN, cut=True)
        last = [event for event in events if isinstance(event, StreamEvent) and event.last]
        assert len(last) == len(streams(events)) >= 1
        assert last[0].complete is (stop >= 9)
        assert sum(event.name == "gap" for event in events) == 1
        if stop < 7:
            assert streams(events)[1] == b"ab\n.cd"
        balanced(session)

    def test_subscribe_limits_all_events(self) -> None:
        session = spec("initial: a\nstates: {a: {up: synced}}\n").Session(subscribe=frozenset({"got"}))
        assert session.feed(UP, b"a\n") + session.close(UP) == []


class TestChildren:
    """`upgrade` to a dissector that is at hand."""

    INNER = """
        initial: a
        states:
          a:
            up: line
            down: body
            transitions:
              - {event: up, when: 'message.word == "q"', jump: finish}
              - {event: up, when: 'message.word == "drop"', execute: [drop]}
              - {event: up, execute: [trigger: got]}
              - {event: gap, when: 'direction == "up"', jump: finish}
        """
    OUTER = """
        initial: a
        states:
          a: {up: line, down: line, transitions: [{event: up, execute: [upgrade: inner], jump: t}]}
          t:
            up: child
            down: child
            transitions:
              - {event: child_finish, execute: [trigger: {note: {text: '"child"'}}], jump: finish}
        """

    def session(self) -> Any:
        return spec(self.OUTER).Session(dissectors={"inner": spec(self.INNER)})

    def test_bytes_behind_the_upgrade_are_the_childs(self) -> None:
        session = self.session()
        assert said(session.feed(UP, b"go\nabc\nde")) == ["abc"]
        assert said(session.feed(UP, b"f\nq\nxx")) == ["def", "child"]
        assert session.summary()["bytes"]["up"] == {
            "total": 14, "messages": 3, "skipped": 0, "held": 0, "discarded": 0, "child": 11,
        } or session.finished  # fmt: skip
        balanced(session)

    def test_a_pickled_session_still_upgrades(self) -> None:
        session = self.session()
        session.feed(UP, b"g")
        session = pickle.loads(pickle.dumps(session))
        assert said(session.feed(UP, b"o\nabc\n")) == ["abc"]

    def test_10_a_gap_that_ends_the_child_raises_nothing(self) -> None:
        session = self.session()
        session.feed(UP, b"go\n")
        assert "child" in said(session.gap(UP, 5))
        assert session.finished

    def test_21_a_childs_verdict_counts(self) -> None:
        session = self.session()
        session.feed(UP, b"go\ndrop\n")
        assert session.verdict is Verdict.DROP

    def test_17_a_gap_is_reported_once(self) -> None:
        session = self.session()
        session.feed(UP, b"go\n")
        assert said(session.gap(DOWN, 5)).count("gap") == 1

    def test_15_a_childs_streams_end_with_its_parent(self) -> None:
        inner = spec("initial: a\nstates: {a: {up: body}}\n")
        session = spec(self.OUTER.replace("down: child", "down: line").replace("child_finish", "down")).Session(
            dissectors={"inner": inner}
        )
        events = session.feed(UP, b"go\nabc") + session.feed(DOWN, b"x\n")
        assert session.finished
        # the row of `down` reports first, then its jump ends the session and with it the child
        assert said(events) == ["abc", "child", "data:False"]

    def test_15_a_childs_streams_end_when_its_state_is_left(self) -> None:
        inner = spec("initial: a\nstates: {a: {up: body}}\n")
        outer = """
        initial: a
        states:
          a: {up: line, transitions: [{event: up, execute: [upgrade: inner], jump: t}]}
          t: {up: child, down: line, transitions: [{event: down, jump: b}]}
          b: {up: line, transitions: [{event: up, execute: [trigger: got]}]}
        """
        session = spec(outer).Session(dissectors={"inner": inner})
        events = session.feed(UP, b"go\nabc") + session.feed(DOWN, b"x\n") + session.feed(UP, b"yz\n")
        assert said(events) == ["abc", "data:False", "yz"]
        balanced(session)


class TestWhatAFinishedChildLeaves:
    """14 (a): the bytes behind the end of the session inside are the outer machine's, however they came."""

    INNER = """
        initial: i
        states:
          i:
            up: line
            down: line
            transitions:
              - {event: up, when: 'message.word == "q"', jump: finish}
              - {event: up, when: 'message.word == "bad"', jump: fail}
              - {event: [up, down], execute: [trigger: got]}
        """
    OUTER = """
        initial: a
        states:
          a:
            up: line
            down: line
            transitions:
              - {event: up, when: 'message.word == "go"', execute: [upgrade: inner], jump: t}
              - {event: up, when: 'message.word == "try"', execute: [{upgrade: {probe: [inner]}}], jump: t}
              - {event: [up, down], execute: [trigger: got]}
          t:
            up: child
            down: child
            transitions: [{event: child_finish, execute: [trigger: {note: {text: '"child"'}}], jump: a}]
        """
    TALK = b"one\ngo\ntwo\nq\nthree\ngo\nq\nfour\ngo\nx\nbad\nfive\n"
    SAID = ("one", "two", "child", "three", "child", "four", "x", "child", "five")

    @pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 100])
    @pytest.mark.parametrize("word", [b"go", b"try"])
    def test_14_the_outer_machine_reads_it(self, step: int, word: bytes) -> None:
        inner = spec("confirm: {up: '[a-z]+'}\n" + textwrap.dedent(self.INNER))
        session = spec(self.OUTER).Session(dissectors={"inner": inner})
        data = self.TALK.replace(b"go", word)
        events: list[Event] = []
        for at in range(0, len(data), step):
            events += session.feed(UP, data[at : at + step])
        assert said(events) == list(self.SAID)
        assert [event.offset for event in events if event.name == "got"][-1] == (len(data) - 5, len(data))
        balanced(session)

    def test_13_bytes_of_the_other_direction_come_back_too(self) -> None:
        inner = spec(self.INNER.replace("down: line", "down: {use: line, hold: true}"))
        session = spec(self.OUTER).Session(dissectors={"inner": inner})
        assert said(session.feed(UP, b"go\n") + session.feed(DOWN, b"held\n") + session.feed(UP, b"q\n")) == [
            "child",
            "held",
        ]
        balanced(session)
