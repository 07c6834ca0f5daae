"""From YAML events to nodes.

Works on the events of PyYAML's pure Python parser, whose positions are better than libyaml's. Its own stack keeps deep
nesting and aliases from making it recurse; every refused construct of a file is reported, not only the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

import yaml
from yaml import events

from dissgen.diagnostics import Diagnostics
from dissgen.reader.mappings import Entry, checked_entries
from dissgen.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.reader.scalars import MAXIMUM_DIGITS, resolve
from dissgen.reader.syntax import report_syntax
from dissgen.text import SourceFile, Span

MAXIMUM_SIZE: Final = 1 << 20
"""Bytes of a spec."""

MAXIMUM_DEPTH: Final = 64
"""Sequences and mappings inside each other."""

UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Controls, what older YAML takes for line breaks, and what changes the direction in which a line is read."""

_HALF: Final = re.compile("[\ud800-\udfff]")
_HALF_ESCAPED: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\U0000[dD][89a-fA-F][0-9a-fA-F]{2}")

_PROPERTY: Final = re.compile(r"([&!][^\s,\[\]{}]*|!<[^>]*>)\s*")


def read(source: SourceFile, diagnostics: Diagnostics) -> MappingNode | None:
    """The mapping that a spec is, or None after reporting what keeps it from being one."""
    if len(source.text.encode("utf-8", "surrogatepass")) > MAXIMUM_SIZE:
        report_size(source.path, diagnostics)
        return None
    if not _printable(source, diagnostics):
        return None
    builder = _Builder(source, diagnostics)
    try:
        builder.run()
    except yaml.MarkedYAMLError as error:
        report_syntax(error, source, diagnostics)
        return None
    return builder.result()


def report_size(path: str, diagnostics: Diagnostics) -> None:
    """Say that the file at a path is larger than a spec may be."""
    whole = Span(SourceFile(path, ""), 0, 0)
    diagnostics.error("DG003", "the file is larger than 1 MiB", whole, help="split the spec")


def _printable(source: SourceFile, diagnostics: Diagnostics) -> bool:
    found = False
    for match in UNFIT.finditer(source.text):
        found = True
        name = f"U+{ord(match.group()):04X}"
        help_ = f'write it as an escape in double quotes: "{_escape(match.group())}"'
        diagnostics.error(
            "DG004", f"the control character {name}", Span.at(source, match.start()), "not allowed", help=help_
        )
    return not found


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


@dataclass(slots=True)
class _Frame:
    """A collection that is not complete yet."""

    start: int
    is_mapping: bool
    is_flow: bool
    nodes: list[Node] = field(default_factory=list)
    """Items of a sequence; keys and values of a mapping in turn."""


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


def _offset(mark: _Mark | None) -> int:
    assert mark is not None, "events of the pure Python parser have marks"
    return mark.index


class _TooDeep(Exception):
    """Reported already; ends the reading."""


class _Builder:
    """Builds the tree of one file."""

    def __init__(self, source: SourceFile, diagnostics: Diagnostics) -> None:
        self._source = source
        self._diagnostics = diagnostics
        self._frames: list[_Frame] = []
        self._root: Node | None = None
        self._documents = 0
        self._failed = False

    def run(self) -> None:
        """Read all events. Raises yaml.MarkedYAMLError on a syntax error."""
        try:
            for event in yaml.parse(self._source.text, Loader=yaml.SafeLoader):
                self._take(event)
        except _TooDeep:
            pass

    def result(self) -> MappingNode | None:
        """The tree, once all events are read."""
        if self._failed:
            return None
        root = self._root
        if root is None or (isinstance(root, ScalarNode) and root.is_absent):
            self._error("DG006", "the file is empty", Span(SourceFile(self._source.path, ""), 0, 0), "nothing to read")
            return None
        if not isinstance(root, MappingNode):
            what = "a list" if isinstance(root, SequenceNode) else "a single value"
            help_ = "begin with `dissgen: 1` and `protocol: name`"
            self._error("DG008", "a spec is a mapping of keys to values", root.span, f"this is {what}", help_)
            return None
        return root

    def _error(self, code: str, message: str, span: Span, label: str, help_: str | tuple[str, ...] = ()) -> None:
        self._failed = True
        self._diagnostics.error(code, message, span, label, help=help_)

    def _span(self, start: int, end: int) -> Span:
        return Span(self._source, start, end)

    def _take(self, event: events.Event) -> None:
        match event:
            case events.DocumentStartEvent():
                self._begin_document(event)
            case events.AliasEvent():
                span = self._span(_offset(event.start_mark), _offset(event.end_mark))
                self._error("DG010", "an alias", span, "not allowed in a spec", "write the value out")
                self._add(ScalarNode(span, span.text))
            case events.ScalarEvent():
                self._add(self._scalar(event))
            case events.SequenceStartEvent() | events.MappingStartEvent():
                self._begin(event)
            case events.SequenceEndEvent() | events.MappingEndEvent():
                self._end(event)
            case _:
                pass

    def _begin_document(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents == 2:
            span = self._span(_offset(event.start_mark), _offset(event.end_mark))
            self._error("DG007", "a second document", span, "begins here", "one file is one spec: split the file")

    def _scalar(self, event: events.ScalarEvent) -> ScalarNode:
        start = self._properties(event)
        style = event.style or ""
        text = self._source.text
        end = start + len(text[start : _offset(event.end_mark)].rstrip(" \t\r\n"))
        span = self._span(start, max(start, end))
        if _HALF.search(event.value):
            self._report_half(span)
        if style or event.tag is not None:
            return ScalarNode(span, event.value, style)
        try:
            return ScalarNode(span, resolve(event.value))
        except ValueError:
            self._error("DG016", "a number with too many digits", span, f"more than {MAXIMUM_DIGITS} characters")
            return ScalarNode(span, 0)

    def _report_half(self, span: Span) -> None:
        """In a source without surrogates only an escape gives one."""
        escape = _HALF_ESCAPED.search(self._source.text, span.start, span.end)
        assert escape is not None
        place = self._span(escape.start(), escape.end())
        help_ = "write the character itself, or `\\U` and its eight digits"
        self._error("DG017", "half a character", place, "a character of UTF-16 takes two of these", help_)

    def _begin(self, event: events.CollectionStartEvent) -> None:
        start = self._properties(event)
        if len(self._frames) == MAXIMUM_DEPTH:
            message = f"lists and mappings are nested more than {MAXIMUM_DEPTH} deep"
            self._error("DG014", message, Span.at(self._source, start), "one too many", "give the parts names")
            raise _TooDeep
        is_flow = self._source.text[start : start + 1] in ("[", "{") and bool(event.flow_style)
        self._frames.append(_Frame(start, isinstance(event, events.MappingStartEvent), is_flow))

    def _properties(self, event: events.ScalarEvent | events.CollectionStartEvent) -> int:
        """Refuse the anchor and the tag of a node; the offset at which the node itself starts."""
        at = _offset(event.start_mark)
        if event.anchor is None and event.tag is None:
            return at
        while (match := _PROPERTY.match(self._source.text, at)) is not None:
            span = self._span(match.start(1), match.end(1))
            if match.group(1).startswith("&"):
                self._error("DG010", "an anchor", span, "not allowed in a spec", "write the value out where it is used")
            else:
                self._error("DG011", "a tag", span, "not allowed in a spec", "leave it out: the key decides the type")
            at = match.end()
        return max(at, _offset(event.start_mark))

    def _end(self, event: events.SequenceEndEvent | events.MappingEndEvent) -> None:
        frame = self._frames.pop()
        if frame.is_flow:
            end = _offset(event.end_mark)
        else:
            end = max((node.span.end for node in frame.nodes), default=frame.start)
        span = self._span(frame.start, max(frame.start, end))
        if not frame.is_mapping:
            self._add(SequenceNode(span, tuple(frame.nodes)))
            return
        pairs: list[Entry] = list(zip(frame.nodes[::2], frame.nodes[1::2], strict=True))
        entries = checked_entries(pairs, frame.is_flow, self._diagnostics)
        self._failed = self._failed or entries is None
        self._add(MappingNode(span, entries or ()))

    def _add(self, node: Node) -> None:
        if self._frames:
            self._frames[-1].nodes.append(node)
        elif self._documents == 1:
            self._root = node
