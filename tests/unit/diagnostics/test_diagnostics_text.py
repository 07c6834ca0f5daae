"""The layout of diagnostics on a terminal."""

from __future__ import annotations

import re

from dissgen.diagnostics import Diagnostic, Label, Severity, render, render_all
from dissgen.text import SourceFile, Span

SMTP = SourceFile("specs/smtp.yaml", "\n" * 26 + "  reply:\n" + "\n" * 16 + "    down: repply\n")


def span(source: SourceFile, text: str) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def finding(primary: Label, *secondary: Label, message: str = "wrong") -> Diagnostic:
    return Diagnostic("DG005", Severity.ERROR, message, primary, secondary)


def drawn(diagnostic: Diagnostic) -> list[str]:
    """The lines below the arrow, without the last note."""
    return render(diagnostic).split("\n")[3:-1]


def test_the_layout() -> None:
    diagnostic = Diagnostic(
        "DG005",
        Severity.ERROR,
        "unknown rule `repply`",
        Label(span(SMTP, "repply"), "not defined in `grammar`"),
        (Label(span(SMTP, "reply"), "a rule with a similar name"),),
        ("rules are named\nin `grammar`",),
        ("write `reply`",),
    )
    assert render(diagnostic) == "\n".join(
        [
            "error[DG005]: unknown rule `repply`",
            "  --> specs/smtp.yaml:44:11",
            "   |",
            "44 |     down: repply",
            "   |           ^^^^^^ not defined in `grammar`",
            "   |",
            "27 |   reply:",
            "   |   ----- a rule with a similar name",
            "   = help: write `reply`",
            "   = note: rules are named",
            "           in `grammar`",
            "   = note: run `dissgen explain DG005`",
        ]
    )


def test_wide_and_combining_characters_and_tabs() -> None:
    source = SourceFile("a.yaml", "日本: e\u0301\tx # c")
    lines = drawn(finding(Label(span(source, "x"), "here"), Label(span(source, "本"), "wide")))
    assert lines == ["1 | 日本: e\u0301 x # c", "  |         ^ here", "  |   -- wide"]


def test_a_span_of_several_lines_is_underlined_to_the_end_of_its_first_line() -> None:
    source = SourceFile("a.yaml", "a: [1,  \n 2]\n")
    assert drawn(finding(Label(Span(source, 3, 12)))) == ["1 | a: [1,", "  |    ^^^"]


def test_the_end_of_the_file() -> None:
    source = SourceFile("a.yaml", "a: b\n")
    assert drawn(finding(Label(Span(source, 5, 5), "end"))) == ["2 |", "  | ^ end"]


def test_a_label_in_another_file() -> None:
    here, there = SourceFile("a.yaml", "a: b"), SourceFile("b.yaml", "\n\n\n\n\n\n\n\n\nc: d")
    lines = drawn(finding(Label(span(here, "b"), "x"), Label(span(there, "d"), "y")))
    assert lines == [" 1 | a: b", "   |    ^ x", "  ::: b.yaml:10:4", "   |", "10 | c: d", "   |    - y"]


def test_a_file_without_text_has_a_path_only() -> None:
    text = render(finding(Label(Span(SourceFile("a.yaml", ""), 0, 0), "no such file"), message="cannot be read"))
    assert text.split("\n")[:-1] == ["error[DG005]: cannot be read", " --> a.yaml", "  | no such file"]


def test_a_long_line_is_cut_around_the_label() -> None:
    source = SourceFile("a.yaml", "x" * 300 + "!" + "y" * 300)
    shown, marks = drawn(finding(Label(span(source, "!"))))
    assert len(shown) < 180
    assert shown.index("!") == marks.index("^")


def test_nothing_from_a_spec_controls_the_terminal() -> None:
    source = SourceFile("a\x1b.yaml", "a: \x1b[31m\u202e!")
    text = render(finding(Label(span(source, "!"), "\x07"), message="\x9b"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "a: \\x1b[31m\\u202e!" in text
    assert text.split("\n")[4] == "  |                  ^ \\x07"


def test_colour_only_adds_escapes() -> None:
    diagnostic = finding(Label(span(SMTP, "repply"), "x"), Label(span(SMTP, "reply"), "y"))
    coloured = render(diagnostic, colour=True)
    assert coloured != render(diagnostic)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(diagnostic)


def test_several_diagnostics_have_an_empty_line_between_them() -> None:
    diagnostic = finding(Label(span(SMTP, "repply")))
    assert render_all([]) == ""
    assert render_all([diagnostic, diagnostic]) == f"{render(diagnostic)}\n\n{render(diagnostic)}\n"
