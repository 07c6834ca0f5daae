"""`extends`: a document that changes some entries of another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode

_OWN: Final = ("dissgen", "protocol", "title", "examples", "imports", "extends")
"""Keys that a document does not take over."""
_APPENDED: Final = ("any", "first", "references")


def extend(node: MappingNode, base: MappingNode, diagnostics: Diagnostics) -> MappingNode:
    """`node` over `base`: entries replace entries of the same name whole, null removes, rows are appended."""
    own = {str(key.value): (key, value) for key, value in node.entries}
    found: list[tuple[ScalarNode, Node]] = [
        (key, value) for key, value in node.entries if key.value in _OWN or base.key(str(key.value)) is None
    ]
    for name, (key, value) in own.items():
        if _is_null(value) and name not in _OWN and base.key(name) is None:
            _report_missing(key, base, f"`{name}`", diagnostics)
    for key, inherited in base.entries:
        name = str(key.value)
        if name in _OWN:
            continue
        if name not in own:
            found.append((key, inherited))
            continue
        merged = _merged(name, own[name][1], inherited, diagnostics)
        if merged is not None:
            found.append((own[name][0], merged))
    return replace(node, entries=tuple(found))


def _merged(section: str, value: Node, inherited: Node, diagnostics: Diagnostics) -> Node | None:
    """The value of a key that both have; None for one that is removed."""
    if _is_null(value):
        return None
    if section in _APPENDED and isinstance(value, SequenceNode) and isinstance(inherited, SequenceNode):
        return replace(value, items=(*inherited.items, *value.items))
    if not isinstance(value, MappingNode) or not isinstance(inherited, MappingNode):
        return value
    entries = {str(key.value): (key, item) for key, item in inherited.entries}
    for key, item in value.entries:
        name = str(key.value)
        if _is_null(item):
            if name not in entries:
                _report_missing(key, inherited, f"`{name}` in `{section}`", diagnostics)
            entries.pop(name, None)
            continue
        if section == "grammar" and isinstance(item, MappingNode) and item.key("replace") is not None:
            if name not in entries:
                _report_missing(key, inherited, f"`{name}` in `{section}`", diagnostics)
            elif (changes := _changes(item, diagnostics)) is not None:
                entries[name] = (key, _replaced(entries[name][1], changes, name, diagnostics))
            continue
        entries[name] = (key, item)
    return replace(value, entries=tuple(entries.values()))


def _report_missing(key: ScalarNode, base: MappingNode, what: str, diagnostics: Diagnostics) -> None:
    similar = suggest(str(key.value), base.keys())
    diagnostics.error(
        "DG144",
        f"there is no {what} to change",
        key.span,
        f"not in {base.span.source.name}",
        help=f"write `{similar}`" if similar else (),
    )


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


# `replace`


def _changes(rule: MappingNode, diagnostics: Diagnostics) -> MappingNode | None:
    """What a rule `{replace: {field: element}}` says; None after reporting that it says something else."""
    for key, value in rule.entries:
        if key.value != "replace":
            diagnostics.error(
                "DG101",
                f"unknown key `{key.value}` beside `replace`",
                key.span,
                "all but the fields is inherited",
                help="write the whole rule",
            )
            return None
        if not isinstance(value, MappingNode) or not value.entries:
            diagnostics.error(
                "DG103",
                "`replace` is a mapping of fields to elements",
                key.span,
                "",
                help="write `replace: {field: {token: WORD}}`, or null to leave the field out",
            )
            return None
    changes = rule.get("replace")
    return changes if isinstance(changes, MappingNode) else None


def _replaced(rule: Node, changes: MappingNode, name: str, diagnostics: Diagnostics) -> Node:
    """A rule with other elements for some of its fields."""
    found = rule
    for key, element in changes.entries:
        field = str(key.value)
        changed, count = _with_field(found, field, key, element)
        if count and changed is None:
            diagnostics.error(
                "DG144",
                f"the rule `{name}` is nothing but `{field}`",
                key.span,
                "nothing would be left",
                help=f"remove the rule: `{name}: null`",
            )
            return rule
        if not count:
            similar = suggest(field, _fields(rule))
            diagnostics.error(
                "DG144",
                f"the rule `{name}` has no field `{field}` to replace",
                key.span,
                "",
                also=[(rule.span, "the rule")] if rule.span.text.count("\n") == 0 else (),
                help=f"write `{similar}`" if similar else (),
            )
            continue
        found = changed or found
    return found


def _with_field(node: Node, field: str, key: ScalarNode, element: Node) -> tuple[Node | None, int]:
    """The node with the element of a field replaced (None: removed), and how often."""
    match node:
        case SequenceNode():
            items = [_with_field(item, field, key, element) for item in node.items]
            kept = tuple(item for item, _ in items if item is not None)
            return replace(node, items=kept), sum(count for _, count in items)
        case MappingNode():
            if field in _own_fields(node):
                return _element(node, field, key, element), 1
            count = 0
            entries: list[tuple[ScalarNode, Node]] = []
            for name, value in node.entries:
                changed, found = _with_field(value, field, key, element)
                count += found
                if changed is None:
                    return None, count  # an `optional` without its element is nothing
                entries.append((name, changed))
            return replace(node, entries=tuple(entries)), count
        case ScalarNode():
            return node, 0


def _element(old: MappingNode, field: str, key: ScalarNode, element: Node) -> Node | None:
    """The new element; it has the field's name, and the case that the old one stood in."""
    if _is_null(element):
        return None
    if not isinstance(element, MappingNode):
        return element  # the schema refuses it, or it is the name of a rule whose fields merge
    selectors = tuple(entry for entry in old.entries if entry[0].value in ("is", "else"))
    named = () if _own_fields(element) else ((replace(key, value="field"), key),)
    return replace(element, entries=(*selectors, *named, *element.entries))


def _own_fields(node: MappingNode) -> set[str]:
    values = (node.get("field"), node.get("let"))
    return {str(value.value) for value in values if isinstance(value, ScalarNode)}


def _fields(node: Node) -> set[str]:
    match node:
        case SequenceNode():
            return set().union(*(_fields(item) for item in node.items))
        case MappingNode():
            return _own_fields(node).union(*(_fields(value) for _, value in node.entries))
        case ScalarNode():
            return set()
