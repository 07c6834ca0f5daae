"""From nodes to the tree of the spec as written.

The schema has been checked, so shapes are right; what is not there any more after an error in the schema is never
read. Where a shape is wrong nevertheless, the entry is passed over: the schema has said why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Literal, TypeVar

from dissgen.diagnostics import Diagnostics
from dissgen.ir.ops import Limits
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec import quantities, tree
from dissgen.spec.elements import parse_rule
from dissgen.spec.machine import parse_states, parse_transitions
from dissgen.spec.tree import Name, name_of

T = TypeVar("T")

_SIZED_LIMITS: Final = ("message", "token", "hold", "items", "depth", "transitions", "work", "expansion", "variable")
_PARTIES: Final[tuple[Literal["address", "service"], ...]] = ("address", "service")


def parse(node: MappingNode, diagnostics: Diagnostics) -> tree.Protocol:
    """The spec that a document writes."""
    name = node.get("protocol")
    initial = node.get("initial")
    directions = node.get("directions")
    return tree.Protocol(
        source=node.span.source,
        span=name.span if name is not None else node.span,
        name=text(name),
        title=text(node.get("title")),
        doc=text(node.get("doc")),
        references=texts(node.get("references")),
        transport=tuple((key.text, _ports(value)) for key, value in entries(node.get("transport"))),
        confirm=tuple(
            tree.Confirmation(key.text, value)
            for key, value in entries(node.get("confirm"))
            if isinstance(value, ScalarNode)
        ),
        directions=(_direction(directions, "up"), _direction(directions, "down")),
        encoding=text(node.get("encoding")) or "latin-1",
        limits=_limits(node.get("limits"), diagnostics),
        tokens=_section(node, "tokens", _token),
        tables=_section(node, "tables", _table),
        rules=_rules(node),
        enums=_section(node, "enums", _enum),
        variables=_section(node, "variables", _variable),
        conditions=_section(node, "conditions", _condition),
        events=_section(node, "events", _event),
        machine_events=_machine_events(node.get("machine")),
        custom=_custom(node.get("machine")),
        roles=_roles(node.get("machine")),
        alerts=_section(node, "alerts", parse_alert),
        hooks=_section(node, "hooks", _hook),
        initial=name_of(initial) if initial is not None else None,
        states=parse_states(node.get("states")),
        first=parse_transitions(node.get("first")),
        any=parse_transitions(node.get("any")),
        examples=tuple(item for item in items(node.get("examples")) if isinstance(item, MappingNode)),
    )


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; of anything else none."""
    return node.items if isinstance(node, SequenceNode) else ()


def entries(node: Node | None) -> Iterator[tuple[Name, Node]]:
    """The keys, as names, and values of a mapping; of anything else none."""
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            name = name_of(key)
            if name is not None:
                yield name, value


def text(node: Node | None) -> str:
    """The text of a scalar as it is written; "" for nothing."""
    if not isinstance(node, ScalarNode) or node.value is None:
        return ""
    return node.value if isinstance(node.value, str) else node.span.text


def texts(node: Node | None) -> tuple[str, ...]:
    return tuple(text(item) for item in items(node))


def _section(node: MappingNode, key: str, parse_entry: Callable[[Name, Node], T | None]) -> tuple[T, ...]:
    parsed = (parse_entry(name, value) for name, value in entries(node.get(key)))
    return tuple(item for item in parsed if item is not None)


def _rules(node: MappingNode) -> tuple[tree.RuleDefinition, ...]:
    """The rules, each with the byte and bit order of its file."""
    endian, bits = text(node.get("endian")) or "big", text(node.get("bits")) or "msb"
    return tuple(replace(rule, endian=endian, bits=bits) for rule in _section(node, "grammar", parse_rule))


def _ports(node: Node) -> tuple[int, ...]:
    found = items(node) or (node,)
    return tuple(
        item.value
        for item in found
        if isinstance(item, ScalarNode) and isinstance(item.value, int) and not isinstance(item.value, bool)
    )


def _direction(node: Node | None, direction: str) -> str:
    named = node.get(direction) if isinstance(node, MappingNode) else None
    return text(named) or direction


def _limits(node: Node | None, diagnostics: Diagnostics) -> Limits:
    values: dict[str, int] = {}
    for name, value in entries(node):
        if name.text not in _SIZED_LIMITS or not isinstance(value, ScalarNode):
            continue
        size = quantities.size(text(value))
        if size is None or size == 0:
            help_ = "write a number above zero, or one with B, KiB, MiB or GiB"
            diagnostics.error("DG230", f"`{text(value)}` is no size", value.span, "", help=help_)
        else:
            values[name.text] = size
    return Limits(**values)


def _token(name: Name, node: Node) -> tree.TokenDefinition | None:
    return tree.TokenDefinition(name, node) if isinstance(node, ScalarNode) else None


def _condition(name: Name, node: Node) -> tree.ConditionDefinition | None:
    return tree.ConditionDefinition(name, node) if isinstance(node, ScalarNode) else None


def _table(name: Name, node: Node) -> tree.TableDefinition | None:
    """`{key: value}`, `{value: [keys]}` or `[keys]`."""
    if isinstance(node, SequenceNode):
        keys = tuple((key, None) for key in node.items if isinstance(key, ScalarNode))
        return tree.TableDefinition(name, keys, is_set=True)
    if not isinstance(node, MappingNode):
        return None
    pairs: list[tuple[ScalarNode, ScalarNode | None]] = []
    for key, value in node.entries:
        if isinstance(value, SequenceNode):
            pairs += [(item, key) for item in value.items if isinstance(item, ScalarNode)]
        elif isinstance(value, ScalarNode):
            pairs.append((key, value))
    return tree.TableDefinition(name, tuple(pairs), is_set=False)


def _enum(name: Name, node: Node) -> tree.EnumDefinition | None:
    if not isinstance(node, MappingNode):
        return None
    return tree.EnumDefinition(
        name, tuple((key, value) for key, value in node.entries if isinstance(value, ScalarNode))
    )


def _variable(name: Name, node: Node) -> tree.VariableDefinition | None:
    if not isinstance(node, MappingNode):
        return None
    type_, initial = node.get("type"), node.get("initial")
    if not isinstance(type_, ScalarNode):
        return None
    return tree.VariableDefinition(
        name, type_, initial, scalar(node, "scope"), scalar(node, "limit"), scalar(node, "expires")
    )


def _event(name: Name, node: Node) -> tree.EventDefinition | None:
    if isinstance(node, ScalarNode):
        return tree.EventDefinition(name, name_of(node), None, None)
    stream = node.get("stream") if isinstance(node, MappingNode) and node.keys() == ("stream",) else None
    if isinstance(stream, ScalarNode):
        return tree.EventDefinition(name, None, None, name_of(stream))
    fields = tuple((key, value) for key, value in entries(node) if isinstance(value, ScalarNode))
    return tree.EventDefinition(name, None, fields, None)


def _machine_events(node: Node | None) -> tuple[tree.EventDefinition, ...]:
    """`machine: {events: {name: {field: type}}}`."""
    return _section(node, "events", _event) if isinstance(node, MappingNode) else ()


def _custom(node: Node | None) -> Name | None:
    kind = node.get("type") if isinstance(node, MappingNode) else None
    return name_of(kind) if isinstance(kind, ScalarNode) and kind.value == "custom" else None


def _roles(node: Node | None) -> tuple[tuple[Name, str], ...]:
    """`machine: {roles: {event: direction}}`."""
    pairs = entries(node.get("roles")) if isinstance(node, MappingNode) else ()
    return tuple((name, str(value.value)) for name, value in pairs if isinstance(value, ScalarNode))


def _hook(name: Name, node: Node) -> tree.HookDefinition | None:
    """`{parameters: {name: type}, returns: type}`."""
    if not isinstance(node, MappingNode):
        return None
    parameters = ((key, value) for key, value in entries(node.get("parameters")))
    typed = tuple((key, value) for key, value in parameters if isinstance(value, ScalarNode))
    return tree.HookDefinition(name, typed, scalar(node, "returns"), text(node.get("doc")))


def parse_alert(name: Name, node: Node) -> tree.AlertDefinition | None:
    """An entry of `alerts`, or an alert that stands in the transition that raises it."""
    if not isinstance(node, MappingNode):
        return None
    return tree.AlertDefinition(
        name,
        severity=text(node.get("severity")) or "medium",
        confidence=text(node.get("confidence")) or "high",
        completion=text(node.get("completion")) or None,
        method=text(node.get("method")) or None,
        references=texts(node.get("references")),
        description=scalar(node, "description"),
        sources=_parties(node.get("sources")),
        targets=_parties(node.get("targets")),
    )


def _parties(node: Node | None) -> tuple[tree.PartyDefinition, ...]:
    """`[expression, {address: expression}, {service: expression}]`."""
    found: list[tree.PartyDefinition] = []
    for item in items(node):
        if isinstance(item, ScalarNode):
            found.append(tree.PartyDefinition("address", item))
        for kind in _PARTIES:
            value = item.get(kind) if isinstance(item, MappingNode) else None
            if isinstance(value, ScalarNode):
                found.append(tree.PartyDefinition(kind, value))
    return tuple(found)


def scalar(node: MappingNode, key: str) -> ScalarNode | None:
    value = node.get(key)
    return value if isinstance(value, ScalarNode) else None
