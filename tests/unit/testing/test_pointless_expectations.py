"""An expectation that could never fail is a failure itself."""

from __future__ import annotations

import pytest

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.testing import run_examples
from dissgen.text import SourceFile

SPEC = r"""dissgen: 1
protocol: test
tokens: {WORD: '[a-z]+', EOL: '\r\n'}
grammar: {line: {record: [{field: word, token: WORD}, EOL]}}
events: {got: {word: str}}
initial: a
states: {a: {up: line, transitions: [{event: up, execute: [trigger: got]}]}}
examples:
  - name: one
    talk: "C: hello"
    expect: EXPECT
"""


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ("{events: {gott: 0}}", "there is no such event: gott"),
        ("{events: [{event: gott}]}", "there is no such event: gott"),
        ("{streams: {got: []}}", "there is no such event: got"),
        ("{events: []}", "events"),
    ],
)
def test_it_fails(expect: str, reason: str) -> None:
    compiled = compile_source(SourceFile("test.yaml", SPEC.replace("EXPECT", expect)), Diagnostics(), formatted=False)
    assert compiled is not None
    (result,) = run_examples(compiled, Diagnostics())
    assert result.failure is not None
    assert reason in result.failure
