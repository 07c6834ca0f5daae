"""What a state reads from each direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.sema.transition_scope import Situation, TransitionScope
from dissgen.sema.verbs import place
from dissgen.spec.tree import Name, SideDefinition, StateDefinition
from dissgen.types import BOOL

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine


def check_side(machine: Machine, state: StateDefinition, side: SideDefinition | None, direction: str) -> ops.Side:
    """The side as meant; one with an unknown rule has None for it, after the mistake was reported."""
    if side is None:
        return ops.Side("absent", None, (), None, place(state.name.span))
    context = machine.context
    scope = TransitionScope(machine, Situation(state.name.text, "", side=direction))
    hold = context.expression(side.hold, scope, BOOL) if side.hold is not None else None
    if side.hold is not None and "udp" in dict(machine.protocol.transport):
        context.diagnostics.error(
            "DG508",
            "`hold` on a datagram transport",
            side.hold.span,
            "a datagram is read when it comes",
            help="leave it out",
        )
    if side.rule is None:
        kind = cast(Literal["hold", "discard", "child"], side.kind)
        return ops.Side(kind, None, (), hold, place(side.span))
    if side.rule.text not in machine.rules:
        machine.rules.unknown(side.rule)
        return ops.Side("rule", None, (), hold, place(side.span))
    context.use("grammar", side.rule.text)
    arguments = _arguments(machine, side, side.rule, scope)
    _check_width(machine, side.rule)
    machine.rules.value_uses.append((side.rule.text, side.rule.span))
    return ops.Side("rule", side.rule.text, arguments, hold, place(side.span))


def _arguments(
    machine: Machine, side: SideDefinition, rule: Name, scope: TransitionScope
) -> tuple[tuple[str, Typed], ...]:
    given = {name.text: (name, value) for name, value in side.arguments}
    machine.rules.check_arguments(rule.text, [name for name, _ in given.values()])
    values: list[tuple[str, Typed]] = []
    for name, type_ in machine.rules.parameter_types(rule.text).items():
        if name not in given:
            machine.context.diagnostics.error(
                "DG212",
                f"`{rule.text}` needs its parameter `{name}`",
                rule.span,
                "a side gives every parameter",
                help=f"write `{{use: {rule.text}, with: {{{name}: ...}}}}`",
            )
            continue
        value = machine.context.expression(given[name][1], scope, type_) if type_ is not None else None
        if value is not None:
            values.append((name, value))
    return tuple(values)


def _check_width(machine: Machine, rule: Name) -> None:
    """Semantics, rule 12: a message begins with its first byte."""
    model = machine.rules.model(rule.text)
    if model is not None and model.body is not None and model.minimum == 0:
        machine.context.diagnostics.error(
            "DG509",
            f"`{rule.text}` can be complete without any byte",
            rule.span,
            "messages would have no end",
            also=[(model.span, "every element of it may be empty")],
            help="let it end with an element of at least one byte",
        )
