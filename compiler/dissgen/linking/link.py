"""One document from several files: what it imports and what it extends.

Works on nodes, whose spans know their files, so that every later error is shown where it was written. Only what is
referred to is taken from an imported file, and what that refers to in its turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from dissgen.diagnostics import Diagnostics
from dissgen.linking.extending import extend
from dissgen.linking.files import Files, Import, imports_of
from dissgen.linking.renaming import Renaming, words
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.schema import validate
from dissgen.text import SourceFile

SECTIONS: Final = ("tokens", "enums", "tables", "grammar")
"""What can be imported."""

SETTINGS: Final[Mapping[str, str]] = {"encoding": "latin-1", "endian": "big", "bits": "msb", "errors": "escape"}
"""Keys that say how rules read, with their defaults: a rule means the same wherever it is imported."""

MAXIMUM_DEPTH: Final = 16
"""Files that import or extend each other in a chain."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A document that needs no other file. `sources` are the files that it was made of, itself first."""

    node: MappingNode
    sources: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition that can be imported: its section, its key and its value."""

    section: str
    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True)
class Given:
    """An import and the document that it names; `inherited`: the extended document imports it."""

    item: Import
    document: MappingNode
    inherited: bool = False


@dataclass(slots=True)
class _Linker:
    files: Files
    diagnostics: Diagnostics
    done: dict[Path, MappingNode | None] = field(default_factory=dict)
    open: list[Path] = field(default_factory=list)
    given: dict[int, list[Given]] = field(default_factory=dict)
    """What a document, by its identity, imports or has from the one that it extends."""

    def document(self, node: MappingNode, path: Path, *, whole: bool) -> MappingNode | None:
        """A document with what it extends and imports put in; None after reporting what is wrong."""
        found = imports_of(node, self.diagnostics)
        if found is None:
            return None
        self.open.append(path)
        extends = node.get("extends")
        base = self._file(extends, path) if isinstance(extends, ScalarNode) else None
        documents = [(item, self._file(item.file, path)) for item in found]
        self.open.pop()
        given = [Given(item, document) for item, document in documents if document is not None]
        if len(given) < len(documents) or (extends is not None and base is None):
            return None
        own = Diagnostics()
        if base is not None:
            given += [replace(item, inherited=True) for item in self.given.get(id(base), [])]
        names = _names(node, base, given)
        merged = _renamed(node, given, names)
        if base is not None:
            merged = extend(merged, base, own)
        merged = _merge(merged, given, names, own)
        self.given[id(merged)] = given
        correct = not own.has_errors and validate(merged, own, whole=whole)
        for finding in own:
            self.diagnostics.add(finding)
        return merged if correct else None

    def _file(self, name: ScalarNode, origin: Path) -> MappingNode | None:
        """The document of an imported file."""
        path = self.files.find(name, origin, self.diagnostics)
        if path is None:
            return None
        if path in self.open:
            chain = [item.name for item in self.open[self.open.index(path) :]]
            self.diagnostics.error("DG141", f"`{path.name}` needs itself", name.span, " -> ".join([*chain, path.name]))
            return None
        if len(self.open) >= MAXIMUM_DEPTH:
            self.diagnostics.error("DG141", f"over {MAXIMUM_DEPTH} files need each other", name.span, "one more here")
            return None
        if path not in self.done:
            node = self.files.read(path, self.diagnostics)
            self.done[path] = None if node is None else self.document(node, path, whole=False)
        return self.done[path]


def link(node: MappingNode, path: Path, root: Path, diagnostics: Diagnostics, *, whole: bool = True) -> Linked | None:
    """The checked document of a file; None after reporting what keeps it from being one.

    What is not `whole` is there to be imported: it needs no protocol and no rule.
    """
    files = Files(root)
    linker = _Linker(files, diagnostics)
    found = linker.document(node, path.resolve(), whole=whole)
    return None if found is None else Linked(found, (node.span.source, *files.sources()))


def is_library(node: MappingNode) -> bool:
    """Whether a file is there to be imported: it has no protocol, and nothing of a machine."""
    keys = {key.value for key, _ in node.entries}
    return keys <= {*SECTIONS, *SETTINGS, "dissgen", "title", "doc", "references", "imports"}


def _names(node: MappingNode, base: MappingNode | None, given: list[Given]) -> list[dict[str, str]]:
    """Per import, what each name of the imported file is called here: a definition that comes several ways is one."""
    known = {
        entry.key.span: str(entry.key.value) for part in (base, node) if part is not None for entry in _entries(part)
    }
    known |= {
        entry.key.span: str(entry.key.value)
        for one in given
        if one.item.alias is None
        for entry in _entries(one.document)
    }
    found = []
    for one in given:
        names, alias = {}, one.item.alias
        for entry in _entries(one.document):
            name = str(entry.key.value)
            names[name] = known.setdefault(entry.key.span, name if alias is None else f"{alias}_{name}")
        found.append(names)
    return found


def _merge(node: MappingNode, given: list[Given], names: list[dict[str, str]], diagnostics: Diagnostics) -> MappingNode:
    """The document with the imported definitions that it refers to, in front of its own."""
    taken: dict[str, Entry] = {}
    own = {item.key.value: item for item in _entries(node)}
    for one, called in zip(given, names, strict=True):
        item = one.item
        _check_settings(node, item, one.document, diagnostics)
        for entry in _under(one.document, called):
            name = str(entry.key.value)
            if one.inherited and name in own:
                continue  # changed here, or needed by what is extended
            other = own.get(name) or taken.get(name)
            if other is None:
                taken[name] = entry
            if other is None or other.key.span == entry.key.span:
                continue
            diagnostics.error(
                "DG142",
                f"`{name}` comes from two files",
                item.file.span,
                f"`{item.file.span.text}` defines it",
                also=[(entry.key.span, "here"), (other.key.span, "and here")],
                help="import one of the files with `as`",
            )
    return _with_entries(node, _reached(node, taken))


def _check_settings(node: MappingNode, item: Import, document: MappingNode, diagnostics: Diagnostics) -> None:
    """A rule reads alike wherever it is used."""
    for key, default in SETTINGS.items():
        here, there = _text(node, key, default), _text(document, key, default)
        declared = document.key(key) or node.key(key)
        if here != there and declared is not None and document.get("grammar") is not None:
            diagnostics.error(
                "DG143",
                f"`{item.file.span.text}` has another `{key}`",
                item.file.span,
                f"`{key}` is `{there}` there and `{here}` here",
                also=[(declared.span, "declared here")],
            )


def _entries(node: MappingNode) -> list[Entry]:
    return [
        Entry(section, key, value)
        for section in SECTIONS
        if isinstance(mapping := node.get(section), MappingNode)
        for key, value in mapping.entries
    ]


def _under(document: MappingNode, names: dict[str, str]) -> list[Entry]:
    """The definitions of an imported file under the names that they have here."""
    entries = _entries(document)
    if all(name == here for name, here in names.items()):
        return entries
    renaming = Renaming(names, dotted=False)
    return [
        Entry(
            entry.section,
            replace(entry.key, value=names[str(entry.key.value)]),
            renaming.rule(entry.value) if entry.section == "grammar" else entry.value,
        )
        for entry in entries
    ]


def _renamed(node: MappingNode, given: list[Given], names: list[dict[str, str]]) -> MappingNode:
    """The document with `tcp.segment` as `tcp_segment`."""
    dotted = {
        f"{one.item.alias}.{name}": here
        for one, called in zip(given, names, strict=True)
        if one.item.alias is not None
        for name, here in called.items()
    }
    if not dotted:
        return node
    renaming = Renaming(dotted, dotted=True)
    return replace(node, entries=tuple((key, renaming.section(value, str(key.value))) for key, value in node.entries))


def _reached(node: MappingNode, entries: Mapping[str, Entry]) -> list[Entry]:
    """The imported definitions that the document needs, in the order in which they were given."""
    needed: set[str] = set()
    waiting = words(node) & entries.keys()
    while waiting:
        needed |= waiting
        waiting = set().union(*(words(entries[name].value) for name in waiting)) & entries.keys() - needed
    return [entry for name, entry in entries.items() if name in needed]


def _with_entries(node: MappingNode, entries: list[Entry]) -> MappingNode:
    """The document with more definitions, and without the keys that have done their work."""
    found = [(key, value) for key, value in node.entries if key.value not in ("imports", "extends")]
    for section in SECTIONS:
        more = tuple((entry.key, entry.value) for entry in entries if entry.section == section)
        at = next((index for index, (key, _) in enumerate(found) if key.value == section), None)
        if not more:
            continue
        if at is None:
            found.append((ScalarNode(more[0][0].span, section), MappingNode(more[0][0].span, more)))
            continue
        key, value = found[at]
        if isinstance(value, MappingNode):
            found[at] = (key, replace(value, entries=(*more, *value.entries)))
    return replace(node, entries=tuple(found))


def _text(node: MappingNode, key: str, default: str) -> str:
    value = node.get(key)
    return str(value.value) if isinstance(value, ScalarNode) else default
