"""Examples of specs with hooks: answers, calls, and what is wrong with either."""

from __future__ import annotations

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.testing import run_examples
from dissgen.text import SourceFile

SPEC = r"""
dissgen: 1
protocol: p
transport: {tcp: [1]}
grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
variables: {known: {type: bool, initial: true}, key: {type: bytes, initial: ''}}
hooks:
  note: {parameters: {line: line}}
  is_known: {parameters: {word: str}, returns: bool}
  key_of: {returns: bytes}
initial: reading
states:
  reading:
    up: line
    transitions:
      - {event: up, execute: [{call: {note: {line: message}}}, {call: is_known, into: known}, {call: key_of, into: key}]}
examples:
  - {name: one, talk: [{C: {raw: "ab\n"}}, {C: {raw: "c\n"}}], EXAMPLE}
"""
ANSWERS = "hooks: {is_known: [true, false], key_of: {hex: '00ff'}}"


def failures(example: str) -> tuple[list[str | None], str]:
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("t.yaml", SPEC.replace("EXAMPLE", example)), diagnostics, formatted=False)
    assert compiled is not None, render_all(diagnostics)
    return [result.failure for result in run_examples(compiled, diagnostics)], render_all(diagnostics)


@pytest.mark.parametrize(
    "example",
    [
        ANSWERS + ", expect: {calls: {note: 2, is_known: 2}, variables: {known: false, key: {hex: '00ff'}}}",
        ANSWERS + ", expect: {calls: [{hook: is_known, word: ab}, {hook: is_known, word: c}]}",
        ANSWERS + ", expect: {calls: [{hook: note, line: {word: ab}}, {hook: note, line: {word: c}}]}",
        "expect: {variables: {known: true}, events: {log: 1}}",
    ],
)
def test_what_is_right(example: str) -> None:
    assert failures(example) == ([None], "")


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (ANSWERS + ", expect: {calls: {is_known: 1}}", "{'is_known': 2}"),
        (ANSWERS + ", expect: {calls: [{hook: is_known, word: c}, {hook: is_known}]}", "'ab'"),
        (
            "hooks: {is_known: [true], key_of: {hex: ''}}, expect: {state: reading}",
            "is called 2 times, and has 1 answers",
        ),
    ],
)
def test_what_an_example_finds(example: str, said: str) -> None:
    (failure,), _ = failures(example)
    assert failure is not None
    assert said in failure


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("expect: {calls: {note: 2}}", "write `hooks: {}`"),
        ("{is_know: true}", "there is no hook `is_know`; there are note, is_known, key_of"),
        ("{is_known: true}", "the hook `key_of` returns something: write `hooks: {key_of: ...}`"),
        ("{is_known: {a: b}, key_of: ''}", "the answer of `is_known` is a value, `{hex: digits}` or `{raise: text}`"),
    ],
)
def test_a_wrong_script_has_its_place(example: str, said: str) -> None:
    results, text = failures(f"hooks: {example}, expect: {{state: reading}}" if example.startswith("{") else example)
    assert results == []
    assert "error[DG730]" in text
    assert said in text
