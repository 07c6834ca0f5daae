"""Arrays of items that are smaller than a byte."""

from __future__ import annotations

from typing import Final, Literal

_LOW_FIRST: Final = tuple(tuple(byte >> bit & 1 == 1 for bit in range(8)) for byte in range(256))
_HIGH_FIRST: Final = tuple(flags[::-1] for flags in _LOW_FIRST)


def flags_of(data: bytes, count: int, order: Literal["big", "little"]) -> list[bool]:
    """The first `count` bits; `big` begins with the most significant bit of a byte."""
    table = _HIGH_FIRST if order == "big" else _LOW_FIRST
    found: list[bool] = []
    for byte in data:
        found += table[byte]
    return found if len(found) == count else found[:count]


def numbers_of(data: bytes, count: int, bits: int, signed: bool, order: Literal["big", "little"]) -> list[int]:
    """The first `count` numbers of so many bits; `big` begins with the most significant bit of a byte."""
    word = int.from_bytes(data, order)
    mask, half, size = (1 << bits) - 1, 1 << (bits - 1), len(data) * 8
    found = []
    for index in range(count):
        place = index * bits
        value = word >> (size - place - bits if order == "big" else place) & mask
        found.append((value ^ half) - half if signed else value)
    return found
