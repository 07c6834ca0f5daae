"""What a state reads from each direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from dissgen.ir import ops
from dissgen.ir.expressions import Name as TypedName
from dissgen.ir.expressions import Typed
from dissgen.sema.surroundings import SESSION
from dissgen.sema.transition_scope import Situation, TransitionScope
from dissgen.sema.verbs import place
from dissgen.spec.tree import Name, SideDefinition, StateDefinition
from dissgen.types import BOOL, show

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine


def check_side(machine: Machine, state: StateDefinition, side: SideDefinition | None, direction: str) -> ops.Side:
    """The side as meant; one with an unknown rule has None for it, after the mistake was reported."""
    if side is None:
        return ops.Side("absent", None, (), None, place(state.name.span))
    transports = tuple(name for name, _ in machine.protocol.transport)
    if side.variants:
        return _check_variants(machine, state, side, direction, transports)
    return _check_one(machine, state, side, direction, transports)


def _check_variants(
    machine: Machine, state: StateDefinition, side: SideDefinition, direction: str, transports: tuple[str, ...]
) -> ops.Side:
    """A side for each transport of the spec; a transport without one has an absent side."""
    found: dict[str, ops.Side] = {}
    for name, variant in side.variants:
        if name.text not in transports:
            machine.context.diagnostics.error(
                "DG540",
                f"`{name.text}` is no transport of this spec",
                name.span,
                "no session would read it",
                help=f"write `{name.text}: [...]` with its ports in `transport`, or leave this side out",
            )
            continue
        found[name.text] = _check_one(machine, state, variant, direction, (name.text,))
    where = place(side.span)
    variants = tuple((name, found.get(name, ops.Side("absent", None, (), None, where))) for name in transports)
    _check_one_type(machine, side, variants)
    return ops.Side("transport", None, (), None, where, variants)


def _check_one_type(machine: Machine, side: SideDefinition, variants: tuple[tuple[str, ops.Side], ...]) -> None:
    """Transitions see one type of `message`, whatever the transport."""
    types = {name: machine.rules.type_of(variant.rule) for name, variant in variants if variant.rule is not None}
    known = [(name, type_) for name, type_ in types.items() if type_ is not None]
    for name, type_ in known[1:]:
        if type_ != known[0][1]:
            machine.context.diagnostics.error(
                "DG541",
                f"`{known[0][0]}` gives `{show(known[0][1])}`, `{name}` gives `{show(type_)}`",
                side.span,
                "transitions see one type of message",
                help="give one of the rules the other as its `value`, as in `{use: message, within: {number: 16}}`",
            )


def _check_one(
    machine: Machine, state: StateDefinition, side: SideDefinition, direction: str, transports: tuple[str, ...]
) -> ops.Side:
    context = machine.context
    scope = TransitionScope(machine, Situation(state.name.text, "", side=direction))
    hold = context.expression(side.hold, scope, BOOL) if side.hold is not None else None
    if side.hold is not None and "udp" in transports:
        context.diagnostics.error(
            "DG508",
            "`hold` on a datagram transport",
            side.hold.span,
            "a datagram is read when it comes",
            help="leave it out, or give the side for each transport: `{udp: ..., tcp: {use: ..., hold: ...}}`"
            if len(transports) > 1
            else "leave it out",
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
    between = None
    if side.between is not None:
        between = machine.tokens.token(side.between, (f"{state.name.text}_{direction}_between",))
    return ops.Side("rule", side.rule.text, arguments, hold, place(side.span), between=between)


def _arguments(
    machine: Machine, side: SideDefinition, rule: Name, scope: TransitionScope
) -> tuple[tuple[str, Typed], ...]:
    given = {name.text: (name, value) for name, value in side.arguments}
    declared = {parameter.name.text for parameter in machine.rules.definitions[rule.text].parameters}
    machine.rules.check_arguments(rule.text, [name for name, _ in given.values()])
    values: list[tuple[str, Typed]] = []
    for name, type_ in machine.rules.parameter_types(rule.text).items():
        if name in SESSION:
            binding = scope.lookup(name)
            assert binding is not None
            values.append((name, TypedName(binding, binding.type, rule.span)))
            continue
        if name not in given and name not in declared:
            machine.context.diagnostics.error(
                "DG218",
                f"`{rule.text}` reads fields of the rule that uses it, and here it is a message of its own",
                rule.span,
                "it has no parent here",
                help=f"give `{rule.text}` a parameter instead",
            )
            return ()
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
