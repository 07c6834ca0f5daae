"""Dissectors that read packets: each segment or datagram comes whole, and flows end and begin as packets say."""

from __future__ import annotations

from types import ModuleType

import pytest
from net_builders import CLIENT, SERVER
from support import ROOT, compile_text
from test_net_flows import PORTS, Wire

from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN
from dissgen_runtime.net.dissect import Dissection, Finished, Reported
from dissgen_runtime.net.flows import SECOND, Flow, FlowLimits
from dissgen_runtime.net.packets import PacketTable
from dissgen_runtime.net.registry import DissectorError, Dissectors, as_dissector, load_dissectors
from dissgen_runtime.net.tcp import Close, Data

SPEC = """
dissgen: 1
protocol: {name}
transport: {transport}
machine:
  type: custom
  events: {{input: {{packet: header}}, output: {{packet: header}}}}
  roles: {{input: up, output: down}}
grammar:
  header:
    parameters: {{source: str, protocol: int}}
    record:
      - {{field: port, number: 16}}
      - {{number: 16}}
      - {{field: rest, bytes: {{rest: true}}}}
      - {{let: host, value: source}}
      - {{let: kind, value: protocol}}
events: {{seen: {{by: str, host: str, port: int, size: int, kind: int}}, late_start: {{}}}}
initial: one
states:
  one:
    transitions:
      - {{event: midstream, execute: [trigger: late_start]}}
      - {{event: [input, output], when: len(packet.rest) == 17, jump: finish}}
      - {{event: [input, output], when: len(packet.rest) == 18, jump: fail}}
      - event: [input, output]
        execute: [{{trigger: {{seen: {{by: sender, host: packet.host, port: packet.port, size: len(packet.rest), kind: packet.kind}}}}}}]
"""


def module(transport: str = "{tcp: [], udp: []}", name: str = "packets") -> ModuleType:
    return compile_text(SPEC.format(transport=transport, name=name))


def run(wire: Wire, loaded: ModuleType) -> list[Reported | Finished]:
    used = Dissectors([as_dissector(loaded, "test")], protocols=[loaded.PROTOCOL])
    return list(Dissection(used).items(wire.packets))


def seen(items: list[Reported | Finished]) -> list[tuple[int, str, str, int, int, int]]:
    return [
        (item.conversation.flow.number, e.by, e.host, e.port, e.size, e.kind)  # type: ignore[attr-defined]
        for item in items
        if isinstance(item, Reported) and (e := item.event).name == "seen"
    ]


def test_every_segment_comes_whole_and_in_the_order_of_the_capture() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"second", seq=106)
    wire.send(0, b"first", seq=101)
    wire.send(0, b"first", seq=101)
    got = seen(run(wire, module()))
    assert [entry[1] for entry in got] == ["up", "down", "up", "up", "up", "up"]
    assert [entry[4] for entry in got] == [16, 16, 16, 22, 21, 21]
    assert {entry[2:4] for entry in got} == {(CLIENT, 40000), (SERVER, 25)}
    assert {entry[5] for entry in got} == {6}


def test_datagrams_come_with_their_header() -> None:
    wire = Wire()
    wire.send(0, b"ask", datagram=True, server=53)
    wire.send(1, b"answer", datagram=True, server=53)
    got = seen(run(wire, module()))
    assert [(entry[1], entry[3], entry[4], entry[5]) for entry in got] == [("up", 40000, 7, 17), ("down", 53, 10, 17)]


def test_only_its_ports() -> None:
    wire = Wire()
    for server in (25, 26):
        wire.send(0, seq=1, flags=SYN, server=server, port=server)
        wire.send(1, b"xyz", seq=1, ack=2, server=server, port=server)
    items = run(wire, module("{tcp: [26]}"))
    assert [(entry[1], entry[3]) for entry in seen(items)] == [("up", 26), ("down", 26)]


def test_a_flow_without_its_beginning() -> None:
    wire = Wire()
    wire.send(1, b"xyz")
    names = [item.event.name for item in run(wire, module()) if isinstance(item, Reported)]
    assert names[:2] == ["late_start", "seen"]
    wire = Wire()
    wire.send(1, flags=SYN | ACK)
    wire.send(0)
    assert [entry[1] for entry in seen(run(wire, module()))] == ["down", "up"]


def test_a_syn_begins_another_flow_behind_the_end_of_a_session() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"!", seq=101)  # ends it
    wire.send(0, b"??", seq=102)  # behind its end
    wire.connect(isn=5000)
    assert [entry[0] for entry in seen(run(wire, module()))] == [0, 0, 0, 1, 1, 1]


def test_datagrams_behind_an_end_begin_another_flow_unless_it_failed() -> None:
    for size, numbers in ((13, [0, 1]), (14, [0])):
        wire = Wire()
        wire.send(0, b"x", datagram=True)
        wire.send(0, b"." * size, datagram=True)
        wire.send(0, b"yy", datagram=True)
        assert [entry[0] for entry in seen(run(wire, module()))] == numbers


def test_packets_that_were_cut_are_lost() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"abcdef", seq=101)
    whole = wire.packets.pop()
    wire.packets.append(Packet(whole.number, whole.time, whole.link_type, whole.data[:-2], whole.original_length))
    used = Dissectors([as_dissector(module(), "test")], protocols=["packets"])
    dissection = Dissection(used)
    assert len(seen(list(dissection.items(wire.packets)))) == 3
    assert dissection.statistics.lost_bytes == 26


def test_silence_ends_flows_and_limits_hold() -> None:
    wire = Wire()
    for port in range(1, 12):
        wire.now += SECOND
        wire.send(0, flags=SYN, port=port)
    wire.now += 4000 * SECOND
    wire.send(0, flags=ACK, port=1)
    table = PacketTable(frozenset({"tcp"}), lambda flow: False, PORTS, FlowLimits(flows=8))
    events = list(table.events(wire.packets))
    assert sum(isinstance(event, Data) for _, event in events) == 12
    assert sum(isinstance(event, Close) for _, event in events) == 2 * 12
    assert table.statistics.evicted == 4
    assert table.statistics.flows["tcp"] == 12


def test_other_transports_are_read_as_ever() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"second", seq=106)
    wire.send(0, b"first", seq=101)
    wire.send(0, b"ask", datagram=True, server=53)
    table = PacketTable(frozenset({"udp"}), lambda flow: False, PORTS)
    data = [(flow.transport, event.data) for flow, event in table.events(wire.packets) if isinstance(event, Data)]
    assert [piece for transport, piece in data if transport == "tcp"] == [b"first", b"second"]
    assert [len(piece) for transport, piece in data if transport == "udp"] == [11]


def test_it_is_used_where_it_is_named_and_not_beside_others_of_its_transport() -> None:
    packets = as_dissector(module("{tcp: []}"), "test")
    stream = as_dissector(
        compile_text(
            "dissgen: 1\nprotocol: lines\ntransport: {tcp: [25]}\ngrammar: {line: {record: [{token: 'a+'}, {token: '\\n'}]}}\n"
            "initial: s\nstates: {s: {up: line}}\n"
        ),
        "test",
    )
    assert Dissectors([packets, stream]).packets == {}
    with pytest.raises(DissectorError, match="packets reads the packets of tcp, so lines cannot be used with it"):
        Dissectors([packets, stream], protocols=["packets", "lines"])
    with pytest.raises(DissectorError, match="name it as a protocol"):
        Dissectors([packets, stream], decode_as={("tcp", 80): "packets"})


def test_resets_and_ends_are_packets_as_others() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, seq=101, flags=FIN | ACK)
    wire.send(1, seq=901, flags=RST)
    wire.send(1, seq=901, flags=RST)
    assert len(seen(run(wire, module()))) == 6


def test_time_decides_to_which_session_a_packet_belongs() -> None:
    """The timer of a silent session fires before the packet that comes at its time."""
    wire = Wire()
    for second, text in ((0, b"a"), (59, b"b"), (119, b"c"), (120, b"d")):
        wire.now = second * SECOND
        wire.send(0, text, datagram=True)
    (loaded,) = load_dissectors(ROOT / "generated" / "udp_connection_dissector.py")
    items = list(Dissection(Dissectors([loaded], protocols=["udp_connection"])).items(wire.packets))
    told = [
        (item.conversation.flow.number, item.event.time // SECOND, item.event.name)
        for item in items
        if isinstance(item, Reported) and item.event.name in ("receive_packet", "end_connection")
    ]
    first = [(0, 0, "receive_packet"), (0, 59, "receive_packet"), (0, 119, "end_connection")]
    assert told == [*first, (1, 119, "receive_packet"), (1, 120, "receive_packet"), (1, 120, "end_connection")]


def test_what_reads_no_packets_is_refused_and_not_fed() -> None:
    door = compile_text(
        "dissgen: 1\nprotocol: door\ntransport: {tcp: [25]}\nmachine: {type: custom, events: {knock: {}}}\n"
        "initial: shut\nstates: {shut: {transitions: [{event: knock, jump: finish}]}}\n"
    )
    nowhere = compile_text(
        "dissgen: 1\nprotocol: nowhere\nmachine: {type: custom, events: {input: {packet: bytes}}, roles: {input: up}}\n"
        "initial: shut\nstates: {shut: {transitions: [{event: input, jump: finish}]}}\n"
    )
    loaded = [as_dissector(door, "test"), as_dissector(nowhere, "test")]
    assert Dissectors(loaded).by_port(Flow(0, "tcp", bytes(11) + b"\x19", 0)) is None
    with pytest.raises(DissectorError, match="door takes the events of a program"):
        Dissectors(loaded, protocols=["door"])
    with pytest.raises(DissectorError, match="nowhere reads packets, but its spec names no `transport`"):
        Dissectors(loaded, protocols=["nowhere"])
    with pytest.raises(DissectorError, match="name it as a protocol"):
        Dissectors(loaded, decode_as={("tcp", 25): "door"})


def test_the_direction_without_a_role_is_discarded() -> None:
    wire = Wire()
    wire.connect()
    wire.send(1, b"other", seq=901)
    one = compile_text(
        SPEC.format(transport="{tcp: []}", name="packets")
        .replace("roles: {input: up, output: down}", "roles: {input: up}")
        .replace("output: {packet: header}", "output: {}")
        .replace("[input, output]", "[input]")
    )
    items = run(wire, one)
    assert [entry[1] for entry in seen(items)] == ["up", "up"]
    (finished,) = [item for item in items if isinstance(item, Finished)]
    assert finished.summary["bytes"]["down"]["discarded"] == 45  # type: ignore[index]
