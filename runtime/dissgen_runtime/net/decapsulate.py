"""From a captured packet to the TCP segment or UDP datagram in it. Malformed packets are counted, never raised."""

from __future__ import annotations

import struct
from collections import Counter
from typing import Final, TypeAlias

from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.fragments import Fragments

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
ACK: Final = 0x10

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
NETWORK: Final = frozenset({IPV4, IPV6})
MPLS: Final = frozenset({0x8847, 0x8848})
VLAN: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
PPPOE_SESSION: Final = 0x8864
PPP_NETWORK: Final = {0x0021: IPV4, 0x0057: IPV6}
FAMILIES: Final = {2: IPV4, 10: IPV6, 23: IPV6, 24: IPV6, 28: IPV6, 30: IPV6}  # AF_INET6 has many values
MAX_TAGS: Final = 8
MAX_LABELS: Final = 16
MAX_EXTENSIONS: Final = 16

TCP: Final = 6
UDP: Final = 17
FRAGMENT: Final = 44
AUTHENTICATION: Final = 51
EXTENSIONS: Final = frozenset({0, 43, 60, 135, 139, 140})  # all with their length in units of 8 bytes, less one

_two = struct.Struct(">H").unpack_from
_tcp = struct.Struct(">IIBB").unpack_from
_ipv4 = struct.Struct(">BxHHHxB").unpack_from


class Segment:
    """A TCP segment. `key` is source, destination, source port, destination port, as on the wire.

    `missing` is how many bytes of the payload's end were not captured (snap length).
    """

    __slots__ = ("acknowledgment", "flags", "key", "missing", "number", "payload", "sequence", "time")

    def __init__(
        self,
        number: int,
        time: int,
        key: bytes,
        sequence: int,
        acknowledgment: int,
        flags: int,
        payload: bytes,
        missing: int = 0,
    ) -> None:
        self.number = number
        self.time = time
        self.key = key
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.flags = flags
        self.payload = payload
        self.missing = missing


class Datagram:
    """A UDP datagram; `key` and `missing` as in a segment."""

    __slots__ = ("key", "missing", "number", "payload", "time")

    def __init__(self, number: int, time: int, key: bytes, payload: bytes, missing: int = 0) -> None:
        self.number = number
        self.time = time
        self.key = key
        self.payload = payload
        self.missing = missing


Unit: TypeAlias = Segment | Datagram


def reverse_key(key: bytes) -> bytes:
    """The key of the opposite direction."""
    size = (len(key) - 4) // 2
    return key[size : 2 * size] + key[:size] + key[-2:] + key[-4:-2]


class Decapsulator:
    """Keeps incomplete IP datagrams between packets, and counts what it could not use.

    `ignored` maps a reason to a number of packets: `malformed`, `other` (neither TCP nor UDP over IP),
    `link type N`, `cut` (the snap length left no transport header).
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.fragments = Fragments()

    def decapsulate(self, packet: Packet) -> Unit | None:
        """The segment or datagram of the packet, or None."""
        try:
            return self._link(packet)
        except (struct.error, IndexError):
            cut = packet.original_length > len(packet.data)
            self.ignored["cut" if cut else "malformed"] += 1
            return None

    def _link(self, packet: Packet) -> Unit | None:
        data = packet.data
        link_type = packet.link_type
        if link_type == 1:
            return self._ethertype(packet, _two(data, 12)[0], 14)
        if link_type == 113:
            return self._ethertype(packet, _two(data, 14)[0], 16)
        if link_type == 276:
            return self._ethertype(packet, _two(data, 0)[0], 20)
        if link_type in (12, 14, 101, 228, 229):
            return self._ip(packet, 0)
        if link_type in (0, 108):
            # The family is in the capturing machine's byte order, which may not be the file's.
            family = int.from_bytes(data[:4], "little")
            if family > 0xFFFF:
                family = int.from_bytes(data[:4], "big")
            return self._ip(packet, 4) if family in FAMILIES else self._ignore("other")
        return self._ignore(f"link type {link_type}")

    def _ethertype(self, packet: Packet, kind: int, pos: int) -> Unit | None:
        data = packet.data
        for _ in range(MAX_TAGS):
            if kind not in VLAN:
                break
            kind = _two(data, pos + 2)[0]
            pos += 4
        if kind in NETWORK:
            return self._ip(packet, pos)
        if kind in MPLS:
            return self._mpls(packet, pos)
        if kind == PPPOE_SESSION:
            protocol = _two(data, pos + 6)[0]
            if protocol >> 8 in PPP_NETWORK:  # RFC 1661 section 6.5: compressed to one byte
                return self._ip(packet, pos + 7)
            return self._ip(packet, pos + 8) if protocol in PPP_NETWORK else self._ignore("other")
        if kind <= 1500 and data[pos : pos + 6] == b"\xaa\xaa\x03\0\0\0":  # RFC 1042: SNAP
            kind = _two(data, pos + 6)[0]
            if kind in NETWORK:
                return self._ip(packet, pos + 8)
        return self._ignore("other")

    def _mpls(self, packet: Packet, pos: int) -> Unit | None:
        """RFC 3032; below the stack is IP, or a pseudowire with control word and Ethernet (RFC 4385, RFC 4448)."""
        data = packet.data
        for _ in range(MAX_LABELS):
            bottom = data[pos + 2] & 1
            pos += 4
            if bottom:
                break
        else:
            return self._ignore("malformed")
        if data[pos] >> 4 in (4, 6):
            return self._ip(packet, pos)
        if data[pos] >> 4 == 0:
            inner = _two(data, pos + 16)[0]
            if inner not in MPLS:
                return self._ethertype(packet, inner, pos + 18)
        return self._ignore("other")

    def _ip(self, packet: Packet, pos: int) -> Unit | None:
        data = packet.data
        version = data[pos] >> 4
        if version == 4:
            return self._ip_version_4(packet, pos)
        if version == 6:
            return self._ip_version_6(packet, pos)
        return self._ignore("malformed")

    def _ip_version_4(self, packet: Packet, pos: int) -> Unit | None:
        data = packet.data
        first, length, identification, fragment, protocol = _ipv4(data, pos)
        header = (first & 0x0F) * 4
        if length == 0:  # left to the network card to fill in (segmentation offload)
            length = packet.original_length - pos
        if header < 20 or length < header:
            return self._ignore("malformed")
        start, end = pos + header, pos + length
        addresses = data[pos + 12 : pos + 20]
        if fragment & 0x3FFF:
            whole = self.fragments.add(
                (addresses, identification, protocol),
                protocol,
                (fragment & 0x1FFF) * 8,
                bool(fragment & 0x2000),
                length - header,
                data[start:end],
                packet.time,
            )
            if whole is None:
                return None
            return self._transport(packet, addresses, whole[0], whole[1], 0, whole[2])
        return self._transport(packet, addresses, protocol, data, start, end)

    def _ip_version_6(self, packet: Packet, pos: int) -> Unit | None:
        data = packet.data
        length = _two(data, pos + 4)[0]
        following = data[pos + 6]
        addresses = data[pos + 8 : pos + 40]
        start = pos + 40
        # No length: a jumbogram (RFC 2675), or segmentation offload.
        end = start + length if length else packet.original_length
        for _ in range(MAX_EXTENSIONS):
            if following in EXTENSIONS:
                following, start = data[start], start + 8 + data[start + 1] * 8
            elif following == AUTHENTICATION:
                following, start = data[start], start + 8 + data[start + 1] * 4
            elif following == FRAGMENT:
                offset = _two(data, start + 2)[0]
                identification = int.from_bytes(data[start + 4 : start + 8], "big")
                following, start = data[start], start + 8
                if start > end:
                    break
                if offset & 0xFFF9:
                    got = self.fragments.add(
                        (addresses, identification, 0),
                        following,
                        offset & 0xFFF8,
                        bool(offset & 1),
                        end - start,
                        data[start:end],
                        packet.time,
                    )
                    if got is None:
                        return None
                    (following, data, end), start = got, 0
            else:
                return self._transport(packet, addresses, following, data, start, end)
        return self._ignore("malformed")

    def _transport(
        self, packet: Packet, addresses: bytes, protocol: int, data: bytes, start: int, end: int
    ) -> Unit | None:
        """`end` is where the datagram ended on the wire; `data` may be shorter."""
        if protocol == TCP:
            sequence, acknowledgment, header, flags = _tcp(data, start + 4)
            body = start + (header >> 4) * 4
            if header < 0x50 or body > end or start + 20 > end:
                return self._ignore("malformed")
            payload = data[body:end]
            missing = end - body - len(payload)
            key = addresses + data[start : start + 4]
            return Segment(packet.number, packet.time, key, sequence, acknowledgment, flags, payload, missing)
        if protocol == UDP:
            size = _two(data, start + 4)[0]
            stop = start + size if size else end  # RFC 2675: none in a jumbogram
            if stop > end or (size and size < 8) or start + 8 > end:
                return self._ignore("malformed")
            payload = data[start + 8 : stop]
            missing = stop - start - 8 - len(payload)
            return Datagram(packet.number, packet.time, addresses + data[start : start + 4], payload, missing)
        return self._ignore("other")

    def _ignore(self, reason: str) -> Unit | None:
        self.ignored[reason] += 1
        return None
