"""DG54x: sessions over several transports."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG540",
        "a side for a transport that the spec does not have",
        "A side may be given for each transport. The transports of a spec, with the ports of the server, are in "
        "`transport`.",
        "transport: {udp: [53]}\nstates: {talk: {up: {udp: query, tcp: long_query}}}",
        "transport: {udp: [53], tcp: [53]}\nstates: {talk: {up: {udp: query, tcp: long_query}}}",
    ),
    Code(
        "DG541",
        "messages of two types, by transport",
        "The transitions of a state are written once for all transports, so `message` has one type. A rule that only "
        "wraps another one has the type of that one if its `value` is the other's.",
        "tcp_query: {record: [{number: 16}, {field: inner, use: query}]}\nup: {udp: query, tcp: tcp_query}",
        "tcp_query: {record: [{number: 16}, {field: inner, use: query}], value: inner}\n"
        "up: {udp: query, tcp: tcp_query}",
    ),
)
