"""Captures damaged at random, and what of their messages is found again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from protocols.captures import FlowResult, packets, units

from dissgen_runtime import DOWN, UP, Direction, Event, StreamEvent
from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.decapsulate import SYN, Segment, reverse_key
from dissgen_runtime.net.flows import FlowTable
from dissgen_runtime.net.registry import Dissectors
from dissgen_runtime.net.tcp import Gap

SECOND = 1_000_000_000
SNAPLEN = 120
"""Headers and some 60 bytes: what tools that capture headers only keep."""
PAIRED = frozenset({"command", "method"})
"""Fields of answers that say whom they answer; that is lost with the question."""

Damage = Callable[[Path, random.Random], tuple[Packet, ...]]


def _data(path: Path) -> Iterator[bool]:
    """Of each packet, whether it carries data that can be missed, or come late: without a SYN nobody knows of what precedes the first.

    So what is left has the offsets that it had.
    """
    begun: set[bytes] = set()
    for unit in units(path):
        syn = isinstance(unit, Segment) and bool(unit.flags & SYN)
        known = unit is not None and (not isinstance(unit, Segment) or unit.key in begun)
        yield unit is not None and bool(unit.payload) and known and not syn
        if unit is not None and (syn or unit.payload):
            begun.add(unit.key)


def loses(share: float) -> Damage:
    """Each packet with data is lost with this probability."""

    def damage(path: Path, chance: random.Random) -> tuple[Packet, ...]:
        kept = [not data or chance.random() >= share for data in _data(path)]
        return tuple(packet for packet, keep in zip(packets(path), kept, strict=True) if keep)

    return damage


def reorders(path: Path, chance: random.Random) -> tuple[Packet, ...]:
    """Packets that one end sends without having heard the other change places; the times stay in order."""
    found, segments, movable = packets(path), units(path), list(_data(path))
    order: list[int] = []
    run: list[int] = []
    for index, unit in enumerate(segments):
        last = segments[run[-1]] if run else None
        free = movable[index] and last is not None and unit is not None and unit.key == last.key
        if run and not (free and movable[run[-1]]):
            chance.shuffle(run)
            order += run
            run = []
        run.append(index)
    chance.shuffle(run)
    order += run
    return tuple(replace(found[old], time=found[new].time) for new, old in enumerate(order))


def duplicates(path: Path, chance: random.Random) -> tuple[Packet, ...]:
    """Every third packet comes again, at once or up to ten packets and a second later."""
    found: list[Packet] = []
    late: list[tuple[int, Packet]] = []
    for index, packet in enumerate(packets(path)):
        while late and (late[0][0] <= index or packet.time - late[0][1].time > SECOND):
            _, again = late.pop(0)
            found.append(replace(again, time=max(again.time, found[-1].time)))
        found.append(packet)
        if chance.random() < 1 / 3:
            late.append((index + chance.randrange(10), packet))
            late.sort(key=lambda item: item[0])
    return tuple(found)


def cuts(path: Path, chance: random.Random) -> tuple[Packet, ...]:
    """Only the first bytes of each packet were captured."""
    return tuple(replace(packet, data=packet.data[:SNAPLEN]) for packet in packets(path))


def without_handshake(path: Path, chance: random.Random) -> tuple[Packet, ...]:
    """No SYN was captured."""
    handshake = [isinstance(unit, Segment) and bool(unit.flags & SYN) for unit in units(path)]
    return tuple(packet for packet, syn in zip(packets(path), handshake, strict=True) if not syn)


def one_side(index: int) -> Damage:
    """Only what one end of each flow sends."""

    def damage(path: Path, chance: random.Random) -> tuple[Packet, ...]:
        first: dict[bytes, bytes] = {}
        kept = []
        for packet, unit in zip(packets(path), units(path), strict=True):
            if unit is not None:
                first.setdefault(unit.key, unit.key)
                first.setdefault(reverse_key(unit.key), unit.key)
            if unit is None or (first[unit.key] == unit.key) == (index == 0):
                kept.append(packet)
        return tuple(kept)

    return damage


def late(path: Path, chance: random.Random) -> tuple[Packet, ...]:
    """The capture begins in the middle."""
    found = packets(path)
    return found[chance.randrange(len(found)) if found else 0 :]


DAMAGES: dict[str, Damage] = {
    "few lost": loses(0.02),
    "many lost": loses(0.15),
    "reordered": reorders,
    "duplicated": duplicates,
    "cut": cuts,
    "no handshake": without_handshake,
    "first side": one_side(0),
    "second side": one_side(1),
    "late": late,
}


@dataclass(slots=True)
class Share:
    """Messages of the undamaged capture of which every byte is there, behind the first loss of their direction."""

    there: int = 0
    found: int = 0

    def __str__(self) -> str:
        return f"{self.found} of {self.there}" + (f" ({self.found / self.there:.1%})" if self.there else "")


def message(event: Event) -> tuple[object, ...]:
    """What a message says, and where."""
    payload = {name: repr(value) for name, value in event.payload().items() if name not in PAIRED}
    return (event.name, event.direction, event.offset, tuple(sorted(payload.items())))


def messages(flow: FlowResult, names: frozenset[str]) -> dict[Direction, list[tuple[object, ...]]]:
    """The messages of a flow by direction, without pieces of streams."""
    found: dict[Direction, list[tuple[object, ...]]] = {UP: [], DOWN: []}
    for event in flow.events:
        if event.name in names and not isinstance(event, StreamEvent) and event.direction is not None:
            found[event.direction].append(message(event))
    return found


def share(before: FlowResult, after: FlowResult, names: frozenset[str]) -> Share:
    """How much of a flow is found again behind its first loss."""
    result = Share()
    whole, rest = messages(before, names), messages(after, names)
    for direction in (UP, DOWN):
        lost = [event.offset for event in after.events if event.name == "gap" and event.direction is direction]
        if not lost:
            continue
        left = list(rest[direction])
        for known in whole[direction]:
            begin, end = known[2]  # type: ignore[misc]
            if end <= lost[0][0] or any(begin < stop and end > start for start, stop in lost):
                continue
            result.there += 1
            if known in left:
                left.remove(known)
                result.found += 1
    return result


def gaps(damaged: tuple[Packet, ...], module: ModuleType) -> dict[int, list[tuple[int, int]]]:
    """Flow number -> (side, bytes) of each hole that reassembly finds, in order."""
    ports = Dissectors([module], protocols=[module.PROTOCOL]).server_ports
    found: dict[int, list[tuple[int, int]]] = {}
    for flow, event in FlowTable(ports).events(damaged):
        if isinstance(event, Gap) and flow.transport == "tcp":
            found.setdefault(flow.number, []).append((event.side, event.size))
    return found
