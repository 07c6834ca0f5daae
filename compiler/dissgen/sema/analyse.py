"""From the spec as written to the spec as meant, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dissgen.diagnostics import Diagnostics
from dissgen.reader import ScalarNode
from dissgen.sema.declarations import check_events, check_machine_events, check_tables, check_variables
from dissgen.sema.enums import check_enums
from dissgen.sema.examples import Known, check_examples
from dissgen.sema.flow import check_fed, check_flow, check_raised
from dissgen.sema.hooks import check_hooks
from dissgen.sema.machine import EVENTS, Machine
from dissgen.sema.model import Model
from dissgen.sema.rules import Rules
from dissgen.sema.spec_context import SpecContext
from dissgen.sema.substreams import check_substreams
from dissgen.sema.tokens import TokenTable
from dissgen.spec.tree import Name, Protocol


def analyse(protocol: Protocol, diagnostics: Diagnostics) -> Model | None:
    """The model of a spec; None after reporting every mistake."""
    context = SpecContext(diagnostics)
    tokens = TokenTable(protocol, context)
    enums = check_enums(protocol, context)
    tables = check_tables(protocol, context)
    rules = Rules(protocol, context, tokens, tables)
    variables = check_variables(protocol, rules, context)
    machine_events = check_machine_events(protocol, rules, context, EVENTS)
    rules.know(variables, machine_events)
    rules.check_all()
    events = check_events(protocol, rules, context)
    _check_variable_names(protocol, context)
    _check_distinct(protocol, context)
    hooks = check_hooks(protocol, rules, context)
    machine = Machine(protocol, context, rules, tokens, variables, events, hooks)
    for alert in protocol.alerts:
        context.check_name(alert.name, "alert")
    initial = machine.initial()
    states = machine.check()
    check_fed(events, rules, diagnostics)
    check_substreams(events, rules, EVENTS, diagnostics)
    check_raised(machine, rules, diagnostics)
    confirm = _confirm(protocol, tokens)
    tokens.finish()
    rules.check_ends()
    alerts = machine.alerts()
    known_hooks = tuple(item for item in hooks.values() if item is not None)
    check_examples(Known(protocol, rules, events, alerts, variables, states, known_hooks))
    if not diagnostics.has_errors:
        check_flow(states, machine, diagnostics)
    if diagnostics.has_errors:
        return None
    return Model(
        protocol=protocol,
        tokens=tokens.in_order(),
        terminators=tuple(tokens.terminators.values()),
        confirm=confirm,
        enums=enums,
        tables=tuple(tables.values()),
        rules=rules.all(),
        variables=tuple(item for item in variables.values() if item is not None),
        conditions=tuple((item.name.text, item.name.span) for item in protocol.conditions),
        events=tuple(item for item in events.values() if item is not None),
        alerts=alerts,
        initial=initial,
        states=states,
        machine_events=tuple(item for item in machine_events.values() if item is not None),
        custom=machine.custom,
        hooks=known_hooks,
        used={section: frozenset(names) for section, names in context.used.items()},
    )


def _check_variable_names(protocol: Protocol, context: SpecContext) -> None:
    """Variables, conditions, tables and enums share the scope of transitions: a name means one thing."""
    first = {item.name.text: (item.name, "table") for item in protocol.tables}
    for section, names in (
        ("enum", [item.name for item in protocol.enums]),
        ("variable", [item.name for item in protocol.variables]),
        ("condition", [item.name for item in protocol.conditions]),
    ):
        for name in names:
            if name.text in first:
                before, what = first[name.text]
                context.diagnostics.error(
                    "DG202",
                    f"`{name.text}` is a {what} and a {section}",
                    name.span,
                    "an expression could mean either",
                    also=[(before.span, f"the {what}")],
                )
            first.setdefault(name.text, (name, section))


def _check_distinct(protocol: Protocol, context: SpecContext) -> None:
    """Names that would be one name in the generated module: constants are upper case, classes are camel case."""
    upper: Callable[[str], str] = str.upper
    sections: tuple[tuple[str, Iterable[Name], Callable[[str], str]], ...] = (
        ("tokens", (item.name for item in protocol.tokens), upper),
        ("tables", (item.name for item in protocol.tables), upper),
        ("enums", (item.name for item in protocol.enums), _enum_camel),
        ("alerts", (item.name for item in protocol.alerts), upper),
        ("states", (item.name for item in protocol.states), upper),
        ("rules", (item.name for item in protocol.rules), _camel),
        ("events", (item.name for item in protocol.events), _camel),
    )
    for section, names, written in sections:
        first: dict[str, Name] = {}
        for name in names:
            before = first.setdefault(written(name.text), name)
            if before is not name:
                context.diagnostics.error(
                    "DG202",
                    f"the {section} `{before.text}` and `{name.text}` would have one name in Python",
                    name.span,
                    f"`{written(name.text)}`",
                    also=[(before.span, "this one too")],
                )


def _enum_camel(name: str) -> str:
    return _camel(name.lower())


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _confirm(protocol: Protocol, tokens: TokenTable) -> tuple[tuple[str, str], ...]:
    """Per direction the token that its first bytes match."""
    found: list[tuple[str, str]] = []
    for item in protocol.confirm:
        if isinstance(item.pattern, ScalarNode):
            token = tokens.token(item.pattern, (f"confirm_{item.direction}",))
            if token is not None:
                found.append((item.direction, token))
    return tuple(found)
