"""Custom machines: a method for each of their events, and how packets become events."""

from __future__ import annotations

from typing import Final

from dissgen.codegen import naming
from dissgen.codegen.parts import CustomView, FunctionView
from dissgen.codegen.pysource import docstring, literal, tuple_literal
from dissgen.codegen.values import python_type
from dissgen.ir import ops


def custom_view(module: ops.Module) -> CustomView | None:
    """What the session of a custom machine has besides; None for a bidirectional one."""
    custom = None if module.machine is None else module.machine.custom
    if custom is None:
        return None
    methods = [_raiser(event) for event in module.machine_events]
    receive = _receive(module, custom)
    methods += [] if receive is None else [receive]
    packets = []
    for packet in custom.packets:
        side, arguments = _side(module, packet)
        packets.append((literal(packet.event), side))
        methods += [item for item in arguments if item.name not in {method.name for method in methods}]
    return CustomView(
        roles=tuple((literal(event), direction.upper()) for event, direction in custom.roles),
        packets=tuple(packets),
        addressed=any(packet.parameters for packet in custom.packets),
        methods=tuple(methods),
    )


def _raiser(event: ops.MachineEvent) -> FunctionView:
    """`raise_<event>`, with the payload as parameters."""
    doc = docstring(f"Raise `{event.name}` ({event.place}). Returns the events that it leads to.")
    names = (literal(event.name), *(naming.local(field.name) for field in event.fields))
    lines = (f"return self._drive({', '.join(names)})",)
    return FunctionView(f"raise_{event.name}", _payload(event), "list[Event]", doc, lines)


def _receive(module: ops.Module, custom: ops.Custom) -> FunctionView | None:
    """`receive`, for those who know the direction of a packet and not which role it has by now."""
    events = {event.name: event for event in module.machine_events}
    payloads = [events[name].fields for name, _ in custom.roles]
    if len(payloads) < 2 or payloads[0] != payloads[1]:
        return None
    event = events[custom.roles[0][0]]
    doc = docstring("Raise the event that a direction has now. Returns the events that it leads to.")
    names = ("self.role(direction)", *(naming.local(field.name) for field in event.fields))
    parameters = ", ".join(part for part in ("direction: Direction", _payload(event)) if part)
    return FunctionView("receive", parameters, "list[Event]", doc, (f"return self._drive({', '.join(names)})",))


def _payload(event: ops.MachineEvent) -> str:
    return ", ".join(f"{naming.local(field.name)}: {python_type(field.type)}" for field in event.fields)


_OF_SESSION: Final = {"direction": "self._direction", "transport": '(self.transport or "")'}


def _side(module: ops.Module, packet: ops.Packet) -> tuple[str, list[FunctionView]]:
    """What reads a packet, and the method that gives the rule its parameters."""
    if packet.rule is None:
        return "reads(_custom.Packet)", []
    frame = naming.frame_class(packet.rule)
    if not packet.parameters:
        return f"reads({frame})", []
    name = f"_around_{packet.rule}"
    types = dict(next(rule for rule in module.rules if rule.name == packet.rule).parameters)
    returns = f"tuple[{', '.join(python_type(types[parameter]) for parameter in packet.parameters)}]"
    body = tuple_literal(_OF_SESSION.get(parameter) or f"self._{parameter}" for parameter in packet.parameters)
    doc = docstring(f"What `{packet.rule}` is given: from the packet around it.")
    return f"reads({frame}, arguments=Session.{name})", [FunctionView(name, "", returns, doc, (f"return {body}",))]
