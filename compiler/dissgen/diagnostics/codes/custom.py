"""DG55x: custom machines."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG550",
        "roles that the machine cannot have",
        "In a custom machine `roles` says which event belongs to which direction, one for each. A bidirectional "
        "machine has the events `up` and `down`.",
        "machine: {type: custom, events: {input: {packet: segment}, output: {packet: segment}},\n"
        "          roles: {input: up, output: up}}",
        "machine: {type: custom, events: {input: {packet: segment}, output: {packet: segment}},\n"
        "          roles: {input: up, output: down}}",
    ),
    Code(
        "DG551",
        "a side in a custom machine",
        "The states of a custom machine read no bytes: a program raises its events, or gives packets, which become the "
        "events of the roles. So states have no `up` and `down`.",
        "machine: {type: custom, events: {input: {packet: segment}}}\nstates: {open: {up: segment}}",
        "machine: {type: custom, events: {input: {packet: segment}}, roles: {input: up}}\n"
        "states: {open: {transitions: [{event: input, jump: closed}]}, closed: {}}",
    ),
    Code(
        "DG552",
        "a verb of the other kind of machine",
        "`skip`, `abandon` and `upgrade` are about bytes that are still to come: only bidirectional machines read any. "
        "`swap` and `restart` are about events that a program raises: only custom machines have them.",
        "machine: {type: bidirectional}\nstates: {talk: {up: line, transitions: [{event: up, execute: [restart]}]}}",
        "machine: {type: bidirectional}\nstates: {talk: {up: line, transitions: [{event: up, jump: talk}]}}",
    ),
    Code(
        "DG553",
        "a restart that cannot be",
        "`restart` ends the session and begins another one in the first state, which handles the event anew. So there "
        "is nothing to jump to, and it cannot stand where the session is on its way to a state.",
        "{event: input, when: packet.syn, execute: [restart], jump: syn_sent}",
        "{event: input, when: packet.syn, execute: [restart]}",
    ),
    Code(
        "DG554",
        "roles that cannot stand for each other",
        "After `swap`, and after a `restart` by what was `down`, packets of one direction are the event of the other "
        "one. So there must be two roles, and their events need the same payload.",
        "machine: {type: custom, events: {input: {packet: request}, output: {packet: answer}},\n"
        "          roles: {input: up, output: down}}\n{event: output, execute: [swap]}",
        "machine: {type: custom, events: {input: {packet: message}, output: {packet: message}},\n"
        "          roles: {input: up, output: down}}\n{event: output, execute: [swap]}",
    ),
    Code(
        "DG555",
        "a packet's protocol without a transport",
        "The parameter `protocol` of a rule that reads packets is the number of the transport that carries it: "
        "6 for tcp, 17 for udp. A spec without `transport` has none.",
        "protocol: example\ngrammar: {segment: {parameters: {protocol: int}, record: [header]}}",
        "protocol: example\ntransport: {tcp: []}\ngrammar: {segment: {parameters: {protocol: int}, record: [header]}}",
    ),
)
