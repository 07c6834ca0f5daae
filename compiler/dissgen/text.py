"""Source text and places in it.

Offsets count code points, as Python strings and YAML marks do; lines and columns count from one. Lines end at LF, CR LF
or CR, which is what YAML 1.2 calls a line break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from posixpath import basename
from typing import Final

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Position:
    """One place in a source file."""

    offset: int
    """Code points before it."""
    line: int
    """From one."""
    column: int
    """From one, in code points."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text with the path under which it is shown: POSIX, relative to the root of the project.

    A file whose text could not be read at all stands for itself with an empty text.
    """

    path: str
    text: str = field(repr=False)
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = (0, *(match.end() for match in _LINE_BREAK.finditer(self.text)))
        object.__setattr__(self, "_line_starts", starts)

    @property
    def name(self) -> str:
        """The path's last part."""
        return basename(self.path)

    @property
    def line_count(self) -> int:
        """How many lines there are; a text that ends in a line break has an empty last one."""
        return len(self._line_starts)

    def position(self, offset: int) -> Position:
        """The place before which `offset` code points stand; an offset outside the text is moved to its edge."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._line_starts, offset)
        return Position(offset, line, offset - self._line_starts[line - 1] + 1)

    def line_start(self, line: int) -> int:
        """The offset at which a line (from one) begins."""
        return self._line_starts[line - 1]

    def line_text(self, line: int) -> str:
        """A line (from one) without its line break."""
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return self.text[self._line_starts[line - 1] : end].rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points of one source file."""

    source: SourceFile
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span from {self.start} to {self.end}")

    @classmethod
    def at(cls, source: SourceFile, offset: int, length: int = 1) -> Span:
        """`length` code points from `offset` on, cut to the text and to the line that `offset` is in."""
        position = source.position(offset)
        line_end = source.line_start(position.line) + len(source.line_text(position.line))
        return cls(source, position.offset, max(position.offset, min(position.offset + length, line_end)))

    @property
    def position(self) -> Position:
        """Where the span starts."""
        return self.source.position(self.start)

    @property
    def end_position(self) -> Position:
        """Where the span ends: the place behind its last code point."""
        return self.source.position(self.end)

    @property
    def text(self) -> str:
        """What the span covers."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line (from one) on which the span starts."""
        return self.position.line

    @property
    def place(self) -> str:
        """File name and line, as generated comments show it: `smtp.yaml:44`."""
        return f"{self.source.name}:{self.line}"

    @property
    def location(self) -> str:
        """Path, line and column, as terminals and editors link it: `specs/smtp.yaml:44:17`."""
        position = self.position
        return f"{self.source.path}:{position.line}:{position.column}"

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of another one of the same file."""
        return Span(self.source, self.start, max(self.start, other.end))


def single_quoted(text: str) -> str:
    """A text of one line as a single-quoted YAML scalar, in which nothing but the quote itself is special."""
    return "'" + text.replace("'", "''") + "'"
