"""Reading captures with reassembly against dpkt, scapy and tshark, in one run; see README.md beside this file.

Needs the extra `bench` (dpkt, scapy) and, for its row, tshark.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "runtime"), str(HERE.parents[1] / "generated"), str(HERE.parent / "unit" / "net")]

import dpkt  # type: ignore[import-not-found]  # noqa: E402  # in the extra `bench`
from net_builders import pcap  # noqa: E402
from traffic import open_flows, traffic  # noqa: E402

from dissgen_runtime.net.capture import read_packets  # noqa: E402
from dissgen_runtime.net.command import run_dissect  # noqa: E402
from dissgen_runtime.net.flows import FlowTable  # noqa: E402
from dissgen_runtime.net.registry import Dissectors, load_dissectors  # noqa: E402
from dissgen_runtime.net.tcp import Data, Gap  # noqa: E402

RUNS = 7
PORTS = {"tcp": frozenset({25})}


def capture(packets: int) -> bytes:
    return pcap([(packet.time, packet.data) for packet in traffic(packets)])


def reassembled(data: bytes) -> tuple[int, int]:
    """Bytes delivered, bytes lost."""
    delivered = lost = 0
    for _, event in FlowTable(PORTS).events(read_packets(io.BytesIO(data), "capture")):
        if type(event) is Data:
            delivered += len(event.data)
        elif type(event) is Gap:
            lost += event.size
    return delivered, lost


def decapsulated_by_dpkt(data: bytes) -> int:
    """Payload of all segments, as dpkt takes packets apart: nothing is put in order."""
    return sum(len(dpkt.ethernet.Ethernet(packet).data.data.data) for _, packet in dpkt.pcap.Reader(io.BytesIO(data)))


def sessions_of_scapy(path: str) -> int:
    """Payload of all packets that scapy's TCPSession gives."""
    from scapy.all import TCP, PcapReader, TCPSession  # type: ignore[import-not-found]  # in the extra `bench`

    with PcapReader(path) as reader:
        found = TCPSession()
        total = 0
        for packet in reader:
            ready = found.process(packet)
            if ready is not None and TCP in ready:
                total += len(ready[TCP].payload)
    return total


def interleaved(candidates: dict[str, Callable[[], object]], runs: int = RUNS) -> dict[str, list[float]]:
    """CPU seconds of each run of each candidate, in turn; those of processes that it starts count."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(runs):
        for name, candidate in candidates.items():
            begin = _cpu()
            candidate()
            times[name].append(_cpu() - begin)
    return times


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def show(row: str, slow: list[float], quick: list[float], theirs: str, bar: float) -> None:
    ratios = sorted(a / b for a, b in zip(slow, quick, strict=True))
    low, high = (ratios[1], ratios[-2]) if len(ratios) > 4 else (ratios[0], ratios[-1])
    met = "met" if low >= bar else "NOT MET"
    print(
        f"{row:38} {median(ratios):7.2f} [{low:.2f}, {high:.2f}] faster than {theirs:26} bar {bar:<4} {met}", flush=True
    )


def reading_rows() -> None:
    for disorder, row in ((200, "1.5 % disordered"), (20, "15 % disordered")):
        packets = list(traffic(100_000, disorder=disorder))
        data = pcap([(packet.time, packet.data) for packet in packets])
        payload = sum(max(0, len(packet.data) - 54) for packet in packets)
        assert decapsulated_by_dpkt(data) == payload
        delivered, lost = reassembled(data)
        assert 0 < lost < delivered < payload  # what came twice comes out once
        candidates = {"dissgen": lambda d=data: reassembled(d), "dpkt": lambda d=data: decapsulated_by_dpkt(d)}
        times = interleaved(candidates)
        show(f"reading, 100,000, {row}", times["dpkt"], times["dissgen"], "dpkt's decapsulation", 2)
    small = pcap([(packet.time, packet.data) for packet in traffic(5_000, disorder=10**9)])
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(small)
        file.flush()
        assert sessions_of_scapy(file.name) == reassembled(small)[0]
        times = interleaved(
            {"dissgen": lambda: reassembled(small), "scapy": lambda: sessions_of_scapy(file.name)}, runs=5
        )
    show("reading, 5,000, in order", times["scapy"], times["dissgen"], "scapy's TCPSession", 50)


def growth_rows() -> None:
    sizes = [10_000, 100_000, 1_000_000]
    each = []
    for size in sizes:
        data = capture(size)
        begin = time.process_time()
        reassembled(data)
        each.append((time.process_time() - begin) / size * 1e6)
    print(
        "CPU a packet: " + ", ".join(f"{size:,}: {t:.2f} us" for size, t in zip(sizes, each, strict=True)), flush=True
    )
    table = FlowTable(PORTS)
    tracemalloc.start()
    for packet in open_flows(100_000):
        table.add(packet)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert table.statistics.flows["tcp"] == 100_000
    assert table.statistics.evicted == 0
    released = table.statistics.released
    print(f"100,000 open flows: {used / 1e6:.0f} MB ({released} times holes given up), bar 1074", flush=True)


# SMTP to JSON Lines


def smtp_capture(path: Path, size: int) -> None:
    """Mails of 40 kB, one a connection, until the capture has `size` bytes."""
    from net_builders import CLIENT, SERVER, ethernet, ipv4, tcp

    body = b"".join(b"line %d of a mail, as long as lines of mails usually are, or so\r\n" % i for i in range(600))
    talk = [(1, b"220 mx.example.org ESMTP\r\n"), (0, b"EHLO a.example.com\r\n"), (1, b"250 mx.example.org\r\n")]
    talk += [(0, b"MAIL FROM:<a@example.com>\r\n"), (1, b"250 2.1.0 Ok\r\n"), (0, b"RCPT TO:<b@example.org>\r\n")]
    talk += [(1, b"250 2.1.5 Ok\r\n"), (0, b"DATA\r\n"), (1, b"354 go\r\n")]
    mail = b"Subject: hello\r\n\r\n" + body + b".\r\n"
    talk += [(0, mail[at : at + 1460]) for at in range(0, len(mail), 1460)]
    talk += [(1, b"250 2.0.0 Ok\r\n"), (0, b"QUIT\r\n"), (1, b"221 2.0.0 Bye\r\n")]
    packets: list[tuple[int, bytes]] = []
    total = port = 0
    while total < size:
        port += 1
        at = [1001, 5001]
        steps = [(0, 2, 1000, 0, b""), (1, 18, 5000, 1001, b""), (0, 16, 1001, 5001, b"")]
        for side, data in talk:
            steps.append((side, 24, at[side], at[1 - side], data))
            at[side] += len(data)
        for side, flags, seq, ack, data in steps:
            ports = {"sport": 25, "dport": 1024 + port} if side else {"sport": 1024 + port, "dport": 25}
            ends = {"source": SERVER, "destination": CLIENT} if side else {}
            segment = tcp(data, seq=seq, ack=ack, flags=flags, **ports)
            packet = ethernet(ipv4(segment, **ends))  # type: ignore[arg-type]  # addresses only
            packets.append((1_000_000 * len(packets), packet))
            total += len(packet) + 16
    path.write_bytes(pcap(packets))


def smtp_rows(sizes: tuple[int, int]) -> None:
    """CPU of whole processes: the slope between two sizes, and all of the larger."""
    if shutil.which("tshark") is None:
        print("tshark is not installed: its row is left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        times: list[dict[str, list[float]]] = []
        for size in sizes:
            path = Path(folder) / f"{size}.pcap"
            smtp_capture(path, size)
            ours = [sys.executable, "-m", "dissgen_runtime", str(path), "-d", str(HERE.parents[1] / "generated")]
            ours += ["--format", "jsonl"]
            theirs = ["tshark", "-n", "-r", str(path), "-Y", "smtp", "-T", "fields", "-e", "tcp.stream"]
            theirs += ["-e", "smtp.req.command", "-e", "smtp.response.code"]
            _compare(ours, theirs)
            candidates = {"dissgen": lambda c=ours: _process(c), "tshark": lambda c=theirs: _process(c)}
            times.append(interleaved(candidates, runs=3))
    small, large = times
    slope = {name: [b - a for a, b in zip(small[name], large[name], strict=True)] for name in small}
    show(f"SMTP to JSON Lines, {sizes[1] // 10**6} MB", large["tshark"], large["dissgen"], "tshark -T fields", 1)
    show("SMTP to JSON Lines, slope", slope["tshark"], slope["dissgen"], "tshark -T fields", 1)


def _compare(ours: list[str], theirs: list[str]) -> None:
    """Both find the same number of replies."""
    found = _output(ours).count(b'"event": "response"')
    codes = [line.split(b"\t")[2] for line in _output(theirs).splitlines()]
    assert found == sum(len(code.split(b",")) for code in codes if code), found


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "runtime")}


def _output(command: list[str]) -> bytes:
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=_environment()
    ).stdout


def _process(command: list[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=_environment())


def own_rows() -> None:
    """What dissectors and output cost on top of the reading, in one process."""
    modules = load_dissectors(HERE.parents[1] / "generated")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mail.pcap"
        smtp_capture(path, 10_000_000)
        data = path.read_bytes()
        options = {"stdout": io.StringIO(), "stderr": sys.stderr}
        whole = interleaved(
            {
                "reading": lambda: reassembled(data),
                "all": lambda: run_dissect([str(path)], Dissectors(modules), format="jsonl", **options),  # type: ignore[arg-type]
            },
            runs=3,
        )
    print(
        f"10 MB of SMTP: reading {median(whole['reading']):.2f} s CPU, to JSON Lines {median(whole['all']):.2f} s CPU"
    )


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, interleaved runs, CPU time")
    sizes = (10_000_000, 100_000_000) if "--large" in sys.argv else (5_000_000, 20_000_000)
    rows = {"reading": reading_rows, "growth": growth_rows, "own": own_rows, "smtp": lambda: smtp_rows(sizes)}
    for name in [name for name in sys.argv[1:] if name in rows] or rows:
        rows[name]()
