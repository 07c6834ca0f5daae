"""Where each code point of a scalar's value stands in the source.

A line break inside a plain or quoted scalar is folded: with the spaces around it, it stands for one space, or for one
line feed less than there are breaks. In a literal block the indentation is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dissgen.text import Span

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_FOLD: Final = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*")
_HEADER: Final = re.compile(r"\|[+\-1-9]*[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_FIRST_LINE: Final = re.compile(r"(?:[ ]*(?:\r\n|\r|\n))*([ ]*)")
_ESCAPE_LENGTHS: Final = {"x": 4, "u": 6, "U": 10}


@dataclass(frozen=True, slots=True)
class Alignment:
    """The source offsets at which the code points of a value begin and end; `end` is where the last one ends."""

    starts: list[int]
    ends: list[int]
    end: int


def align(span: Span, value: str, style: str) -> Alignment | None:
    """The places of a scalar's code points; None where source and value do not run side by side."""
    if style == ">":
        return None
    return _align_literal(span, value) if style == "|" else _align_folded(span, value, style)


def _align_folded(span: Span, value: str, style: str) -> Alignment | None:
    text, at = span.source.text, span.start + len(style)
    starts: list[int] = []
    ends: list[int] = []
    while len(starts) < len(value):
        expected, length = value[len(starts)], 1
        fold = _FOLD.match(text, at) if expected in " \n" else None
        if fold is not None:
            breaks = len(_BREAK.findall(fold.group()))
            produced = 1 if breaks == 1 else breaks - 1
            starts += [at] * produced
            ends += [fold.end()] * produced
            at = fold.end()
            continue
        if style == '"' and text[at] == "\\":
            length = _ESCAPE_LENGTHS.get(text[at + 1], 2)
            if text[at + 1] in "\r\n":
                return None
        elif text[at] != expected:
            return None
        elif style == "'" and expected == "'":
            length = 2
        starts.append(at)
        at += length
        ends.append(at)
    return Alignment(starts, ends, at)


def _align_literal(span: Span, value: str) -> Alignment | None:
    text = span.source.text
    header = _HEADER.match(text, span.start)
    if header is None:
        return None
    indent = _indent(text, header.end(), value)
    at = header.end() + _skipped(text, header.end(), indent)
    starts: list[int] = []
    ends: list[int] = []
    for expected in value:
        starts.append(at)
        line_break = _BREAK.match(text, at)
        if line_break is not None and expected == "\n":
            ends.append(line_break.end())
            at = line_break.end() + _skipped(text, line_break.end(), indent)
        elif at < len(text) and text[at] == expected:
            at += 1
            ends.append(at)
        else:
            return None
    return Alignment(starts, ends, ends[-1] if ends else at)


def _indent(text: str, start: int, value: str) -> int:
    """How many spaces are left out of each line of a literal block: those that its first line has lost."""
    first = _FIRST_LINE.match(text, start)
    written = len(first.group(1)) if first is not None else 0
    lines = value.lstrip("\n")
    return written - (len(lines) - len(lines.lstrip(" ")))


def _skipped(text: str, at: int, indent: int) -> int:
    count = 0
    while count < indent and at + count < len(text) and text[at + count] == " ":
        count += 1
    return count
