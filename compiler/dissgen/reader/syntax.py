"""PyYAML's syntax errors in the words of this compiler, with what to write instead.

PyYAML tells what it was doing (`context`) and what it met (`problem`) in a fixed set of phrases. The table below
translates the ones that people meet; any other is passed on as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import yaml

from dissgen.diagnostics import Diagnostics
from dissgen.text import SourceFile, Span

_QUOTE_FLOW: Final = (
    "in flow style an expression with brackets, braces, commas or quotes stands in single quotes: "
    "`when: 'code in [220, 554]'`"
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A pattern of PyYAML's `problem`, and what is said instead; `{0}` is its first group."""

    problem: re.Pattern[str]
    message: str
    label: str
    help: str = ""


def _phrase(problem: str, message: str, label: str, help_: str = "") -> _Phrase:
    return _Phrase(re.compile(problem), message, label, help_)


_PHRASES: Final = (
    _phrase(
        r"mapping values are not allowed here",
        "a `:` where no key is",
        "not expected here",
        "quote a text that holds `: `; or mend the indentation of this line",
    ),
    _phrase(
        r"found character '\\t' that cannot start any token",
        "a tab where YAML takes spaces only",
        "a tab",
        "indent with spaces",
    ),
    _phrase(
        r"found character (['\"].+['\"]) that cannot start any token",
        "a value cannot begin with {0}",
        "not allowed here",
        "put the value in single quotes",
    ),
    _phrase(
        r"could not find expected ':'",
        "a line that is no `key: value`",
        "a `:` was expected before here",
        "a text of several lines is indented further than its key",
    ),
    _phrase(r"expected ',' or '([\]}])', but got '<stream end>'", "a `{0}` is missing", "the file ends here"),
    _phrase(
        r"expected ',' or '([\]}])', but got '.*'",
        "a `,` or a `{0}` is missing",
        "expected before this",
        _QUOTE_FLOW,
    ),
    _phrase(
        r"expected <block end>, but found '.*'",
        "this does not belong to the block before it",
        "not expected here",
        "entries of one block begin in the same column; a text that begins with a quote ends with it",
    ),
    _phrase(
        r"expected the node content, but found '(.*)'",
        "a value was expected, not `{0}`",
        "not a value",
        "quote a text that begins with a character of YAML",
    ),
    _phrase(
        r"found unknown escape character (.*)",
        "the escape {0} does not exist in double quotes",
        "unknown",
        "in single quotes a backslash stands for itself: `'\\d+'`",
    ),
    _phrase(
        r"expected escape sequence of (\d+) hexadecimal numbers, .*",
        "the escape takes {0} hexadecimal digits",
        "not a hexadecimal digit",
    ),
    _phrase(r"found unexpected end of stream", "a quote is missing", "the file ends here"),
    _phrase(r"sequence entries are not allowed here", "a list cannot begin here", "begin it on its own line"),
    _phrase(r"found undefined tag handle", "a tag that is not defined", "not allowed in a spec", "leave it out"),
)


_CONTEXTS: Final = (
    ("flow", "opened here"),
    ("quoted scalar", "the quote opens here"),
    ("block", "the block begins here"),
    ("simple key", "this line"),
)


def report_syntax(error: yaml.MarkedYAMLError, source: SourceFile, diagnostics: Diagnostics) -> None:
    """Report the error at which the parser stopped."""
    mark = error.problem_mark or error.context_mark
    problem = " ".join((error.problem or error.context or "the text is not YAML").split())
    span = _place(source, mark.index if mark is not None else 0)
    message, label, help_ = _words(problem)
    also = []
    if error.context_mark is not None and error.problem_mark is not None:
        context = Span.at(source, error.context_mark.index)
        if context.line != span.line or context.start < span.start:
            also.append((context, _context(error.context or "")))
    diagnostics.error("DG005", message, span, label, also=also, help=help_)


def _context(context: str) -> str:
    """What PyYAML was reading, said of the place where that begins."""
    for word, said in _CONTEXTS:
        if word in context:
            return said
    return "in what begins here"


def _words(problem: str) -> tuple[str, str, tuple[str, ...]]:
    for phrase in _PHRASES:
        match = phrase.problem.fullmatch(problem)
        if match is not None:
            return phrase.message.format(*match.groups()), phrase.label, (phrase.help,) if phrase.help else ()
    return problem, "here", ()


def _place(source: SourceFile, offset: int) -> Span:
    """One code point at an offset; the end of the last line with text where the file ends there."""
    if offset >= len(source.text):
        offset = len(source.text.rstrip())
        return Span(source, offset, offset)
    return Span.at(source, offset)
