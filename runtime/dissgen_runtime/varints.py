"""Numbers of variable length. Each `read_*` gives the number and where it ends, None where it is not whole or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

VarintReader: TypeAlias = Callable[[bytes, int, int], "tuple[int, int] | None"]


def _base_128(data: bytes, pos: int, end: int, most: int) -> tuple[int, int] | None:
    """Seven bits a byte, the least significant first; the top bit says that another byte follows."""
    value = shift = 0
    for at in range(pos, min(end, pos + most)):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + 1
        shift += 7
    return None


def read_leb128(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """At most ten bytes and 64 bits: of a tenth byte one bit counts."""
    got = _base_128(data, pos, end, 10)
    return None if got is None or got[0] >= 1 << 64 else got


def read_zigzag(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """The same with the sign in the lowest bit: 0, -1, 1, -2."""
    got = read_leb128(data, pos, end)
    return None if got is None else ((got[0] >> 1) ^ -(got[0] & 1), got[1])


def read_vlq(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """Seven bits a byte, the most significant first (X.690, section 8.19.2); at most ten bytes and 64 bits."""
    value = 0
    for at in range(pos, min(end, pos + 10)):
        byte = data[at]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return (value, at + 1) if value < 1 << 64 else None
    return None


def read_mqtt(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """At most four bytes (MQTT 5.0, section 1.5.5)."""
    if pos < end and data[pos] < 0x80:
        return data[pos], pos + 1
    return _base_128(data, pos, end, 4)


def read_quic(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """1, 2, 4 or 8 bytes, as the first two bits say (RFC 9000, section 16)."""
    if pos >= end:
        return None
    size = 1 << (data[pos] >> 6)
    if end - pos < size:
        return None
    return int.from_bytes(data[pos : pos + size], "big") & ((1 << (size * 8 - 2)) - 1), pos + size


def read_ber_length(data: bytes, pos: int, end: int) -> tuple[int, int] | None:
    """The definite lengths of X.690, section 8.1.3, up to eight bytes."""
    if pos >= end:
        return None
    first = data[pos]
    if first < 0x80:
        return first, pos + 1
    size = first & 0x7F
    if not 1 <= size <= 8 or end - pos <= size:
        return None
    return int.from_bytes(data[pos + 1 : pos + 1 + size], "big"), pos + 1 + size


def _after_most(most: int) -> Callable[[bytes], int]:
    return lambda data: most if len(data) >= most else 0


def _after_first(data: bytes) -> int:
    return 1 if data and not 0x81 <= data[0] <= 0x88 else 0


# How many bytes at the beginning of a number that is none have made it impossible; 0: more of them could.
BROKEN: Final[dict[VarintReader, Callable[[bytes], int]]] = {
    read_leb128: _after_most(10),
    read_zigzag: _after_most(10),
    read_vlq: _after_most(10),
    read_mqtt: _after_most(4),
    read_quic: lambda data: 0,
    read_ber_length: _after_first,
}
EXPECTED: Final[dict[VarintReader, str]] = {
    read_leb128: "a number of at most 64 bits in 10 bytes",
    read_zigzag: "a number of at most 64 bits in 10 bytes",
    read_vlq: "a number of at most 64 bits in 10 bytes",
    read_mqtt: "a number of at most 4 bytes",
    read_quic: "a number of variable length",
    read_ber_length: "a definite length",
}
