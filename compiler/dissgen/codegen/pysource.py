"""Source text of generated code: lines with their indentation, and literals."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def literal(value: object) -> str:
    """A literal as Python writes it; the text of a spec reaches the output only through here."""
    return repr(value)


def regex_literal(pattern: bytes) -> str:
    """A bytes pattern as a raw literal where it can be one."""
    text = pattern.decode("latin-1")
    plain = text.isascii() and text.isprintable() and not text.endswith("\\") and '"' not in text
    return f'rb"{text}"' if plain else repr(pattern)


def tuple_literal(items: Iterable[str]) -> str:
    parts = list(items)
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def docstring(text: str) -> str:
    """Text that is safe inside triple double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return escaped + " " if escaped.endswith('"') else escaped


def comment(text: str) -> str:
    """Text that stays on the line of its `#`."""
    return " ".join(text.split())


class Code:
    """Lines of a function body."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 0

    def add(self, line: str, place: object = None) -> None:
        suffix = f"  # {place}" if place is not None else ""
        self.lines.append("    " * self._depth + line + suffix)

    def insert(self, index: int, line: str) -> None:
        """A line before one that stands already, as deep as what comes next."""
        self.lines.insert(index, "    " * self._depth + line)

    @contextmanager
    def block(self, head: str, place: object = None) -> Iterator[None]:
        self.add(head, place)
        self._depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.add("pass")
        self._depth -= 1
