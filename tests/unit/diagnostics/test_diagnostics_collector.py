"""The collector, the table of codes, suggestions."""

from __future__ import annotations

from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.diagnostics.codes import CODES, Code, merge, reader, schema
from dissgen.diagnostics.collector import LIMIT
from dissgen.text import SourceFile, Span

A, B = SourceFile("a.yaml", "x" * 9), SourceFile("b.yaml", "x" * 9)


def test_findings_are_sorted_and_equal_ones_count_once() -> None:
    diagnostics = Diagnostics()
    for source, start in ((B, 1), (A, 5), (A, 2), (A, 5)):
        diagnostics.error("DG005", "wrong", Span(source, start, start + 1))
    places = [(found.primary.span.source.path, found.primary.span.start) for found in diagnostics]
    assert places == [("a.yaml", 2), ("a.yaml", 5), ("b.yaml", 1)]
    assert len(diagnostics) == len(diagnostics.errors) == 3


def test_only_errors_are_errors() -> None:
    diagnostics = Diagnostics()
    diagnostics.warning("DG005", "odd", Span(A, 0, 1), help="one", note=["two", "three"])
    assert not diagnostics.has_errors
    assert [(found.helps, found.notes) for found in diagnostics.warnings] == [(("one",), ("two", "three"))]
    diagnostics.error("DG005", "wrong", Span(A, 0, 1), also=[(Span(A, 1, 2), "there")])
    assert diagnostics.has_errors
    assert diagnostics.errors[0].secondary[0].text == "there"


def test_a_code_that_is_in_no_table_is_a_mistake_of_the_compiler() -> None:
    with pytest.raises(AssertionError, match="DG999"):
        Diagnostics().error("DG999", "wrong", Span(A, 0, 1))


def test_a_code_that_stands_twice_refuses_to_load() -> None:
    code = Code("DG001", "title", "explanation", "", "")
    with pytest.raises(ValueError, match="DG001"):
        merge(((code,), (code,)))


def test_every_code_is_explained() -> None:
    for code in CODES.values():
        assert code.title
        assert not code.title.endswith(".")
        assert code.explanation.endswith(".")


def test_the_codes_of_reader_and_schema_are_in_order_and_have_a_case() -> None:
    cases = Path(__file__).parents[2] / "errors"
    shown = "".join(path.read_text(errors="replace") for path in cases.rglob("*.yaml"))
    without_a_case = {"DG001", "DG003", "DG018"}  # about a file as such: tests/unit/reader, tests/cli
    for area in (reader.CODES, schema.CODES):
        names = [code.code for code in area]
        assert names == sorted(names)
        assert {name for name in names if f"error[{name}]" not in shown} <= without_a_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [("repply", "reply"), ("REPLY", "reply"), ("mesage", "message"), ("xyz", None), ("reply", None)],
)
def test_suggestions(name: str, expected: str | None) -> None:
    assert suggest(name, ["reply", "message", "token"]) == expected
    assert suggest(name, ["token", "message", "reply"]) == expected


def test_a_report_does_not_grow_without_end() -> None:
    diagnostics = Diagnostics()
    for start in range(LIMIT + 5):
        diagnostics.warning("DG005", "odd", Span(A, start, start))
    assert (len(diagnostics), diagnostics.omitted) == (LIMIT, 5)
    diagnostics.error("DG005", "wrong", Span(A, 0, 1))
    assert diagnostics.has_errors
