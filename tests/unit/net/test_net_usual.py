"""The quick way and the general way say the same of every packet."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from net_builders import ethernet, ipv4, ipv6, tcp, udp
from traffic import open_flows, traffic

from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN
from dissgen_runtime.net.flows import SECOND, FlowEvent, FlowLimits, FlowTable, Unit
from dissgen_runtime.net.half import MAX_HISTORY

PORTS = {"tcp": frozenset({25})}
IPV6 = 0x86DD


class Counting(FlowTable):
    """Counts what does not go the quick way."""

    general = 0

    def take(self, unit: Unit) -> list[FlowEvent]:
        self.general += 1
        return super().take(unit)


def both(packets: list[Packet], limits: FlowLimits | None = None) -> Counting:
    """Compare the two ways, event by event and in what they count. Returns the table of the quick one."""
    quick, slow = Counting(PORTS, limits), FlowTable(PORTS, limits)
    ours = [(flow.number, event) for flow, event in quick.events(packets)]
    theirs = [(flow.number, event) for packet in packets for flow, event in slow.add(packet)]
    theirs += [(flow.number, event) for flow, event in slow.finish()]
    assert ours == theirs
    assert quick.statistics == slow.statistics
    assert quick._memory == slow._memory == 0
    return quick


@pytest.mark.parametrize("disorder", [3, 20, 10**9])
def test_disordered_traffic(disorder: int) -> None:
    table = both(list(traffic(5_000, flows=30, disorder=disorder)))
    share = table.general / table.statistics.packets
    assert share < {3: 0.95, 20: 0.3, 10**9: 0.03}[disorder]


def test_the_memory_of_all_flows_is_limited_as_well() -> None:
    table = both(list(open_flows(300)) + list(traffic(5_000, flows=40, disorder=20)), FlowLimits(memory=40_000))
    assert table.statistics.released > 100


def test_idle_flows_end_as_well() -> None:
    packets = [replace(packet, time=packet.time * 400) for packet in traffic(3_000, flows=300, disorder=30)]
    limits = FlowLimits(idle=20 * SECOND, unanswered=10 * SECOND, closed=5 * SECOND)
    assert both(packets, limits).statistics.flows["tcp"] > 600


def in_order(*, options: bytes = b"", version: int = 4) -> Iterator[bytes]:
    """IP packets of one connection: a handshake, an upload that is acknowledged now and then, an orderly end."""
    at, answered = 1001, 5001

    def segment(side: int, payload: bytes = b"", **fields: int) -> bytes:
        ports = {"sport": 25, "dport": 40000} if side else {"sport": 40000, "dport": 25}
        body = tcp(payload, options=options, **{**ports, **fields})
        if version == 6:
            ends = {"source": "2001:db8::2", "destination": "2001:db8::1"} if side else {}
            return ipv6(body, **ends)  # type: ignore[arg-type]  # addresses only
        ends = {"source": "198.51.100.7", "destination": "192.0.2.1"} if side else {}
        return ipv4(body, **ends)  # type: ignore[arg-type]  # addresses only

    yield segment(0, seq=1000, flags=SYN)
    yield segment(1, seq=5000, ack=1001, flags=SYN | ACK)
    yield segment(0, seq=1001, ack=5001)
    for number in range(300):
        yield segment(0, bytes([number & 255]) * 1000, seq=at, ack=answered)
        at += 1000
        if number % 7 == 0:
            yield segment(1, seq=answered, ack=at - 2000 if number % 3 else at)
        if number % 50 == 0:
            yield segment(1, b"250 ok\r\n", seq=answered, ack=at)
            answered += 8
    yield segment(0, seq=at, ack=answered, flags=FIN | ACK)
    yield segment(1, seq=answered, ack=at + 1, flags=FIN | ACK)
    yield segment(0, seq=at + 1, ack=answered + 1)


def framed(bodies: Iterator[bytes], link_type: int, kind: int) -> list[Packet]:
    ether = struct.pack(">H", kind)
    before = {1: bytes(12) + ether, 113: bytes(14) + ether, 276: ether + bytes(18)}.get(link_type, b"")
    found = enumerate(bodies, 1)
    return [Packet(n, n * 1000, link_type, before + body, len(before + body)) for n, body in found]


@pytest.mark.parametrize("link_type", [1, 113, 276, 101])
@pytest.mark.parametrize(("version", "kind"), [(4, 0x0800), (6, IPV6)])
@pytest.mark.parametrize("options", [b"", bytes(12)])
def test_link_types(link_type: int, version: int, kind: int, options: bytes) -> None:
    packets = framed(in_order(options=options, version=version), link_type, kind)
    table = both(packets)
    if link_type == 101:  # there is no quick way for raw IP
        assert table.general == len(packets)
    else:
        assert table.general < 10


def test_what_is_never_acknowledged_is_forgotten_as_well() -> None:
    """The history of bytes that may come again is bounded; one that is not yet full still finds conflicts."""
    bodies = [tcp(b"x", sport=25, dport=40000, seq=5000, ack=1001)]
    bodies += [tcp(bytes([n & 255]) * 1000, seq=1001 + 1000 * n, ack=5001) for n in range(200)]
    bodies += [tcp(b"!" * 1000, seq=1001 + 1000 * n, ack=5001) for n in (0, 199)]
    ends = [{"source": "198.51.100.7", "destination": "192.0.2.1"}] + [{}] * 300
    packets = framed(iter([ipv4(body, **end) for body, end in zip(bodies, ends, strict=False)]), 1, 0x0800)  # type: ignore[arg-type]
    table = both(packets)
    assert table.statistics.conflicts == 1  # with the last; the first is more than `MAX_HISTORY` back
    assert MAX_HISTORY < 199_000
    assert table.general < 8


def mutated(packet: Packet, chance: random.Random) -> Packet:
    data = bytearray(packet.data)
    original = packet.original_length
    for _ in range(chance.randrange(1, 3)):
        what = chance.randrange(6)
        if what == 0:  # headers: lengths, flags, fragments, versions, options
            data[chance.randrange(12, min(74, len(data)))] = chance.choice(
                (0, 1, 4, 6, 0x10, 0x11, 0x20, 0x45, 0x60, 0xFF)
            )
        elif what == 1:
            del data[chance.randrange(14, len(data)) :]
        elif what == 2 and len(data) > 47:
            data[47] = chance.choice((SYN, SYN | ACK, FIN | ACK, RST, RST | ACK, 0, ACK | 8))
        elif what == 3:
            data += bytes(chance.randrange(1, 20))  # the padding of short frames
            original = max(original, len(data))
        elif what == 4:
            data[12:12] = b"\x81\x00\x00\x05"
            original += 4
    return replace(packet, data=bytes(data), original_length=max(original, len(data)))


@pytest.mark.parametrize("seed", range(20))
def test_damaged_traffic(seed: int) -> None:
    chance = random.Random(seed)
    packets = []
    source = [
        *traffic(1_500, flows=5, disorder=50),
        *framed(in_order(version=6), 1, IPV6),
        *framed(in_order(), 1, 0x0800),
    ]
    for packet in source:
        packets.append(mutated(packet, chance) if chance.random() < 0.1 else packet)
        if chance.random() < 0.02:
            packets.append(
                replace(packet, time=chance.randrange(10**12), link_type=chance.choice((0, 1, 101, 113, 276)))
            )
        if chance.random() < 0.02:
            data = ethernet(ipv4(udp(b"?"), protocol=17))
            packets.append(Packet(0, packet.time, 1, data, len(data)))
    table = both(packets, FlowLimits(idle=2 * SECOND, memory=30_000, flows=8))
    assert table.statistics.ignored
    assert table.general < len(packets)


def test_a_side_that_was_not_seen_yet_is_not_usual() -> None:
    """What the first side acknowledges says where the other begins: here, before 50 bytes that are lost."""
    bodies = [
        ipv4(tcp(seq=1000, flags=SYN)),
        ipv4(tcp(b"a", seq=1001, ack=0)),
        ipv4(tcp(b"b", seq=50, ack=1002, sport=25, dport=40000), source="198.51.100.7", destination="192.0.2.1"),
    ]
    assert both(framed(iter(bodies), 1, 0x0800)).statistics.lost_bytes == 50
