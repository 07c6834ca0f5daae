"""Flows: which packets belong together, which side is the client, when a flow is over."""

from __future__ import annotations

import heapq
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dissgen_runtime.net.capture import CaptureError, Packet
from dissgen_runtime.net.decapsulate import ACK, SYN, Datagram, Decapsulator, Segment, Unit, reverse_key
from dissgen_runtime.net.tcp import Close, Connection, Data, Gap, TcpEvent
from dissgen_runtime.net.usual import flow_events

Transport: TypeAlias = Literal["tcp", "udp"]
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """Times are in network time (nanoseconds): an open TCP flow, one without data, one that is over, a UDP flow.

    `memory` is for bytes that wait in all TCP flows together, `flows` for flows that are open at a time.
    """

    idle: int = 3600 * SECOND
    unanswered: int = 120 * SECOND
    closed: int = 120 * SECOND
    udp_idle: int = 180 * SECOND
    memory: int = 64 * 1024 * 1024
    flows: int = 200_000


class Flow:
    """A flow; `number` counts from 0 by first packet. Side 0 sent the first packet, side 1 is the other.

    `client` is the side of the client, None where neither the handshake nor a known port tells; whoever finds out
    later sets it. `midstream`: the beginning was not captured.
    """

    __slots__ = (
        "client",
        "connection",
        "first_time",
        "key",
        "last_time",
        "memory",
        "midstream",
        "number",
        "packets",
        "transport",
    )

    def __init__(self, number: int, transport: Transport, key: bytes, first_time: int) -> None:
        self.number = number
        self.transport: Transport = transport
        self.key = key
        self.client: int | None = None
        self.midstream = transport == "tcp"
        self.connection: Connection | None = Connection() if transport == "tcp" else None
        self.first_time = first_time
        self.last_time = first_time
        self.packets = 0
        self.memory = 0

    def port(self, side: int) -> int:
        """The port of a side."""
        return int.from_bytes(self.key[-2:] if side else self.key[-4:-2], "big")

    def address(self, side: int) -> str:
        """The address of a side: `192.0.2.1`, `2001:db8::1`."""
        size = (len(self.key) - 4) // 2
        address = self.key[size : 2 * size] if side else self.key[:size]
        return socket.inet_ntop(socket.AF_INET if size == 4 else socket.AF_INET6, address)

    def endpoint(self, side: int) -> str:
        """Address and port of a side: `192.0.2.1:25`, `[2001:db8::1]:25`."""
        address = self.address(side)
        return f"[{address}]:{self.port(side)}" if ":" in address else f"{address}:{self.port(side)}"


@dataclass(slots=True)
class FlowStatistics:
    """What was read, and what could not be used. `ignored` as in `Decapsulator`."""

    packets: int = 0
    flows: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    fragments_dropped: int = 0
    fragments_evicted: int = 0  # those of them that were given up to stay within the limits
    lost_bytes: int = 0
    conflicts: int = 0
    late_bytes: int = 0
    evicted: int = 0  # open flows given up to stay within the limits
    released: int = 0  # times that holes were given up to stay within the limits of all flows
    overflows: int = 0  # the same for the limit of one flow


FlowEvent: TypeAlias = tuple[Flow, TcpEvent]


class FlowTable:
    """The open flows. `server_ports` has the ports of servers a transport, for flows without a handshake."""

    def __init__(
        self, server_ports: Mapping[str, frozenset[int]] | None = None, limits: FlowLimits | None = None
    ) -> None:
        self.statistics = FlowStatistics()
        self._limits = limits or FlowLimits()
        self._ports = server_ports or {}
        self._decapsulator = Decapsulator()
        self._tcp: dict[bytes, tuple[Flow, int]] = {}
        self._udp: dict[bytes, tuple[Flow, int]] = {}
        self._open: dict[int, Flow] = {}
        self._number = 0
        self._now = 0
        self._frame = 0
        self._memory = 0
        self._next_sweep = 0
        self._packets_to_sweep = 0

    def events(self, packets: Iterable[Packet]) -> Iterator[FlowEvent]:
        """The events of all packets, then the ends of the flows.

        Raises the CaptureError or OSError of `packets`, after those ends.
        """
        try:
            yield from flow_events(self, packets)
        except (CaptureError, OSError):
            yield from self.finish()
            raise
        yield from self.finish()

    def add(self, packet: Packet) -> list[FlowEvent]:
        """Take the next packet. Returns what it completes, of its own flow and of those that are over by its time."""
        self.statistics.packets += 1
        unit = self._decapsulator.decapsulate(packet)
        return [] if unit is None else self.take(unit)

    def take(self, unit: Unit) -> list[FlowEvent]:
        """As `add`, for what is in a packet."""
        self._frame = unit.number
        if unit.time > self._now:
            self._now = unit.time
        ended: list[FlowEvent] = []
        self._packets_to_sweep -= 1
        if self._packets_to_sweep < 0 and self._now >= self._next_sweep:
            self._sweep(ended)
        if type(unit) is Segment:
            events = self._add_segment(unit, ended)
        else:
            assert isinstance(unit, Datagram)
            events = self._add_datagram(unit, ended)
        if len(self._open) > self._limits.flows:
            self._evict(len(self._open) - self._limits.flows + self._limits.flows // 16, ended)
        return ended + events if ended else events

    def finish(self) -> Iterator[FlowEvent]:
        """End all flows, in the order of their numbers."""
        while self._open:
            yield from self._end(next(iter(self._open.values())))
        self._decapsulator.fragments.finish()
        self.statistics.ignored = self._decapsulator.ignored
        self.statistics.fragments_dropped = self._decapsulator.fragments.dropped
        self.statistics.fragments_evicted = self._decapsulator.fragments.evicted

    # TCP

    def _add_segment(self, segment: Segment, ended: list[FlowEvent]) -> list[FlowEvent]:
        found = self._tcp.get(segment.key)
        earlier: Connection | None = None
        if found is not None:
            connection = found[0].connection
            assert connection is not None
            if (segment.flags & SYN or connection.unsettled) and connection.is_new(found[1], segment):
                ended += self._end(found[0])
                earlier, found = connection, None
        if found is None:
            found = self._open_tcp(segment, earlier), 0
        flow, side = found
        connection = flow.connection
        assert connection is not None
        flow.last_time = self._now
        flow.packets += 1
        events = connection.receive(side, segment)
        connection.settle()
        memory = connection.memory
        if memory != flow.memory:
            self._memory += memory - flow.memory
            flow.memory = memory
            if self._memory > self._limits.memory:
                ended += self.release()
        return self._counted(flow, events) if events else []

    def _open_tcp(self, segment: Segment, earlier: Connection | None) -> Flow:
        flow = self._open_flow("tcp", segment, self._tcp)
        if segment.flags & SYN:
            flow.client = 1 if segment.flags & ACK else 0
            flow.midstream = False
        elif earlier is not None and flow.connection is not None and flow.connection.continue_from(earlier, segment):
            flow.client = 0
            flow.midstream = False
        return flow

    def _counted(self, flow: Flow, events: list[TcpEvent]) -> list[FlowEvent]:
        for event in events:
            kind = type(event)
            if kind is Gap:
                self.statistics.lost_bytes += event.size  # type: ignore[union-attr]  # the test of the type is above
            elif kind is not Data and kind is not Close:
                self.statistics.conflicts += 1
        return [(flow, event) for event in events]

    # UDP

    def _add_datagram(self, datagram: Datagram, ended: list[FlowEvent]) -> list[FlowEvent]:
        found = self._udp.get(datagram.key)
        if found is not None and self._now - found[0].last_time > self._limits.udp_idle:
            ended += self._end(found[0])
            found = None
        flow, side = found if found is not None else (self._open_flow("udp", datagram, self._udp), 0)
        flow.last_time = self._now
        flow.packets += 1
        if datagram.missing:
            size = len(datagram.payload) + datagram.missing
            self.statistics.lost_bytes += size
            return [(flow, Gap(side, size, datagram.time, datagram.number))]
        return [(flow, Data(side, datagram.payload, datagram.time, datagram.number))]

    # Begin and end

    def _open_flow(self, transport: Transport, unit: Unit, table: dict[bytes, tuple[Flow, int]]) -> Flow:
        flow = Flow(self._number, transport, unit.key, unit.time)
        self._number += 1
        self.statistics.flows[transport] += 1
        ports = self._ports.get(transport)
        if ports:
            if flow.port(1) in ports:
                flow.client = 0
            elif flow.port(0) in ports:
                flow.client = 1
        self._open[flow.number] = flow
        table[reverse_key(unit.key)] = (flow, 1)
        table[unit.key] = (flow, 0)
        return flow

    def _end(self, flow: Flow) -> list[FlowEvent]:
        table = self._tcp if flow.transport == "tcp" else self._udp
        del self._open[flow.number]
        for key in (flow.key, reverse_key(flow.key)):
            table.pop(key, None)
        self._memory -= flow.memory
        connection = flow.connection
        if connection is None:
            return [(flow, Close(side, True, self._now, self._frame)) for side in (0, 1)]
        events = self._counted(flow, connection.finish(self._now, self._frame))
        self.statistics.late_bytes += connection.late
        self.statistics.overflows += connection.overflows
        return events

    # Limits

    def _sweep(self, ended: list[FlowEvent]) -> None:
        """End the flows that were idle for too long. Runs so seldom that a packet's share of it is constant."""
        self._next_sweep = self._now + 5 * SECOND
        idle = [flow for flow in self._open.values() if self._now - flow.last_time > self._patience(flow)]
        for flow in idle:
            ended += self._end(flow)
        self._packets_to_sweep = len(self._open) // 4

    def _patience(self, flow: Flow) -> int:
        connection = flow.connection
        if connection is None:
            return self._limits.udp_idle
        if connection.finished:
            return self._limits.closed
        return self._limits.idle if connection.exchanged else self._limits.unanswered

    def _evict(self, count: int, ended: list[FlowEvent]) -> None:
        """End the flows that were idle longest."""
        for flow in heapq.nsmallest(count, self._open.values(), key=_activity):
            self.statistics.evicted += 1
            ended += self._end(flow)

    def release(self) -> list[FlowEvent]:
        """Give up holes, of the flows that were idle longest first, until half of the memory is free."""
        events: list[FlowEvent] = []
        waiting = sorted((flow for flow in self._open.values() if flow.memory), key=_activity)
        for flow in waiting:
            if self._memory <= self._limits.memory // 2:
                break
            assert flow.connection is not None
            events += self._counted(flow, flow.connection.release(self._now, self._frame))
            self._memory -= flow.memory
            flow.memory = 0
            self.statistics.released += 1
        return events


def _activity(flow: Flow) -> int:
    return flow.last_time
