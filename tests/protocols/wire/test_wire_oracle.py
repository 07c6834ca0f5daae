"""The grammars of IPv4, IPv6, ICMP, TCP and UDP on the first packets of every capture, judged by tshark."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import packets
from protocols.wire.differences import DIFFERENCES
from support import ROOT, SHARED_DATA, shipped

from dissgen_runtime import ParseError
from dissgen_runtime.net.capture import Packet

SHARED = [path for path in SHARED_DATA.glob("*/*.pcap*") if path.suffix in (".pcap", ".pcapng")]
CAPTURES = sorted(SHARED) or sorted((ROOT / "tests/captures").glob("*.pcap"))
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
    *("frame.number", "ip.version", "ip.hdr_len", "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.len", "ip.id"),
    *("ip.flags.df", "ip.flags.mf", "ip.frag_offset", "ip.ttl", "ip.proto", "ip.checksum", "ip.src", "ip.dst"),
    *("ip.checksum.status", "ip.opt.type", "ipv6.tclass.dscp", "ipv6.tclass.ecn", "ipv6.flow", "ipv6.plen", "ipv6.nxt"),
    *("ipv6.hlim", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.hdr_len"),
    *("tcp.flags", "tcp.window_size_value", "tcp.checksum", "tcp.checksum.status", "tcp.urgent_pointer", "tcp.len"),
    *("tcp.option_kind", "tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.timestamp.tsval"),
    *("tcp.options.timestamp.tsecr", "tcp.options.sack_le", "tcp.options.sack_re"),
    *("udp.srcport", "udp.dstport", "udp.length", "udp.checksum", "udp.checksum.status"),
    *("icmp.type", "icmp.code", "icmp.checksum", "icmp.checksum.status", "icmp.ident", "icmp.seq", "icmp.mtu"),
    *(
        "ip.opt.ra",
        "ipv6.hopopts.nxt",
        "ipv6.opt.type",
        "ipv6.routing.type",
        "ipv6.routing.nxt",
        "ipv6.routing.segleft",
    ),
    *("ipv6.routing.src.addr", "ipv6.fraghdr.nxt", "ipv6.fraghdr.offset", "ipv6.fraghdr.more", "ipv6.fraghdr.ident"),
)
QUOTED = ("ip.len", "ip.id", "ip.ttl", "ip.proto", "ip.src", "ip.dst", "ip.checksum")  # of a packet in an ICMP message
ENDED = ("ip.opt.type", "tcp.option_kind")  # padding behind the end of the options is none, to tshark it is more ends
LISTS = (
    "ipv6.opt.type",
    "ipv6.routing.src.addr",
    "ip.opt.type",
    "tcp.option_kind",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
)
WITH = ("tcp.relative_sequence_numbers:FALSE",)
CHECKED = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"]


@cache
def judged(path: Path) -> dict[int, dict[str, str]]:
    """What tshark says of each packet, of its outermost IP."""
    options = [word for name in (*WITH, *(f"{name}:TRUE" for name in CHECKED)) for word in ("-o", name)]
    fields = [word for name in FIELDS for word in ("-e", name)]
    command = ["tshark", "-n", "-r", str(path), "-c", str(MOST), "-T", "fields", *options, *fields]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = (dict(zip(FIELDS, line.split("\t"), strict=True)) for line in run.stdout.splitlines())
    return {int(row["frame.number"]): _told(row) for row in rows}


def _told(row: dict[str, str]) -> dict[str, str]:
    quoted = {f"quoted {name}": row[name].partition(",")[2].partition(",")[0] for name in QUOTED}
    return {name: _outermost(name, text) for name, text in row.items()} | quoted


def _outermost(name: str, text: str) -> str:
    """Of a field that stands several times (in a packet that another one quotes) the first; of an option all."""
    if name not in LISTS:
        return text.partition(",")[0]
    numbers = text.split(",")
    return ",".join(numbers[: numbers.index("0") + 1]) if name in ENDED and "0" in numbers else text


def flags(segment: Any) -> int:
    names = ("ae", "cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin")
    return sum(getattr(segment, name) << 8 - at for at, name in enumerate(names))


def seen(value: Any, version: int) -> dict[str, str]:
    """The record in the words of tshark."""
    found = _version_4(value) if version == 4 else _version_6(value)
    inner = value.payload
    match type(inner).__name__:
        case "TcpSegment":
            found |= _segment(inner)
        case "UdpDatagram":
            found |= {
                "udp.srcport": str(inner.source_port),
                "udp.dstport": str(inner.destination_port),
                "udp.length": str(inner.length),
                "udp.checksum": f"0x{inner.checksum:04x}",
                "udp.checksum.status": str(int(inner.checksum_ok)) if inner.checksum_sent else "3",
            }
        case "IcmpMessage":
            found |= {
                "icmp.type": str(inner.type),
                "icmp.code": str(inner.code),
                "icmp.checksum": f"0x{inner.checksum:04x}",
                "icmp.checksum.status": str(int(inner.checksum_ok)),
            }
            if getattr(inner.body, "next_hop_mtu", 0):
                found["icmp.mtu"] = str(inner.body.next_hop_mtu)
            if original := getattr(inner.body, "original", None):
                found |= {f"quoted {name}": _version_4(original)[name] for name in QUOTED}
            if getattr(inner.body, "identifier", None) is not None:
                found |= {"icmp.ident": str(inner.body.identifier), "icmp.seq": str(inner.body.sequence)}
    return found


def _version_4(value: Any) -> dict[str, str]:
    return {
        "ip.version": "4",
        "ip.hdr_len": str(value.header_length),
        "ip.dsfield.dscp": str(value.dscp),
        "ip.dsfield.ecn": str(value.ecn),
        "ip.len": str(value.total_length),
        "ip.id": f"0x{value.identification:04x}",
        "ip.flags.df": str(int(value.dont_fragment)),
        "ip.flags.mf": str(int(value.more_fragments)),
        "ip.frag_offset": str(value.fragment_offset // 8),
        "ip.ttl": str(value.ttl),
        "ip.proto": str(value.protocol),
        "ip.checksum": f"0x{value.checksum:04x}",
        "ip.checksum.status": str(int(value.checksum_ok)),
        "ip.src": value.source,
        "ip.dst": value.destination,
        "ip.opt.ra": next((str(int.from_bytes(one.data)) for one in value.options if one.number == 20), ""),
        "ip.opt.type": ",".join(str(one.copied << 7 | one.class_ << 5 | one.number) for one in value.options),
    }


def _version_6(value: Any) -> dict[str, str]:
    found = {
        name: "" for name in FIELDS if name.startswith(("ipv6.hopopts", "ipv6.opt", "ipv6.routing", "ipv6.fraghdr"))
    }
    for one in value.extensions:
        following = str(int(one.next_header))
        match int(one.header):
            case 0:
                types = ",".join(f"0x{option.type:02x}" for option in one.options)
                found |= {"ipv6.hopopts.nxt": following, "ipv6.opt.type": types}
            case 43:
                found |= {"ipv6.routing.type": str(one.type), "ipv6.routing.segleft": str(one.segments_left)}
                found |= {"ipv6.routing.nxt": following, "ipv6.routing.src.addr": ",".join(one.addresses)}
            case 44:
                found |= {"ipv6.fraghdr.nxt": following, "ipv6.fraghdr.offset": str(one.fragment_offset // 8)}
                found["ipv6.fraghdr.more"] = str(int(one.more_fragments))
                found["ipv6.fraghdr.ident"] = f"0x{one.identification:08x}"
    return found | {
        "ipv6.tclass.dscp": str(value.dscp),
        "ipv6.tclass.ecn": str(value.ecn),
        "ipv6.flow": f"0x{value.flow_label:06x}",
        "ipv6.plen": str(value.payload_length),
        "ipv6.nxt": str(value.next_header),
        "ipv6.hlim": str(value.hop_limit),
        "ipv6.src": value.source,
        "ipv6.dst": value.destination,
    }


def _segment(segment: Any) -> dict[str, str]:
    named = {name: "" for name in FIELDS if name.startswith("tcp.options")}
    for option in segment.options:
        match option.kind:
            case 2:
                named["tcp.options.mss_val"] = str(option.mss)
            case 3:
                named["tcp.options.wscale.shift"] = str(option.shift)
            case 5:
                named["tcp.options.sack_le"] = ",".join(str(block.left) for block in option.blocks)
                named["tcp.options.sack_re"] = ",".join(str(block.right) for block in option.blocks)
            case 8:
                named |= {
                    "tcp.options.timestamp.tsval": str(option.value),
                    "tcp.options.timestamp.tsecr": str(option.echo),
                }
    return named | {
        "tcp.srcport": str(segment.source_port),
        "tcp.dstport": str(segment.destination_port),
        "tcp.seq_raw": str(segment.sequence),
        "tcp.ack_raw": str(segment.acknowledgment),
        "tcp.hdr_len": str(segment.data_offset),
        "tcp.flags": f"0x{flags(segment):04x}",
        "tcp.window_size_value": str(segment.window),
        "tcp.checksum": f"0x{segment.checksum:04x}",
        "tcp.checksum.status": str(int(segment.checksum_ok)),
        "tcp.urgent_pointer": str(segment.urgent_pointer),
        "tcp.len": str(len(segment.payload)),
        "tcp.option_kind": ",".join(str(option.kind) for option in segment.options),
    }


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the captures of the oracle are not here")
def test_every_row_of_the_table_is_about_a_capture() -> None:
    assert {row.capture for row in DIFFERENCES} <= {path.name for path in CAPTURES}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_every_packet_is_read_or_its_error_explained(path: Path) -> None:
    found = {(number, value.kind) for number, value, _ in read(path) if isinstance(value, ParseError)}
    assert found == {(row.frame, row.error) for row in DIFFERENCES if row.capture == path.name}


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_tshark_agrees(path: Path) -> None:
    expected = judged(path)
    for number, value, version in read(path):
        if isinstance(value, ParseError):
            continue
        said = expected[number]
        for name, text in seen(value, version).items():
            if name.endswith("checksum.status") and said[name] == "2":
                continue  # not verified: a fragment, a part of a reassembled datagram
            assert (number, name, said[name]) == (number, name, text)
