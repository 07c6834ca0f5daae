"""From frames to segments and datagrams: every link type and every layer between."""

from __future__ import annotations

import random
import struct
from ipaddress import ip_address

import pytest
from net_builders import CLIENT, SERVER, ethernet, ipv4, ipv6, tcp, udp

from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.decapsulate import Datagram, Decapsulator, Segment, Unit, reverse_key
from dissgen_runtime.net.flows import Flow

IP4 = ipv4(tcp(b"hello"))
IP6 = ipv6(tcp(b"hello"))


def take(
    data: bytes, link_type: int = 1, *, original: int | None = None, decapsulator: Decapsulator | None = None
) -> Unit | None:
    packet = Packet(1, 0, link_type, data, len(data) if original is None else original)
    return (decapsulator or Decapsulator()).decapsulate(packet)


@pytest.mark.parametrize(
    ("link_type", "data"),
    [
        (1, ethernet(IP4)),
        (1, ethernet(IP6, 0x86DD)),
        (1, ethernet(b"\0\x05\x08\0" + IP4, 0x8100)),
        (1, ethernet(b"\0\x05\x81\0\0\x06\x86\xdd" + IP6, 0x88A8)),
        (1, ethernet(b"\0\x01\x00\x40\0\x01\x01\x40" + IP4, 0x8847)),
        (1, ethernet(b"\0\x01\x01\x40" + IP6, 0x8848)),
        (1, ethernet(b"\0\x01\x01\x40" + bytes(4) + ethernet(IP4), 0x8847)),
        (1, ethernet(b"\x11\0\0\x01" + struct.pack(">H", len(IP4) + 2) + b"\0\x21" + IP4, 0x8864)),
        (1, ethernet(b"\x11\0\0\x01" + struct.pack(">H", len(IP6) + 1) + b"\x57" + IP6, 0x8864)),
        (1, ethernet(b"\xaa\xaa\x03\0\0\0\x08\0" + IP4, len(IP4) + 8)),
        (0, b"\x02\0\0\0" + IP4),
        (0, b"\0\0\0\x02" + IP4),
        (0, b"\x1e\0\0\0" + IP6),
        (108, b"\0\0\0\x18" + IP6),
        (12, IP4),
        (14, IP6),
        (101, IP4),
        (228, IP4),
        (229, IP6),
        (113, bytes(14) + b"\x08\0" + IP4),
        (113, bytes(14) + b"\x81\0\0\x05\x08\0" + IP4),
        (276, b"\x86\xdd" + bytes(18) + IP6),
    ],
)
def test_link_types(link_type: int, data: bytes) -> None:
    for padding in (b"", bytes(20)):
        unit = take(data + padding, link_type)
        assert isinstance(unit, Segment)
        assert (unit.payload, unit.sequence, unit.flags, unit.missing) == (b"hello", 1000, 0x10, 0)


def test_endpoints() -> None:
    flow = Flow(0, "tcp", take(ethernet(IP4)).key, 0)  # type: ignore[union-attr]
    assert (flow.endpoint(0), flow.endpoint(1)) == ("192.0.2.1:40000", "198.51.100.7:25")
    unit = take(ethernet(IP6, 0x86DD))
    assert unit is not None
    assert Flow(0, "tcp", unit.key, 0).endpoint(0) == "[2001:db8::1]:40000"
    assert Flow(0, "tcp", reverse_key(unit.key), 0).endpoint(0) == "[2001:db8::2]:25"


def test_snap_length_and_offload() -> None:
    frame = ethernet(ipv4(tcp(bytes(1000))))
    unit = take(frame[:100], original=len(frame))
    assert isinstance(unit, Segment)
    assert (len(unit.payload), unit.missing) == (46, 954)
    for body, kind in ((ipv4(tcp(bytes(3000)), length=0), 0x0800), (ipv6(tcp(bytes(3000)), length=0), 0x86DD)):
        frame = ethernet(body, kind)
        unit = take(frame)
        assert unit is not None
        assert (len(unit.payload), unit.missing) == (3000, 0)
        unit = take(frame[:1000], original=len(frame))
        assert unit is not None
        assert len(unit.payload) + unit.missing == 3000
    decapsulator = Decapsulator()
    assert take(frame[:60], original=len(frame), decapsulator=decapsulator) is None
    assert decapsulator.ignored == {"cut": 1}


def test_tcp_options_and_ip_options() -> None:
    unit = take(ethernet(ipv4(tcp(b"x", options=bytes(12)), options=bytes(8))))
    assert unit is not None
    assert unit.payload == b"x"


def test_udp() -> None:
    unit = take(ethernet(ipv4(udp(b"query") + b"trailing", protocol=17)))
    assert isinstance(unit, Datagram)
    assert (unit.payload, unit.missing) == (b"query", 0)
    unit = take(ethernet(ipv6(udp(b"jumbo", size=0), following=17), 0x86DD))
    assert unit is not None
    assert unit.payload == b"jumbo"
    assert take(ethernet(ipv4(udp(b"query", size=400), protocol=17))) is None
    assert take(ethernet(ipv4(udp(b"query", size=4), protocol=17))) is None


BODY = udp(random.Random(3).randbytes(4000))


def fragments(size: int = 1000) -> list[bytes]:
    return [
        ethernet(ipv4(BODY[at : at + size], protocol=17, offset=at, more=at + size < len(BODY)))
        for at in range(0, len(BODY), size)
    ]


def fragments6(size: int = 1000) -> list[bytes]:
    parts = []
    for at in range(0, len(BODY), size):
        head = struct.pack(">BBHI", 17, 0, at | (at + size < len(BODY)), 77)
        parts.append(ethernet(ipv6(b"\x2c\0" + bytes(6) + head + BODY[at : at + size], following=0), 0x86DD))
    return parts


@pytest.mark.parametrize("version", [4, 6])
def test_fragments_in_any_order(version: int) -> None:
    frames = fragments() if version == 4 else fragments6()
    chance = random.Random(1)
    for _ in range(30):
        order = frames + chance.sample(frames, 2)
        chance.shuffle(order)
        decapsulator = Decapsulator()
        units = [unit for frame in order if (unit := take(frame, decapsulator=decapsulator)) is not None]
        assert [unit.payload for unit in units if isinstance(unit, Datagram)] == [BODY[8:]]


def test_first_of_overlapping_fragments_wins() -> None:
    decapsulator = Decapsulator()
    body = udp(b"A" * 40)
    assert take(ethernet(ipv4(body[:24], protocol=17, more=True)), decapsulator=decapsulator) is None
    unit = take(ethernet(ipv4(b"B" * 32, protocol=17, offset=16)), decapsulator=decapsulator)
    assert unit is not None
    assert unit.payload == b"A" * 16 + b"B" * 24


def test_cut_fragment_gives_a_cut_datagram() -> None:
    frames = fragments(2000)
    decapsulator = Decapsulator()
    assert take(frames[0][:500], original=len(frames[0]), decapsulator=decapsulator) is None
    take(frames[1], decapsulator=decapsulator)
    unit = take(frames[2], decapsulator=decapsulator)
    assert unit is not None
    assert len(unit.payload) + unit.missing == 4000
    assert BODY[8:].startswith(unit.payload)
    assert unit.missing > 3000


def test_fragments_are_bounded() -> None:
    decapsulator = Decapsulator()
    for number in range(5000):
        frame = ipv4(bytes(8), protocol=17, identification=number, offset=65504 - 8, more=True)
        take(frame, 101, decapsulator=decapsulator)
    fragments = decapsulator.fragments
    assert fragments._bytes <= 16 * 1024 * 1024
    fragments.finish()
    assert fragments.dropped == 5000
    assert fragments._bytes == 0
    old = Packet(1, 0, 101, ipv4(BODY[:8], protocol=17, more=True), 28)
    new = Packet(2, 61 * 10**9, 101, ipv4(BODY[8:], protocol=17, offset=8), len(BODY) + 12)
    assert decapsulator.decapsulate(old) is None
    assert decapsulator.decapsulate(new) is None


@pytest.mark.parametrize(
    "body",
    [
        ipv4(bytes(8), protocol=17, offset=65528, more=False),
        ipv4(bytes(7), protocol=17, offset=8, more=True),
    ],
)
def test_absurd_fragments(body: bytes) -> None:
    decapsulator = Decapsulator()
    assert take(body, 101, decapsulator=decapsulator) is None
    assert decapsulator.fragments.dropped == 1


def test_ipv6_extension_headers() -> None:
    chain = b"\x3c\0" + bytes(6) + b"\x2b\x01" + bytes(14) + b"\x33\0" + bytes(6) + b"\x06\x01" + bytes(10)
    unit = take(ipv6(chain + tcp(b"deep"), following=0), 229)
    assert isinstance(unit, Segment)
    assert unit.payload == b"deep"
    endless = b"\0\0" + bytes(6)
    assert take(ipv6(endless * 40, following=0), 229) is None


@pytest.mark.parametrize(
    ("data", "link_type", "reason"),
    [
        (ethernet(b"", 0x0806), 1, "other"),
        (b"short", 1, "malformed"),
        (b"", 101, "malformed"),
        (b"\x55" + bytes(40), 101, "malformed"),
        (ipv4(b"", protocol=1), 101, "other"),
        (ipv4(tcp())[:-10], 101, "malformed"),
        (b"x", 147, "link type 147"),
        (ethernet(bytes([0, 1, 0x81, 0]) * 20, 0x8100), 1, "other"),
        (ethernet(bytes(4) * 40, 0x8847), 1, "malformed"),
        (b"\x07\0\0\0" + IP4, 0, "other"),
    ],
)
def test_what_cannot_be_used_is_counted(data: bytes, link_type: int, reason: str) -> None:
    decapsulator = Decapsulator()
    take(data, link_type, decapsulator=decapsulator)
    assert decapsulator.ignored == {reason: 1}


def test_damage_never_raises() -> None:
    chance = random.Random(2)
    frames = [ethernet(IP4), ethernet(IP6, 0x86DD), *fragments(), *fragments6()]
    decapsulator = Decapsulator()
    for _ in range(20_000):
        data = bytearray(chance.choice(frames))
        for _ in range(chance.randint(0, 4)):
            data[chance.randrange(min(len(data), 90))] = chance.choice((0, 255, chance.randrange(256)))
        cut = bytes(data[: chance.randint(0, len(data))])
        link_type = chance.choice((0, 1, 1, 1, 1, 101, 108, 113, 276))
        take(cut, link_type, original=len(data), decapsulator=decapsulator)


def test_addresses_are_those_of_the_packet() -> None:
    unit = take(ethernet(IP4))
    assert unit is not None
    assert unit.key[:8] == ip_address(CLIENT).packed + ip_address(SERVER).packed
