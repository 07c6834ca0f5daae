"""Datagram sessions from packets."""

from __future__ import annotations

import pytest
from support import compile_text
from test_net_flows import Wire

from dissgen_runtime.events import DOWN, UP, Alert
from dissgen_runtime.net.dissect import Dissection, Finished, Reported
from dissgen_runtime.net.registry import DissectorError, Dissectors, as_dissector

SPEC = """
dissgen: 1
protocol: greeting
transport: {udp: [53]}
grammar:
  message: {record: [{field: id, number: 16}, {field: text, text: {size: {number: 8}}}]}
events: {message: message}
initial: s
states: {s: {up: message, down: message, transitions: [{event: [up, down], execute: [trigger: message]}]}}
"""
MODULE = as_dissector(compile_text(SPEC), "greeting")


def test_datagrams_of_a_flow_are_messages_of_one_session() -> None:
    wire = Wire()
    wire.send(0, bytes.fromhex("0001 02 6162"), server=53, datagram=True)
    wire.send(1, bytes.fromhex("0001 02 6364 00"), server=53, datagram=True)
    wire.send(0, bytes.fromhex("0002 09"), server=53, datagram=True)
    wire.send(0, bytes.fromhex("0003 00"), server=53, datagram=True)
    items = list(Dissection(Dissectors([MODULE])).items(wire.packets))
    events = [item.event for item in items if isinstance(item, Reported) and item.event.name != "end"]
    assert [(event.name, event.direction, event.offset) for event in events] == [
        ("message", UP, (0, 5)),
        ("message", DOWN, (0, 5)),
        ("alert", UP, (5, 8)),
        ("message", UP, (8, 11)),
    ]
    assert isinstance(events[2], Alert)
    (finished,) = (item for item in items if isinstance(item, Finished))
    assert finished.summary["trailing"] == 1
    assert finished.summary["failed"] is False
    assert finished.summary["bytes"] == {
        "up": {"total": 11, "messages": 8, "skipped": 0, "held": 0, "discarded": 3, "child": 0},
        "down": {"total": 6, "messages": 5, "skipped": 0, "held": 0, "discarded": 1, "child": 0},
    }


def test_a_dissector_is_not_used_for_a_transport_that_does_not_carry_it() -> None:
    with pytest.raises(DissectorError, match="greeting is not carried by tcp but by udp"):
        Dissectors([MODULE], decode_as={("tcp", 7): "greeting"})
