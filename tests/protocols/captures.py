"""Captures through dissectors in process, and what tests do to them: a direction or a packet less, halves, another order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from support import ROOT, SHARED_DATA, shipped

from dissgen.testing.script import Close, Lose, Send, Step
from dissgen_runtime import DOWN, UP, Alert, Direction, Event
from dissgen_runtime.net.capture import CaptureError, Packet, open_capture
from dissgen_runtime.net.decapsulate import SYN, Decapsulator, Segment, Unit, reverse_key
from dissgen_runtime.net.dissect import Dissection, Finished
from dissgen_runtime.net.registry import Dissectors

RECORDED = ROOT / "tests" / "captures"


@dataclass
class FlowResult:
    """Everything that one flow reported; `key` is that of the packets of its client."""

    client: str
    server: str
    key: bytes
    protocol: str
    events: list[Event] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)  # of each event the packet that it is about, counted from 1
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def alerts(self) -> list[str]:
        return [event.id for event in self.events if isinstance(event, Alert)]

    def of(self, name: str) -> list[Any]:
        return [event for event in self.events if event.name == name]


def of_protocol(protocol: str) -> list[Path]:
    """The project's own captures of a protocol, and those of the shared data, where they are."""
    return [*sorted(RECORDED.glob(f"{protocol}-*.pcap")), *sorted((SHARED_DATA / protocol).glob("*.pcap"))]


@cache
def packets(path: Path) -> tuple[Packet, ...]:
    """All that can be read."""
    found: list[Packet] = []
    with open_capture(str(path)) as capture, suppress(CaptureError):
        found.extend(capture)
    return tuple(found)


@cache
def units(path: Path) -> tuple[Unit | None, ...]:
    """The segment or datagram of each packet; None where there is none."""
    decapsulator = Decapsulator()
    return tuple(decapsulator.decapsulate(packet) for packet in packets(path))


def dissect(
    source: Path | Iterable[Packet], module: ModuleType, decode_as: Mapping[tuple[str, int], str] | None = None
) -> dict[int, FlowResult]:
    """Flow number -> what it reported."""
    dissectors = Dissectors([module], protocols=[module.PROTOCOL], decode_as=decode_as)
    return _dissect(packets(source) if isinstance(source, Path) else source, dissectors)


def dissect_all(source: Path, protocols: Iterable[str]) -> dict[int, FlowResult]:
    """The same with several shipped dissectors; the events of what a session hands over to are among its own."""
    return _dissect(packets(source), Dissectors([shipped(name) for name in protocols]))


def _dissect(stream: Iterable[Packet], dissectors: Dissectors) -> dict[int, FlowResult]:
    flows: dict[int, FlowResult] = {}
    number, now = 0, 0
    at: dict[int, int] = {}

    def counted() -> Iterator[Packet]:
        nonlocal number, now
        for number, packet in enumerate(stream, 1):
            now = packet.time
            at.setdefault(now, number)
            yield packet

    for item in Dissection(dissectors).items(counted()):
        conversation = item.conversation
        flow = flows.get(conversation.flow.number)
        if flow is None:
            key = conversation.flow.key
            key = reverse_key(key) if conversation.flow.client == 1 else key
            flow = flows[conversation.flow.number] = FlowResult(
                conversation.client, conversation.server, key, conversation.protocol
            )
        if isinstance(item, Finished):
            flow.summary = item.summary
        else:
            flow.events.append(item.event)
            # What waited for its dissector has the time of an earlier packet; a capture's times may go back.
            flow.frames.append(at.get(item.event.time, number) if item.event.time < now else number)
    return flows


_PLACE = re.compile(r"[^:]*: (\S+ at byte \d+): ")


def described(event: Event) -> str:
    """Its side, its name (an alert's id), and of a parse error the place."""
    assert event.direction is not None
    if not isinstance(event, Alert):
        return f"{event.direction.value} {event.name}"
    found = _PLACE.match(event.description)
    return " ".join([event.direction.value, event.id, *([found[1]] if found else [])])


def reported(flows: Iterable[FlowResult], frame: int) -> list[Event]:
    """What was reported of a packet, which is counted from 1, but for the ends of streams."""
    found = ((event, at) for flow in flows for event, at in zip(flow.events, flow.frames, strict=True))
    return [event for event, at in found if at == frame and event.name != "end"]


class Recorder:
    """Stands in for a dissector's module; its sessions only write down what they are told."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self.told: list[list[Step]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def Session(self, **options: object) -> RecordingSession:
        self.told.append([])
        return RecordingSession(self._module.Session().state, self.told[-1])


class RecordingSession:
    """A session that reports nothing."""

    def __init__(self, state: object, told: list[Step]) -> None:
        self.state = state
        self._told = told

    @property
    def deadline(self) -> int | None:
        return None

    def advance(self, now: int) -> list[Event]:
        return []

    def feed(self, direction: Direction, data: bytes) -> list[Event]:
        self._told.append(Send(direction, data))
        return []

    def gap(self, direction: Direction, size: int) -> list[Event]:
        self._told.append(Lose(direction, size))
        return []

    def close(self, direction: Direction, cut: bool = False) -> list[Event]:
        self._told.append(Close(direction, cut))
        return []

    def summary(self) -> dict[str, object]:
        return {}


def schedules(path: Path, module: ModuleType) -> list[list[Step]]:
    """What the session of each flow of a capture is told, in order, without the times."""
    recorder = Recorder(module)
    dissectors = Dissectors([recorder], protocols=[module.PROTOCOL])  # type: ignore[list-item]
    for _ in Dissection(dissectors).items(packets(path)):
        pass
    return recorder.told


@dataclass(frozen=True, slots=True)
class Variant:
    """A damaged capture. `lost` is what was taken out or changed places, where that is one packet of a flow."""

    name: str
    packets: tuple[Packet, ...]
    lost: Segment | None = None


def variants(path: Path, flows: Iterable[FlowResult], losses: int = 40) -> Iterator[Variant]:
    """Each direction alone, each of up to `losses` packets lost, both halves, no handshake, neighbours exchanged.

    `flows` are those of the whole capture. Packets that belong to none of them stay.
    """
    found, segments = packets(path), units(path)
    direction: dict[bytes, Direction] = {}
    for flow in flows:
        direction |= {flow.key: UP, reverse_key(flow.key): DOWN}

    def side(index: int) -> Direction | None:
        unit = segments[index]
        return None if unit is None else direction.get(unit.key)

    everything = range(len(found))
    for gone, kept in ((DOWN, "up"), (UP, "down")):
        yield Variant(f"only {kept}", tuple(found[i] for i in everything if side(i) is not gone))
    yield Variant("first half", found[: len(found) // 2])
    yield Variant("second half", found[len(found) // 2 :])
    yield Variant("no handshake", tuple(found[i] for i in everything if not _is_syn(segments[i])))
    ours = [i for i in everything if side(i) is not None]
    for i in ours[:: max(1, -(-len(ours) // losses))]:
        segment = segments[i]
        lost = segment if isinstance(segment, Segment) else None
        yield Variant(f"without packet {i + 1}", found[:i] + found[i + 1 :], lost)
        if i + 1 < len(found):
            yield Variant(
                f"packets {i + 1} and {i + 2} exchanged", (*found[:i], found[i + 1], found[i], *found[i + 2 :])
            )


def _is_syn(unit: Unit | None) -> bool:
    return isinstance(unit, Segment) and bool(unit.flags & SYN)
