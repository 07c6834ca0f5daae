"""The tree that the reader gives: scalars, sequences and mappings with their spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from dissgen.reader.alignment import align
from dissgen.text import Span

Value: TypeAlias = str | int | float | bool | None
"""What a scalar may be in the core schema of YAML 1.2."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A name of a text that was replaced: code points of the new text and of the old one."""

    start: int
    end: int
    old_start: int
    old_end: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says in place of a scalar's value, and how the two differ; `edits` are in order."""

    text: str
    edits: tuple[Edit, ...]

    def offset(self, at: int, *, end: bool) -> int:
        """A place of the new text in the old one; inside a name that was replaced, the edge of the old one."""
        shift = 0
        for edit in self.edits:
            if at < edit.start or (at == edit.start and not end):
                break
            if at < edit.end or (at == edit.end and end):
                return edit.old_end if end else edit.old_start
            shift = edit.old_end - edit.end
        return at + shift


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value. `style` is what it was written with: `'`, `"`, `|`, `>` or nothing.

    `written` is given where imports have replaced names in the value.
    """

    span: Span
    value: Value
    style: str = ""
    written: Written | None = field(default=None, compare=False)

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
        text = self.value
        if self.written is not None:
            start, end = self.written.offset(start, end=False), self.written.offset(end, end=True)
            text = self.written.text
        places = align(self.span, text, self.style)
        if places is None:
            return self.span
        start = min(max(start, 0), len(text))
        end = min(max(end, start), len(text))
        first = places.starts[start] if start < len(text) else places.end
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
