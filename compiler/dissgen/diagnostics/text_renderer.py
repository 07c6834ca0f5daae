"""Diagnostics as text, in the layout that users of rustc know.

    error[DG203]: unknown rule `repply`
      --> specs/smtp.yaml:44:17
       |
    44 |     down: repply
       |           ^^^^^^ not defined in `grammar`
       = help: write `reply`

Columns are counted as a terminal shows them: wide characters take two, combining ones none, tabs go to the next
multiple of four. Nothing that could control a terminal is passed on from a spec.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from dissgen.diagnostics.codes import CODES
from dissgen.diagnostics.model import Diagnostic, Label, Severity
from dissgen.text import SourceFile, Span

_TAB: Final = 4
_MAXIMUM_WIDTH: Final = 160
"""Columns of a source line; a longer line is cut around the label."""
_MAXIMUM_TEXT: Final = 500
"""Code points of a message, a label or a remark."""
_BEFORE: Final = 60
"""Code points that stay before the label in a line that is cut."""

_RESET: Final = "\x1b[0m"
_BOLD: Final = "\x1b[1m"
_BLUE: Final = "\x1b[1;34m"
_SEVERITY_COLOURS: Final = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m"}


def render_all(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Every diagnostic in order with an empty line between two; empty for none, else it ends in a line feed."""
    blocks = [render(diagnostic, colour=colour) for diagnostic in diagnostics]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """One diagnostic as lines, without a line feed at the end."""
    return "\n".join(_Renderer(diagnostic, colour).lines())


@dataclass(frozen=True, slots=True)
class _Renderer:
    diagnostic: Diagnostic
    colour: bool

    def lines(self) -> Iterator[str]:
        found = self.diagnostic
        severity = _SEVERITY_COLOURS[found.severity]
        head = self._paint(severity, f"{found.severity.value}[{found.code}]")
        yield head + self._paint(_BOLD, f": {printable(found.message)}")
        yield from self._places()
        for help_ in found.helps:
            yield from self._remark("help", help_)
        for note in found.notes:
            yield from self._remark("note", note)
        if found.code in CODES:
            yield from self._remark("note", f"run `dissgen explain {found.code}`")

    @property
    def _labels(self) -> tuple[Label, ...]:
        return (self.diagnostic.primary, *self.diagnostic.secondary)

    @property
    def _gutter(self) -> int:
        return max(len(str(label.span.line)) if label.span.source.text else 1 for label in self._labels)

    def _places(self) -> Iterator[str]:
        source: SourceFile | None = None
        for span, labels in _by_line(self._labels):
            if source is None:
                yield self._arrow("-->", span)
            elif source != span.source:
                yield self._arrow(":::", span)
            source = span.source
            if not source.text:
                yield from (self._margin(f" {printable(label.text)}") for label in labels if label.text)
                continue
            yield self._margin("")
            yield from self._line(span, labels)

    def _line(self, span: Span, labels: list[Label]) -> Iterator[str]:
        """The source line on which a span starts, and under it a row for each label."""
        text = span.source.line_text(span.line)
        origin = span.source.line_start(span.line)
        window = _window(text, span.start - origin)
        number = self._paint(_BLUE, f"{span.line:>{self._gutter}} |")
        shown = f"{window.lead}{_expanded(text[window.start : window.end])}{window.trail}"
        yield f"{number} {shown}".rstrip() if shown else number
        for label in labels:
            start = label.span.start - origin
            end = min(label.span.end - origin, len(text.rstrip()))
            before = _width(window.lead) + _width(_expanded(text[window.start : max(start, window.start)]))
            until = _width(window.lead) + _width(_expanded(text[window.start : max(min(end, window.end), start)]))
            primary = label is self.diagnostic.primary
            mark = ("^" if primary else "-") * max(until - before, 1)
            words = f"{mark} {printable(label.text)}" if label.text else mark
            colour = _SEVERITY_COLOURS[self.diagnostic.severity] if primary else _BLUE
            yield self._margin(" " + " " * before + self._paint(colour, words))

    def _arrow(self, arrow: str, span: Span) -> str:
        place = span.location if span.source.text else span.source.path
        return self._paint(_BLUE, " " * self._gutter + arrow) + f" {printable(place)}"

    def _margin(self, text: str) -> str:
        return self._paint(_BLUE, " " * self._gutter + " |") + text

    def _remark(self, kind: str, text: str) -> Iterator[str]:
        first, *others = [printable(line) for line in text.split("\n")]
        indent = " " * (self._gutter + 1)
        yield f"{self._paint(_BLUE, f'{indent}=')} {self._paint(_BOLD, f'{kind}:')} {first}"
        yield from (f"{indent}  {' ' * len(kind)}  {line}".rstrip() for line in others)

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_RESET}" if self.colour and text else text


def _by_line(labels: Iterable[Label]) -> Iterator[tuple[Span, list[Label]]]:
    """Labels that start on one line of one file together, in the order in which the lines were first named."""
    groups: dict[tuple[str, int], list[Label]] = {}
    for label in labels:
        groups.setdefault((label.span.source.path, label.span.line), []).append(label)
    for group in groups.values():
        yield group[0].span, group


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a line that is shown."""

    start: int
    end: int
    lead: str
    trail: str


def _window(text: str, label_start: int) -> _Window:
    if len(text) <= _MAXIMUM_WIDTH and _width(_expanded(text)) <= _MAXIMUM_WIDTH:
        return _Window(0, len(text), "", "")
    start = max(0, label_start - _BEFORE)
    end = min(len(text), start + _MAXIMUM_WIDTH)
    return _Window(start, end, "... " if start else "", " ..." if end < len(text) else "")


def _expanded(text: str) -> str:
    """A piece of a line as it is printed: tabs become spaces, what is not printable becomes visible."""
    if text.isascii() and text.isprintable():
        return text
    shown = ""
    for character in text:
        shown += " " * (_TAB - _width(shown) % _TAB) if character == "\t" else printable(character)
    return shown


def printable(text: str) -> str:
    """The text with every character that a terminal might obey written as an escape, `\\x1b`; a long one is cut."""
    if len(text) > _MAXIMUM_TEXT:
        text = f"{text[:_MAXIMUM_TEXT]} ..."
    if text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def _width(text: str) -> int:
    """Columns of a terminal that the text takes."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
