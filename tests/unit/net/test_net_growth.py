"""Work and memory grow with the input: counted in calls and bytes, never in time."""

from __future__ import annotations

import os
import sys
import tracemalloc
from collections.abc import Iterable

import pytest
from traffic import open_flows, traffic

from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.flows import FlowTable
from dissgen_runtime.net.tcp import MAX_WAITING, Data

PORTS = {"tcp": frozenset({25})}
SIZES = [10_000, 100_000]
if os.environ.get("DISSGEN_MILLION"):
    SIZES.append(1_000_000)


def lines_run(packets: Iterable[Packet]) -> tuple[int, FlowTable]:
    """Lines of `net` that are executed by all packets, and the table."""
    table = FlowTable(PORTS)
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += 1
        return trace

    for packet in packets:
        sys.settrace(trace)
        table.add(packet)
        sys.settrace(None)
    return count, table


def test_work_is_linear() -> None:
    """Executed lines a packet: what is not a line of Python (copies, sorting) is bounded by the limits."""
    before = sys.gettrace()
    try:
        shares = []
        for size in SIZES:
            work, table = lines_run(traffic(size))
            shares.append(work / table.statistics.packets)
            assert table.statistics.lost_bytes > 0
    finally:
        sys.settrace(before)
    assert max(shares) <= 1.1 * min(shares), shares


def test_bytes_come_out_once() -> None:
    packets = list(traffic(20_000))
    table = FlowTable(PORTS)
    delivered = sum(len(event.data) for _, event in table.events(packets) if isinstance(event, Data))
    assert delivered + table.statistics.lost_bytes <= sum(len(packet.data) for packet in packets)
    assert delivered > 0.8 * 600 * 15_000


@pytest.mark.parametrize("disorder", [3, 20])
def test_memory_does_not_grow_with_the_packets(disorder: int) -> None:
    peaks = []
    for size in (5_000, 20_000):
        table = FlowTable(PORTS)
        tracemalloc.start()
        for packet in traffic(size, flows=20, disorder=disorder):
            table.add(packet)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < max(2 * peaks[0], 20 * MAX_WAITING)


def test_memory_of_open_flows() -> None:
    """10,000 flows with bytes that wait: 100,000 must fit into 1 GiB (the benchmark measures those)."""
    table = FlowTable(PORTS)
    tracemalloc.start()
    for packet in open_flows(10_000):
        table.add(packet)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert table.statistics.flows == {"tcp": 10_000}
    assert table.statistics.evicted == 0
    assert used / 10_000 < (1 << 30) / 100_000
    assert used < 60_000_000
