"""Flows of whole packets, for dissectors that read the segments or datagrams themselves (custom machines)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dissgen_runtime.net.capture import CaptureError, Packet
from dissgen_runtime.net.decapsulate import ACK, SYN, TCP, UDP, Datagram, Decapsulator, Segment, Unit
from dissgen_runtime.net.flows import Flow, FlowEvent, FlowLimits, FlowTable, Transport
from dissgen_runtime.net.tcp import Data, Gap

PROTOCOLS: Mapping[int, Transport] = {TCP: "tcp", UDP: "udp"}


class Whole(Datagram):
    """A packet from its transport header on, as `payload`. `flags` are those of TCP, else 0."""

    __slots__ = ("flags", "transport")

    def __init__(self, unit: Unit, transport: Transport, data: bytes) -> None:
        super().__init__(unit.number, unit.time, unit.key, data, unit.missing)
        self.transport: Transport = transport
        self.flags = unit.flags if isinstance(unit, Segment) else 0


class PacketDecapsulator(Decapsulator):
    """As the other one, but packets of some transports come whole."""

    def __init__(self, transports: frozenset[str]) -> None:
        super().__init__()
        self._transports = transports

    def _transport(
        self, packet: Packet, addresses: bytes, protocol: int, data: bytes, start: int, end: int
    ) -> Unit | None:
        unit = super()._transport(packet, addresses, protocol, data, start, end)
        transport = PROTOCOLS.get(protocol)
        if unit is None or transport is None or transport not in self._transports:
            return unit
        return Whole(unit, transport, data[start:end])


class PacketTable(FlowTable):
    """Flows of which those of `transports` give each packet whole, as `Data` from the transport header on.

    Packets that were cut by the snap length are counted as lost. `is_over` says whether the flow's session is at its
    end: a packet that can begin a conversation (a SYN; any datagram) then begins another flow.
    """

    def __init__(
        self,
        transports: frozenset[str],
        is_over: Callable[[Flow], bool],
        server_ports: Mapping[str, frozenset[int]] | None = None,
        limits: FlowLimits | None = None,
    ) -> None:
        super().__init__(server_ports, limits)
        self._decapsulator = PacketDecapsulator(transports)
        self._is_over = is_over

    def events(self, packets: Iterable[Packet]) -> Iterator[FlowEvent]:
        """As for other tables; every packet takes the general way."""
        try:
            for packet in packets:
                yield from self.add(packet)
        except (CaptureError, OSError):
            yield from self.finish()
            raise
        yield from self.finish()

    def _add_datagram(self, datagram: Datagram, ended: list[FlowEvent]) -> list[FlowEvent]:
        if not isinstance(datagram, Whole):
            return super()._add_datagram(datagram, ended)
        table = self._tcp if datagram.transport == "tcp" else self._udp
        found = table.get(datagram.key)
        opens = datagram.transport == "udp" or datagram.flags & (SYN | ACK) == SYN
        if found is not None and (
            self._now - found[0].last_time > self._patience(found[0]) or (opens and self._is_over(found[0]))
        ):
            ended += self._end(found[0])
            found = None
        flow, side = found if found is not None else (self._open_packets(datagram), 0)
        flow.last_time = self._now
        flow.packets += 1
        if datagram.missing:
            size = len(datagram.payload) + datagram.missing
            self.statistics.lost_bytes += size
            return [(flow, Gap(side, size, datagram.time, datagram.number))]
        return [(flow, Data(side, datagram.payload, datagram.time, datagram.number))]

    def _open_packets(self, packet: Whole) -> Flow:
        flow = self._open_flow(packet.transport, packet, self._tcp if packet.transport == "tcp" else self._udp)
        flow.connection = None  # nothing is reassembled
        flow.midstream = False
        if packet.transport == "tcp":
            flow.midstream = not packet.flags & SYN
            if packet.flags & SYN:
                flow.client = 1 if packet.flags & ACK else 0
        return flow

    def _patience(self, flow: Flow) -> int:
        if flow.connection is None and flow.transport == "tcp":
            return self._limits.idle
        return super()._patience(flow)
