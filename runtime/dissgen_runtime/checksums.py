"""What fields that can be derived from others should hold: checksums over bytes of the message and a pseudo-header."""

from __future__ import annotations

import socket
import sys
from array import array

__all__ = ["address_bytes", "inet_checksum", "no_pseudo_header", "number_bytes"]

_SWAP = sys.byteorder == "little"


def inet_checksum(data: bytes, own: int, *pseudo: bytes) -> int:
    """The Internet checksum (RFC 1071) of `data` and the pseudo-header.

    `own` is the value of the checksum's field, which stands at an even offset of `data` and counts as zero.
    """
    total = _words(data) - own
    for part in pseudo:
        total += _words(part)
    # 2 ** 16 is 1 modulo 0xFFFF; a sum that is not zero is never congruent to a word of zero.
    folded = total % 0xFFFF
    return 0xFFFF - folded if folded or not total else 0


def _words(data: bytes) -> int:
    """The sum of the words of 16 bits; an odd last byte has a zero behind it."""
    words = array("H", data + b"\0" if len(data) % 2 else data)
    if _SWAP:
        words.byteswap()
    return sum(words)


def number_bytes(value: int, size: int) -> bytes:
    """A number in network byte order. Raises OverflowError where it does not fit."""
    return value.to_bytes(size, "big")


def address_bytes(text: str, size: int) -> bytes:
    """An address of IP, of 4 or 16 bytes. Raises ValueError where the text is none."""
    try:
        return socket.inet_pton(socket.AF_INET if size == 4 else socket.AF_INET6, text)
    except OSError:
        raise ValueError(f"{text!r} is no address of {size} bytes") from None


def no_pseudo_header(subject: object) -> bytes:
    """There is none for this case. Raises ValueError."""
    raise ValueError(f"no pseudo-header for {subject!r}")
