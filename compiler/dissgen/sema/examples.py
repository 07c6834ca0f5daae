"""The names in `examples`: an expectation about what does not exist could never fail."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dissgen.ir.ops import Upgrade
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.sema.model import AlertModel, EventModel, HookModel, StateModel, VariableModel
from dissgen.sema.rules import Rules
from dissgen.spec.tree import Name, Protocol, name_of
from dissgen.types import EnumType, ListType, RecordType, Type, inner

BUILT_IN_EVENTS: Final = ("alert", "gap", "end", "verdict", "log")
"""Reported by every session, whatever its spec declares."""
BUILT_IN_ALERTS: Final = ("parse_error", "missing_grammar", "one_sided", "transform_error", "limit", "hook")
"""The ids of the alerts that every session may raise by itself."""
ERROR_FIELDS: Final = ("kind", "rule", "field", "offset", "expected", "found")
"""What `expect: {error: ...}` may name (semantics, rule 10)."""
ERROR_KINDS: Final = ("mismatch", "truncated", "limit", "value", "verify", "const", "recursion")
OF_RULES: Final = ("value", "error")
"""What an example of a rule expects; all else belongs to conversations."""
_FINAL: Final = "finish"
_HEX: Final = re.compile(r"\s*([0-9A-Fa-f]{2}\s*)*")


@dataclass(frozen=True, slots=True)
class Known:
    """What an example may name."""

    protocol: Protocol
    rules: Rules
    events: Mapping[str, EventModel | None]
    alerts: tuple[AlertModel, ...]
    variables: Mapping[str, VariableModel | None]
    states: tuple[StateModel, ...]
    hooks: tuple[HookModel, ...]


def check_examples(known: Known) -> None:
    """Report every name in the examples that is not defined, and expectations that contradict each other."""
    for example in known.protocol.examples:
        _Example(known, example).check()


@dataclass(frozen=True, slots=True)
class _Example:
    known: Known
    node: MappingNode

    def check(self) -> None:
        rule = self._scalar("rule")
        expect = self.node.get("expect")
        if not isinstance(expect, MappingNode):
            return
        of_rule = rule is not None
        for key, value in expect.entries:
            if (key.value in OF_RULES) is not of_rule:
                kind = "a rule" if of_rule else "a conversation"
                allowed = "`value` or `error`" if of_rule else "`state`, `events` and the like"
                self.error(f"an example of {kind} expects no `{key.value}`", key, f"write {allowed}")
            else:
                self._expectation(str(key.value), value)
        if rule is not None:
            self._rule(rule, expect)
            return
        transports = [name for name, _ in self.known.protocol.transport]
        transport = self._scalar("transport")
        if transport is not None and transport.text not in transports:
            self._unknown("transport", transport, transports, "the spec has none of that name")

    def _expectation(self, key: str, value: Node) -> None:
        _check_hex(self, value)
        if key == "state":
            self._names("state", [value], [*(state.name.text for state in self.known.protocol.states), _FINAL])
        elif key == "alerts" and not self._upgrades():
            ids = [alert.id for alert in self.known.alerts]
            self._names("alert", getattr(value, "items", ()), [*ids, *BUILT_IN_ALERTS])
        elif key == "events":
            self._events(value)
        elif key == "streams":
            streams = [name for name, event in self.known.events.items() if event is None or event.stream]
            self._names("stream", [name for name, _ in _entries(value)], streams)
        elif key == "variables":
            self._variables(value)
        elif key == "calls":
            self._calls(value)
        elif key == "error":
            self._error_fields(value)

    # Rules

    def _rule(self, rule: Name, expect: MappingNode) -> None:
        if all(expect.get(key) is not None for key in OF_RULES):
            key = expect.key("error")
            self.error("an example of a rule expects a value or an error, not both", key or self.node, "leave one out")
        if rule.text not in self.known.rules.definitions:
            self._unknown("rule", rule, self.known.rules.definitions, "not defined in `grammar`")
            return
        model = self.known.rules.model(rule.text)
        if model is None:
            return
        parameters = dict(model.parameters)
        given = list(_entries(self.node.get("with")))
        self._names("parameter", [key for key, _ in given], parameters)
        missing = sorted(set(parameters) - {str(key.value) for key, _ in given})
        if missing:
            at = self.node.key("with") or rule.node
            self.error(f"`{rule.text}` needs {', '.join(missing)}", at, f"write `with: {{{missing[0]}: value}}`")
        value = expect.get("value")
        if value is not None:
            self._subset(value, model.type)

    def _error_fields(self, value: Node) -> None:
        self._names("field of an error", [key for key, _ in _entries(value)], ERROR_FIELDS)
        kind = value.get("kind") if isinstance(value, MappingNode) else None
        if kind is not None:
            self._names("kind of error", [kind], ERROR_KINDS)

    # Conversations

    def _upgrades(self) -> bool:
        """Whether alerts of another dissector can come up."""
        rows = (row for state in self.known.states for handler in state.handlers for row in handler.rows)
        return any(isinstance(verb, Upgrade) for row in rows for verb in row.execute)

    def _events(self, value: Node) -> None:
        names = [*self.known.events, *BUILT_IN_EVENTS]
        if isinstance(value, MappingNode):
            self._names("event", [key for key, _ in value.entries], names)
        for entry in getattr(value, "items", ()):
            event = entry.get("event") if isinstance(entry, MappingNode) else None
            if not isinstance(entry, MappingNode) or not isinstance(event, ScalarNode):
                continue
            self._names("event", [event], names)
            model = self.known.events.get(str(event.value))
            if model is not None:
                fields = [item for item in entry.entries if item[0].value != "event"]
                self._payload(fields, model)

    def _payload(self, fields: list[tuple[ScalarNode, Node]], model: EventModel) -> None:
        if model.stream and not model.substream:
            self._names("field of a stream", [key for key, _ in fields], ("data", "complete"))
            return
        types = dict(model.fields)
        if model.rule is not None:
            types = dict(self.known.rules.fields_of(RecordType(model.rule)))
        if types:
            self._fields(fields, types, f"field of `{model.name}`")

    def _calls(self, value: Node) -> None:
        hooks = {hook.name: [name for name, _ in hook.parameters] for hook in self.known.hooks}
        if isinstance(value, MappingNode):
            self._names("hook", [key for key, _ in value.entries], hooks)
        for entry in getattr(value, "items", ()):
            hook = entry.get("hook") if isinstance(entry, MappingNode) else None
            if isinstance(entry, MappingNode) and isinstance(hook, ScalarNode):
                self._names("hook", [hook], hooks)
                parameters = hooks.get(str(hook.value))
                if parameters is not None:
                    self._names("parameter", [key for key, _ in entry.entries if key.value != "hook"], parameters)

    def _variables(self, value: Node) -> None:
        of = {"up": "direction", "down": "direction"}
        for key, inside in _entries(value):
            if key.value in of and isinstance(inside, MappingNode):
                own = [name for name, item in self.known.variables.items() if item is None or item.scope == "direction"]
                self._names("variable of a direction", [name for name, _ in inside.entries], own)
            else:
                self._names("variable", [key], [*self.known.variables, *of])

    # What is part of a record

    def _subset(self, value: Node, type_: Type) -> None:
        """The names in a part of a value of a type."""
        of = inner(type_)
        if isinstance(of, ListType) and isinstance(value, SequenceNode):
            for item in value.items:
                self._subset(item, of.item)
        elif isinstance(of, RecordType) and isinstance(value, MappingNode):
            types = dict(self.known.rules.fields_of(of))
            if types and value.keys() != ("hex",):
                self._fields(list(value.entries), types, "field")

    def _fields(self, fields: list[tuple[ScalarNode, Node]], types: Mapping[str, Type], what: str) -> None:
        named = (name for name, type_ in types.items() if isinstance(_item(type_), EnumType))
        names = [*types, *(f"{name}_name" for name in named)]
        self._names(what, [key for key, _ in fields], names)
        for key, value in fields:
            if str(key.value) in types:
                self._subset(value, types[str(key.value)])

    # Reports

    def _scalar(self, key: str) -> Name | None:
        node = self.node.get(key)
        return None if node is None else name_of(node)

    def _names(self, what: str, nodes: Collection[Node], known: Collection[str]) -> None:
        for node in nodes:
            name = name_of(node)
            if name is not None and name.text not in known:
                self._unknown(what, name, known, "could never be as expected")

    def _unknown(self, what: str, name: Name, known: Collection[str], label: str) -> None:
        self.known.rules.context.unknown(what, name, known, {}, label)

    def error(self, message: str, node: Node, help_: str) -> None:
        self.known.rules.context.diagnostics.error("DG731", message, node.span, "", help=help_)


def _item(type_: Type) -> Type:
    of = inner(type_)
    return inner(of.item) if isinstance(of, ListType) else of


def _entries(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    if isinstance(node, MappingNode):
        yield from node.entries


def _check_hex(example: _Example, node: Node) -> None:
    """`{hex: digits}` stands for bytes, wherever it is expected."""
    match node:
        case SequenceNode():
            for item in node.items:
                _check_hex(example, item)
        case MappingNode():
            digits = node.get("hex") if node.keys() == ("hex",) and len(node.entries) == 1 else None
            if isinstance(digits, ScalarNode):
                if not isinstance(digits.value, str):
                    example.error("hex digits are a text", digits, f"write `'{digits.span.text}'`")
                elif not _HEX.fullmatch(digits.value):
                    example.error(
                        f"`{digits.value}` is no hex", digits, "write two digits for each byte, as in `0d 0a`"
                    )
                return
            for _, item in node.entries:
                _check_hex(example, item)
        case ScalarNode():
            pass
