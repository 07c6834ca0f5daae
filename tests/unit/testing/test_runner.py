"""A wrong expectation of each kind fails, whatever way the talk is cut, and says what was expected and what came."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import dissgen.testing.hooks
from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.testing import run_examples
from dissgen.testing.outcome import run
from dissgen.testing.runner import ExampleResult
from dissgen.testing.schedules import cuts
from dissgen.testing.script import Close, Lose, Send, Step, Wait
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP

SPEC = """\
dissgen: 1
protocol: talk
transport: {tcp: [7]}
tokens: {LINE_END: '\\r?\\n', WORD: '[a-z]+', NUMBER: '[0-9]+', END: '\\r\\n'}
grammar:
  number: {record: [{field: value, token: NUMBER, convert: int}, {field: word, token: WORD}, LINE_END]}
  line: {record: [{field: text, token: WORD}, LINE_END], resync: LINE_END}
  body: {sequence: [{bytes: {until: END}, stream: content}, LINE_END]}
variables:
  seen: {type: 'list[str]', initial: []}
events: {said: {text: str}, content: {stream: bytes}}
alerts: {strange: {severity: low, description: strange}}
initial: open
states:
  open:
    up: line
    down: body
    transitions:
      - {event: up, when: message.text == 'bad', execute: [alert: strange, drop]}
      - {event: up, when: message.text == 'bye', jump: finish}
      - {event: up, execute: [push: {seen: message.text}, trigger: {said: {text: message.text}}]}
examples:
"""
TALK = """\
- name: example
  talk: |
    C: hello
    S: some text
    C: bad
    C: again
  expect: {expect}
"""
RULE = """\
- name: example
  rule: number
  talk: |
    {talk}
  expect: {expect}
"""


def results(example: str) -> list[ExampleResult]:
    diagnostics = Diagnostics()
    source = SourceFile("talk.yaml", SPEC + textwrap.indent(example, "  "))
    compiled = compile_source(source, diagnostics, formatted=False)
    assert compiled is not None, render_all(diagnostics)
    found = list(run_examples(compiled, diagnostics))
    assert not diagnostics.has_errors, render_all(diagnostics)
    return found


def failure(example: str) -> str | None:
    (result,) = results(example)
    assert result.name == "example"
    assert result.place == "talk.yaml:23:5"
    return result.failure


@pytest.mark.parametrize(
    "expect",
    [
        "{}",
        "{state: open, verdict: drop, alerts: [strange]}",
        "{events: {said: 2, alert: 1, content: 1}}",
        "{events: [{event: said, text: hello}, {event: said, text: again}]}",
        "{events: [{event: said}, {event: content, complete: true}, {event: said}]}",
        "{streams: {content: [some text]}}",
        "{streams: {content: [{hex: 73 6f 6d 65 20 74 65 78 74}]}}",
        "{variables: {seen: [hello, again]}}",
    ],
)
def test_a_right_expectation_passes(expect: str) -> None:
    assert failure(TALK.replace("{expect}", expect)) is None


@pytest.mark.parametrize(
    ("expect", "kind", "wanted", "got"),
    [
        ("{state: finish}", "state", "'finish'", "'open'"),
        ("{verdict: accept}", "verdict", "'accept'", "'drop'"),
        ("{alerts: []}", "alerts", "[]", "['strange']"),
        ("{alerts: [strange, strange]}", "alerts", "['strange', 'strange']", "['strange']"),
        ("{events: {said: 3}}", "events", "{'said': 3}", "{'said': 2}"),
        ("{events: [{event: said, text: hello}]}", "events", "", "('said', {'text': 'again'})"),
        ("{events: [{event: said}, {event: said}, {event: said}]}", "events", "('said', {})", ""),
        (
            "{events: [{event: said, text: hello}, {event: said, text: other}]}",
            "events",
            "('said', {'text': 'other'})",
            "('said', {'text': 'again'})",
        ),
        ("{events: [{event: content}, {event: said}, {event: said}]}", "events", "('content', {})", "('said',"),
        ("{streams: {content: []}}", "streams", "[]", "[b'some text']"),
        ("{streams: {content: [other]}}", "streams", "[b'other']", "[b'some text']"),
        ("{variables: {seen: [hello]}}", "variables", "['hello']", "['hello', 'again']"),
    ],
)
def test_a_wrong_expectation_fails(expect: str, kind: str, wanted: str, got: str) -> None:
    text = failure(TALK.replace("{expect}", expect))
    assert text is not None
    assert kind in text
    removed = [line for line in text.splitlines() if line.startswith("    -") and "---" not in line]
    added = [line for line in text.splitlines() if line.startswith("    +") and "+++" not in line]
    assert any(wanted in line for line in removed) or not wanted
    assert any(got in line for line in added) or not got


@pytest.mark.parametrize(
    ("talk", "expect", "wrong"),
    [
        ("C: 12ab", "{value: {value: 12, word: ab}}", None),
        ("C: 12ab", "{value: {value: 12}}", None),
        ("C: 12ab", "{}", None),
        ("C: 12ab", "{value: {value: 13}}", "value:"),
        ("C: 12ab", "{value: 12}", "value:"),
        ("C: 12ab", "{error: {kind: mismatch}}", "an error was expected"),
        ("C: x", "{value: {value: 1}}", "number"),
        ("C: x", "{error: {rule: number, field: value, offset: 0}}", None),
        ("C: x", "{error: {offset: 1}}", "error:"),
        ("C: x", "{error: {field: word}}", "error:"),
    ],
)
def test_examples_of_rules(talk: str, expect: str, wrong: str | None) -> None:
    text = failure(RULE.replace("{talk}", talk).replace("{expect}", expect))
    assert (text is None) if wrong is None else (text is not None and wrong in text)


def test_every_cut_is_made() -> None:
    steps: list[Step] = [Send(UP, b"ab"), Send(UP, b"c"), Lose(UP, 5), Wait(1), Send(DOWN, b"de"), Close(UP, cut=False)]
    found = dict(cuts(steps))
    rest: list[Step] = [Lose(UP, 5), Wait(1), Send(DOWN, b"de"), Close(UP, cut=False)]
    assert found.pop("whole") == [Send(UP, b"abc"), *rest]
    assert found.pop("as written") == steps
    bytewise = [
        Send(UP, b"a"),
        Send(UP, b"b"),
        Send(UP, b"c"),
        Lose(UP, 5),
        Wait(1),
        Send(DOWN, b"d"),
        Send(DOWN, b"e"),
    ]
    assert found.pop("byte by byte") == [*bytewise, Close(UP, cut=False)]
    assert found.pop("step 1 cut at byte 1") == [Send(UP, b"a"), Send(UP, b"bc"), *rest]
    assert found.pop("step 1 cut at byte 2") == [Send(UP, b"ab"), Send(UP, b"c"), *rest]
    assert list(found) == ["step 4 cut at byte 1"]


@pytest.mark.parametrize(
    ("cut", "fault", "shown"),
    [
        ("step 2 cut at byte 4", "events", "other events than whole"),
        ("byte by byte", "bytes", "5 bytes came in"),
        ("as written", "raises", "ZeroDivisionError: fault"),
        ("byte by byte", "state", "state:"),
    ],
)
def test_a_fault_in_one_cut_is_found(monkeypatch: pytest.MonkeyPatch, cut: str, fault: str, shown: str) -> None:
    names = [
        name for name, _ in cuts([Send(UP, b"hello\r\n"), Send(DOWN, b"some text\r\n"), Send(UP, b"bad\r\nagain\r\n")])
    ]
    turn = iter(names)

    def faulty(module: Any, steps: list[Any], **options: Any) -> Any:
        outcome = run(module, steps, **options)
        if next(turn) != cut:
            return outcome
        match fault:
            case "events":
                outcome.keys.pop()
            case "bytes":
                outcome.unbalanced = "up: 5 bytes came in, but {}"
            case "raises":
                raise ZeroDivisionError("fault")
            case "state":
                outcome.state = "elsewhere"
        return outcome

    monkeypatch.setattr(dissgen.testing.hooks, "run", faulty)
    text = failure(TALK.replace("{expect}", "{state: open}"))
    assert text is not None
    assert text.startswith(f"  {cut}")
    assert shown in text


def test_a_wrong_talk_is_reported_and_the_others_run(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    examples = "- {name: wrong, talk: 'X: a', expect: {}}\n- {name: right, talk: 'C: a', expect: {state: open}}\n"
    compiled = compile_source(SourceFile("talk.yaml", SPEC + textwrap.indent(examples, "  ")), diagnostics)
    assert compiled is not None
    assert [(found.name, found.failure) for found in run_examples(compiled, diagnostics)] == [("right", None)]
    text = render_all(diagnostics)
    assert "error[DG730]: example `wrong`: `X` speaks in no direction" in text
    assert "--> talk.yaml:23:26" in text
