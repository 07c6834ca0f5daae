"""Types, tables, variables, events and alerts as they are declared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dissgen.diagnostics import suggest
from dissgen.ir import ops
from dissgen.ir.expressions import Constant, ListDisplay, Typed
from dissgen.reader import Node, ScalarNode, SequenceNode
from dissgen.sema.maps import check_map
from dissgen.sema.model import AlertModel, EventModel, MachineEventModel, TableModel, VariableModel
from dissgen.sema.reserved import RESERVED, SCOPE_WORDS
from dissgen.sema.spec_context import SpecContext
from dissgen.spec.quantities import duration, size
from dissgen.spec.tree import AlertDefinition, EventDefinition, Name, Protocol, TableDefinition, VariableDefinition
from dissgen.types import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    NONE,
    SIMPLE,
    STR,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    TableType,
    Type,
    TypeProblem,
    parse_type,
    show,
)

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules

_SCALARS: Final[Mapping[type, Type]] = {bool: BOOL, int: INT, str: STR}
_SCOPES: Final[Mapping[object, ops.Scope]] = {
    "session": "session",
    "direction": "direction",
    "message": "message",
}
_EVENT_WORDS: Final = frozenset({"direction", "offset", "state", "time"})


def declared_type(node: ScalarNode, records: Collection[str], context: SpecContext) -> Type | None:
    """The type that a scalar names; None after reporting that it is none."""
    text = node.value if isinstance(node.value, str) else node.span.text
    found = parse_type(text, records, context.enums)
    if not isinstance(found, TypeProblem):
        _use_records(found, context)
        return found
    help_ = found.help
    if found.unknown is not None:
        similar = suggest(found.unknown, [*SIMPLE, "list", "map", "optional", *records, *context.enums])
        help_ = f"write `{similar}`" if similar else None
    span = node.inner_span(found.start, max(found.end, found.start + 1))
    context.diagnostics.error("DG316", found.message, span, "", help=help_ or ())
    return None


def _use_records(type_: Type, context: SpecContext) -> None:
    match type_:
        case RecordType(name):
            context.use("grammar", name)
        case EnumType(name):
            context.use("enums", name)
        case ListType(within) | OptionalType(within):
            _use_records(within, context)
        case _:
            pass


# Tables


def check_tables(protocol: Protocol, context: SpecContext) -> dict[str, TableModel]:
    """The tables by name; one with a mistake is left out after reporting it."""
    checked = (_table(item, context) for item in protocol.tables)
    return {model.name: model for model in checked if model is not None}


def _table(item: TableDefinition, context: SpecContext) -> TableModel | None:
    context.check_name(item.name, "table")
    keys = [key for key, _ in item.entries]
    values = [value for _, value in item.entries if value is not None]
    key_type = _common_type(keys, f"keys of `{item.name.text}`", context)
    value_type = None if item.is_set else _common_type(values, f"values of `{item.name.text}`", context)
    first: dict[tuple[type, object], ScalarNode] = {}
    correct = key_type is not None and (item.is_set or value_type is not None)
    for key in keys:
        before = first.setdefault((type(key.value), key.value), key)
        if before is not key:
            correct = False
            context.diagnostics.error(
                "DG207",
                f"the key `{key.span.text}` stands twice",
                key.span,
                "again here",
                also=[(before.span, "first here")],
            )
    if not correct or key_type is None:
        return None
    entries = tuple((_plain(key), True if value is None else _plain(value)) for key, value in item.entries)
    type_ = TableType(item.name.text, key_type, value_type)
    return TableModel(item.name.text, item.is_set, entries, type_, item.name.span)


def _plain(node: ScalarNode) -> str | int | bool:
    assert isinstance(node.value, str | int | bool)
    return node.value


def _common_type(nodes: list[ScalarNode], what: str, context: SpecContext) -> Type | None:
    """The one type of several YAML values; STR for none at all."""
    found: Type | None = None
    for node in nodes:
        type_ = _SCALARS.get(type(node.value))
        if type_ is None:
            context.diagnostics.error(
                "DG206",
                f"`{node.span.text}` is no key or value of a table",
                node.span,
                "",
                help="write text or a number",
            )
            return None
        if found is not None and type_ != found:
            context.diagnostics.error(
                "DG206",
                f"the {what} are of two types",
                node.span,
                f"`{show(type_)}`",
                also=[(nodes[0].span, f"`{show(found)}`")],
                help=f"write `'{node.span.text}'`" if found == STR else (),
            )
            return None
        found = type_
    return found or STR


# Variables


def check_variables(protocol: Protocol, rules: Rules, context: SpecContext) -> dict[str, VariableModel | None]:
    """The variables by name; None for one with a mistake in its declaration."""
    return {item.name.text: _variable(item, rules, context) for item in protocol.variables}


def _variable(item: VariableDefinition, rules: Rules, context: SpecContext) -> VariableModel | None:
    if item.name.text not in SCOPE_WORDS:
        context.check_name(item.name)
    elif not check_payload_name(item.name, context, "variable"):
        return None
    type_ = declared_type(item.type, rules.definitions, context)
    scope = _SCOPES.get(item.scope.value if item.scope is not None else "session", "session")
    limit = None
    if item.limit is not None:
        limit = size(str(item.limit.value))
        if limit is None or limit < 1:
            context.diagnostics.error("DG230", f"`{item.limit.span.text}` is no size", item.limit.span)
        elif not isinstance(type_, ListType | MapType):
            context.diagnostics.error(
                "DG230", "only a list or a map has a limit", item.limit.span, "", help="leave it out"
            )
    if type_ is None:
        return None
    if not check_map(item, type_, context):
        return None
    expires = duration(str(item.expires.value)) if item.expires is not None else None
    if isinstance(type_, MapType) or item.initial is None:
        initial: Typed | None = Constant(None, NONE, item.type.span)
    else:
        initial = _initial(item.initial, type_, context)
    if initial is None:
        return None
    return VariableModel(item.name.text, type_, initial, limit, item.name.span, scope, expires)


def _initial(node: Node, type_: Type, context: SpecContext) -> Typed | None:
    """A YAML value as a constant tree of the variable's type."""
    if isinstance(type_, ListType) and isinstance(node, SequenceNode):
        items = [_initial(item, type_.item, context) for item in node.items]
        typed = tuple(item for item in items if item is not None)
        return ListDisplay(typed, type_, node.span) if len(typed) == len(items) else None
    if isinstance(type_, OptionalType):
        if isinstance(node, ScalarNode) and node.value is None:
            return Constant(None, NONE, node.span)
        return _initial(node, type_.inner, context)
    if isinstance(node, ScalarNode):
        if type_ == DURATION and isinstance(node.value, str) and duration(node.value) is not None:
            return Constant(duration(node.value), DURATION, node.span)
        if type_ == FLOAT and isinstance(node.value, float):
            return Constant(node.value, FLOAT, node.span)
        value = context.constant(node, type_)
        return None if value is None else Constant(value, type_, node.span)
    context.diagnostics.error("DG206", f"this is no `{show(type_)}`", node.span, f"`{show(type_)}` is needed here")
    return None


# Events and alerts


def check_events(protocol: Protocol, rules: Rules, context: SpecContext) -> dict[str, EventModel | None]:
    """The events by name; None for one whose payload is not known."""
    return {item.name.text: rules.event(item) for item in protocol.events}


def check_machine_events(
    protocol: Protocol, rules: Rules, context: SpecContext, builtin: Collection[str]
) -> dict[str, MachineEventModel | None]:
    """The events of the machine that are raised; None for one whose payload is not known."""
    found: dict[str, MachineEventModel | None] = {}
    for item in protocol.machine_events:
        context.check_name(item.name, "event of the machine")
        if item.name.text in builtin:
            context.diagnostics.error(
                "DG520",
                f"`{item.name.text}` is an event of every machine",
                item.name.span,
                "",
                help=f"write `{item.name.text}_event`",
            )
        fields: list[tuple[str, Type]] = []
        correct = True
        for field, node in item.fields or ():
            type_ = declared_type(node, rules.definitions, context)
            correct = check_payload_name(field, context) and correct and type_ is not None
            if type_ is not None:
                fields.append((field.text, type_))
        name = item.name.text
        found[name] = MachineEventModel(name, tuple(fields), item.name.span) if correct else None
    return found


def check_payload_name(name: Name, context: SpecContext, what: str = "payload") -> bool:
    """A name of a payload is one in expressions: it must not mean anything else there."""
    if name.text not in RESERVED:
        context.check_name(name)
        return True
    context.diagnostics.error(
        "DG204",
        f"a {what} named `{name.text}`, which has a meaning in expressions",
        name.span,
        "",
        help=f"write `{name.text}_value`",
    )
    return False


def check_event(item: EventDefinition, rules: Rules, context: SpecContext) -> EventModel | None:
    context.check_name(item.name, "event")
    name, span = item.name.text, item.name.span
    if item.stream is not None:
        if item.stream.text != "bytes":
            model = _rule_event(item.stream, name, item, rules, context)
            return None if model is None else replace(model, substream=True)
        return EventModel(name, (), True, None, span)
    if item.rule is not None:
        return _rule_event(item.rule, name, item, rules, context)
    fields: list[tuple[str, Type]] = []
    correct = True
    for field, node in item.fields or ():
        context.check_name(field)
        if field.text in _EVENT_WORDS:
            context.diagnostics.error(
                "DG204",
                f"a payload field named `{field.text}`, which every event has",
                field.span,
                "",
                help=f"write `{field.text}_value`",
            )
        type_ = declared_type(node, rules.definitions, context)
        correct = correct and type_ is not None
        if type_ is not None:
            fields.append((field.text, type_))
    return EventModel(name, tuple(fields), False, None, span) if correct else None


def _rule_event(rule: Name, name: str, item: EventDefinition, rules: Rules, context: SpecContext) -> EventModel | None:
    if rule.text not in rules:
        rules.unknown(rule)
        return None
    context.use("grammar", rule.text)
    if not rules.is_record(rule.text):
        context.diagnostics.error(
            "DG215",
            f"`{rule.text}` builds no record",
            rule.span,
            "the payload would have no fields",
            help="give the rule a `record` with a field"
            if item.stream is not None
            else f"write `{name}: {{value: type}}`",
        )
        return None
    model = rules.model(rule.text)
    if model is None or model.body is None:
        return None
    fields = tuple((field.name, field.type) for field in model.fields if not field.local)
    return EventModel(name, fields, False, rule.text, item.name.span)


def check_alert(item: AlertDefinition, context: SpecContext) -> AlertModel:
    """An alert without its description, which is checked where it is raised."""
    context.check_name(item.name, "alert")
    return AlertModel(
        item.name.text,
        item.severity,
        item.confidence,
        item.completion,
        item.method,
        item.references,
        item.name.span,
    )
