"""Hooks: what a spec calls, when, with what; what goes wrong in them leads to `fail` and nowhere else (rule 10)."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import pytest
from support import balanced, canonical, compile_text, machine

from dissgen_runtime import UP, Alert, Event, Hooked, ParseError

SPEC = r"""
limits: {token: 16}
grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\r?\n'}]}}
variables:
  known: {type: bool, initial: true}
  score: {type: float, initial: 0.5}
  count: {type: int, initial: 0}
  nick: {type: 'optional[str]', initial: null}
  words: {type: 'list[str]', initial: []}
  ages: {type: 'map[str, int]'}
hooks:
  note: {parameters: {words: 'list[str]', ages: 'map[str, int]', line: line}}
  is_known: {parameters: {word: str}, returns: bool}
  score_of: {returns: float}
  count_of: {returns: int}
  nick_of: {parameters: {word: str, class: str}, returns: 'optional[str]'}
events: {line: {word: str, known: bool}}
initial: reading
states:
  reading:
    up: line
    transitions:
      - event: up
        execute:
          - push: {words: message.word}
          - call: {note: {words: words, ages: ages, line: message}}
          - {call: is_known, into: known}
          - {call: score_of, into: score, when: message.word == "score"}
          - {call: count_of, into: count, when: message.word == "count"}
          - {call: count_of, when: message.word == "count"}
          - {call: {nick_of: {class: '"c"'}}, into: nick, when: message.word == "nick"}
          - trigger: {line: {known: known}}
      - {event: fail, execute: [trigger: {line: {word: '"failed"', known: false}}]}
"""


class Program:
    """Hooks that answer what they are told to, and remember what they were asked."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def _answer(self, name: str, *arguments: Any) -> Any:
        self.asked.append((name, arguments))
        answer = self.answers.get(name, True)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def note(self, words: list[str], ages: dict[str, int], line: Any) -> None:
        self._answer("note", words, ages, line.word)

    def is_known(self, word: str) -> Any:
        return self._answer("is_known", word)

    def score_of(self) -> Any:
        return self._answer("score_of")

    def count_of(self) -> Any:
        return self._answer("count_of")

    def nick_of(self, word: str, class_: str) -> Any:
        return self._answer("nick_of", word, class_)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def alerts(events: list[Event]) -> list[Alert]:
    return [event for event in events if isinstance(event, Alert)]


class TestCalls:
    def test_in_the_order_of_the_rows_with_what_they_are_given(self) -> None:
        hooks = Program(nick_of="n", score_of=2, count_of=7, is_known=False)
        session = machine(SPEC).Session(hooks=hooks)
        events = session.feed(UP, b"a\nnick\nscore\ncount\n")
        assert hooks.asked == [
            ("note", (["a"], {}, "a")),
            ("is_known", ("a",)),
            ("note", (["a", "nick"], {}, "nick")),
            ("is_known", ("nick",)),
            ("nick_of", ("nick", "c")),
            ("note", (["a", "nick", "score"], {}, "score")),
            ("is_known", ("score",)),
            ("score_of", ()),
            ("note", (["a", "nick", "score", "count"], {}, "count")),
            ("is_known", ("count",)),
            ("count_of", ()),
            ("count_of", ()),
        ]
        variables = session.variables
        assert (variables.known, variables.score, variables.count, variables.nick) == (False, 2.0, 7, "n")
        assert type(variables.score) is float
        assert [event.payload()["known"] for event in events] == [False] * 4

    def test_a_hook_may_return_none_where_the_spec_says_so(self) -> None:
        session = machine(SPEC).Session(hooks=Program(nick_of=None))
        session.variables.nick = "before"
        session.feed(UP, b"nick\n")
        assert session.variables.nick is None
        assert not session.failed

    def test_what_a_hook_keeps_does_not_change_and_what_it_changes_is_its_own(self) -> None:
        hooks = Program()
        session = machine(SPEC).Session(hooks=hooks)
        session.feed(UP, b"a\n")
        kept = hooks.asked[0][1]
        session.feed(UP, b"b\n")
        assert kept[0] == ["a"]
        kept[0].append("x")
        kept[1]["x"] = 1
        assert session.variables.words == ["a", "b"]
        assert dict(session.variables.ages) == {}

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_14_cutting_the_input_changes_no_call(self, size: int) -> None:
        data = b"a\nnick\nscore\r\ncount\nb\n"
        whole, pieces = Program(nick_of="n", score_of=1.0, count_of=1), Program(nick_of="n", score_of=1.0, count_of=1)
        events = machine(SPEC).Session(hooks=whole).feed(UP, data)
        session = machine(SPEC).Session(hooks=pieces)
        cut = [event for at in range(0, len(data), size) for event in session.feed(UP, data[at : at + size])]
        assert pieces.asked == whole.asked
        assert canonical(cut) == canonical(events)

    def test_they_are_called_whatever_is_subscribed(self) -> None:
        hooks = Program()
        assert machine(SPEC).Session(hooks=hooks, subscribe=frozenset()).feed(UP, b"a\n") == []
        assert len(hooks.asked) == 2


class TestWithout:
    def test_nothing_happens_and_it_is_said_once(self) -> None:
        session = machine(SPEC).Session()
        events = session.feed(UP, b"a\nnick\n")
        assert [event.name for event in events] == ["log", "line", "line"]
        assert events[0].text == "no hooks were given: what the spec calls is passed over"  # type: ignore[attr-defined]
        assert session.variables.known is True, "a variable keeps what it has"
        assert session.variables.nick is None
        assert not session.failed


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (ValueError("no database\nand more"), "the hook `is_known` raised ValueError: no database"),
            (KeyError("x"), "the hook `is_known` raised KeyError: 'x'"),
            (RecursionError(), "the hook `is_known` raised RecursionError"),
            (Unspeakable(), "the hook `is_known` raised Unspeakable"),
            (
                ParseError("value", "r", "f", 3, "e", b""),
                "the hook `is_known` raised ParseError: r.f at byte 3: expected e, found ''",
            ),
            (StopIteration(), "the hook `is_known` raised StopIteration"),
        ],
    )
    @pytest.mark.parametrize("cut", [False, True])
    def test_10_an_exception_leads_to_fail(self, error: Exception, said: str, cut: bool) -> None:
        session = machine(SPEC).Session(hooks=Program(is_known=error))
        data = b"ab\nc\n"
        events = (
            [event for at in range(len(data)) for event in session.feed(UP, data[at : at + 1])]
            if cut
            else session.feed(UP, data)
        )
        assert [event.name for event in events] == ["alert", "line"], "the alert, and what the row of `fail` reports"
        (alert,) = alerts(events)
        assert (alert.id, alert.severity, alert.description) == ("hook", "medium", said)
        assert session.failed
        assert session.state.value == "finish"
        failure = session.failure
        assert isinstance(failure, ParseError)
        assert (failure.kind, failure.rule, failure.field, failure.offset) == ("hook", "reading", "is_known", 3)
        assert str(failure) == said
        assert session.recorded == 0
        assert session.summary()["failure"] == said
        balanced(session)

    def test_10_a_long_text_is_cut(self) -> None:
        (alert, _) = machine(SPEC).Session(hooks=Program(is_known=ValueError("x" * 10_000))).feed(UP, b"a\n")
        assert len(alert.description) < 300  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("word", "answers", "said"),
        [
            (b"a", {"is_known": 1}, "returned int, not bool"),
            (b"a", {"is_known": None}, "returned NoneType, not bool"),
            (b"count", {"count_of": True}, "returned bool, not int"),
            (b"count", {"count_of": 1 << 64}, "returned a number of more than 64 bits"),
            (b"count", {"count_of": -(1 << 63) - 1}, "returned a number of more than 64 bits"),
            (b"score", {"score_of": 1 << 64}, "returned int, not float"),
            (b"score", {"score_of": "1"}, "returned str, not float"),
            (b"nick", {"nick_of": "x" * 17}, "returned more than 16 characters or bytes"),
            (b"nick", {"nick_of": b"x"}, "returned bytes, not str"),
        ],
    )
    def test_10_what_the_spec_does_not_say_is_not_kept(
        self, word: bytes, answers: dict[str, object], said: str
    ) -> None:
        session = machine(SPEC).Session(hooks=Program(**answers))
        (alert, _) = session.feed(UP, word + b"\n")
        assert alert.description.endswith(said)
        assert session.failed

    def test_the_greatest_values_are_kept(self) -> None:
        hooks = Program(count_of=(1 << 64) - 1, nick_of="x" * 16)
        session = machine(SPEC).Session(hooks=hooks)
        session.feed(UP, b"count\nnick\n")
        assert (session.variables.count, session.variables.nick) == ((1 << 64) - 1, "x" * 16)

    def test_what_is_no_exception_of_a_program_is_not_held_back(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            machine(SPEC).Session(hooks=Program(is_known=KeyboardInterrupt())).feed(UP, b"a\n")

    def test_8_an_exception_on_the_way_to_the_end_is_only_recorded(self) -> None:
        module = machine(
            r"""
            grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
            hooks: {over: {}}
            initial: reading
            states:
              reading:
                up: line
                transitions: [{event: up, jump: finish}, {event: [leave, finish], execute: [call: over]}]
            """
        )

        class Over:
            def over(self) -> None:
                raise OSError("gone")

        session = module.Session(hooks=Over())
        events = session.feed(UP, b"a\n")
        assert [alert.description for alert in alerts(events)] == ["the hook `over` raised OSError: gone"] * 2
        assert session.finished


class TestObjects:
    def test_an_object_without_a_method_is_refused(self) -> None:
        with pytest.raises(TypeError, match="the hooks of test need a method `note`: object has none"):
            machine(SPEC).Session(hooks=object())

    def test_a_spec_without_hooks_takes_none(self) -> None:
        module = machine("grammar: {line: {token: '[a-z]+\\n'}}\ninitial: a\nstates: {a: {up: line}}\n")
        with pytest.raises(TypeError):
            module.Session(hooks=Program())
        with pytest.raises(TypeError, match="test has no hooks"):
            Hooked(module, Program())

    def test_they_are_pickled_with_the_session(self) -> None:
        session = machine(SPEC).Session(hooks=Program(is_known=False))
        session.feed(UP, b"a\nb")
        again = pickle.loads(pickle.dumps(session))
        again.feed(UP, b"c\n")
        assert again._hooks.asked[-1] == ("is_known", ("bc",))
        assert session._hooks.asked[-1] == ("is_known", ("a",))
        assert again.variables.known is False

    def test_a_custom_machine_has_them_too(self) -> None:
        module = machine(
            """
            machine: {type: custom, events: {opened: {size: int}}}
            variables: {big: {type: bool, initial: false}}
            hooks: {is_big: {parameters: {size: int}, returns: bool}}
            initial: waiting
            states: {waiting: {transitions: [{event: opened, execute: [{call: is_big, into: big}]}]}}
            """
        )

        class Big:
            def is_big(self, size: int) -> bool:
                return size > 9

        session = module.Session(hooks=Big())
        session.raise_opened(10)
        assert session.variables.big is True


class TestInside:
    OUTER = r"""
dissgen: 1
protocol: outer
transport: {tcp: [1]}
grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
initial: reading
states:
  reading: {up: line, transitions: [{event: up, execute: [upgrade: test], jump: inside}]}
  inside: {up: child, down: child}
"""

    def test_a_protocol_inside_another_gets_its_own(self) -> None:
        inner, outer = machine(SPEC), compile_text(self.OUTER)
        sys.modules.setdefault(inner.__name__, inner)
        session = outer.Session(dissectors={"test": Hooked(inner, Program(is_known=False))})
        session.feed(UP, b"go\na")
        again = pickle.loads(pickle.dumps(session))
        (event,) = again.feed(UP, b"b\n")
        assert event.payload() == {"word": "ab", "known": False}

    def test_its_failure_stays_inside(self) -> None:
        session = compile_text(self.OUTER).Session(
            dissectors={"test": Hooked(machine(SPEC), Program(is_known=ValueError()))}
        )
        events = session.feed(UP, b"go\na\n")
        assert [alert.id for alert in alerts(events)] == ["hook"]
        assert not session.failed
