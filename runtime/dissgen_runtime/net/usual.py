"""The quick way for the usual packet: the next segment in order, over plain headers, of a connection that is open."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from dissgen_runtime.net.decapsulate import ACK, FIN, IPV4, IPV6, RST, SYN, TCP, Segment
from dissgen_runtime.net.half import MASK, MAX_HISTORY, PIECE
from dissgen_runtime.net.tcp import Data

if TYPE_CHECKING:
    from dissgen_runtime.net.capture import Packet
    from dissgen_runtime.net.flows import FlowEvent, FlowTable

CONTROL: Final = FIN | SYN | RST | ACK


class Layout:
    """Where things are in a packet of a link type: `before` is the format up to the EtherType, `between` from there to
    IP. Each unpacking takes EtherType, IP and TCP headers (no IPv4 options, no IPv6 extensions) apart at once."""

    __slots__ = ("ipv4", "ipv6", "size4", "size6", "start")

    def __init__(self, before: str, between: str) -> None:
        self.start = struct.calcsize(f">{before}H{between}")  # of the IP header
        # EtherType, version and header length, total length, fragment, protocol, key, TCP.
        self.ipv4 = struct.Struct(f">{before}H{between}BxHxxHxBxx12sIIBB").unpack_from
        # EtherType, version, payload length, next header, key, TCP.
        self.ipv6 = struct.Struct(f">{before}H{between}B3xHBx36sIIBB").unpack_from
        self.size4 = self.start + 40
        self.size6 = self.start + 60


LAYOUTS: Final = {
    1: Layout("12x", ""),
    113: Layout("14x", ""),
    276: Layout("", "18x"),
}  # Ethernet, Linux cooked 1 and 2


def flow_events(table: FlowTable, packets: Iterable[Packet]) -> Iterator[FlowEvent]:
    """What `table.add` returns for each packet. It is asked itself for everything unusual.

    One loop without calls: a packet's share of it is a third of what the general way takes. What is usual, and that
    both ways do the same, is tested packet by packet (tests/unit/net/test_net_usual.py).
    """
    statistics, find, most_memory = table.statistics, table._tcp.get, table._limits.memory
    for packet in packets:
        data = packet.data
        layout = LAYOUTS.get(packet.link_type)
        protocol = 0
        if layout is not None and len(data) >= layout.size4:
            kind, first, size, fragment, protocol, key, sequence, acknowledgment, head, flags = layout.ipv4(data)
            if kind == IPV4:
                start = layout.start + 20
                end = layout.start + size
                if first != 0x45 or fragment & 0x3FFF:
                    protocol = 0
            elif kind == IPV6 and len(data) >= layout.size6:
                _, first, size, protocol, key, sequence, acknowledgment, head, flags = layout.ipv6(data)
                start = layout.start + 40
                end = start + size
                if first >> 4 != 6:
                    protocol = 0
            else:
                protocol = 0
        if protocol != TCP or not start + 20 <= (body := start + (head >> 4) * 4) <= end <= len(data):
            yield from table.add(packet)
            continue
        time = packet.time
        now = time if time > table._now else table._now
        found = find(key)
        if found is not None and (now < table._next_sweep or table._packets_to_sweep > 0):
            flow, side = found
            connection = flow.connection
            assert connection is not None
            half, other = (connection.b, connection.a) if side else (connection.a, connection.b)
            position = half.next
            behind = acknowledgment - other.base - other.next & MASK
            if (
                half.plain
                and flags & CONTROL == ACK
                and not sequence - half.base - position & MASK
                and (not behind or behind > MASK >> 1)
            ):
                statistics.packets += 1
                table._packets_to_sweep -= 1
                table._frame = packet.number
                table._now = flow.last_time = now
                flow.packets += 1
                kept = half.kept + other.kept
                acked = other.next + behind - MASK - 1 if behind else other.next
                if acked > other.acked:
                    other.acknowledge(acked)
                if end > body:
                    payload = data[body:end]
                    half.next = position + end - body
                    half.history.append((position, payload))
                    half.kept += end - body + PIECE
                    if half.kept > MAX_HISTORY:
                        half.trim()
                grown = half.kept + other.kept - kept
                if grown:
                    flow.memory += grown
                    table._memory += grown
                    if table._memory > most_memory:
                        yield from table.release()
                if end > body:
                    yield flow, Data(side, payload, time, packet.number)
                continue
        statistics.packets += 1
        segment = Segment(packet.number, time, key, sequence, acknowledgment, flags, data[body:end])
        yield from table.take(segment)
