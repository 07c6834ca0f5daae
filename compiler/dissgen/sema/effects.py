"""What a rule does in mid-message: payloads of `trigger` and `raise`, and the variables that `set` assigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dissgen.diagnostics import suggest
from dissgen.ir.expressions import Binding, BindingKind, Constant, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.spec.machine import parse_arguments
from dissgen.spec.tree import Element, Name
from dissgen.types import NONE, OptionalType, Type, assignable, show

if TYPE_CHECKING:
    from dissgen.sema.rule_checker import RuleChecker

Values = tuple[tuple[str, Typed], ...]


def note(checker: RuleChecker, element: Element, kind: str) -> bool:
    """The rule has this effect; False after reporting that it must not have any here."""
    checker.effects.add(kind)
    if not checker.in_union:
        return True
    checker.diagnostics.error(
        "DG221",
        f"a `{element.kind}` where bytes may be read more than once",
        element.span,
        "it would happen more than once",
        help="put it behind the element",
    )
    return False


def triggered(checker: RuleChecker, element: Element, event: Name) -> Values | None:
    """The payload of a user event: each field from the rule's name of that name."""
    rules = checker.rules
    allowed = note(checker, element, "trigger")
    definition = rules.events.get(event.text)
    if definition is None:
        places = {key: item.name for key, item in rules.events.items()}
        rules.context.unknown("an event", event, places, places, "not defined in `events`")
        return None
    rules.context.use("events", event.text)
    if definition.stream is not None:
        checker.diagnostics.error(
            "DG504",
            f"`{event.text}` is a stream event",
            event.span,
            "a rule feeds it, with `stream`",
            also=[(definition.name.span, "defined here")],
            help=f"write `stream: {event.text}` at an element of the grammar",
        )
        return None
    if definition.rule is not None and rules.is_open(definition.rule.text):
        checker.diagnostics.error(
            "DG241",
            f"the payload of `{event.text}` is a rule that is not complete here",
            event.span,
            f"`{definition.rule.text}` has only begun",
            also=[(definition.name.span, "defined here")],
            help="give the part that has been read a rule of its own, and make it the payload",
        )
        return None
    model = rules.event(definition)
    if model is None:
        return None
    found = [(name, _by_name(checker, name, type_, event)) for name, type_ in model.fields]
    values = tuple((name, value) for name, value in found if value is not None)
    return values if allowed and len(values) == len(found) else None


def _by_name(checker: RuleChecker, name: str, type_: Type, event: Name) -> Typed | None:
    """A field or parameter of that name; None as a value where it has not been read yet."""
    if checker.is_broken(name) or name in checker.rules.context.broken_fields:
        return None
    binding = _readable(checker, name)
    if binding is None:
        if isinstance(type_, OptionalType):
            checker.unread.append((event, name))
            return Constant(None, NONE, event.span)
        checker.diagnostics.error(
            "DG217",
            f"the event `{event.text}` needs `{name}`",
            event.span,
            "the rule has read nothing of that name here",
            help=f"write `let: {name}` above, or declare it `optional[{show(type_)}]`",
        )
        return None
    if not assignable(binding.type, type_):
        checker.diagnostics.error(
            "DG217",
            f"the field `{name}` of the event `{event.text}` is `{show(type_)}`,"
            f" `{name}` here is `{show(binding.type)}`",
            event.span,
            f"`{name}` comes from the rule",
            help=f"declare it as `{show(binding.type)}`, or write a `let` of another name",
        )
        return None
    return TypedName(binding, binding.type, event.span)


def _readable(checker: RuleChecker, name: str) -> Binding | None:
    binding = checker.binding(name)
    if binding is None or binding.kind not in (BindingKind.FIELD, BindingKind.PARAMETER):
        return None
    return binding


def check_unread(checker: RuleChecker) -> None:
    """What `trigger` gave as None must be read at some other place: else the name is a mistake."""
    for event, name in checker.unread:
        if name in checker.fields or checker.is_broken(name):
            continue
        if checker.around is not None:
            checker.around.unread.append((event, name))
            continue
        similar = suggest(name, checker.fields)
        checker.diagnostics.error(
            "DG217",
            f"the event `{event.text}` has a field `{name}`, which this rule never reads",
            event.span,
            "it would always be None",
            help=f"the rule has `{similar}`" if similar else f"write `let: {name}` above",
        )


def raised(checker: RuleChecker, element: Element, event: Name) -> Values | None:
    """The values that an event of the machine gets: as given, else the rule's name of that name."""
    rules = checker.rules
    allowed = note(checker, element, "raise")
    fields = rules.machine_event(event, checker.diagnostics)
    given = {name.text: (name, node) for name, node in parse_arguments(element.get("with"))}
    if fields is None:
        for _, node in given.values():
            checker.expression(node)
        return None
    checker.raises.add(event.text)
    correct = allowed and known_fields(checker, event, [name for name, _ in given.values()], fields)
    values: list[tuple[str, Typed]] = []
    for name, type_ in fields.items():
        value = checker.expression(given[name][1], type_) if name in given else _by_name(checker, name, type_, event)
        correct = correct and value is not None
        if value is not None:
            values.append((name, value))
    return tuple(values) if correct else None


def known_fields(checker: RuleChecker, event: Name, given: list[Name], fields: Mapping[str, Type]) -> bool:
    """Whether the event has every field that is given; reports those that it has not."""
    wrong = [name for name in given if name.text not in fields]
    for name in wrong:
        similar = suggest(name.text, fields)
        listed = ", ".join(fields)
        checker.diagnostics.error(
            "DG216",
            f"the event `{event.text}` has no field `{name.text}`",
            name.span,
            "",
            help=f"write `{similar}`" if similar else f"it has {listed}" if fields else "it has none",
        )
    return not wrong


def assigned(checker: RuleChecker, element: Element) -> Values | None:
    """The variables of the message that `set` assigns."""
    correct = note(checker, element, "set")
    values: list[tuple[str, Typed]] = []
    for name, node in parse_arguments(element.argument):
        type_ = _message_variable(checker, name)
        value = checker.expression(node, type_) if type_ is not None else None
        correct = correct and value is not None
        if value is not None:
            values.append((name.text, value))
    return tuple(values) if correct else None


def _message_variable(checker: RuleChecker, name: Name) -> Type | None:
    rules = checker.rules
    if name.text not in rules.variables:
        places = {key: rules.variable_places[key] for key in rules.message_variables}
        rules.context.unknown("a variable", name, places, places, "not defined in `variables`")
        return None
    rules.context.use("variables", name.text)
    variable = rules.message_variables.get(name.text)
    if variable is None and name.text not in rules.message_variables:
        checker.diagnostics.error(
            "DG242",
            f"`{name.text}` is no variable of the message",
            name.span,
            "a rule sets those only",
            also=[(rules.variable_places[name.text].span, "declared here")],
            help="declare it with `scope: message`, or set it in a transition",
        )
    return variable
