"""Names of imported definitions, wherever a document refers to them.

Imported under `as: tcp`, the rule `segment` is called `tcp_segment` from here on. In the imported file it is referred
to as `segment`, in the importing one as `tcp.segment`; both are rewritten in place, and errors still show what the
file says. What is no reference (regular expressions, fixed bytes, texts for people) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.reader.nodes import Edit, Written

_TEXTS: Final = frozenset(
    {
        *("field", "let", "literal", "hex", "doc", "message", "fail", "is", "const", "stream", "float", "varint"),
        *("endian", "bits", "slack", "errors", "encoding", "description", "log", "severity", "trigger", "raise"),
        *(
            "event",
            "jump",
            "alert",
            "upgrade",
            "from",
            "to",
            "size_of",
            "count_of",
            "checksum",
            "scope",
            "title",
            "references",
            "method",
            "transform",
            "pop",
            "call",
            "into",
            "probe",
        ),
    }
)
"""Keys whose scalars refer to nothing that can be imported."""
_TOKENS: Final = frozenset({"token", "until", "resync", "before", "behind", "begins", "skip", "between", "up", "down"})
"""Keys whose scalars are a name or something else: only a whole name is rewritten."""
_NAMES: Final = frozenset(
    {
        *("use", "array", "optional", "of", "enum", "table", "rule", "over", "parameters", "type"),
        *("record", "sequence", "try"),
    }
    | {"union", "events"}
)
"""Keys whose scalars name definitions and types, whatever the fields of the rule are called."""
_WORDS: Final = re.compile(
    r"""b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'|(?<![\w.])(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"""
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """What the references of a document become. `dotted` names stand behind the name of their file: `tcp.segment`."""

    names: Mapping[str, str]
    dotted: bool

    def rule(self, node: Node) -> Node:
        """A rule, a state or any other definition."""
        return self._node(node, "record", frozenset(_defined(node)))

    def section(self, node: Node, key: str) -> Node:
        """The value of a key of the document."""
        match key:
            case "grammar":
                return self._entries(node)
            case "events" | "conditions" | "variables" | "states" | "machine" | "hooks" | "first" | "any" | "confirm":
                return self._node(node, key, frozenset())
            case "examples" if isinstance(node, SequenceNode):
                return replace(node, items=tuple(self._example(item) for item in node.items))
            case _:
                return node

    def _entries(self, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            return node
        return replace(node, entries=tuple((key, self.rule(value)) for key, value in node.entries))

    def _example(self, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            return node
        return replace(
            node,
            entries=tuple(
                (key, self._node(value, "rule", frozenset()) if key.value == "rule" else value)
                for key, value in node.entries
            ),
        )

    def _node(self, node: Node, key: str, fields: frozenset[str]) -> Node:
        match node:
            case ScalarNode():
                return self._scalar(node, key, fields)
            case SequenceNode():
                return replace(node, items=tuple(self._node(item, key, fields) for item in node.items))
            case MappingNode():
                array = node.get("array") is not None
                return replace(node, entries=tuple(self._entry(entry, key, fields, array) for entry in node.entries))

    def _entry(
        self, entry: tuple[ScalarNode, Node], key: str, fields: frozenset[str], array: bool
    ) -> tuple[ScalarNode, Node]:
        """What a key means inside a mapping of names (`with`, `parameters`, `events`) is what its mapping means."""
        name, value = entry
        if array and name.value == "until":  # an expression there, as `while` is
            return name, self._node(value, "while", fields)
        inherited = key if key in ("parameters", "with", "conditions") else ""
        if key == "events" and isinstance(value, ScalarNode):
            inherited = "type"
        if key == "events" and isinstance(value, MappingNode):
            inherited = "events"
        return name, self._node(value, inherited or str(name.value), fields)

    def _scalar(self, node: ScalarNode, key: str, fields: frozenset[str]) -> ScalarNode:
        text = node.value
        if not isinstance(text, str) or key in _TEXTS:
            return node
        if key in _TOKENS:
            return self._edited(node, text, [(0, len(text), self.names[text])]) if text in self.names else node
        return self._edited(node, text, list(self._found(text, frozenset() if key in _NAMES else fields)))

    def _found(self, text: str, fields: frozenset[str]) -> Iterator[tuple[int, int, str]]:
        """Where names stand in an expression or a type, and what they become."""
        for match in _WORDS.finditer(text):
            word = match["name"]
            if word is None or word.partition(".")[0] in fields:
                continue
            name = word if self.dotted else word.partition(".")[0]
            if name in self.names:
                yield match.start("name"), match.start("name") + len(name), self.names[name]

    @staticmethod
    def _edited(node: ScalarNode, text: str, found: list[tuple[int, int, str]]) -> ScalarNode:
        if not found:
            return node
        parts: list[str] = []
        edits: list[Edit] = []
        at = length = 0
        for start, end, name in found:
            parts += [text[at:start], name]
            length += start - at
            edits.append(Edit(length, length + len(name), start, end))
            length += len(name)
            at = end
        parts.append(text[at:])
        return replace(node, value="".join(parts), written=Written(text, tuple(edits)))


def words(node: Node) -> set[str]:
    """All that could be names in a document or a part of it, without looking at what they mean there."""
    match node:
        case ScalarNode():
            return set(re.findall(r"[A-Za-z_]\w*", node.value)) if isinstance(node.value, str) else set()
        case SequenceNode():
            return set().union(*(words(item) for item in node.items))
        case MappingNode():
            return set().union(*(words(value) for _, value in node.entries))


def _defined(node: Node) -> Iterator[str]:
    """The fields, `let`s and parameters of a rule."""
    match node:
        case SequenceNode():
            for item in node.items:
                yield from _defined(item)
        case MappingNode():
            for key, value in node.entries:
                if key.value in ("field", "let") and isinstance(value, ScalarNode):
                    yield str(value.value)
                elif key.value == "parameters" and isinstance(value, MappingNode):
                    yield from value.keys()
                else:
                    yield from _defined(value)
        case ScalarNode():
            pass
