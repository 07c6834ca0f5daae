"""Every capture of every protocol that ships, damaged: nothing breaks, nothing is said twice, the rest is found again."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from captures_all.damage import DAMAGES, Share, gaps, messages, share
from protocols.captures import FlowResult, dissect, of_protocol, packets, units
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import DOWN, UP, StreamEvent
from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.decapsulate import Segment

PROTOCOLS = {
    "smtp": frozenset({"command", "response"}),
    "http": frozenset({"request", "response"}),
    "dns": frozenset({"query", "response"}),
    "mdns": frozenset({"query", "response"}),
    "tls": frozenset({"record", "handshake"}),
    "mqtt": frozenset({"packet"}),
    "modbus": frozenset({"request", "response", "exception"}),
}
LARGEST = 400_000
SEEDS = range(3)
LOSSES = ("few lost", "many lost", "cut")
FLOORS = {
    # A lost password or challenge leaves the client's lines unread until the next reply tells that AUTH is over; the
    # commands behind a lost DATA that come before its 354 are in the same place. Everything else is found.
    "smtp": 0.9,
    # Each message begins with a line that nothing else looks like, and bodies have sizes.
    "http": 0.98,
    # A record is found by its header, so the rest of the one with the gap is all that is lost; handshake messages that
    # go on in further records are found at the next one that begins with its record.
    "tls": 0.9,
    # A packet is recognised right behind the gap only: where the gap ends inside one, nothing tells where the next one
    # is, and the direction is given up.
    "mqtt": 0.8,
    # The header has two fixed bytes and a length, and is searched for.
    "modbus": 0.95,
}
"""Of the messages of which every byte is there, behind the first gap of their direction, so many are found again."""
pytestmark = needs_data


def captures(protocol: str) -> list[Path]:
    found = of_protocol("dns" if protocol == "mdns" else protocol)
    return [path for path in found if path.stat().st_size < LARGEST]


def module(protocol: str) -> ModuleType:
    """As generated where the spec extends another one, else compiled in memory."""
    return import_module("mdns_dissector") if protocol == "mdns" else shipped(protocol)


@cache
def whole(protocol: str, path: Path) -> dict[bytes, FlowResult]:
    """The flows of the undamaged capture by key; of those that have the same one, the first."""
    found: dict[bytes, FlowResult] = {}
    for flow in dissect(path, module(protocol)).values():
        found.setdefault(flow.key, flow)
    return found


def damaged(protocol: str, damage: str) -> list[tuple[str, Path, tuple[Packet, ...], dict[int, FlowResult]]]:
    """(name, capture, packets, flows) of each capture under a damage. A dissector that raises fails here."""
    found = []
    for path in captures(protocol):
        for seed in SEEDS if damage not in ("cut", "no handshake", "first side", "second side") else (0,):
            left = DAMAGES[damage](path, random.Random(f"{path.name} {damage} {seed}"))
            found.append((f"{path.name} {seed}", path, left, dissect(left, module(protocol))))
    return found


def test_the_captures_are_here() -> None:
    counted = {protocol: len(captures(protocol)) for protocol in PROTOCOLS}
    assert all(counted[protocol] >= 3 for protocol in PROTOCOLS), counted
    assert SHARED_DATA.is_dir()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_breaks(protocol: str, damage: str) -> None:
    """No session fails that did not fail before, every byte counts once, every stream ends once."""
    for name, path, _, flows in damaged(protocol, damage):
        for flow in flows.values():
            before = whole(protocol, path).get(flow.key)
            assert not flow.summary["failed"] or (before is not None and before.summary["failed"]), (
                name,
                flow.summary["failure"],
            )
            for direction, counts in flow.summary["bytes"].items():
                rest = sum(count for key, count in counts.items() if key != "total")
                assert rest == counts["total"], (name, direction, counts)
            ended: Counter[int] = Counter()
            for event in flow.events:
                if isinstance(event, StreamEvent):
                    assert not ended[event.stream], (name, event)
                    ended[event.stream] += event.last
            assert all(ended.values()), (name, ended)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_gap_is_reported_once_with_its_size(protocol: str, damage: str) -> None:
    for name, _, left, flows in damaged(protocol, damage):
        holes = gaps(left, module(protocol))
        for number, flow in flows.items():
            reported = [event.bytes for event in flow.of("gap")]
            expected = [size for _, size in holes.get(number, [])]
            if flow.summary["state"] == "finish":  # what comes behind the end is not reported
                assert Counter(reported) <= Counter(expected), (name, reported, expected)
            else:
                assert sorted(reported) == sorted(expected), name


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_alerts_follow_each_other(protocol: str, damage: str) -> None:
    """One for each gap and each message that is missing, one that one direction is not seen, and one for each side."""
    for name, path, _, flows in damaged(protocol, damage):
        for flow in flows.values():
            before = whole(protocol, path).get(flow.key)
            if before is None:
                continue  # a flow that was in another one's place before
            lost = sum(
                max(len(old) - len(new), 0)
                for old, new in zip(
                    messages(before, PROTOCOLS[protocol]).values(),
                    messages(flow, PROTOCOLS[protocol]).values(),
                    strict=True,
                )
            )
            again = len(flow.events) - len(before.events) if damage == "duplicated" and flow.of("query") else 0
            allowed = len(before.alerts) + len(flow.of("gap")) + min(lost, 8) + again + 3
            assert len(flow.alerts) <= allowed, (name, dict(Counter(flow.alerts)), dict(Counter(before.alerts)))


@pytest.mark.parametrize("protocol", FLOORS)
def test_messages_behind_a_gap_are_found_again(protocol: str) -> None:
    total = Share()
    for damage in LOSSES:
        for _, path, _, flows in damaged(protocol, damage):
            for flow in flows.values():
                before = whole(protocol, path).get(flow.key)
                if before is not None:
                    found = share(before, flow, PROTOCOLS[protocol])
                    total.there += found.there
                    total.found += found.found
    print(f"{protocol}: {total}")
    assert total.there >= 20
    assert total.found >= FLOORS[protocol] * total.there, str(total)


@pytest.mark.parametrize("damage", ["reordered", "duplicated"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_all_there_is_read_as_before(protocol: str, damage: str) -> None:
    """Segments in another order, or twice, are the same bytes. Datagrams that come twice are messages twice."""
    changed = []
    for name, path, left, flows in damaged(protocol, damage):
        holes = gaps(left, module(protocol))
        seen: set[bytes] = set()
        for number, flow in flows.items():
            before = whole(protocol, path).get(flow.key)
            if before is None or holes.get(number) or before.of("gap") or flow.key in seen:
                continue  # a SYN that comes again behind the end opens a flow without data
            seen.add(flow.key)
            for direction in (UP, DOWN):
                old, new = (messages(item, PROTOCOLS[protocol])[direction] for item in (before, flow))
                if protocol in ("dns", "mdns"):  # datagrams have the offsets of their order
                    old, new = ([(item[0], item[3]) for item in items] for items in (old, new))
                changed += [(name, flow.client)] if not set(map(str, old)) <= set(map(str, new)) else []
    assert changed == []


@pytest.mark.parametrize("protocol", ["dns", "mdns"])
def test_a_lost_datagram_costs_no_other(protocol: str) -> None:
    """What is read of the datagrams that are left, and of those that are lost, is together what is read of all."""
    there = 0
    for path in captures(protocol):
        if any(unit is None or isinstance(unit, Segment) for unit in units(path)):  # nor fragments
            continue
        every = said(protocol, packets(path))
        for seed in SEEDS:
            kept = DAMAGES["many lost"](path, random.Random(f"{path.name} {seed}"))
            numbers = {packet.number for packet in kept}
            lost = tuple(packet for packet in packets(path) if packet.number not in numbers)
            assert said(protocol, kept) + said(protocol, lost) == every, path.name
            there += len(lost) and len(kept)
    assert there >= 50


def said(protocol: str, found: tuple[Packet, ...]) -> Counter[str]:
    """The messages in the packets, each as often as it comes."""
    flows = dissect(found, module(protocol)).values()
    return Counter(
        repr(event.payload()) for flow in flows for event in flow.events if event.name in PROTOCOLS[protocol]
    )
