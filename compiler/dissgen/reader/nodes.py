"""The tree that the reader gives: scalars, sequences and mappings with their spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from dissgen.reader.alignment import align
from dissgen.text import Span

Value: TypeAlias = str | int | float | bool | None
"""What a scalar may be in the core schema of YAML 1.2."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value. `style` is what it was written with: `'`, `"`, `|`, `>` or nothing."""

    span: Span
    value: Value
    style: str = ""

    @property
    def is_absent(self) -> bool:
        """True for a value that was left out, as in `key:`; its span is empty then."""
        return self.value is None and self.span.start == self.span.end

    def inner_span(self, start: int, end: int) -> Span:
        """Where the code points from `start` to `end` of the value stand in the source.

        Gives the span of the whole scalar where the value is no text or where the text does not show its value
        code point by code point: folded block scalars, line breaks that are escaped.
        """
        if not isinstance(self.value, str):
            return self.span
        places = align(self.span, self.value, self.style)
        if places is None:
            return self.span
        start = min(max(start, 0), len(self.value))
        end = min(max(end, start), len(self.value))
        first = places.starts[start] if start < len(self.value) else places.end
        last = places.ends[end - 1] if end > start else first
        return Span(self.span.source, first, max(first, last))


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """An ordered list."""

    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys and values in the order of the file; no key stands twice."""

    span: Span
    entries: tuple[tuple[ScalarNode, Node], ...]

    def get(self, key: str) -> Node | None:
        """The value of a key, or None when the key is not there."""
        return next((value for name, value in self.entries if name.value == key), None)

    def key(self, key: str) -> ScalarNode | None:
        """The node of the key itself, or None when the key is not there."""
        return next((name for name, _ in self.entries if name.value == key), None)

    def keys(self) -> tuple[str, ...]:
        """The keys that are text, in order."""
        return tuple(name.value for name, _ in self.entries if isinstance(name.value, str))


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def plain(node: Node) -> object:
    """The tree as dicts, lists and scalars; keys become text, because that is what JSON has."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key_text(key): plain(value) for key, value in node.entries}
        case _:
            assert_never(node)


def key_text(key: ScalarNode) -> str:
    """A key as JSON writes it: text as it is, anything else as it stands in the file."""
    return key.value if isinstance(key.value, str) else key.span.text
