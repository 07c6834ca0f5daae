"""What the keys of one mapping must be: text or numbers, each once, each with a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from dissgen.diagnostics import Diagnostics
from dissgen.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.text import Span, single_quoted

Entry: TypeAlias = tuple[Node, Node]

_LONGEST_HELP: Final = 200
"""Code points of an expression that is shown as it should have been written."""

_NO_COLON: Final = re.compile(r"\s*(?:#[^\r\n]*\s*)*[,}]")
"""What follows a key that has no colon."""


def checked_entries(
    pairs: Sequence[Entry], is_flow: bool, diagnostics: Diagnostics
) -> tuple[tuple[ScalarNode, Node], ...] | None:
    """The entries of a mapping, or None after reporting the keys that are refused."""
    failed = is_flow and _report_stray_keys(pairs, diagnostics)
    first_spans: dict[tuple[type, object], Span] = {}
    entries: list[tuple[ScalarNode, Node]] = []
    for key, value in pairs:
        if not isinstance(key, ScalarNode) or key.value is None:
            _report_key(key, value, diagnostics)
            failed = True
            continue
        if key.value == "<<" and not key.style:
            help_ = "write the keys out"
            diagnostics.error("DG012", "a merge key", key.span, "not allowed in a spec", help=help_)
            failed = True
            continue
        identity = (type(key.value), key.value)
        if identity in first_spans:
            also = [(first_spans[identity], "first here")]
            diagnostics.error("DG009", f"the key `{key.span.text}` stands twice", key.span, "again here", also=also)
            failed = True
            continue
        first_spans[identity] = key.span
        entries.append((key, value))
    return None if failed else tuple(entries)


def _report_key(key: Node, value: Node, diagnostics: Diagnostics) -> None:
    match key:
        case SequenceNode():
            found = "this is a list"
        case MappingNode():
            found = "this is a mapping"
        case _:
            found = "this is null" if key.span.text else "the key is missing here"
    span = key.span if key.span.text else Span(key.span.source, key.span.start, max(key.span.start, value.span.end))
    diagnostics.error("DG013", "a key is a name or a number", span, found)


def _report_stray_keys(pairs: Sequence[Entry], diagnostics: Diagnostics) -> bool:
    """Report keys without a colon: what is left of an expression that a comma has cut in pieces."""
    found = False
    owner: Entry | None = None
    for key, value in pairs:
        if not _is_stray(key, value):
            owner = (key, value)
            continue
        found = True
        text = key.span.text
        help_ = ["write `key: value`"]
        if owner is not None and isinstance(owner[1], ScalarNode) and isinstance(owner[1].value, str):
            whole = owner[1].span.to(key.span)
            help_ = ["an unquoted comma ended the expression before it"]
            if whole.end - whole.start <= _LONGEST_HELP and "\n" not in whole.text:
                help_.append(f"in single quotes it stays whole: `{owner[0].span.text}: {single_quoted(whole.text)}`")
        diagnostics.error("DG015", f"`{text}` is a key without a value", key.span, "no `:` follows", help=help_)
    return found


def _is_stray(key: Node, value: Node) -> bool:
    if not isinstance(key, ScalarNode) or not isinstance(value, ScalarNode) or not value.is_absent:
        return False
    return bool(key.span.text) and _NO_COLON.match(key.span.source.text, key.span.end) is not None
