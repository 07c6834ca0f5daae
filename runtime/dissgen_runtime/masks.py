"""The transform `xor`: every byte with the one of a key that is repeated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

LONGEST = 256


class Xor:
    """Undoes itself. Behind a gap the place in the key is not known: nothing more comes out."""

    __slots__ = ("_at", "_key", "_lost")

    def __init__(self, key: bytes, expansion: int = 1) -> None:
        self._key = key
        self._at = 0
        self._lost = False

    def push(self, data: bytes) -> bytes:
        size = len(data)
        if self._lost or not size:
            return b""
        turned = self._key[self._at :] + self._key[: self._at]
        mask = (turned * (size // len(turned) + 1))[:size]
        self._at = (self._at + size) % len(self._key)
        return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")

    def finish(self) -> bytes:
        return b""

    def lose(self) -> None:
        self._lost = True


def xor(key: int | bytes) -> Callable[[int], Xor]:
    """Makes the transform. Raises ValueError for a number that is no byte, and for a key of no or too many bytes."""
    octets = bytes((key,)) if isinstance(key, int) else key
    if not 0 < len(octets) <= LONGEST:
        raise ValueError(f"a key of 1 to {LONGEST} bytes")
    return partial(Xor, octets)
