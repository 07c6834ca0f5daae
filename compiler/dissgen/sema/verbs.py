"""The verbs of `execute`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.sema import custom, hooks, maps, skipping
from dissgen.sema.changing import behind
from dissgen.sema.declarations import check_alert
from dissgen.sema.expressions import Fact, check_template, narrowings
from dissgen.sema.model import AlertModel
from dissgen.sema.parties import check_parties
from dissgen.sema.payloads import fill
from dissgen.sema.transition_scope import TransitionScope
from dissgen.spec.machine import parse_arguments
from dissgen.spec.parser import parse_alert
from dissgen.spec.tree import AlertDefinition, Name, VerbDefinition, name_of
from dissgen.text import Span
from dissgen.types import BOOL, ListType, MapType, Type, show

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine

Verdict: TypeAlias = Literal["accept", "drop", "reset"]


class VerbChecker:
    """Checks the verbs of one row in one state. What is wrong goes to `diagnostics`."""

    def __init__(
        self,
        machine: Machine,
        scope: TransitionScope,
        known: frozenset[Fact],
        diagnostics: Diagnostics,
        place: str,
    ) -> None:
        self.machine = machine
        self.scope = scope
        self.known = known
        self.diagnostics = diagnostics
        self.place = place
        self.when: Typed | None = None

    def check(self, verb: VerbDefinition) -> ops.Verb | None:
        """The verb as meant; None after reporting what is wrong with it."""
        self.when = self.expression(verb.when, BOOL) if verb.when is not None else None
        before = self.known
        if self.when is not None:
            self.known |= narrowings(self.when)
        try:
            checked = self._dispatch(verb)
        finally:
            self.known = before
        if checked is None or (verb.when is not None and self.when is None):
            return None
        self.known = behind(checked, before)
        return checked

    def _dispatch(self, verb: VerbDefinition) -> ops.Verb | None:
        handler = _VERBS.get(verb.kind)
        if handler is None:
            similar = suggest(verb.kind, VERBS)
            self.diagnostics.error(
                "DG502",
                f"unknown verb `{verb.kind}`",
                verb.span,
                "",
                help=f"write `{similar}`" if similar else f"the verbs are {', '.join(VERBS)}",
            )
            return None
        return handler(self, verb)

    def expression(self, node: Node | None, expected: Type) -> Typed | None:
        return self.machine.context.expression(
            node, self.scope, expected, narrowed=self.known, diagnostics=self.diagnostics
        )

    def _name(self, verb: VerbDefinition, example: str) -> Name | None:
        name = name_of(verb.argument) if verb.argument is not None else None
        if name is None or not name.text:
            self.diagnostics.error("DG503", f"`{verb.kind}` of what?", verb.span, "", help=f"write `{example}`")
            return None
        return name

    # trigger

    def trigger(self, verb: VerbDefinition) -> ops.Verb | None:
        given: dict[str, tuple[Name, Node]] = {}
        if isinstance(verb.argument, MappingNode) and verb.argument.entries:
            key, payload = verb.argument.entries[0]
            name = name_of(key)
            given = {field.text: (field, value) for field, value in parse_arguments(payload)}
        else:
            name = self._name(verb, "trigger: event")
        if name is None:
            return None
        payload_values = self._payload(name, given)
        return None if payload_values is None else ops.Trigger(name.text, payload_values, self.when, self.at(verb))

    def _payload(self, name: Name, given: Mapping[str, tuple[Name, Node]]) -> tuple[tuple[str, Typed], ...] | None:
        machine = self.machine
        if name.text not in machine.events:
            places = machine.event_places()
            self._unknown("an event", name, places, "not defined in `events`")
            return None
        machine.context.use("events", name.text)
        event = machine.events[name.text]
        if event is None:
            for _, node in given.values():
                self._infer(node)
            return None
        if event.stream or event.substream:
            self.diagnostics.error(
                "DG504",
                f"`{name.text}` is a stream event",
                name.span,
                "a rule feeds it, with `stream`",
                also=[(event.span, "defined here")],
                help=f"write `stream: {name.text}` at an element of the grammar",
            )
            return None
        return fill(self, name, given, dict(event.fields), "trigger")

    def _infer(self, node: Node) -> None:
        self.machine.context.expression(node, self.scope, narrowed=self.known, diagnostics=self.diagnostics)

    def raise_event(self, verb: VerbDefinition) -> ops.Verb | None:
        name = raised_name(verb)
        if name is None:
            self.diagnostics.error("DG503", "`raise` of what?", verb.span, "", help="write `raise: event`")
            return None
        given: dict[str, tuple[Name, Node]] = {}
        if isinstance(verb.argument, MappingNode):
            given = {field.text: (field, value) for field, value in parse_arguments(verb.argument.entries[0][1])}
        fields = self.machine.rules.machine_event(name, self.diagnostics)
        if fields is None:
            for _, node in given.values():
                self._infer(node)
            return None
        values = fill(self, name, given, fields, "raise")
        return None if values is None else ops.RaiseEvent(name.text, values, self.when, self.at(verb))

    # alert, log

    def alert(self, verb: VerbDefinition) -> ops.Verb | None:
        if isinstance(verb.argument, MappingNode):
            return self._inline_alert(verb, verb.argument)
        name = self._name(verb, "alert: id")
        if name is None:
            return None
        if name.text not in self.machine.alert_definitions:
            places = {key: item.name for key, item in self.machine.alert_definitions.items()}
            self._unknown("an alert", name, places, "not defined in `alerts`")
            return None
        self.machine.context.use("alerts", name.text)
        definition = self.machine.alert_definitions[name.text]
        return self._raise(verb, name.text, definition, name.span)

    def _inline_alert(self, verb: VerbDefinition, node: MappingNode) -> ops.Verb | None:
        key = node.span
        definition = parse_alert(Name(self.place, ScalarNode(verb.span, self.place)), node)
        if definition is None:
            return None
        known = self.machine.inline_alerts.get(key)
        if known is None:
            taken = {*self.machine.alert_definitions, *(item.id for item in self.machine.inline_alerts.values())}
            free, number = self.place, 2
            while free in taken:
                free, number = f"{self.place}_{number}", number + 1
            model = check_alert(definition, self.machine.context)
            known = AlertModel(
                free, model.severity, model.confidence, model.completion, model.method, model.references, verb.span
            )
            self.machine.inline_alerts[key] = known
        return self._raise(verb, known.id, definition, None)

    def _raise(
        self, verb: VerbDefinition, alert: str, definition: AlertDefinition, used: Span | None
    ) -> ops.Verb | None:
        template: ops.Template | None = (alert.replace("_", " "),)
        if definition.description is not None:
            template = self._template(definition.description, used)
        sources, targets = (check_parties(self, side, used) for side in (definition.sources, definition.targets))
        if template is None or sources is None or targets is None:
            return None
        return ops.RaiseAlert(alert, template, self.when, self.at(verb), sources, targets)

    def _template(self, node: ScalarNode, used: Span | None) -> ops.Template | None:
        text = node.value if isinstance(node.value, str) else node.span.text
        found = Diagnostics()
        if self.machine.template_reads_broken(text, node, self.scope):
            return None
        template = check_template(text, node, self.scope, found, narrowed=self.known)
        also = [] if used is None else [(used, "raised here")]
        self.machine.relay(found, self.diagnostics, also=also)
        if template is None:
            return None
        for part in template:
            if not isinstance(part, str):
                self.machine.context.record_use(part[0])
        return template

    def log(self, verb: VerbDefinition) -> ops.Verb | None:
        if not isinstance(verb.argument, ScalarNode):
            self.diagnostics.error("DG503", "`log` of what?", verb.span, "", help="write `log: 'text {expression}'`")
            return None
        template = self._template(verb.argument, None)
        return None if template is None else ops.WriteLog(template, self.when, self.at(verb))

    # Variables

    def set(self, verb: VerbDefinition) -> ops.Verb | None:
        values: list[tuple[str, Typed]] = []
        correct = True
        for name, node in parse_arguments(verb.argument):
            type_ = self._settable(name)
            if type_ is None:
                self._infer_quietly(node)
            value = None if type_ is None else self.expression(node, type_)
            correct = correct and value is not None
            if value is not None:
                values.append((name.text, value))
        return ops.SetVariables(tuple(values), self.when, self.at(verb)) if correct else None

    def _settable(self, name: Name) -> Type | None:
        type_ = self.variable(name)
        if not isinstance(type_, MapType):
            return type_
        self.diagnostics.error(
            "DG533",
            f"`{name.text}` is a map",
            name.span,
            "",
            help="write `remember: {map: key}` with `value`, or `forget`",
        )
        return None

    def _infer_quietly(self, node: Node) -> None:
        """A value for an unknown variable still uses its names; what is wrong in it is reported."""
        if not isinstance(node, ScalarNode) or node.value != "[]":
            self._infer(node)

    def variable(self, name: Name) -> Type | None:
        """The type of a variable that a transition may change; None after reporting that it may not."""
        variables = self.machine.variables
        if name.text not in variables:
            places = self.machine.variable_places()
            self._unknown("a variable", name, places, "not defined in `variables`")
            return None
        variable = variables[name.text]
        if variable is not None and variable.scope == "message":
            self.diagnostics.error(
                "DG242",
                f"`{name.text}` is a variable of the message",
                name.span,
                "transitions only read it",
                also=[(self.machine.variable_places()[name.text].span, "declared here")],
                help="set it in a rule, or leave `scope: message` out",
            )
            return None
        situation = self.scope.situation
        if variable is not None and variable.scope == "direction" and not situation.directed:
            self.diagnostics.error(
                "DG534",
                f"`{name.text}` is a variable of a direction",
                name.span,
                f"`{situation.event}` belongs to none",
                also=[(self.machine.variable_places()[name.text].span, "declared here")],
                help="set it on an event of a direction, such as `up`, or leave `scope: direction` out",
            )
            return None
        return None if variable is None else variable.type

    def push(self, verb: VerbDefinition) -> ops.Verb | None:
        pairs = parse_arguments(verb.argument)
        if not pairs:
            self.diagnostics.error("DG503", "`push` to what?", verb.span, "", help="write `push: {list: value}`")
            return None
        name, node = pairs[0]
        type_ = self._list(name)
        if type_ is None:
            return None
        value = self.expression(node, type_.item)
        return None if value is None else ops.Push(name.text, value, self.when, self.at(verb))

    def pop(self, verb: VerbDefinition) -> ops.Verb | None:
        name = self._name(verb, "pop: list")
        if name is None or self._list(name) is None:
            return None
        return ops.Pop(name.text, self.when, self.at(verb))

    def _list(self, name: Name) -> ListType | None:
        type_ = self.variable(name)
        if type_ is None:
            return None
        if not isinstance(type_, ListType):
            self.diagnostics.error(
                "DG505",
                f"`{name.text}` is `{show(type_)}`, not a list",
                name.span,
                "",
                also=[(self.machine.variable_places()[name.text].span, "declared here")],
                help=f"write `remember: {{{name.text}: key}}` with `value`, or `forget`"
                if isinstance(type_, MapType)
                else f"write `set: {{{name.text}: ...}}`, or declare it as `list[{show(type_)}]`",
            )
            return None
        return type_

    # The session

    def verdict(self, verb: VerbDefinition) -> ops.Verb | None:
        return ops.SetVerdict(cast(Verdict, verb.kind), self.when, self.at(verb))

    def abandon(self, verb: VerbDefinition) -> ops.Verb | None:
        name = self._name(verb, "abandon: up")
        if name is None:
            return None
        if name.text not in ("up", "down"):
            self.diagnostics.error("DG503", "a direction is `up` or `down`", name.span, "", help="write `up` or `down`")
            return None
        return ops.Abandon(cast(Literal["up", "down"], name.text), self.when, self.at(verb))

    def upgrade(self, verb: VerbDefinition) -> ops.Verb | None:
        probe = isinstance(verb.argument, MappingNode)
        names = probed(verb.argument) if isinstance(verb.argument, MappingNode) else [self._name(verb, "upgrade: name")]
        protocols = [name.text for name in names if name is not None]
        for index, name in enumerate(names):
            if name is not None and name.text in protocols[:index]:
                self.diagnostics.error(
                    "DG503", f"`{name.text}` stands twice in the probe", name.span, "", help="name each protocol once"
                )
        return ops.Upgrade(tuple(protocols), probe, self.when, self.at(verb)) if protocols else None

    def at(self, verb: VerbDefinition) -> ops.Place:
        return place(verb.span)

    def _unknown(self, what: str, name: Name, places: dict[str, Name], label: str) -> None:
        self.machine.context.unknown(what, name, places, places, label, self.diagnostics)


def raised_name(verb: VerbDefinition) -> Name | None:
    """The event of `raise: event` or `raise: {event: {field: e}}`."""
    if isinstance(verb.argument, MappingNode):
        return name_of(verb.argument.entries[0][0]) if verb.argument.entries else None
    return name_of(verb.argument) if verb.argument is not None else None


def probed(argument: MappingNode) -> list[Name | None]:
    """The protocols of `{probe: [names]}`."""
    listed = argument.get("probe")
    return [name_of(item) for item in listed.items] if isinstance(listed, SequenceNode) else []


def place(span: Span) -> ops.Place:
    """A span as file name and line."""
    return ops.Place(span.source.name, span.line)


_VERBS: Final[Mapping[str, Callable[[VerbChecker, VerbDefinition], ops.Verb | None]]] = {
    "trigger": VerbChecker.trigger,
    "alert": VerbChecker.alert,
    "set": VerbChecker.set,
    "push": VerbChecker.push,
    "pop": VerbChecker.pop,
    "remember": maps.remember,
    "forget": maps.forget,
    "log": VerbChecker.log,
    "drop": VerbChecker.verdict,
    "reset": VerbChecker.verdict,
    "accept": VerbChecker.verdict,
    "skip": skipping.skip,
    "abandon": VerbChecker.abandon,
    "upgrade": VerbChecker.upgrade,
    "raise": VerbChecker.raise_event,
    "call": hooks.call,
    "swap": custom.swap,
    "restart": custom.restart,
}
VERBS: Final = tuple(_VERBS)
"""In the order of the language's page."""
