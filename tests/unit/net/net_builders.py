"""Packets and capture files made for the tests: each layer is a function from bytes to bytes."""

from __future__ import annotations

import struct
from ipaddress import ip_address

from dissgen_runtime.net.decapsulate import ACK, Segment

CLIENT, SERVER = "192.0.2.1", "198.51.100.7"
CLIENT6, SERVER6 = "2001:db8::1", "2001:db8::2"


def tcp(
    payload: bytes = b"",
    *,
    sport: int = 40000,
    dport: int = 25,
    seq: int = 1000,
    ack: int = 0,
    flags: int = ACK,
    options: bytes = b"",
) -> bytes:
    head = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) << 2, flags, 65535, 0, 0)
    return head + options + payload


def udp(payload: bytes, *, sport: int = 40000, dport: int = 53, size: int | None = None) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(payload) if size is None else size, 0) + payload


def ipv4(
    body: bytes,
    *,
    protocol: int = 6,
    source: str = CLIENT,
    destination: str = SERVER,
    length: int | None = None,
    identification: int = 1,
    offset: int = 0,
    more: bool = False,
    options: bytes = b"",
) -> bytes:
    header = 20 + len(options)
    total = header + len(body) if length is None else length
    fragment = offset // 8 | (0x2000 if more else 0)
    start = struct.pack(">BBHHHBBH", 0x40 | header // 4, 0, total, identification, fragment, 64, protocol, 0)
    return start + ip_address(source).packed + ip_address(destination).packed + options + body


def ipv6(
    body: bytes, *, following: int = 6, source: str = CLIENT6, destination: str = SERVER6, length: int | None = None
) -> bytes:
    start = struct.pack(">IHBB", 0x60000000, len(body) if length is None else length, following, 64)
    return start + ip_address(source).packed + ip_address(destination).packed + body


def ethernet(body: bytes, kind: int = 0x0800) -> bytes:
    return b"\x02" * 6 + b"\x04" * 6 + struct.pack(">H", kind) + body


def pcap(
    packets: list[tuple[int, bytes]],
    *,
    link_type: int = 1,
    order: str = "<",
    nanoseconds: bool = False,
    snap_length: int | None = None,
) -> bytes:
    """`packets` are (time in nanoseconds, bytes)."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link_type)]
    for time, data in packets:
        seconds, fraction = divmod(time, 1_000_000_000)
        kept = data[:snap_length]
        parts.append(
            struct.pack(order + "IIII", seconds, fraction if nanoseconds else fraction // 1000, len(kept), len(data))
        )
        parts.append(kept)
    return b"".join(parts)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(
    link_type: int = 1, *, order: str = "<", resolution: int | None = None, offset: int | None = None
) -> bytes:
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHB3x", 9, 1, resolution)
    if offset is not None:
        options += struct.pack(order + "HHq", 14, 8, offset)
    options += bytes(4) if options else b""
    return block(1, struct.pack(order + "HHI", link_type, 0, 0) + options, order)


def enhanced(data: bytes, time: int, *, number: int = 0, order: str = "<", original: int | None = None) -> bytes:
    head = struct.pack(
        order + "IIIII", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data) if original is None else original
    )
    return block(6, head + data, order)


def segment(
    side: int,
    payload: bytes = b"",
    *,
    seq: int,
    ack: int = 0,
    flags: int = ACK,
    time: int = 0,
    frame: int = 1,
    missing: int = 0,
) -> Segment:
    """A segment of side 0 (port 40000 to 25) or of side 1."""
    ends = [ip_address(CLIENT).packed, ip_address(SERVER).packed]
    ports = [struct.pack(">H", 40000), struct.pack(">H", 25)]
    if side:
        ends.reverse()
        ports.reverse()
    key = b"".join(ends + ports)
    return Segment(frame, time, key, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, flags, payload, missing)
