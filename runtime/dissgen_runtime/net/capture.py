"""Packets of pcap and pcapng files, streamed, every length limited.

Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dissgen_runtime.net.pcapng import read_pcapng
from dissgen_runtime.net.source import CaptureError, NotACaptureError, Readable, Source

__all__ = ["MAX_PACKET", "CaptureError", "NotACaptureError", "Packet", "Readable", "open_capture", "read_packets"]

MAX_PACKET = 1024 * 1024  # four times the largest snap length that capturing tools use
PCAPNG_MAGIC = b"\x0a\x0d\x0d\x0a"
# magic -> byte order, nanoseconds per unit of the fraction
PCAP_MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
FOREIGN_MAGICS = {
    b"\x34\xcd\xb2\xa1": "the modified pcap format of Kuznetzov's patch",
    b"\xa1\xb2\xcd\x34": "the modified pcap format of Kuznetzov's patch",
    b"snoo": "a snoop file",
    b"\xfd7zX": "compressed with xz: unpack it first",
    b"BZh9": "compressed with bzip2: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it first",
    b"\x04\x22\x4d\x18": "compressed with lz4: unpack it first",
}


@dataclass(slots=True)  # not frozen: that makes building one, the commonest step, four times as slow
class Packet:
    """A captured packet: `number` from 1 in its file, `time` in integer nanoseconds since 1970.

    `data` are the captured bytes, `original_length` what the packet had on the wire (never less).
    """

    number: int
    time: int
    link_type: int
    data: bytes
    original_length: int


def read_packets(stream: Readable, name: str) -> Iterator[Packet]:
    """The packets of a pcap or pcapng file, gzip or not. `name` is what messages call it.

    Raises NotACaptureError if it is neither, CaptureError where it is damaged, after all that can be read before.
    """
    source = Source(stream)
    if not source.ensure(4):
        what = "is empty" if source.offset + len(source.data) == 0 else "is too short for a capture"
        raise NotACaptureError(source.failure or f"{name} {what}", 0)
    magic = source.data[:4]
    if magic in PCAP_MAGICS:
        yield from _read_pcap(source, *PCAP_MAGICS[magic])
    elif magic == PCAPNG_MAGIC:
        for number, (time, link_type, data, original) in enumerate(read_pcapng(source, MAX_PACKET), 1):
            yield Packet(number, time, link_type, data, original)
    else:
        what = FOREIGN_MAGICS.get(magic, f"it begins with {magic.hex(' ')}")
        raise NotACaptureError(f"{name} is neither pcap nor pcapng: {what}", 0)


@contextmanager
def open_capture(path: str, advance: Callable[[int], None] | None = None) -> Iterator[Iterator[Packet]]:
    """The packets of a file, or of standard input for `-`. `advance` is told how many bytes of it were read.

    Raises OSError, and what `read_packets` raises.
    """
    if path == "-":
        yield read_packets(_counted(sys.stdin.buffer, advance), "standard input")
        return
    with Path(path).open("rb", buffering=0) as stream:
        yield read_packets(_counted(stream, advance), path)


class _Counted:
    """A stream that tells how much was read from it."""

    def __init__(self, stream: Readable, advance: Callable[[int], None]) -> None:
        self._read = getattr(stream, "read1", stream.read)  # what is there: a live capture on a pipe
        self._advance = advance

    def read(self, size: int) -> bytes:
        data: bytes = self._read(size)
        self._advance(len(data))
        return data


def _counted(stream: Readable, advance: Callable[[int], None] | None) -> Readable:
    return stream if advance is None else _Counted(stream, advance)


def _read_pcap(source: Source, order: str, unit: int) -> Iterator[Packet]:
    header = source.take(24)
    if header is None:
        raise CaptureError(source.failure or "the file header is cut", source.offset)
    major, _, _, _, _, network = struct.unpack(order + "4xHHiIII", header)
    if major != 2:
        raise NotACaptureError(f"pcap version {major} is not known", 4)
    link_type = network & 0xFFFF  # the rest tells of frame check sequences
    record = struct.Struct(order + "IIII")
    unpack = record.unpack_from
    number = 0
    while source.ensure(16):
        data, pos = source.data, source.pos
        end = len(data)
        while end - pos >= 16:
            seconds, fraction, size, original = unpack(data, pos)
            if end - pos - 16 < size:
                break
            if size > MAX_PACKET:
                break
            start = pos + 16
            pos = start + size
            number += 1
            source.pos = pos
            time = seconds * 1_000_000_000 + fraction * unit
            yield Packet(number, time, link_type, data[start:pos], original if original > size else size)
        if end - pos < 16:
            continue
        if size > MAX_PACKET:
            raise CaptureError(f"packet {number + 1} claims {size} bytes, more than {MAX_PACKET}", source.offset)
        if not source.ensure(16 + size):
            break
    if source.failure is not None:
        raise CaptureError(source.failure, source.offset)
    if source.pos < len(source.data):
        raise CaptureError(f"packet {number + 1} is cut: the file ends inside it", source.offset)
