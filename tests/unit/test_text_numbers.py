"""Numbers from text: what Python takes and we do not."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ALL_PASSES, machine

from dissgen_runtime import UP, ParseError
from dissgen_runtime.numbers import parse_float, text_float, text_int

GOOD = ["0", "1", "-1.5", "+2", ".5", "5.", "6e23", "1E-3", "007", "1.0e+05"]
BAD = [
    *(
        "",
        ".",
        "-",
        "e5",
        "1e",
        "1e+",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "infinity",
        "1_0",
        " 1",
        "1 ",
        "1\n",
        "0x10",
        "1.2.3",
    ),
    *("--1", "+-1", "1e5.0", "1,5", "\u0661", "1e999", "-1e999"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_a_float(text: str) -> None:
    assert parse_float(text.encode()) == float(text) == text_float(text)


@pytest.mark.parametrize("text", BAD)
def test_what_is_none(text: str) -> None:
    assert parse_float(text.encode()) is None
    with pytest.raises(ValueError, match="no number"):
        text_float(text)


@given(st.text(alphabet="0123456789.eE+-_ nafi", max_size=12))
def test_nothing_but_the_grammar(text: str) -> None:
    grammar = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
    expected = re.fullmatch(grammar, text) is not None and math.isfinite(float(text))
    assert (parse_float(text.encode()) is not None) == expected


@pytest.mark.parametrize("text", ["", " 1", "1_0", "\u0661", "0x1f", "1.0", "g"])
def test_what_is_no_int(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        text_int(text, 16)
    assert text_int("-1f", 16) == -31


@pytest.mark.parametrize("text", BAD)
def test_a_field_that_is_no_float_is_an_error_of_its_element(text: str) -> None:
    module = machine(
        """
        grammar:
          message: {record: [{field: a, token: '[a-z]+'}, {field: b, text: {until: ';'}, convert: float}, {token: ';'}]}
        initial: s
        states: {s: {up: message}}
        """
    )
    data = b"x;" if not text else b"x" + text.encode("latin-1", "replace") + b";"
    if text[:1].islower():
        return  # the token takes it
    with pytest.raises(ParseError) as caught:
        module.parse_message(data)
    assert (caught.value.kind, caught.value.field, caught.value.offset) == ("value", "b", 1)
    assert module.parse_message(b"x1.5;")[0].b == 1.5


@pytest.mark.parametrize("off", [(), ALL_PASSES])
def test_steps_behind_a_number_that_is_none(off: tuple[str, ...]) -> None:
    """Whole lines are read by straight-line code first, which declines."""
    module = machine(
        r"""
        tokens: {HEX: '[0-9a-f]+', FRACTION: '[-0-9.e]+', EOL: '\n'}
        grammar:
          line:
            record:
              - {field: a, token: HEX, convert: [int, {scale: 4}]}
              - {token: ' '}
              - {field: b, token: FRACTION, convert: [float, {scale: 2}]}
              - EOL
            resync: EOL
        events: {line: line}
        alerts: {bad: {severity: low, description: '{error.field}'}}
        initial: s
        states: {s: {up: line, transitions: [{event: up, execute: [trigger: line]}, {event: parse_error, execute: [alert: bad]}]}}
        """,
        off=off,
    )
    events = module.Session().feed(UP, b"1 1.5\naf 2\n5 1-1\n5 1e999\n2 .5\n")
    found = [(event.a, event.b) if event.name == "line" else event.description for event in events]
    assert found == [(4, 3.0), "a", "b", "b", (8, 1.0)]
