"""An expectation that could never fail, or never hold, is an error of the spec, with its place and a hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.sema.examples import BUILT_IN_ALERTS, BUILT_IN_EVENTS, ERROR_FIELDS, ERROR_KINDS
from dissgen.text import SourceFile
from dissgen_runtime import ParseError, errors

SPEC = r"""dissgen: 1
protocol: test
transport: {tcp: [7]}
enums: {COLOUR: {1: red}}
tokens: {WORD: '[a-z]+', EOL: '\r\n'}
grammar:
  body: {sequence: [{bytes: {until: EOL}, stream: content}, EOL]}
  line: {record: [{field: word, token: WORD}, EOL]}
  pair: {parameters: {size: int}, record: [{field: one, use: part}, {field: colour, number: 8, convert: {enum: COLOUR}}]}
  part: {record: [{field: text, bytes: {size: 1}}]}
variables: {seen: {type: int, initial: 0}, own: {type: int, initial: 0, scope: direction}}
events: {got: {word: str}, whole: line, content: {stream: bytes}}
alerts: {odd: {severity: low, description: odd}}
initial: a
states:
  a:
    up: line
    down: body
    transitions: [{event: up, execute: [trigger: got, trigger: whole, alert: odd, set: {seen: 1}, set: {own: 1}]}]
examples:
  - name: one
EXAMPLE
"""
TALK = "    talk: 'C: hello'\n    expect: "
RULE = "    rule: pair\n    with: {size: 1}\n    talk: 'C: hello'\n    expect: "


def errors_of(example: str) -> str:
    diagnostics = Diagnostics()
    compile_source(SourceFile("test.yaml", SPEC.replace("EXAMPLE", example)), diagnostics, formatted=False)
    return render_all(diagnostics)


@pytest.mark.parametrize(
    ("example", "message", "at", "hint"),
    [
        (TALK + "{events: {gott: 0}}", "unknown event `gott`", "gott", "write `got`"),
        (TALK + "{events: [{event: gott}]}", "unknown event `gott`", "gott", "write `got`"),
        (TALK + "{events: [{event: got, wrod: x}]}", "unknown field of `got` `wrod`", "wrod", "write `word`"),
        (TALK + "{events: [{event: whole, wrod: x}]}", "unknown field of `whole` `wrod`", "wrod", "write `word`"),
        (TALK + "{events: [{event: content, text: x}]}", "unknown field of a stream `text`", "text", ""),
        (TALK + "{streams: {got: []}}", "unknown stream `got`", "got", ""),
        (TALK + "{streams: {contents: []}}", "unknown stream `contents`", "contents", "write `content`"),
        (TALK + "{state: b}", "unknown state `b`", "b}", ""),
        (TALK + "{state: finished}", "unknown state `finished`", "finished", "write `finish`"),
        (TALK + "{alerts: [odds]}", "unknown alert `odds`", "odds", "write `odd`"),
        (TALK + "{variables: {sean: 1}}", "unknown variable `sean`", "sean", "write `seen`"),
        (TALK + "{variables: {up: {seen: 1}}}", "unknown variable of a direction `seen`", "seen", ""),
        (TALK + "{value: 1}", "an example of a conversation expects no `value`", "value", "write `state`"),
        (TALK + "{error: {kind: value}}", "an example of a conversation expects no `error`", "error", "write `state`"),
        (TALK + "{streams: {content: [{hex: 0g}]}}", "`0g` is no hex", "0g", "two digits"),
        (TALK + "{streams: {content: [{hex: '123'}]}}", "`123` is no hex", "'123'", "two digits"),
        (TALK + "{events: [{event: got, word: {hex: 12}}]}", "hex digits are a text", "12}", "write `'12'`"),
        ("    transport: udp\n" + TALK + "{}", "unknown transport `udp`", "udp", ""),
        (RULE + "{state: a}", "an example of a rule expects no `state`", "state", "write `value` or `error`"),
        (RULE + "{value: {}, error: {}}", "a value or an error, not both", "error", "leave one out"),
        (RULE + "{value: {two: 1}}", "unknown field `two`", "two", ""),
        (RULE + "{value: {one: {test: 1}}}", "unknown field `test`", "test", "write `text`"),
        (RULE + "{value: {colour_nam: red}}", "unknown field `colour_nam`", "colour_nam", "write `colour_name`"),
        (RULE + "{error: {filed: one}}", "unknown field of an error `filed`", "filed", "write `field`"),
        (RULE + "{error: {kind: token}}", "unknown kind of error `token`", "token", ""),
        (RULE.replace("pair", "pairs") + "{}", "unknown rule `pairs`", "pairs", "write `pair`"),
        (RULE.replace("size", "sise") + "{}", "unknown parameter `sise`", "sise", "write `size`"),
        (RULE.replace("    with: {size: 1}\n", "") + "{}", "`pair` needs size", "pair", "write `with: {size: value}`"),
    ],
)
def test_it_is_an_error_with_a_place(example: str, message: str, at: str, hint: str) -> None:
    text = errors_of(example)
    assert message in text
    assert hint in text
    line, column = re.findall(r"test\.yaml:(\d+):(\d+)", text)[-1]
    shown = SPEC.replace("EXAMPLE", example).splitlines()[int(line) - 1]
    assert shown[int(column) - 1 :].startswith(at)


@pytest.mark.parametrize(
    "example",
    [
        TALK + "{}",
        TALK
        + "{state: finish, verdict: drop, alerts: [odd, parse_error, one_sided], variables: {seen: 1, up: {own: 1}}}",
        TALK + "{events: {got: 1, alert: 2, gap: 0, end: 0, verdict: 0, log: 0}}",
        TALK
        + "{events: [{event: got, word: a}, {event: whole, word: b}, {event: content, data: {hex: '00'}, complete: true}]}",
        TALK + "{streams: {content: [a, {hex: '0d 0A'}]}}",
        RULE + "{value: {one: {text: {hex: 'ff'}}, colour: 1, colour_name: red}}",
        RULE + "{error: {kind: truncated, rule: pair, field: one, offset: 0, expected: x, found: {hex: ''}}}",
    ],
)
def test_what_exists_may_be_named(example: str) -> None:
    assert errors_of(example) == ""


def test_what_the_runtime_reports_by_itself_is_known() -> None:
    runtime = Path(errors.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(runtime.glob("*.py")))
    assert set(re.findall(r'_builtin\(\s*"(\w+)"', sources)) == set(BUILT_IN_ALERTS)
    assert set(BUILT_IN_EVENTS) <= set(re.findall(r'^    name = "(\w+)"', sources, re.MULTILINE)) | {"log"}
    assert set(ERROR_FIELDS) == set(vars(ParseError("value", "r", None, 0, "", b"")))
    assert {*ERROR_KINDS, "missing_grammar", "hook"} == set(errors.ErrorKind.__args__)  # type: ignore[attr-defined]  # a Literal
