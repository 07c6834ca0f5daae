"""tcp_connection and udp_connection on every capture, judged by a simple reading of the flags and times of the packets."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import packets, units
from support import ROOT, SHARED_DATA

from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN, Datagram, Segment, reverse_key
from dissgen_runtime.net.dissect import Dissection, Finished
from dissgen_runtime.net.registry import Dissectors, load_dissectors

CAPTURES = sorted(path for path in SHARED_DATA.glob("*/*.pcap*")) or sorted((ROOT / "tests/captures").glob("*.pcap"))
MINUTE = 60 * 10**9


@dataclass
class Session:
    events: list[Any] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    def names(self, name: str) -> int:
        return sum(event.name == name for event in self.events)


def dissect(path: Path, protocol: str) -> tuple[list[Session], Any]:
    modules = load_dissectors(ROOT / "generated" / f"{protocol}_dissector.py")
    dissection = Dissection(Dissectors(modules, protocols=[protocol]))
    found: dict[int, Session] = defaultdict(Session)
    for item in dissection.items(packets(path)):
        session = found[item.conversation.flow.number]
        if isinstance(item, Finished):
            session.summary = item.summary
        else:
            session.events.append(item.event)
    return [found[number] for number in sorted(found)], dissection.statistics


def tcp_flows(path: Path) -> list[list[Segment]]:
    """The whole segments of each pair of endpoints, a new list for each SYN behind the end of the one before."""
    found: dict[bytes, list[list[Segment]]] = defaultdict(list)
    for unit in units(path):
        if isinstance(unit, Segment) and not unit.missing:
            found[min(unit.key, reverse_key(unit.key))].append([unit])
    return [[unit for (unit,) in listed] for listed in found.values()]


def closed(flow: list[Segment]) -> bool:
    """Whether both sides have sent FIN, or one RST."""
    return any(one.flags & RST for one in flow) or len({one.key for one in flow if one.flags & FIN}) == 2


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_tcp(path: Path) -> None:
    flows = tcp_flows(path)
    sessions, statistics = dissect(path, "tcp_connection")
    assert statistics.flows["tcp"] == len(sessions)
    for session in sessions:
        # Never a cascade: a session has at most one alert, and says once that it ended.
        assert session.names("alert") <= 1, [event.id for event in session.events if event.name == "alert"]
        assert session.names("end_connection") == max(1, session.names("new_connection"))
        for counts in session.summary["bytes"].values():
            assert counts["total"] == sum(value for key, value in counts.items() if key != "total")
    opened = sum(session.names("new_connection") for session in sessions)
    if not any(flow[0].flags & (SYN | ACK) != SYN for flow in flows) and not any(map(reused, flows)):
        assert opened == len(flows)
        assert not any(session.summary["failed"] for session in sessions if not odd(flows))
    data = sum(len(event.data) for session in sessions for event in session.events if event.name == "receive_data")
    if not any(session.summary["failed"] for session in sessions):
        assert data <= sum(len(unit.payload) for flow in flows for unit in flow)
        if not any(behind_a_close(flow) for flow in flows):
            assert data == sum(len(unit.payload) for flow in flows for unit in flow)


def reused(flow: list[Segment]) -> bool:
    """Whether a SYN comes behind a FIN or RST: another connection."""
    ends = [index for index, one in enumerate(flow) if one.flags & (FIN | RST)]
    return bool(ends) and any(one.flags & SYN for one in flow[ends[0] :])


def odd(flows: list[list[Segment]]) -> bool:
    """Whether a handshake is not SYN, SYN and ACK, ACK."""
    return any([one.flags & (SYN | ACK) for one in flow[:3]] != [SYN, SYN | ACK, ACK] for flow in flows)


def behind_a_close(flow: list[Segment]) -> bool:
    """Whether payload comes with or behind a FIN or RST, or with a SYN."""
    ends = [index for index, one in enumerate(flow) if one.flags & (FIN | RST)]
    return any(one.payload for one in flow if one.flags & SYN) or bool(
        ends and any(one.payload for one in flow[ends[0] :])
    )


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_udp(path: Path) -> None:
    times: dict[bytes, list[int]] = defaultdict(list)
    sizes = 0
    for unit in units(path):
        if isinstance(unit, Datagram) and not unit.missing:
            times[min(unit.key, reverse_key(unit.key))].append(unit.time)
            sizes += len(unit.payload)
    sessions, _ = dissect(path, "udp_connection")
    apart = sum(1 + sum(b - a >= MINUTE for a, b in itertools.pairwise(one)) for one in times.values())
    assert len(sessions) == apart
    assert all(session.names("new_connection") == session.names("end_connection") == 1 for session in sessions)
    assert sum(session.names("receive_packet") for session in sessions) == sum(map(len, times.values()))
    data = sum(len(event.data) for session in sessions for event in session.events if event.name == "receive_data")
    assert data == sizes


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", CAPTURES[::40], ids=lambda path: path.name)
def test_tshark_sees_as_many_connections(path: Path) -> None:
    """Every 40th capture, since tshark takes its time."""
    fields = ["-T", "fields", "-e", "tcp.stream"]
    run = subprocess.run(["tshark", "-r", str(path), "-Y", "tcp", *fields], capture_output=True, text=True, check=False)
    streams = {line.split(",")[0] for line in run.stdout.split() if line}
    sessions, statistics = dissect(path, "tcp_connection")
    if statistics.lost_bytes or statistics.ignored.get("cut"):
        pytest.skip("packets are cut")
    assert len(sessions) == len(streams)
