"""Capture files: every format, and files that lie."""

from __future__ import annotations

import gzip
import io
import os
import random
import struct
import tracemalloc
from pathlib import Path

import pytest
from net_builders import block, enhanced, ethernet, interface, ipv4, pcap, section, tcp

from dissgen_runtime.net.capture import CaptureError, NotACaptureError, Packet, open_capture, read_packets

PACKETS = [(1_254_722_770_692_743_000 + 1000 * i, ethernet(ipv4(tcp(bytes([65 + i]) * i)))) for i in range(5)]


def read(data: bytes) -> list[Packet]:
    return list(read_packets(io.BytesIO(data), "test"))


def read_until_error(data: bytes) -> tuple[list[Packet], CaptureError | None]:
    packets: list[Packet] = []
    try:
        packets.extend(read_packets(io.BytesIO(data), "test"))  # keeps what came before an error
    except CaptureError as error:
        return packets, error
    return packets, None


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_pcap(order: str, nanoseconds: bool, packed: bool) -> None:
    data = pcap(PACKETS, order=order, nanoseconds=nanoseconds)
    packets = read(gzip.compress(data) if packed else data)
    assert [(p.number, p.time, p.data) for p in packets] == [(i, *p) for i, p in enumerate(PACKETS, 1)]
    assert {p.link_type for p in packets} == {1}


def test_pcap_keeps_nanoseconds() -> None:
    assert read(pcap([(1_000_000_001, b"x")], nanoseconds=True))[0].time == 1_000_000_001


def test_snap_length() -> None:
    packets = read(pcap(PACKETS, snap_length=20))
    assert all(len(p.data) == 20 and p.original_length >= 54 for p in packets)


def test_several_gzip_members_and_padding() -> None:
    data = pcap(PACKETS)
    packed = gzip.compress(data[:100]) + gzip.compress(data[100:]) + bytes(512)
    assert len(read(packed)) == 5


def test_more_packets_than_a_chunk() -> None:
    many = [(i, bytes([i & 255]) * (i % 1500)) for i in range(3000)]
    packets = read(pcap(many, nanoseconds=True))
    assert [(p.time, p.data) for p in packets] == many


def test_short_reads() -> None:
    class Trickle(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return self.read(3)

    packets = list(read_packets(Trickle(pcap(PACKETS)), "test"))
    assert len(packets) == 5


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(order: str) -> None:
    body = ethernet(ipv4(tcp(b"hello")))
    data = section(order) + interface(order=order) + interface(101, order=order, resolution=9, offset=10)
    data += enhanced(body, 5, order=order)
    data += block(5, b"statistics".ljust(12), order)
    data += enhanced(body[14:], 7, number=1, order=order, original=2000)
    obsolete = struct.pack(order + "HHIIII", 0, 0, 0, 9, len(body), len(body)) + body
    data += block(2, obsolete, order)
    data += block(3, struct.pack(order + "I", len(body)) + body, order)
    packets = read(data)
    assert [(p.time, p.link_type, p.original_length) for p in packets] == [
        (5000, 1, len(body)),
        (10_000_000_007, 101, 2000),
        (9000, 1, len(body)),
        (0, 1, len(body)),
    ]
    assert all(p.data == body for p in packets if p.link_type == 1)


def test_pcapng_sections_have_their_own_byte_order_and_interfaces() -> None:
    data = section("<") + interface() + enhanced(b"a", 1)
    data += section(">") + interface(101, order=">", resolution=0x8A) + enhanced(b"b", 1024, order=">")
    assert [(p.time, p.link_type) for p in read(data)] == [(1000, 1), (1_000_000_000, 101)]


@pytest.mark.parametrize(
    ("resolution", "stamp", "time"),
    [(0, 3, 3_000_000_000), (3, 5, 5_000_000), (6, 5, 5000), (9, 5, 5), (12, 5999, 5), (0x80 | 1, 3, 1_500_000_000)],
)
def test_pcapng_resolution(resolution: int, stamp: int, time: int) -> None:
    assert read(section() + interface(resolution=resolution) + enhanced(b"a", stamp))[0].time == time


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xd4", "too short"),
        (b"root:x:0:0", "neither pcap nor pcapng"),
        (struct.pack("<I", 0xA1B2CD34) + bytes(20), "Kuznetzov"),
        (b"\xfd7zXZ\0", "xz"),
        (struct.pack("<IHH", 0xA1B2C3D4, 9, 4) + bytes(16), "version 9"),
    ],
)
def test_no_capture(data: bytes, words: str) -> None:
    with pytest.raises(NotACaptureError, match=words):
        read(data)


GOOD = pcap(PACKETS)
GOOD_NG = section() + interface() + b"".join(enhanced(data, time // 1000) for time, data in PACKETS)


@pytest.mark.parametrize(
    ("tail", "words", "offset"),
    [
        (struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 1), "packet 6 claims 4294967295 bytes", len(GOOD)),
        (struct.pack("<IIII", 0, 0, 1024 * 1024 + 1, 1), "claims", len(GOOD)),
        (struct.pack("<IIII", 0, 0, 1000, 1000) + b"short", "packet 6 is cut", len(GOOD)),
        (b"\0" * 7, "packet 6 is cut", len(GOOD)),
    ],
)
def test_damaged_pcap(tail: bytes, words: str, offset: int) -> None:
    packets, error = read_until_error(GOOD + tail)
    assert len(packets) == 5
    assert error is not None
    assert words in str(error)
    assert error.offset == offset


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (struct.pack("<II", 6, 0xFFFFFFFC), "claims 4294967292 bytes"),
        (struct.pack("<II", 99, 0xFFFFFFFC) + b"x" * 100, "is cut"),
        (struct.pack("<II", 6, 8), "impossible length"),
        (struct.pack("<II", 6, 0), "impossible length"),
        (struct.pack("<II", 6, 33), "impossible length"),
        (block(6, b"")[:-4] + b"\0\0\0\x01", "two lengths"),
        (block(6, b"1234"), "too short"),
        (enhanced(b"x", 0, number=7), "interface 7"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 500, 500) + b"1234"), "claims 500 bytes"),
        (struct.pack("<IIII", 0x0A0D0D0A, 28, 0x12345678, 0), "byte order"),
        (b"\x06\0\0", "cut"),
    ],
)
def test_damaged_pcapng(tail: bytes, words: str) -> None:
    packets, error = read_until_error(GOOD_NG + tail)
    assert len(packets) == 5
    assert words in str(error)


@pytest.mark.parametrize("good", [GOOD, GOOD_NG, gzip.compress(GOOD), gzip.compress(GOOD_NG)])
def test_cut_everywhere(good: bytes) -> None:
    whole, error = read_until_error(good)
    assert error is None
    for size in range(len(good)):
        packets, _ = read_until_error(good[:size])
        assert packets == whole[: len(packets)]


@pytest.mark.parametrize("good", [GOOD, GOOD_NG, gzip.compress(GOOD)])
def test_random_damage_raises_nothing_else(good: bytes) -> None:
    chance = random.Random(1)
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 255, chance.randrange(256)))
        read_until_error(bytes(data))


def test_lying_lengths_and_bombs_take_little_memory() -> None:
    bomb = gzip.compress(GOOD[:24] + struct.pack("<IIII", 0, 0, 0, 0) * 4_000_000, 9)
    unknown_block = section() + interface() + struct.pack("<II", 99, 48_000_000) + bytes(47_999_988) + b"\0\0\0\0"
    packed_block = gzip.compress(unknown_block)
    del unknown_block
    tracemalloc.start()
    for data in (GOOD + struct.pack("<IIII", 0, 0, 0xFFFFFFF0, 1) + bytes(100), packed_block):
        read_until_error(data)
    source = read_packets(io.BytesIO(bomb), "bomb")
    for _ in range(200_000):
        next(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_damaged_compression_is_told() -> None:
    packed = gzip.compress(pcap([(i, os.urandom(1000)) for i in range(1000)]))
    packets, error = read_until_error(packed[: len(packed) // 2])
    assert 400 < len(packets) < 600
    assert error is not None
    assert "compressed data" in str(error)


def test_open_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap.gz"
    path.write_bytes(gzip.compress(GOOD))
    with open_capture(str(path)) as packets:
        assert len(list(packets)) == 5
    with pytest.raises(FileNotFoundError), open_capture(str(tmp_path / "none")) as packets:
        next(packets)
