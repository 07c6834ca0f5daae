"""A model as text: every element, row and verb, and the type of every expression node. Stable, for tests and people."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from dissgen.ir import ops
from dissgen.ir.expressions import Typed, children
from dissgen.ir.expressions import show as show_expression
from dissgen.primitives import Bound
from dissgen.sema.model import HandlerModel, Model, RuleModel, StateModel
from dissgen.text import Span
from dissgen.types import Type, show

_HIDDEN: Final = ("span", "place", "compiled", "kind", "source", "minimum")


def dump(model: Model) -> str:
    """One line for each thing, indented below what it belongs to."""
    return "\n".join(_model(model)) + "\n"


def _model(model: Model) -> Iterator[str]:
    yield f"protocol {model.protocol.name}"
    for token in model.tokens:
        yield f"token {token.name}{' (inline)' if token.inline else ''}: {token.text!r}, at least {token.minimum}"
    for terminator in model.terminators:
        yield f"terminator {terminator.name}: {terminator.text!r}"
    for direction, name in model.confirm:
        yield f"confirm {direction}: {name}"
    for enum in model.enums:
        yield f"enum {enum.name}"
        yield from (f"  {number}: {name}" for name, number in enum.type.members)
    for table in model.tables:
        yield f"table {table.name}: {show(table.type)}"
        yield from (f"  {key!r}: {value!r}" for key, value in table.entries)
    for rule in model.rules:
        yield from _rule(rule)
    for variable in model.variables:
        yield f"variable {variable.name}: {show(variable.type)}"
        yield from _indented(_expression("initial", variable.initial))
    for event in model.events:
        yield f"event {event.name}{': stream' if event.stream else ''}"
        yield from (f"  {name}: {show(type_)}" for name, type_ in event.fields)
    for alert in model.alerts:
        yield f"alert {alert.id}: {alert.severity}"
    if model.initial is not None:
        yield f"initial {model.initial}"
    for state in model.states:
        yield from _state(state)


def _rule(rule: RuleModel) -> Iterator[str]:
    parameters = ", ".join(f"{name}: {show(type_)}" for name, type_ in rule.parameters)
    anonymous = ", anonymous" if rule.anonymous else ""
    yield f"rule {rule.name}({parameters}): {show(rule.type)}, at least {rule.minimum}{anonymous}"
    yield f"  = {rule.source}"
    for field in rule.fields:
        yield f"  {'local' if field.local else 'field'} {field.name}: {show(field.type)}"
    if rule.streams:
        yield f"  streams {', '.join(sorted(rule.streams))}"
    if rule.resync is not None:
        yield f"  resync {rule.resync}"
    if rule.body is not None:
        yield from _indented(_value(rule.body.kind, rule.body))
    if rule.result is not None:
        yield from _indented(_expression("result", rule.result))


def _state(state: StateModel) -> Iterator[str]:
    yield f"state {state.name}"
    for direction, side in state.sides:
        shown = (f"{one.kind}{f' {one.rule}' if one.rule else ''}" for one in side.alternatives)
        yield f"  {direction}: {' | '.join(shown)}"
        for name, value in side.arguments:
            yield from _indented(_expression(name, value), 2)
        if side.hold is not None:
            yield from _indented(_expression("hold", side.hold), 2)
    for handler in state.handlers:
        yield from _indented(_handler(handler))


def _handler(handler: HandlerModel) -> Iterator[str]:
    of = f" of {handler.map}" if handler.map is not None else ""
    yield f"on {handler.event}{of}{f': {show(handler.message)}' if handler.message is not None else ''}"
    if handler.timer is not None:
        yield from _indented(_expression("idle after" if handler.timer.idle else "after", handler.timer.after))
    for row in handler.rows:
        yield f"  row ({row.origin}, line {row.span.line}){f' jump {row.jump}' if row.jump else ''}"
        if row.when is not None:
            yield from _indented(_expression("when", row.when), 2)
        for verb in row.execute:
            yield from _indented(_value(type(verb).__name__, verb), 2)


def _indented(lines: Iterator[str], depth: int = 1) -> Iterator[str]:
    return ("  " * depth + line for line in lines)


def _expression(label: str, expression: Typed) -> Iterator[str]:
    """The tree with the type of each node."""
    yield f"{label}: {show_expression(expression)}"
    yield from _indented(_nodes(expression))


def _nodes(expression: Typed) -> Iterator[str]:
    yield f"{type(expression).__name__} {show_expression(expression)}: {show(expression.type)}"
    for child in children(expression):
        yield from _indented(_nodes(child))


def _value(label: str, value: object) -> Iterator[str]:
    """Anything that a bound element or verb holds."""
    if isinstance(value, Typed):
        yield from _expression(label, value)
    elif isinstance(value, Type):
        yield f"{label}: {show(value)}"
    elif isinstance(value, tuple):
        yield from _tuple(label, value)
    elif isinstance(value, Mapping | Span) or value is None:
        return
    elif dataclasses.is_dataclass(value):
        heading = f"{label} ({value.kind})" if isinstance(value, Bound) and label != value.kind else label
        yield heading
        for field in dataclasses.fields(value):
            if field.name not in _HIDDEN or isinstance(value, ops.Conversion):
                yield from _indented(_value(field.name, getattr(value, field.name)))
    else:
        yield f"{label}: {value!r}"


def _tuple(label: str, value: tuple[object, ...]) -> Iterator[str]:
    if all(isinstance(item, str | int | bool | bytes) for item in value):
        if value:
            yield f"{label}: {', '.join(map(repr, value))}"
        return
    for item in value:
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield from _value(f"{label} {item[0]}", item[1])
        else:
            yield from _value(label, item)
