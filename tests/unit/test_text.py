"""Positions and spans of source texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissgen.text import Position, SourceFile, Span, single_quoted


@pytest.mark.parametrize(
    ("offset", "line", "column"),
    [(0, 1, 1), (2, 1, 3), (3, 2, 1), (4, 2, 2), (6, 3, 1), (7, 4, 1), (9, 4, 3), (99, 4, 3), (-1, 1, 1)],
)
def test_positions_count_every_kind_of_line_break(offset: int, line: int, column: int) -> None:
    source = SourceFile("a.yaml", "ab\nc\r\n\r日x")
    clamped = min(max(offset, 0), 9)
    assert source.position(offset) == Position(clamped, line, column)


def test_lines_come_without_their_break() -> None:
    source = SourceFile("a.yaml", "ab\nc\r\n\r日x\n")
    assert [source.line_text(line) for line in range(1, source.line_count + 1)] == ["ab", "c", "", "日x", ""]


def test_a_span_knows_its_place() -> None:
    source = SourceFile("specs/smtp.yaml", "dissgen: 1\nprotocol: smtp\n")
    span = Span(source, 21, 25)
    assert span.text == "smtp"
    assert span.line == 2
    assert span.place == "smtp.yaml:2"
    assert span.location == "specs/smtp.yaml:2:11"
    assert span.end_position == Position(25, 2, 15)
    assert Span.at(source, 21, 100).text == "smtp"
    assert Span.at(source, 99).text == ""
    assert Span(source, 0, 7).to(span).text == source.text[:25]


def test_a_span_that_ends_before_it_starts_is_a_mistake() -> None:
    with pytest.raises(ValueError):
        Span(SourceFile("a.yaml", "abc"), 2, 1)


@given(st.text(alphabet="ab\r\n日"))
def test_line_and_column_lead_back_to_the_offset(text: str) -> None:
    source = SourceFile("a.yaml", text)
    for offset in range(len(text) + 1):
        position = source.position(offset)
        assert source.line_start(position.line) + position.column - 1 == offset


def test_single_quotes_are_doubled() -> None:
    assert single_quoted("peek(b'x')") == "'peek(b''x'')'"
