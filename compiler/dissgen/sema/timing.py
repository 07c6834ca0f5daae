"""Events that happen because time passes: `timeout`, one for each timer, and `expire`, one for each map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from dissgen.diagnostics import Diagnostics
from dissgen.ir import ops
from dissgen.ir.expressions import Constant
from dissgen.reader import ScalarNode
from dissgen.sema.model import HandlerModel, VariableModel
from dissgen.sema.transition_scope import Situation, TransitionScope
from dissgen.spec.quantities import duration
from dissgen.spec.tree import StateDefinition, Transition
from dissgen.types import DURATION, MapType

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine

EVENTS: Final = ("timeout", "expire")
"""These events, which `machine.EVENTS` lists too."""

_NUMBER: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")


def check_shape(machine: Machine, row: Transition) -> None:
    """The keys that belong to these events only, and are needed by them."""
    names = {event.text: event for event in row.events}
    error = machine.context.diagnostics.error
    if "timeout" in names and row.after is None:
        error("DG530", "a `timeout` after how long?", names["timeout"].span, "", help="write `after: 30 s` beside it")
    for key, node in (("after", row.after), ("idle", row.idle)):
        if node is not None and "timeout" not in names:
            error("DG530", f"`{key}` without `timeout`", node.span, "", help="leave it out, or write `event: timeout`")
    if row.map is not None and "expire" not in names:
        error("DG531", "`map` without `expire`", row.map.span, "", help="leave it out, or write `event: expire`")
        return
    if "expire" not in names:
        return
    if row.map is not None and row.map.text not in machine.variables:
        places = machine.variable_places()
        machine.context.unknown("a variable", row.map, list(places), places, "not defined in `variables`")
    elif row.map is not None and machine.variables[row.map.text] is None:
        return
    elif row.map is not None and row.map.text not in _expiring(machine):
        error(
            "DG531",
            f"the entries of `{row.map.text}` never expire",
            row.map.span,
            "",
            also=[(machine.variable_places()[row.map.text].span, "declared here")],
            help="write `expires: 30 s` at the map",
        )
    elif not _expiring(machine) and None not in machine.variables.values():
        error("DG531", "no map expires", names["expire"].span, "", help="write `expires: 30 s` at a map variable")


def handlers(machine: Machine, state: StateDefinition, event: str) -> Iterator[HandlerModel]:
    """The handlers of a state for one of these events."""
    return _timeouts(machine, state) if event == "timeout" else _expiries(machine, state)


def _timeouts(machine: Machine, state: StateDefinition) -> Iterator[HandlerModel]:
    """Rows with the same `after` and `idle` are one timer, in the order in which rows are tried."""
    situation = Situation(state.name.text, "timeout")
    timers: dict[ops.Timer, list[tuple[str, Transition]]] = {}
    for section, row in machine.rows_of(state, "timeout"):
        timer = _timer(machine, row, state.name.text)
        if timer is not None:
            timers.setdefault(timer, []).append((section, row))
        elif row.after is not None:
            machine.check_row(row, section, situation)  # for what else is wrong with it
    for timer, listed in timers.items():
        rows = machine.chain(listed, situation)
        if rows:
            yield HandlerModel("timeout", None, rows, timer=timer)


def _timer(machine: Machine, row: Transition, state: str) -> ops.Timer | None:
    if row.after is None:
        return None
    found = Diagnostics()
    value = _constant(row.after, found)
    if value is None and not found.has_errors:
        scope = TransitionScope(machine, Situation(state, "", after=True))
        typed = machine.context.expression(row.after, scope, DURATION, diagnostics=found)
    else:
        typed = None if value is None else Constant(value, DURATION, row.after.span)
    machine.relay(found, machine.context.diagnostics)
    return None if typed is None else ops.Timer(typed, row.idle is not None and row.idle.value is True)


def _constant(node: ScalarNode, diagnostics: Diagnostics) -> int | None:
    """A duration as it is written; None for an expression, or after reporting what is wrong."""
    text = node.value if isinstance(node.value, str) else node.span.text
    value = duration(text)
    if value is not None and value > 0:
        return value
    match = _NUMBER.fullmatch(text)
    if match is not None:
        unit = match[2] or "none"
        label = "never above zero" if value == 0 else f"`{unit}` is no unit of time" if match[2] else "without a unit"
        help_ = f"write `{match[1]} s`, or another of ns us ms min h d" if value != 0 else "write a duration above zero"
        diagnostics.error("DG530", f"`{text.strip()}` is no duration", node.span, label, help=help_)
    return None


def _expiries(machine: Machine, state: StateDefinition) -> Iterator[HandlerModel]:
    listed = list(machine.rows_of(state, "expire"))
    for name, (_, type_) in _expiring(machine).items():
        rows = [(section, row) for section, row in listed if row.map is None or row.map.text == name]
        payload = {"key": type_.key, "value": type_.value}
        checked = machine.chain(rows, Situation(state.name.text, "expire", payload=payload))
        if checked:
            yield HandlerModel("expire", None, checked, tuple(payload.items()), map=name)


def _expiring(machine: Machine) -> dict[str, tuple[VariableModel, MapType]]:
    return {
        name: (variable, variable.type)
        for name, variable in machine.variables.items()
        if variable is not None and variable.expires is not None and isinstance(variable.type, MapType)
    }
