"""Which packets belong together, who is the client, when a flow is over, what stays in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from net_builders import CLIENT, SERVER, ipv4, tcp, udp

from dissgen_runtime.net.capture import CaptureError, Packet
from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN
from dissgen_runtime.net.flows import SECOND, Flow, FlowLimits, FlowTable
from dissgen_runtime.net.tcp import Close, Data, Gap, TcpEvent

PORTS = {"tcp": frozenset({25}), "udp": frozenset({53})}


class Wire:
    """Packets of one connection (or several, by port), numbered as they are made."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.now = 0

    def send(
        self,
        side: int,
        payload: bytes = b"",
        *,
        seq: int = 0,
        ack: int = 0,
        flags: int = ACK,
        port: int = 40000,
        server: int = 25,
        datagram: bool = False,
    ) -> None:
        sport, dport = (server, port) if side else (port, server)
        ends = {"source": SERVER, "destination": CLIENT} if side else {}
        if datagram:
            body, protocol = udp(payload, sport=sport, dport=dport), 17
        else:
            body, protocol = tcp(payload, sport=sport, dport=dport, seq=seq & 0xFFFFFFFF, ack=ack, flags=flags), 6
        data = ipv4(body, protocol=protocol, **ends)  # type: ignore[arg-type]  # addresses only
        self.packets.append(Packet(len(self.packets) + 1, self.now, 101, data, len(data)))

    def connect(self, *, isn: int = 100, server_isn: int = 900, port: int = 40000) -> None:
        self.send(0, seq=isn, flags=SYN, port=port)
        self.send(1, seq=server_isn, ack=(isn + 1) & 0xFFFFFFFF, flags=SYN | ACK, port=port)
        self.send(0, seq=isn + 1, ack=(server_isn + 1) & 0xFFFFFFFF, port=port)


def run(wire: Wire, limits: FlowLimits | None = None) -> tuple[list[tuple[Flow, TcpEvent]], FlowTable]:
    table = FlowTable(PORTS, limits)
    return list(table.events(wire.packets)), table


def streams(events: list[tuple[Flow, TcpEvent]]) -> dict[tuple[int, int], bytes]:
    result: dict[tuple[int, int], bytes] = {}
    for flow, event in events:
        if isinstance(event, Data):
            result[flow.number, event.side] = result.get((flow.number, event.side), b"") + event.data
    return result


def ends(events: list[tuple[Flow, TcpEvent]]) -> dict[tuple[int, int], bool]:
    return {(flow.number, event.side): event.cut for flow, event in events if isinstance(event, Close)}


def test_client_is_who_sent_syn() -> None:
    wire = Wire()
    wire.connect()
    events, _ = run(wire)
    assert {(flow.client, flow.midstream) for flow, _ in events} == {(0, False)}


def test_sender_of_syn_ack_is_the_server_whatever_the_ports() -> None:
    wire = Wire()
    wire.send(0, seq=5, ack=9, flags=SYN | ACK)
    wire.send(0, b"hello", seq=6, ack=9)
    events, _ = run(wire)
    assert {(flow.client, flow.midstream) for flow, _ in events} == {(1, False)}


@pytest.mark.parametrize(("side", "server", "client"), [(0, 25, 0), (1, 25, 1), (0, 4444, None), (1, 4444, None)])
def test_midstream_client_by_port(side: int, server: int, client: int | None) -> None:
    wire = Wire()
    wire.send(side, b"x", seq=5, server=server)
    events, _ = run(wire)
    assert {(flow.client, flow.midstream) for flow, _ in events} == {(client, True)}


def test_flows_are_numbered_by_first_packet_and_end_in_that_order() -> None:
    wire = Wire()
    for port in (3, 1, 2):
        wire.connect(port=port)
    for port in (1, 2, 3):
        wire.send(0, str(port).encode(), seq=101, ack=901, port=port)
    events, table = run(wire)
    assert [(flow.number, flow.port(0)) for flow, event in events if isinstance(event, Data)] == [
        (1, 1),
        (2, 2),
        (0, 3),
    ]
    assert [flow.number for flow, event in events if isinstance(event, Close)] == [0, 0, 1, 1, 2, 2]
    assert table.statistics.flows == {"tcp": 3}


def test_ports_used_again_after_the_end() -> None:
    wire = Wire()
    for isn in (100, 70_000):
        wire.connect(isn=isn)
        wire.send(0, b"a", seq=isn + 1, ack=901)
        wire.send(0, seq=isn + 2, ack=901, flags=FIN | ACK)
        wire.send(1, seq=901, ack=isn + 3, flags=FIN | ACK)
        wire.send(0, seq=isn + 3, ack=902)
    events, _ = run(wire)
    assert streams(events) == {(0, 0): b"a", (1, 0): b"a"}
    assert set(ends(events).values()) == {False}


def test_ports_used_again_after_reset_and_with_the_same_number() -> None:
    wire = Wire()
    for _ in range(2):
        wire.connect()
        wire.send(0, b"a", seq=101, ack=901)
        wire.send(1, seq=901, ack=102, flags=RST | ACK)
    assert streams(run(wire)[0]) == {(0, 0): b"a", (1, 0): b"a"}


def test_refused_connection_tried_again_is_one_flow() -> None:
    wire = Wire()
    for _ in range(3):
        wire.send(0, seq=100, flags=SYN)
        wire.send(1, seq=0, ack=101, flags=RST | ACK)
    _, table = run(wire)
    assert table.statistics.flows == {"tcp": 1}


def test_repeated_syn_with_another_number_before_any_data() -> None:
    wire = Wire()
    wire.send(0, seq=100, flags=SYN)
    wire.connect(isn=7_000_000)
    wire.send(0, b"a", seq=7_000_001, ack=901)
    assert streams(run(wire)[0]) == {(1, 0): b"a"}


def test_a_forged_syn_does_not_end_a_connection() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"a", seq=101, ack=901)
    wire.send(0, seq=123_456_789, flags=SYN)
    wire.send(0, b"b", seq=102, ack=901)
    assert streams(run(wire)[0]) == {(0, 0): b"ab"}


@pytest.mark.parametrize("answered", [True, False])
def test_a_syn_into_an_open_connection_counts_once_answered_or_followed(answered: bool) -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"a", seq=101, ack=901)
    wire.send(0, seq=123_456_789, flags=SYN)
    if answered:
        wire.send(1, seq=5_000_000, ack=123_456_790, flags=SYN | ACK)
    wire.send(0, b"new", seq=123_456_790, ack=5_000_001)
    events, _ = run(wire)
    side = 1 if answered else 0  # the SYN+ACK is the first packet of the new flow
    assert streams(events) == {(0, 0): b"a", (1, side): b"new"}
    new = events[-1][0]
    assert (new.client, new.midstream) == (side, False)


def test_udp_flows_end_when_idle() -> None:
    wire = Wire()
    wire.send(1, b"answer", datagram=True, server=53)
    wire.send(0, b"query", datagram=True, server=53)
    wire.now = 1000 * SECOND
    wire.send(0, b"again", datagram=True, server=53)
    events, table = run(wire)
    assert streams(events) == {(0, 0): b"answer", (0, 1): b"query", (1, 0): b"again"}
    assert next(flow.client for flow, _ in events if flow.number == 0) == 1
    assert table.statistics.flows == {"udp": 2}


def test_silent_udp_flows_end_when_others_go_on() -> None:
    wire = Wire()
    for port in range(1, 51):
        wire.now += SECOND // 100
        wire.send(0, b"q", datagram=True, server=53, port=port)
    for _ in range(40):  # one of them goes on, so that it is not idle
        wire.now += 10 * SECOND
        wire.send(0, b"q", datagram=True, server=53, port=50)
    table = FlowTable(PORTS)
    closed: list[tuple[int, int]] = []
    for packet in wire.packets:
        found = [(flow, event) for flow, event in table.add(packet) if isinstance(event, Close)]
        assert all(event.cut for _, event in found)
        closed += [(packet.time, flow.number) for flow, event in found if event.side == 1]
    assert [number for _, number in closed] == list(range(49))
    assert {time // SECOND for time, _ in closed} <= set(
        range(180, 311)
    )  # at the latest after a quarter as many packets
    assert [flow.number for flow, event in table.finish() if isinstance(event, Close) and event.side == 0] == [49]


def test_number_of_udp_flows_is_limited() -> None:
    """A scan of many ports with a datagram each: the oldest are given up, each with its two ends."""
    wire = Wire()
    for port in range(1, 1001):
        wire.now += 1000
        wire.send(0, b"q", datagram=True, server=53, port=port)
        if port % 10 == 0:
            wire.send(0, b"q", datagram=True, server=53, port=1)  # in use, so that it stays
    table = FlowTable(PORTS, FlowLimits(flows=100))
    most, events = 0, []
    for packet in wire.packets:
        events += table.add(packet)
        most = max(most, len(table._open))
    events += table.finish()
    assert most <= 101
    assert table.statistics.evicted > 800
    closes = [flow.number for flow, event in events if isinstance(event, Close) and event.cut]
    assert sorted(closes) == sorted([*range(1000), *range(1000)])
    assert closes[-2:] != [0, 0]
    assert table.statistics.flows == {"udp": 1000}
    order = [flow.number for flow, event in events if isinstance(event, Close) and event.side == 0]
    assert order.index(0) > 850


def test_each_datagram_is_one_piece_even_if_empty() -> None:
    wire = Wire()
    for payload in (b"a", b"", b"b"):
        wire.send(0, payload, datagram=True)
    assert [event.data for _, event in run(wire)[0] if isinstance(event, Data)] == [b"a", b"", b"b"]


def test_idle_flows_end() -> None:
    wire = Wire()
    wire.connect(port=1)
    wire.send(0, b"a", seq=101, ack=901, port=1)
    wire.connect(port=2)
    wire.now = 200 * SECOND
    wire.connect(port=3)
    wire.now = 5000 * SECOND
    wire.connect(port=4)
    table = FlowTable(PORTS)
    closed: list[tuple[int, int]] = []
    for packet in wire.packets:
        closed += [(packet.time, f.number) for f, e in table.add(packet) if isinstance(e, Close) and e.side == 0]
    assert closed == [(200 * SECOND, 1), (5000 * SECOND, 0), (5000 * SECOND, 2)]


def test_number_of_flows_is_limited() -> None:
    wire = Wire()
    for port in range(1, 1001):
        wire.now += 1000
        wire.connect(port=port)
    events, table = run(wire, FlowLimits(flows=100))
    assert table.statistics.evicted > 800
    assert len(ends(events)) == 2000
    order = [flow.number for flow, event in events if isinstance(event, Close) and event.side == 0]
    assert order[:100] == list(range(100))


def test_memory_is_limited_in_total() -> None:
    wire = Wire()
    for port in range(1, 101):
        wire.connect(port=port)
        for at in range(20):
            wire.now += 1
            wire.send(0, bytes(1000), seq=111 + 1000 * at, ack=901, port=port)
    table = FlowTable(PORTS, FlowLimits(memory=100_000))
    for packet in wire.packets:
        table.add(packet)
        assert table._memory <= 101_000
    assert table.statistics.released > 50
    rest = list(table.finish())
    assert table._memory == 0
    assert rest
    assert table.statistics.lost_bytes == 100 * 10


def test_damage_is_raised_after_all_that_was_read() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"ab", seq=101, ack=901)
    wire.send(0, b"ef", seq=105, ack=901)

    def packets() -> Iterator[Packet]:
        yield from wire.packets
        raise CaptureError("cut", 99)

    events: list[tuple[Flow, TcpEvent]] = []
    with pytest.raises(CaptureError):
        events.extend(FlowTable(PORTS).events(packets()))
    assert streams(events) == {(0, 0): b"abef"}
    assert [event.size for _, event in events if isinstance(event, Gap)] == [2]
    assert ends(events) == {(0, 0): True, (0, 1): True}


def test_many_connections_with_disorder_and_reuse_equal_the_truth() -> None:
    chance = random.Random(7)
    wire = Wire()
    truth: dict[tuple[int, int], bytes] = {}
    for number in range(200):
        port = 1000 + number % 20
        isn, server_isn = chance.randrange(2**32), chance.randrange(2**32)
        wire.connect(isn=isn, server_isn=server_isn, port=port)
        stream = chance.randbytes(chance.randrange(1, 9000))
        truth[number, 0] = stream
        cuts = [(at, stream[at : at + 1000]) for at in range(0, len(stream), 1000)]
        cuts += chance.sample(cuts, min(2, len(cuts)))
        chance.shuffle(cuts)
        for at, piece in cuts:
            wire.send(0, piece, seq=isn + 1 + at, ack=(server_isn + 1) & 0xFFFFFFFF, port=port)
        wire.send(0, seq=isn + 1 + len(stream), flags=FIN | ACK, ack=(server_isn + 1) & 0xFFFFFFFF, port=port)
        wire.send(1, seq=server_isn + 1, flags=FIN | ACK, ack=(isn + 2 + len(stream)) & 0xFFFFFFFF, port=port)
    events, table = run(wire)
    assert streams(events) == truth
    assert set(ends(events).values()) == {False}
    assert table.statistics.lost_bytes == table.statistics.conflicts == 0
