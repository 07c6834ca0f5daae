"""Conversions of values that need more than an expression. Each raises ValueError for what it cannot convert."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: Final = struct.Struct(">8H").unpack
_OCTETS: Final = tuple(map(str, range(256)))
_ZEROS: Final = tuple(":" + "0:" * count for count in range(8, 1, -1))


def ipv4_text(value: bytes | int) -> str:
    """Four bytes, or a number of 32 bits, as `192.0.2.1`."""
    if isinstance(value, int):
        if not 0 <= value < 1 << 32:
            raise ValueError("no IPv4 address")
        value = value.to_bytes(4, "big")
    if len(value) != 4:
        raise ValueError("no IPv4 address")
    a, b, c, d = value
    return f"{_OCTETS[a]}.{_OCTETS[b]}.{_OCTETS[c]}.{_OCTETS[d]}"


def ipv6_text(value: bytes) -> str:
    """Sixteen bytes as `2001:db8::1` (RFC 5952)."""
    if len(value) != 16:
        raise ValueError("no IPv6 address")
    if value[:12] == b"\0" * 10 + b"\xff\xff":
        return f"::ffff:{ipv4_text(value[12:])}"
    text = ":{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}:".format(*_WORDS(value))
    if ":0:0:" in text:
        for zeros in _ZEROS:  # the longest run, the first of equals
            before, found, after = text.partition(zeros)
            if found:
                return f"{before[1:]}::{after[:-1]}"
    return text[1:-1]


def mac_text(value: bytes) -> str:
    """Six bytes as `00:00:5e:00:53:01`."""
    if len(value) != 6:
        raise ValueError("no MAC address")
    return value.hex(":")


def timestamp_text(value: float) -> str:
    """Seconds since 1970 in UTC as `2023-02-01T12:00:00Z`."""
    try:
        return (_EPOCH + timedelta(seconds=value)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ValueError("no time before the year 10000") from None


def bits_of(value: bytes | int) -> list[int]:
    """The places of the bits that are set: of a number from the lowest, of bytes from the top of the first."""
    if isinstance(value, int):
        return [place for place in range(value.bit_length()) if value >> place & 1]
    return [at * 8 + bit for at, byte in enumerate(value) for bit in range(8) if byte << bit & 0x80]


def unsigned_big(value: bytes) -> int:
    """The number that the bytes are, the most significant first; at least one byte, and 64 bits of the number."""
    return _number(int.from_bytes(value, "big"), value)


def unsigned_little(value: bytes) -> int:
    """The same with the least significant byte first."""
    return _number(int.from_bytes(value, "little"), value)


def signed_big(value: bytes) -> int:
    """The same in two's complement; nine bytes hold unsigned 64 bits too, as the counters of SNMP do."""
    return _number(int.from_bytes(value, "big", signed=True), value)


def signed_little(value: bytes) -> int:
    """The same with the least significant byte first."""
    return _number(int.from_bytes(value, "little", signed=True), value)


def _number(number: int, value: bytes) -> int:
    if not value or not -(1 << 63) <= number < 1 << 64:
        raise ValueError("no number of at most 64 bits")
    return number


def unescaped(text: str, mark: str) -> str:
    """The text without the marks that take the meaning of the character behind them; one at the very end stays."""
    first, *parts = text.split(mark)
    found = [first]
    plain = False  # the mark before this part is itself marked
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if plain:
            plain = False
            found.append(part)
        elif part or last:
            found.append(part if part else mark)
        else:
            found.append(mark)
            plain = True
    return "".join(found)
