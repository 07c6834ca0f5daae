"""The rules of a spec, checked when they are first needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.ir.expressions import Binding, BindingKind, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives import Bound
from dissgen.primitives.join import decodes
from dissgen.sema import effects
from dissgen.sema.closure import transitive, users_last
from dissgen.sema.declarations import check_event, declared_type
from dissgen.sema.expressions import Cases
from dissgen.sema.field_names import VALUE, check_field_name, field_names, streamed, valued_element
from dissgen.sema.joining import check_joined
from dissgen.sema.looking_back import check_looking_back
from dissgen.sema.model import EventModel, FieldModel, MachineEventModel, RuleModel, TableModel, VariableModel
from dissgen.sema.resync import resync_of
from dissgen.sema.rule_checker import RuleChecker
from dissgen.sema.spec_context import SpecContext, folded
from dissgen.sema.surroundings import Surroundings, resolve
from dissgen.sema.tokens import TokenTable
from dissgen.spec.tree import Element, EventDefinition, Name, Protocol, RuleDefinition
from dissgen.text import Span
from dissgen.types import BYTES, INT, SIMPLE, STR, OptionalType, RecordType, Type, optional, show

ERROR: Final = RecordType("parse error")
"""The type of `error`; no rule can have this name."""

_ERROR_FIELDS: Final[Mapping[str, Type]] = {
    "kind": STR,
    "rule": STR,
    "field": optional(STR),
    "offset": INT,
    "expected": STR,
    "found": BYTES,
}
_VALUE_KINDS: Final = (
    *("token", "literal", "hex", "number", "float", "varint"),
    *("flag", "bytes", "text", "array", "use", "name"),
)
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
MAXIMUM_DEPTH: Final = 48
"""How deep rules may be checked inside each other."""


class Rules:
    """The rules by name: their checked forms, made when they are first asked for."""

    def __init__(
        self, protocol: Protocol, context: SpecContext, tokens: TokenTable, tables: Mapping[str, TableModel]
    ) -> None:
        self.protocol = protocol
        self.context = context
        self.tokens = tokens
        self.tables = tables
        self.broken_tables = {item.name.text for item in protocol.tables} - set(tables)
        self.variable_places = {item.name.text: item.name for item in protocol.variables}
        self.variables = frozenset(self.variable_places)
        self.message_variables: dict[str, Type | None] = {}
        self.machine_events: dict[str, MachineEventModel | None] = {}
        self._machine_event_places = {item.name.text: item.name for item in protocol.machine_events}
        self._event_models: dict[str, EventModel | None] = {}
        self.events = {item.name.text: item for item in protocol.events}
        self.definitions = {item.name.text: item for item in protocol.rules}
        self.models: dict[str, RuleModel] = {}
        self.anonymous: dict[str, RuleModel] = {}
        self.fed: set[str] = set()
        self.decodes = any(decodes(item.element) for item in protocol.rules)
        self.union_calls: list[tuple[str, Span]] = []
        self.value_uses: list[tuple[str, Span]] = []
        """Rules that are read as a whole: they must end at a byte."""
        self.joined: list[tuple[Name, tuple[str, ...]]] = []
        """Streams that are joined by an element, with the rules that it uses."""
        self.sequences: dict[str, Span] = {}
        """Rules that hold a `sequence`, with the place of the first."""
        self.looking_back: dict[str, Span] = {}
        """Rules that hold an `at`, with the place of the first."""
        self.field_names = field_names(protocol)
        self.surroundings = Surroundings(protocol, self.field_names)
        self._assumed: dict[str, Type | None] = {}
        self._open: dict[str, RuleChecker] = {}
        self._depth = 0
        self._names = set(map(folded, self.definitions))

    def know(
        self, variables: Mapping[str, VariableModel | None], machine_events: dict[str, MachineEventModel | None]
    ) -> None:
        """What rules see of other sections: the variables of the message, the events of the machine."""
        scopes = {item.name.text: item.scope for item in self.protocol.variables}
        self.message_variables = {
            name: None if model is None else model.type
            for name, model in variables.items()
            if (scope := scopes[name]) is not None and scope.value == "message"
        }
        self.machine_events = machine_events

    def event(self, definition: EventDefinition) -> EventModel | None:
        """A user event; None for one whose payload is not known."""
        name = definition.name.text
        if name not in self._event_models:
            self._event_models[name] = check_event(definition, self, self.context)
        return self._event_models[name]

    def machine_event(self, name: Name, diagnostics: Diagnostics) -> dict[str, Type] | None:
        """The payload of an event of the machine; None after reporting that there is none of that name."""
        if name.text not in self.machine_events:
            self.context.unknown(
                "an event of the machine",
                name,
                self.machine_events,
                self._machine_event_places,
                "not defined in `machine: {events: ...}`",
                diagnostics,
            )
            return None
        model = self.machine_events[name.text]
        return None if model is None else dict(model.fields)

    def check_all(self) -> None:
        """Check every rule, used or not, and then what only the whole grammar shows."""
        for name, item in self.definitions.items():
            self._check_name(item.name)
            for parameter in item.parameters:
                check_field_name(parameter.name, self.context)
            self.model(name)
        streams, acting = self.streams(), self.effects()
        for rule, span in self.union_calls:
            if not streams.get(rule) and acting.get(rule):
                self.context.diagnostics.error(
                    "DG221",
                    f"`{rule}` has a `{min(acting[rule])}`, where bytes may be read more than once",
                    span,
                    "it would happen more than once",
                )
            if streams.get(rule):
                self.context.diagnostics.error(
                    "DG221",
                    f"`{rule}` streams, where bytes may be read more than once",
                    span,
                    "it would happen more than once",
                )
        check_joined(self)
        check_looking_back(self)

    def check_ends(self) -> None:
        """A rule that is read as a whole, and not merged, ends at a byte."""
        for rule, span in self.value_uses:
            model = self.models.get(rule)
            if model is not None and model.ends_inside:
                self.context.diagnostics.error(
                    "DG250",
                    f"`{rule}` ends inside a byte",
                    span,
                    "read as a whole",
                    also=[(model.span, "defined here")],
                    help="merge it (no `field`), or let it read the whole byte",
                )

    def _check_name(self, name: Name) -> None:
        self.context.check_name(name, "rule")
        if name.text in (*SIMPLE, "list", "map", "optional"):
            self.context.diagnostics.error(
                "DG204",
                f"a rule named `{name.text}`, which is a type",
                name.span,
                "",
                help=f"write `{name.text}_value`",
            )
        if name.text in self.tokens:
            self.context.diagnostics.error(
                "DG202",
                f"`{name.text}` is a token and a rule",
                name.span,
                "a bare name could be either",
                also=[(self.tokens.places()[name.text].span, "the token")],
            )

    def __contains__(self, name: str) -> bool:
        return name in self.definitions

    def places(self) -> dict[str, Name]:
        return {name: item.name for name, item in self.definitions.items()}

    def unknown(self, name: Name) -> None:
        """Report a rule that is not defined."""
        if name.text in self.tokens:
            self.context.diagnostics.error(
                "DG201",
                f"unknown rule `{name.text}`",
                name.span,
                "this is a token",
                help=f"make it a rule: `record: [{name.text}]`",
            )
            return
        self.context.unknown("a rule", name, self.definitions, self.places(), "not defined in `grammar`")

    def is_record(self, name: str) -> bool:
        """Whether the rule builds a record of its fields."""
        item = self.definitions[name]
        if item.value is not None:
            return False
        return item.element.kind not in _VALUE_KINDS or item.element.field is not None or streamed(item.element)

    def type_of(self, name: str) -> Type | None:
        """What the rule yields; None if that cannot be found out."""
        if name in self.anonymous or self.is_record(name):
            return RecordType(name)
        model = self.model(name)
        return model.type if model is not None else None

    def model(self, name: str) -> RuleModel | None:
        """The checked rule; None while it is being checked, and where that failed."""
        if name in self._open:
            return None
        if name not in self.models and not resolve(self, name) and self._awaited(name):
            return None
        if name not in self.models:
            item = self.definitions[name]
            if not self.enter(item.name):
                return None
            checker = RuleChecker(self, name, self.parameter_types(name))
            self._open[name] = checker
            try:
                self.models[name] = self._checked(item, checker)
            finally:
                self.leave()
                del self._open[name]
        return self.models[name]

    def enter(self, rule: Name) -> bool:
        """Go one rule deeper; False after reporting that rules use each other too deep."""
        if self._depth >= MAXIMUM_DEPTH:
            self.context.diagnostics.error(
                "DG214",
                f"rules use each other over {MAXIMUM_DEPTH} deep",
                rule.span,
                "too deep",
                help="define a rule above the rules that use it, or join some of them",
            )
            return False
        self._depth += 1
        return True

    def leave(self) -> None:
        """Come back from `enter`."""
        self._depth -= 1

    def is_open(self, name: str) -> bool:
        return name in self._open

    def assumed(self, name: str) -> Type | None:
        """What a rule that uses itself yields: the type of the first field that its value names.

        `_checked` makes sure of it.
        """
        checker, value = self._open.get(name), self.definitions[name].value
        if checker is None or value is None:
            return None
        for word in _WORD.findall(str(value.value)):
            field = checker.fields.get(word)
            if field is not None:
                self._assumed[name] = field.type
                return field.type
        return None

    def parameter_types(self, name: str) -> dict[str, Type | None]:
        """The types of a rule's parameters, also of those that nobody declares; None for one that is no type."""
        declared = {
            parameter.name.text: declared_type(parameter.type, self.definitions, self.context)
            for parameter in self.definitions[name].parameters
        }
        return declared | self.surroundings.parameters(name)

    def _awaited(self, name: str) -> bool:
        """Whether a rule that uses this one is being checked, and has not come to it."""
        return any(user in self._open for user in self.surroundings.users[name])

    def check_arguments(self, name: str, given: list[Name]) -> bool:
        """Whether the rule takes every argument; reports those that it does not."""
        known = [parameter.name.text for parameter in self.definitions[name].parameters]
        unknown = [argument for argument in given if argument.text not in known]
        for argument in unknown:
            similar = suggest(argument.text, known)
            listed = ", ".join(f"`{item}`" for item in known)
            self.context.diagnostics.error(
                "DG213",
                f"`{name}` has no parameter `{argument.text}`",
                argument.span,
                "",
                help=f"write `{similar}`" if similar else f"it takes {listed}" if known else "it takes none",
            )
        return not unknown

    def _checked(self, item: RuleDefinition, checker: RuleChecker) -> RuleModel:
        builds_value = not self.is_record(item.name.text) and item.value is None
        element = valued_element(item.element) if builds_value else item.element
        body = checker.element(element)
        result: Typed | None = None
        type_: Type = RecordType(item.name.text)
        if item.value is not None:
            result = checker.expression(item.value)
            assumed = self._assumed.get(item.name.text)
            if result is not None and assumed is not None and result.type != assumed:
                self.context.diagnostics.error(
                    "DG214",
                    f"the value of `{item.name.text}` depends on itself, and is no `{show(assumed)}`",
                    item.value.span,
                    f"`{show(result.type)}`",
                    help="the first field that the value names has the type of the value",
                )
                result = None
        elif builds_value:
            binding = checker.binding(VALUE)
            result = None if binding is None else TypedName(binding, binding.type, item.element.span)
        if result is not None:
            type_ = result.type
        elif not self.is_record(item.name.text):
            self.context.broken_fields.add(item.name.text)
        return self._model(item.name.text, item.name.span, checker, body, result, type_, item)

    def _model(
        self,
        name: str,
        span: Span,
        checker: RuleChecker,
        body: Bound | None,
        result: Typed | None,
        type_: Type,
        item: RuleDefinition | None,
    ) -> RuleModel:
        effects.check_unread(checker)
        valued = result is not None if item is None else not self.is_record(item.name.text)
        return RuleModel(
            name,
            tuple((key, found) for key, found in checker.parameters.items() if found is not None),
            tuple(
                FieldModel(
                    key,
                    field_type,
                    valued or key.startswith("_") or key in checker.hidden,
                    state.span,
                    isinstance(field_type, OptionalType) and not isinstance(state.type, OptionalType),
                )
                for key, state in checker.fields.items()
                if (field_type := checker.final_type(key)) is not None
            ),
            body,
            result,
            type_,
            resync_of(self.tokens, name, None if item is None else item.resync),
            frozenset(checker.streams),
            tuple(dict.fromkeys(checker.calls)),
            frozenset(checker.effects),
            frozenset(checker.raises),
            body.minimum if body is not None else 1,
            span,
            body.source if body is not None else "",
            item.doc if item is not None else "",
            item is None,
            checker.position.bit != 0,
            item is not None and item.origin,
            tuple(checker.cases),
        )

    def outline(
        self, element: Element, name: str, outer: RuleChecker, valued: bool = False
    ) -> tuple[RuleModel, dict[str, Binding]]:
        """A rule of its own for a nested element; what it takes from the rule around comes as parameters."""
        free, number = name, 2
        while folded(free) in self._names:
            free, number = f"{name}_{number}", number + 1
        self._names.add(folded(free))
        checker = RuleChecker(self, free, {}, outer)
        self._open[free] = checker
        try:
            body = checker.element(valued_element(element) if valued else element)
        finally:
            del self._open[free]
        if checker.position.bit and body is not None:
            checker.position.report("the element ends inside a byte", element.span)
        binding = checker.binding(VALUE) if valued else None
        result = None if binding is None else TypedName(binding, binding.type, element.span)
        type_ = RecordType(free) if result is None else result.type
        model = self._model(free, element.span, checker, body, result, type_, None)
        self.anonymous[free] = model
        return model, checker.captured

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        """The public fields of a record; of one that is still being read, those so far."""
        if record == ERROR:
            return _ERROR_FIELDS
        name = record.name
        if name in self._open:
            checker = self._open[name]
            types = ((key, checker.final_type(key)) for key in checker.fields if not key.startswith("_"))
            return {key: type_ for key, type_ in types if type_ is not None}
        model = self.anonymous.get(name) or (self.model(name) if name in self.definitions else None)
        return {} if model is None else {item.name: item.type for item in model.fields if not item.local}

    def cases_of(self, record: RecordType) -> Iterable[Cases]:
        """The branches that set fields of a record; of one that is still being read, those so far."""
        if record.name in self._open:
            return self._open[record.name].cases
        model = self.anonymous.get(record.name) or self.models.get(record.name)
        return () if model is None else model.cases

    def all(self) -> tuple[RuleModel, ...]:
        """Every rule, those of the spec and those made of nested elements; used ones come before their users."""
        known = {**self.models, **self.anonymous}
        ordered = users_last(known, (*self.definitions, *self.anonymous))
        streams = self.streams()
        acting, raising = self.effects(), self.raises()
        return tuple(
            replace(model, streams=streams[name], effects=acting[name], raises=raising[name])
            for name, model in ordered.items()
        )

    def streams(self) -> dict[str, frozenset[str]]:
        """The stream events that each rule feeds, by itself or through the rules it uses."""
        return transitive({**self.models, **self.anonymous}, lambda model: model.streams)

    def effects(self) -> dict[str, frozenset[str]]:
        """What each rule does besides reading, by itself or through the rules it uses."""
        return transitive({**self.models, **self.anonymous}, lambda model: model.effects)

    def raises(self) -> dict[str, frozenset[str]]:
        """The events of the machine that each rule raises, by itself or through the rules it uses."""
        return transitive({**self.models, **self.anonymous}, lambda model: model.raises)

    def table(self, name: str) -> Binding | None:
        found = self.tables.get(name)
        return None if found is None else Binding(BindingKind.TABLE, name, found.type)
