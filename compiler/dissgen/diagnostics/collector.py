"""The collector that every phase reports to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dissgen.diagnostics.codes import CODES
from dissgen.diagnostics.model import Diagnostic, Label, Severity
from dissgen.text import Span

LIMIT: Final = 1000
"""Findings that are kept: a hostile spec must not make a report grow without end."""


class Diagnostics:
    """Collects the findings of a compilation; iteration is sorted by file and position, equal findings count once.

    Beyond `LIMIT` findings are counted in `omitted` and not kept.
    """

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self.omitted = 0

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: Sequence[tuple[Span, str]] = (),
        help: str | Sequence[str] = (),
        note: str | Sequence[str] = (),
    ) -> None:
        """Report an error at a span. `also` are further places with their labels; `code` must be in the table."""
        self._report(Severity.ERROR, code, message, Label(span, label), also, help, note)

    def warning(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: Sequence[tuple[Span, str]] = (),
        help: str | Sequence[str] = (),
        note: str | Sequence[str] = (),
    ) -> None:
        """Report a warning; the parameters are those of `error`."""
        self._report(Severity.WARNING, code, message, Label(span, label), also, help, note)

    def add(self, diagnostic: Diagnostic) -> None:
        """Take a finding that is complete already."""
        assert diagnostic.code in CODES, f"{diagnostic.code} is in no table of dissgen.diagnostics.codes"
        if diagnostic in self._found:
            return
        if len(self._found) >= LIMIT and not (diagnostic.severity is Severity.ERROR and not self.has_errors):
            self.omitted += 1  # the first error is always kept: it must stop the compiler
            return
        self._found[diagnostic] = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors, sorted."""
        return tuple(found for found in self if found.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The warnings, sorted."""
        return tuple(found for found in self if found.severity is Severity.WARNING)

    @property
    def has_errors(self) -> bool:
        """True when something was found that must stop the compiler."""
        return any(found.severity is Severity.ERROR for found in self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=_order))

    def __len__(self) -> int:
        return len(self._found)

    def _report(
        self,
        severity: Severity,
        code: str,
        message: str,
        primary: Label,
        also: Sequence[tuple[Span, str]],
        helps: str | Sequence[str],
        notes: str | Sequence[str],
    ) -> None:
        secondary = tuple(Label(span, text) for span, text in also)
        self.add(Diagnostic(code, severity, message, primary, secondary, _lines(notes), _lines(helps)))


def _lines(text: str | Iterable[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _order(found: Diagnostic) -> tuple[str, int, int, str, str]:
    span = found.primary.span
    return span.source.path, span.start, span.end, found.code, found.message
