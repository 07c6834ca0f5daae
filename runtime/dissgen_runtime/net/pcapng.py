"""The blocks of pcapng (draft-ietf-opsawg-pcapng) that carry packets; all others are passed over unread."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from dissgen_runtime.net.source import CaptureError, Source

SECTION = 0x0A0D0D0A
INTERFACE = 1
OBSOLETE_PACKET = 2
SIMPLE_PACKET = 3
ENHANCED_PACKET = 6
MAX_DESCRIPTION = 1024 * 1024  # of a section header or interface description, options included
MAX_OPTIONS = 64 * 1024  # behind a packet
MAX_INTERFACES = 65_536
OPTION_RESOLUTION = 9
OPTION_OFFSET = 14
NANOSECONDS = 1_000_000_000

RawPacket: TypeAlias = tuple[int, int, bytes, int]  # time in nanoseconds, link type, data, original length


@dataclass(frozen=True, slots=True)
class Interface:
    """`multiply` and `divide` turn its time stamps into nanoseconds, `offset` (nanoseconds) is added."""

    link_type: int
    snap_length: int
    multiply: int = 1000
    divide: int = 1
    offset: int = 0

    def time(self, high: int, low: int) -> int:
        return ((high << 32) | low) * self.multiply // self.divide + self.offset


def read_pcapng(source: Source, max_packet: int) -> Iterator[RawPacket]:
    """The packets in order. `source` stands at the first section header. Raises CaptureError."""
    section = _Section("<")
    while source.ensure(8):
        start = source.offset
        kind = struct.unpack_from(section.order + "I", source.data, source.pos)[0]
        if source.data[source.pos : source.pos + 4] == b"\x0a\x0d\x0d\x0a":
            section = _Section(_byte_order(source, start))
            kind = SECTION
        size = struct.unpack_from(section.order + "I", source.data, source.pos + 4)[0]
        if size < 12 or size % 4:
            raise CaptureError(f"a block has the impossible length {size}", start)
        body = _read_body(source, start, kind, size, section.order, max_packet)
        if kind == SECTION:
            _check_version(body, section.order, start)
        elif kind == INTERFACE:
            section.add_interface(body, start)
        elif kind in (ENHANCED_PACKET, OBSOLETE_PACKET, SIMPLE_PACKET):
            yield section.packet(kind, body, start, max_packet)
    if source.failure is not None:
        raise CaptureError(source.failure, source.offset)
    if source.pos < len(source.data):
        raise CaptureError("the last block is cut", source.offset)


def _byte_order(source: Source, start: int) -> str:
    if not source.ensure(12):
        raise CaptureError(source.failure or "the section header is cut", start)
    magic = source.data[source.pos + 8 : source.pos + 12]
    if magic == b"\x4d\x3c\x2b\x1a":
        return "<"
    if magic == b"\x1a\x2b\x3c\x4d":
        return ">"
    raise CaptureError(f"a section header has the unknown byte order magic {magic.hex(' ')}", start)


def _read_body(source: Source, start: int, kind: int, size: int, order: str, max_packet: int) -> bytes:
    """What stands between the two lengths of a block; nothing of blocks that carry no packets."""
    source.pos += 8
    body: bytes | None = b""
    if kind in (ENHANCED_PACKET, OBSOLETE_PACKET, SIMPLE_PACKET):
        limit = max_packet + MAX_OPTIONS
    elif kind in (SECTION, INTERFACE):
        limit = MAX_DESCRIPTION
    else:
        limit = -1
    if limit < 0:
        if not source.skip(size - 12):
            raise CaptureError(source.failure or f"a block of {size} bytes is cut", start)
    elif size > limit:
        raise CaptureError(f"a block of type {kind:#x} claims {size} bytes, more than {limit}", start)
    else:
        body = source.take(size - 12)
    trailer = None if body is None else source.take(4)
    if body is None or trailer is None:
        raise CaptureError(source.failure or f"a block of {size} bytes is cut", start)
    if struct.unpack(order + "I", trailer)[0] != size:
        raise CaptureError("the two lengths of a block differ", start)
    return body


def _check_version(body: bytes, order: str, start: int) -> None:
    if len(body) < 16:
        raise CaptureError("a section header is too short", start)
    major = struct.unpack_from(order + "H", body, 4)[0]
    if major != 1:
        raise CaptureError(f"pcapng version {major} is not known", start)


class _Section:
    """A section: its byte order and the interfaces described so far."""

    __slots__ = ("enhanced", "interfaces", "obsolete", "order")

    def __init__(self, order: str) -> None:
        self.order = order
        self.interfaces: list[Interface] = []
        self.enhanced = struct.Struct(order + "IIIII")
        self.obsolete = struct.Struct(order + "HHIIII")

    def add_interface(self, body: bytes, start: int) -> None:
        if len(body) < 8:
            raise CaptureError("an interface description is too short", start)
        if len(self.interfaces) >= MAX_INTERFACES:
            raise CaptureError(f"more than {MAX_INTERFACES} interfaces", start)
        link_type, snap_length = struct.unpack_from(self.order + "HxxI", body)
        multiply, divide, offset = 1000, 1, 0
        for code, value in self._options(body, 8):
            if code == OPTION_RESOLUTION and len(value) == 1:
                exponent = value[0] & 0x7F
                base = 2 if value[0] & 0x80 else 10
                multiply, divide = NANOSECONDS, base**exponent
            elif code == OPTION_OFFSET and len(value) == 8:
                offset = struct.unpack(self.order + "q", value)[0] * NANOSECONDS
        if multiply % divide == 0:
            multiply, divide = multiply // divide, 1
        self.interfaces.append(Interface(link_type, snap_length, multiply, divide, offset))

    def _options(self, body: bytes, pos: int) -> Iterator[tuple[int, bytes]]:
        while pos + 4 <= len(body):
            code, size = struct.unpack_from(self.order + "HH", body, pos)
            if code == 0 or pos + 4 + size > len(body):
                return
            yield code, body[pos + 4 : pos + 4 + size]
            pos += 4 + (size + 3 & ~3)

    def packet(self, kind: int, body: bytes, start: int, max_packet: int) -> RawPacket:
        """The packet of a block. A simple one carries no time (0) and no captured length: its snap length says it."""
        try:
            if kind == ENHANCED_PACKET:
                number, high, low, size, original = self.enhanced.unpack_from(body)
                head = 20
            elif kind == OBSOLETE_PACKET:
                number, _, high, low, size, original = self.obsolete.unpack_from(body)
                head = 20
            else:
                number, high, low, head = 0, 0, 0, 4
                original = struct.unpack_from(self.order + "I", body)[0]
                size = -1
        except struct.error:
            raise CaptureError("a packet block is too short", start) from None
        if number >= len(self.interfaces):
            raise CaptureError(f"a packet names interface {number}, which is not described", start)
        interface = self.interfaces[number]
        if size < 0:
            size = min(original, interface.snap_length or original, len(body) - head)
            return 0, interface.link_type, body[head : head + size], original
        if size > len(body) - head or size > max_packet:
            raise CaptureError(f"a packet claims {size} bytes in a block of {len(body) + 12}", start)
        time = interface.time(high, low)
        return time, interface.link_type, body[head : head + size], max(original, size)
