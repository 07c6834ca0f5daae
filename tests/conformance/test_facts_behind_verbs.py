"""What a test has shown of a variable, until a verb of the same row changes it."""

from __future__ import annotations

import pytest
from support import compile_text

from dissgen_runtime import DOWN, UP, Direction

SPEC = """
dissgen: 1
protocol: example
transport: {tcp: [9]}
variables:
  word: {type: 'optional[str]', initial: null}
  side: {type: 'optional[str]', initial: null, scope: direction}
  last: {type: 'optional[m]', initial: null}
grammar:
  m:
    record:
      - {field: k, number: 8}
      - {field: d, branch: k, cases: [{is: 1, number: 8}, {else: true, text: {size: 1}}]}
events: {note: {n: int}}
initial: a
states:
  a:
    up: m
    down: m
    transitions:
      - event: [up, down]
        when: word is not None and message.k == 1 and side is not None
        execute:
          - {set: {word: '"later"', last: message}, when: message.d > 100}
          - {trigger: {note: {n: len(word) + message.d}}}
          - {set: {word: '"end"'}}
          - {trigger: {note: {n: len(word)}}}
          - {trigger: {note: {n: last.k}}, when: last is not None}
          - {set: {side: None, word: side}}
      - event: [up, down]
        execute:
          - {set: {word: '"x"', side: '"y"', last: message}}
          - {trigger: {note: {n: len(word) + len(side) + last.k}}}
"""


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_variable_that_was_given_a_value_has_it(direction: Direction) -> None:
    session = compile_text(SPEC).Session()
    said = [event.n for data in (b"\1\1", b"\1\2", b"\1\xff", b"\1\xff") for event in session.feed(direction, data)]
    assert said == [1 + 1 + 1, 1 + 2, 3, 1, 1 + 1 + 1, 5 + 255, 3, 1]
