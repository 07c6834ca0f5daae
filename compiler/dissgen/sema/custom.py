"""Custom machines: events that a program raises, some of them for the packets of a direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, cast

from dissgen.ir import ops
from dissgen.sema.surroundings import SESSION
from dissgen.sema.transition_scope import Situation
from dissgen.spec.tree import Name, StateDefinition, Transition, VerbDefinition
from dissgen.types import INT, STR, BytesType, EnumType, RecordType, Type

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine
    from dissgen.sema.verbs import VerbChecker

AROUND: Final[Mapping[str, Type]] = {"version": INT, "source": STR, "destination": STR, "protocol": INT}
"""The parameters that a packet gives to the rule that reads it: of the IP packet around."""

_EVENTS: Final = ("enter", "leave", "init", "midstream", "end", "fail", "finish", "timeout", "expire")
_BYTES: Final = ("skip", "abandon", "upgrade")
"""Verbs about bytes that are still to come."""


def check(machine: Machine) -> ops.Custom | None:
    """The custom part of a machine, checked; None for a bidirectional one."""
    protocol, error = machine.protocol, machine.context.diagnostics.error
    if protocol.custom is None:
        for name, _ in protocol.roles[:1]:
            error(
                "DG550",
                "roles of a bidirectional machine",
                name.span,
                "its events are `up` and `down`",
                help="leave `roles` out, or write `type: custom`",
            )
        return None
    taken: dict[str, str] = {}
    for name, direction in protocol.roles:
        machine.rules.machine_event(name, machine.context.diagnostics)
        if direction in taken:
            error(
                "DG550",
                f"two events for `{direction}`",
                name.span,
                f"`{taken[direction]}` is the event of this direction",
                help="give each direction one event",
            )
        taken.setdefault(direction, name.text)
    for state in protocol.states:
        for side in (state.up, state.down):
            if side is not None:
                error(
                    "DG551",
                    "a side of a state, in a custom machine",
                    side.span,
                    "its states read nothing: packets come as events",
                    also=[(protocol.custom.span, "this makes it one")],
                    help="leave it out; a rule reads the packet where the payload of a role's event is its record",
                )
    _check_initial(machine)
    roles = tuple((name.text, cast(Literal["up", "down"], direction)) for name, direction in protocol.roles)
    found = [(name, _packet(machine, name.text)) for name, _ in protocol.roles]
    asking = {packet.rule: (name, packet) for name, packet in reversed(found) if packet and _asks(packet)}
    for name, packet in asking.values() if not protocol.transport else ():
        _report_protocol(machine, name, packet)
    return ops.Custom(roles, tuple(packet for _, packet in found if packet is not None))


def _asks(packet: ops.Packet) -> bool:
    return "protocol" in packet.parameters


def _report_protocol(machine: Machine, role: Name, packet: ops.Packet) -> None:
    """A rule asks for the number of a transport that no session has."""
    rule = next(item for item in machine.protocol.rules if item.name.text == packet.rule)
    parameter = next(item for item in rule.parameters if item.name.text == "protocol")
    machine.context.diagnostics.error(
        "DG555",
        f"`{packet.rule}` is given the `protocol` of its packets, and the spec has no `transport`",
        parameter.name.span,
        "6 for tcp, 17 for udp",
        also=[(role.span, "it reads the packets of this role")],
        help="write `transport: {tcp: []}` or `transport: {udp: []}`",
    )


def _check_initial(machine: Machine) -> None:
    """A session that begins anew must not end at once."""
    initial = machine.protocol.initial
    for state in machine.protocol.states:
        for row in state.transitions if initial is not None and state.name.text == initial.text else ():
            for verb in row.execute or ():
                if verb.kind == "restart" and not any(event.text == "timeout" for event in row.events):
                    machine.context.diagnostics.error(
                        "DG553",
                        "a `restart` in the first state",
                        verb.span,
                        "the session that it begins would handle the event by this row again, for ever",
                        also=[(initial.span if initial is not None else verb.span, "this is the first state")],
                        help="write `set` for what is to have its initial value",
                    )


def _packet(machine: Machine, event: str) -> ops.Packet | None:
    """How a packet becomes the event; None where it cannot be one."""
    model = machine.rules.machine_events.get(event)
    if model is None or len(model.fields) != 1:
        return None
    type_ = model.fields[0][1]
    if isinstance(type_, BytesType):
        return ops.Packet(event, None, ())
    if not isinstance(type_, RecordType) or type_.name not in machine.rules:
        return None
    parameters = machine.rules.parameter_types(type_.name)
    if any(given is None or not _given(name, given) for name, given in parameters.items()):
        return None
    return ops.Packet(event, type_.name, tuple(parameters))


def _given(name: str, type_: Type) -> bool:
    return (
        name in SESSION
        or AROUND.get(name) == type_
        or (name in ("version", "protocol") and isinstance(type_, EnumType))
    )


def can_raise(machine: Machine, event: str) -> bool:
    """Whether states of a custom machine raise the event."""
    packets = machine.custom is not None and machine.custom.packets
    match event:
        case "parse_error":
            return bool(packets)
        case "transform_error":
            return bool(packets) and machine.rules.decodes
        case _:
            return event in _EVENTS or event in machine.substreams or event in machine.rules.machine_events


def situation(machine: Machine, state: str, event: str) -> Situation:
    """Where a row on one of the machine's own events stands."""
    model = machine.rules.machine_events[event]
    roles = {name for name, _ in machine.custom.roles} if machine.custom is not None else set()
    payload = {} if model is None else dict(model.fields)
    return Situation(state, event, payload=payload, payload_broken=model is None, sent=event in roles)


def why_never(event: str) -> str:
    """What to say of an event that a custom machine does not have."""
    if event in ("parse_error", "transform_error"):
        return "no event of a role has a payload that is read from a packet"
    return "a custom machine has its own events in place of it"


def check_shape(machine: Machine, row: Transition) -> None:
    """What verbs of a row have to do with the kind of machine."""
    for verb in row.execute or ():
        if machine.protocol.custom is not None and verb.kind in _BYTES:
            machine.context.diagnostics.error(
                "DG552",
                f"`{verb.kind}` in a custom machine",
                verb.span,
                "it is about bytes that are still to come; here each packet is whole",
                help="leave it out",
            )
        elif machine.protocol.custom is None and verb.kind in ("swap", "restart"):
            machine.context.diagnostics.error(
                "DG552",
                f"`{verb.kind}` in a bidirectional machine",
                verb.span,
                "it has no roles" if verb.kind == "swap" else "what was read is not read again",
                help="leave it out, or write `type: custom`"
                if verb.kind == "swap"
                else "write a `jump` to the first state, and `set` its variables",
            )
        if verb.kind == "restart":
            _check_restart(machine, row, verb)


def _check_restart(machine: Machine, row: Transition, verb: VerbDefinition) -> None:
    error = machine.context.diagnostics.error
    if row.jump is not None:
        error(
            "DG553",
            "a `restart` and a `jump`",
            row.jump.span,
            "the session begins anew, in its first state",
            also=[(verb.span, "here")],
            help="leave the `jump` out",
        )
    for event in row.events:
        if event.text in ("enter", "leave", "init", "midstream", "fail", "finish"):
            error(
                "DG553",
                f"`restart` on `{event.text}`",
                verb.span,
                "the session is on its way to a state already",
                help="restart on an event of the machine, or on `timeout`",
            )


def swap(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    _check_alike(checker, verb, both=True)
    return ops.Swap(checker.when, checker.at(verb))


def restart(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    event = checker.scope.situation.event
    model = checker.machine.rules.machine_events.get(event)
    if checker.scope.situation.sent:
        _check_alike(checker, verb, both=False)
    payload = tuple(name for name, _ in model.fields) if model is not None else ()
    return ops.Restart(None if model is None else event, payload, checker.when, checker.at(verb))


def _check_alike(checker: VerbChecker, verb: VerbDefinition, both: bool) -> None:
    """The events of the two roles must be able to stand for each other."""
    machine = checker.machine
    if machine.protocol.custom is None:
        return
    roles = [name for name, _ in machine.protocol.roles]
    if both and len(roles) < 2:
        checker.diagnostics.error(
            "DG554",
            "`swap` without two roles",
            verb.span,
            "there is nothing to exchange",
            help="write `roles: {input: up, output: down}` in `machine`",
        )
    models = [machine.rules.machine_events.get(name.text) for name in roles]
    payloads = [model.fields for model in models if model is not None]
    if len(payloads) == 2 and payloads[0] != payloads[1]:
        checker.diagnostics.error(
            "DG554",
            f"`{roles[0].text}` and `{roles[1].text}` have different payloads",
            verb.span,
            f"`{verb.kind}` lets one stand for the other",
            also=[(name.span, "this role") for name in roles],
            help="give both events the same payload",
        )


def sides(machine: Machine, state: StateDefinition) -> tuple[ops.Side, ops.Side]:
    """States of a custom machine read nothing."""
    here = ops.Place(state.name.span.source.name, state.name.span.line)
    absent = ops.Side("absent", None, (), None, here)
    return absent, absent
