"""Datagram sessions from packets."""

from __future__ import annotations

import dns_dissector
import pytest
from support import compile_text
from test_net_flows import SECOND, Wire

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


def test_a_session_ends_with_its_flow_and_another_one_begins() -> None:
    """Idle for three minutes: both directions are cut, the session is over, and the next datagram is of a new one."""
    wire = Wire()
    query = b"\x00\x07\x01\x00\x00\x01" + bytes(6) + b"\x01a\x00\x00\x01\x00\x01"
    answer = query[:2] + b"\x81\x80" + query[4:]
    wire.send(0, query, datagram=True, server=53)
    wire.now += 400 * SECOND
    wire.send(1, answer, datagram=True, server=53)
    wire.send(0, query, datagram=True, server=53)
    found: dict[int, list[str]] = {}
    summaries = []
    for item in Dissection(Dissectors([dns_dissector])).items(wire.packets):
        number = item.conversation.flow.number
        if isinstance(item, Finished):
            summaries.append((number, item.summary["state"], item.summary["messages"]))
        else:
            found.setdefault(number, []).append(item.event.id if isinstance(item.event, Alert) else item.event.name)
    assert found[0] == ["query"]  # its own timeout of a minute has ended the session
    assert found[1][:3] == ["response", "unsolicited", "query"]  # who asked is forgotten
    assert summaries == [(0, "finish", 1), (1, "finish", 2)]


def test_a_dissector_is_not_used_for_a_transport_that_does_not_carry_it() -> None:
    with pytest.raises(DissectorError, match="greeting is not carried by tcp but by udp"):
        Dissectors([MODULE], decode_as={("tcp", 7): "greeting"})
