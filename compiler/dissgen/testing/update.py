"""`dissgen test --update`: what examples expect, edited to what was found.

Only the text of the values that differ is replaced, at its place in the file; all else of the file, its comments and
its layout, stays as it is. The new text is compiled and its examples run before anybody writes it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import Compiled, Example, compile_text
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode, plain
from dissgen.sema.examples import BUILT_IN_EVENTS
from dissgen.testing.expectations import stream_bytes, subset, value_of
from dissgen.testing.flow import flow
from dissgen.testing.outcome import Outcome
from dissgen.testing.outcome import plain as plain_value
from dissgen.testing.runner import ExampleResult, Parsed, run_examples
from dissgen.text import SourceFile

Same: TypeAlias = Callable[[object, object], bool]
"""Whether what is written is met by what was found."""

_ERROR_FIELDS: Final = ("kind", "rule", "field", "offset")
"""Of an error where none was expected."""


@dataclass(frozen=True, slots=True)
class Update:
    """The new text of a spec. `problem`: why it may not be written, None where its examples pass."""

    old: SourceFile
    new: str
    examples: tuple[Example, ...]
    problem: str | None

    def diff(self) -> str:
        """What changes, as a unified diff."""
        before, after = self.old.text.splitlines(keepends=True), self.new.splitlines(keepends=True)
        lines = difflib.unified_diff(before, after, self.old.path, f"{self.old.path} (updated)")
        return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def updated(compiled: Compiled, path: Path, root: Path, results: Iterable[ExampleResult]) -> Update | None:
    """What to write so that the examples that failed expect what was found; None where there is nothing to change.

    Examples that an exception ended, or that lost bytes, are left alone: nobody should expect that.
    """
    source = compiled.sources[0]
    edits = _Edits(source)
    examples: list[Example] = []
    for result in results:
        before = len(edits.changes)
        expect = result.example.node.get("expect")
        if not isinstance(expect, MappingNode) or (result.failure is None and expect.entries):
            continue
        if isinstance(result.found, Outcome):
            if result.found.unbalanced is None:
                _conversation(edits, expect, result.found)
        elif result.found is not None:
            _rule(edits, expect, result.found)
        if len(edits.changes) > before:
            examples.append(result.example)
    new = edits.text()
    if new == source.text:
        return None
    return Update(source, new, tuple(examples), _problem(new, source, path, root, examples))


def _problem(new: str, source: SourceFile, path: Path, root: Path, examples: Sequence[Example]) -> str | None:
    """Why the new text would not do: it is compiled, and the examples are run in every way."""
    diagnostics = Diagnostics()
    compiled = compile_text(SourceFile(source.path, new), path, root, diagnostics)
    if compiled is None:
        return render_all(diagnostics)
    names = {str(example.value.get("name")) for example in examples}
    for result in run_examples(compiled, diagnostics, names):
        if result.name in names and result.failure is not None:
            return f"{result.place} {result.name}\n{result.failure}"
    return render_all(diagnostics) or None


# What was found


def _conversation(edits: _Edits, expect: MappingNode, found: Outcome) -> None:
    if not expect.entries:
        edits.replace(expect, _summary(found))
        return
    for key, node in expect.entries:
        match key.value:
            case "state":
                edits.change(node, found.state)
            case "verdict":
                edits.change(node, found.verdict)
            case "alerts":
                edits.change(node, found.alerts)
            case "variables":
                edits.change(node, found.variables)
            case "streams" if isinstance(node, MappingNode):
                for name, streams in node.entries:
                    edits.change(streams, found.streams.get(str(name.value), []), _same_stream, _stream)
            case "events":
                _named(edits, node, "event", found.events, BUILT_IN_EVENTS)
            case "calls":
                _named(edits, node, "hook", found.calls, ())


def _summary(found: Outcome) -> dict[str, object]:
    """For an example that expects nothing yet."""
    summary: dict[str, object] = {"state": found.state}
    if found.verdict != "accept":
        summary["verdict"] = found.verdict
    if found.alerts:
        summary["alerts"] = found.alerts
    events = [(name, payload) for name, payload in found.events if name not in BUILT_IN_EVENTS]
    return summary | {"events": [_told({"event": name} | payload) for name, payload in events]}


def _named(
    edits: _Edits, node: Node, key: str, found: Sequence[tuple[str, dict[str, object]]], built_in: Sequence[str]
) -> None:
    """Events or calls: counts, or a list of those that the list names."""
    if isinstance(node, MappingNode):
        for name, count in node.entries:
            edits.change(count, sum(one == name.value for one, _ in found))
    elif isinstance(node, SequenceNode):
        names = [entry.get(key) for entry in node.items if isinstance(entry, MappingNode)]
        named = {str(plain(name)) for name in names if name is not None}
        named = named or {name for name, _ in found} - set(built_in)
        edits.change(node, [{key: name} | payload for name, payload in found if name in named], shown=_told)


def _told(found: object) -> object:
    """What a new entry says: names of numbers add nothing, and what is absent is left out."""
    if not isinstance(found, dict):
        return found
    return {key: item for key, item in found.items() if item is not None and not _is_derived(key, found)}


def _is_derived(name: str, found: dict[str, object]) -> bool:
    return name.endswith("_name") and name.removesuffix("_name") in found


def _rule(edits: _Edits, expect: MappingNode, found: Sequence[Parsed]) -> None:
    """Of several entries, all of which have to be alike, the first."""
    if not found:
        return
    value, error = found[0]
    told = {key: getattr(error, key) for key in _ERROR_FIELDS} if error is not None else {}
    given: dict[str, object] = {"error": told} if error is not None else {"value": plain_value(value)}
    (kind,) = given
    node = expect.get(kind)
    if node is None:
        edits.replace(expect, given)
    elif error is not None and isinstance(node, MappingNode):
        for key, item in node.entries:
            edits.change(item, getattr(error, str(key.value)))
    else:
        edits.change(node, given[kind])


def _same(written: object, found: object) -> bool:
    wanted = value_of(written)
    return bool(subset(wanted, found) == wanted)


def _same_stream(written: object, found: object) -> bool:
    return stream_bytes(written) == found


def _stream(data: object) -> object:
    """A stream as text where it is some."""
    if not isinstance(data, bytes):
        return data
    text = data.decode("latin-1")
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else data


def _as_it_is(value: object) -> object:
    return value


# Edits


@dataclass(slots=True)
class _Edits:
    """Replacements in a text: `(start, end, new text)`, in code points."""

    source: SourceFile
    changes: list[tuple[int, int, str]] = field(default_factory=list)

    def text(self) -> str:
        """The text with all of them."""
        text = self.source.text
        for start, end, new in sorted(self.changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def change(
        self, node: Node, found: object, same: Same = _same, shown: Callable[[object], object] = _as_it_is
    ) -> None:
        """Make the node say what was found, as far as it speaks of it; the parts that are right stay."""
        if same(plain(node), found):
            return
        if isinstance(node, MappingNode) and isinstance(found, dict) and node.keys() != ("hex",):
            for key, item in node.entries:
                self.change(item, found.get(str(key.value)), same, shown)
        elif isinstance(node, SequenceNode) and isinstance(found, list) and node.items and found:
            self._list(node, found, same, shown)
        else:
            self.replace(node, [shown(item) for item in found] if isinstance(found, list) else shown(found))

    def replace(self, node: Node, value: object) -> None:
        start, end = node.span.start, node.span.end
        old = self.source.text[start:end]
        tail = old[len(old.rstrip("\r\n")) :]  # a block scalar ends with its line
        before = " " if isinstance(node, ScalarNode) and node.is_absent else ""
        self.changes.append((start, end, before + flow(value) + tail))

    def _list(self, node: SequenceNode, found: list[object], same: Same, shown: Callable[[object], object]) -> None:
        """Items at the beginning and at the end that are right stay; those between are edited, added, removed."""
        items = node.items
        head = 0
        while head < min(len(items), len(found)) and same(plain(items[head]), found[head]):
            head += 1
        tail = 0
        most = min(len(items), len(found)) - head
        while tail < most and same(plain(items[len(items) - 1 - tail]), found[len(found) - 1 - tail]):
            tail += 1
        old, new = list(items[head : len(items) - tail]), found[head : len(found) - tail]
        both = min(len(old), len(new))
        for item, value in zip(old[:both], new[:both], strict=True):
            self.change(item, value, same, shown)
        at = head + both
        if len(old) > both:
            self._remove(node, at, at + len(old) - both)
        elif len(new) > both:
            self._insert(node, at, [flow(shown(value)) for value in new[both:]])

    def _remove(self, node: SequenceNode, first: int, last: int) -> None:
        """The items from `first` to before `last`; others remain."""
        items = node.items
        if self._is_block(node):
            start, end = self._line(self._dash(items[first])), self._line_end(items[last - 1].span.end)
        elif last < len(items):
            start, end = items[first].span.start, items[last].span.start
        else:
            start, end = items[first - 1].span.end, items[last - 1].span.end
        self.changes.append((start, end, ""))

    def _insert(self, node: SequenceNode, at: int, texts: list[str]) -> None:
        """New items before the one at `at`, or at the end."""
        items = node.items
        if self._is_block(node):
            dash = self._dash(items[0])
            indent = self.source.text[self._line(dash) : dash]
            indent = indent if not indent.strip() else " " * len(indent)
            place = self._line(self._dash(items[at])) if at < len(items) else self._line_end(items[-1].span.end)
            broken = place == 0 or self.source.text[place - 1] in "\r\n"
            lines = "".join(f"{indent}- {text}{self._newline}" for text in texts)
            self.changes.append((place, place, lines if broken else self._newline + lines))
        elif at < len(items):
            place = items[at].span.start
            self.changes.append((place, place, "".join(f"{text}, " for text in texts)))
        else:
            place = items[-1].span.end
            self.changes.append((place, place, "".join(f", {text}" for text in texts)))

    # Places

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.source.text else "\n"

    def _is_block(self, node: SequenceNode) -> bool:
        return self.source.text[node.span.start] != "["

    def _dash(self, item: Node) -> int:
        return self.source.text.rindex("-", 0, item.span.start)

    def _line(self, offset: int) -> int:
        return self.source.line_start(self.source.position(offset).line)

    def _line_end(self, offset: int) -> int:
        """Behind the line break of the line in which the code point before `offset` stands."""
        line = self.source.position(max(0, offset - 1)).line
        return self.source.line_start(line + 1) if line < self.source.line_count else len(self.source.text)
