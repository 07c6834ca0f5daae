"""The grammars of IPv4, IPv6, ICMP, TCP and UDP on packets of every capture, judged by tshark on a part of them."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import packets
from support import ROOT, SHARED_DATA, shipped

from dissgen_runtime import ParseError
from dissgen_runtime.net.capture import Packet

CAPTURES = sorted(SHARED_DATA.glob("*/*.pcap*")) or sorted((ROOT / "tests/captures").glob("*.pcap"))
MOST = 60  # packets of a capture
STARTS = {1: 14, 113: 16, 276: 20, 101: 0, 12: 0, 228: 0, 229: 0}


def inside(packet: Packet) -> bytes | None:
    """The IP packet in a captured one that is whole and has nothing between; None where there is none."""
    start = STARTS.get(packet.link_type)
    data = packet.data
    if start is None or packet.original_length > len(data) or len(data) < start + 20:
        return None
    kind = data[start - 2 : start] if packet.link_type in (1, 113) else data[:2] if packet.link_type == 276 else b""
    if kind not in (b"", b"\x08\x00", b"\x86\xdd"):
        return None
    return data[start:]


def read(path: Path) -> Iterator[tuple[int, Any, int]]:
    """Number, record and version of the first packets."""
    for packet in packets(path)[:MOST]:
        data = inside(packet)
        if data is not None and data[0] >> 4 in (4, 6):
            module = shipped("ipv4" if data[0] >> 4 == 4 else "ipv6")
            try:
                value, _, _ = module.parse_packet(data)
            except ParseError as error:
                yield packet.number, error, data[0] >> 4
            else:
                yield packet.number, value, data[0] >> 4


FIELDS = (
    *("frame.number", "ip.version", "ip.hdr_len", "ip.len", "ip.id", "ip.ttl", "ip.proto", "ip.src", "ip.dst"),
    *("ip.checksum.status", "ipv6.plen", "ipv6.hlim", "ipv6.src", "tcp.srcport", "tcp.seq_raw", "tcp.hdr_len"),
    *("tcp.flags", "tcp.window_size_value", "tcp.len", "tcp.checksum.status", "udp.dstport", "udp.length"),
    *("udp.checksum.status", "icmp.type", "icmp.checksum.status"),
)
CHECKED = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"]


@cache
def judged(path: Path) -> dict[int, dict[str, str]]:
    """What tshark says of each packet, of its outermost IP."""
    options = [word for name in CHECKED for word in ("-o", f"{name}:TRUE")]
    fields = [word for name in FIELDS for word in ("-e", name)]
    command = ["tshark", "-r", str(path), "-c", str(MOST), "-T", "fields", "-E", "occurrence=f", *options, *fields]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = (line.split("\t") for line in run.stdout.splitlines())
    return {int(row[0]): dict(zip(FIELDS, row, strict=True)) for row in rows if row[0]}


def flags(segment: Any) -> int:
    names = ("ae", "cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin")
    return sum(getattr(segment, name) << 8 - at for at, name in enumerate(names))


def seen(value: Any, version: int) -> dict[str, str]:
    """The record in the words of tshark."""
    found = {"ip.version": "4"} if version == 4 else {}
    if version == 4:
        found |= {
            "ip.hdr_len": str(value.header_length),
            "ip.len": str(value.total_length),
            "ip.ttl": str(value.ttl),
            "ip.proto": str(value.protocol),
            "ip.src": value.source,
            "ip.dst": value.destination,
            "ip.checksum.status": str(int(value.checksum_ok)),
        }
    else:
        found |= {"ipv6.plen": str(value.payload_length), "ipv6.hlim": str(value.hop_limit), "ipv6.src": value.source}
    inner = value.payload
    kind = type(inner).__name__
    if kind == "TcpSegment":
        found |= {
            "tcp.srcport": str(inner.source_port),
            "tcp.seq_raw": str(inner.sequence),
            "tcp.hdr_len": str(inner.data_offset),
            "tcp.flags": f"0x{flags(inner):04x}",
            "tcp.window_size_value": str(inner.window),
            "tcp.len": str(len(inner.payload)),
            "tcp.checksum.status": str(int(inner.checksum_ok)),
        }
    elif kind == "UdpDatagram":
        found |= {"udp.dstport": str(inner.destination_port), "udp.length": str(inner.length)}
        found["udp.checksum.status"] = str(int(inner.checksum_ok)) if inner.checksum_sent else "3"
    elif kind == "IcmpMessage":
        found |= {"icmp.type": str(inner.type), "icmp.checksum.status": str(int(inner.checksum_ok))}
    return found


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_every_packet_is_read_or_gives_an_error(path: Path) -> None:
    """Nothing but ParseError is raised; what is shorter than it says is truncated."""
    kinds = Counter(value.kind for _, value, _ in read(path) if isinstance(value, ParseError))
    assert set(kinds) <= {"truncated", "verify", "value"}


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", CAPTURES[::12], ids=lambda path: path.name)
def test_tshark_agrees(path: Path) -> None:
    """Every 12th capture, since tshark takes its time."""
    expected = judged(path)
    for number, value, version in read(path):
        said = expected[number]
        if isinstance(value, ParseError):
            assert value.kind == "truncated" or "0" in (said["ip.checksum.status"], said["tcp.checksum.status"]), (
                number,
                value,
            )
            continue
        for name, text in seen(value, version).items():
            if name.endswith("checksum.status") and said[name] == "2":
                continue  # not verified: a fragment, a part of a reassembled datagram
            assert (number, name, said[name]) == (number, name, text)
