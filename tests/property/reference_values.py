"""What numbers of variable length, conversions and transforms mean, written a second time for `reference_interpreter`.

Each raises ValueError for what it cannot read.
"""

from __future__ import annotations

import binascii
import datetime
import ipaddress
import re
import zlib
from typing import Any


class Short(Exception):
    """The number goes on behind the end of the input."""


def varint(form: str, data: bytes) -> tuple[int, int]:
    """The number that begins the data, and its size."""
    if form == "quic":
        size = 2 ** (_octet(data, 0) // 64)
        _octet(data, size - 1)
        return int.from_bytes(data[:size], "big") % 2 ** (8 * size - 2), size
    if form == "ber_length":
        first = _octet(data, 0)
        if first < 128:
            return first, 1
        if not 129 <= first <= 136:
            raise ValueError(first)
        _octet(data, first - 128)
        return int.from_bytes(data[1 : first - 127], "big"), first - 127
    if form == "vlq":
        number = 0
        for at in range(10):
            number = number * 128 + _octet(data, at) % 128
            if _octet(data, at) < 128:
                if number >= 2**64:
                    raise ValueError(number)
                return number, at + 1
        raise ValueError(number)
    most = 4 if form == "mqtt" else 10
    number = 0
    for at in range(most):
        octet = _octet(data, at)
        number += octet % 128 * 128**at
        if octet < 128:
            return (number if form != "zigzag" else -(number // 2) - 1 if number % 2 else number // 2), at + 1
    raise ValueError(number)


def _octet(data: bytes, at: int) -> int:
    if at >= len(data):
        raise Short
    return data[at]


def number(value: bytes, order: Any, signed: bool) -> int:
    found = sum(octet << 8 * at for at, octet in enumerate(value if order == "little" else value[::-1]))
    if signed and value and (value[-1] if order == "little" else value[0]) > 127:
        found -= 1 << 8 * len(value)
    if not value or found < -(2**63) or found > 2**64 - 1:
        raise ValueError(value)
    return found


def ipv4(value: Any) -> str:
    if isinstance(value, bytes) and len(value) != 4:
        raise ValueError(value)
    return str(ipaddress.IPv4Address(value))


def ipv6(value: bytes) -> str:
    if len(value) != 16:
        raise ValueError(value)
    found = ipaddress.IPv6Address(value)
    return f"::ffff:{found.ipv4_mapped}" if found.ipv4_mapped is not None else found.compressed


def mac(value: bytes) -> str:
    if len(value) != 6:
        raise ValueError(value)
    return ":".join(f"{octet:02x}" for octet in value)


def timestamp(value: float) -> str:
    try:
        found = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=value)
    except OverflowError:
        raise ValueError(value) from None
    return found.isoformat() + "Z"


def bit_set(value: Any) -> list[int]:
    if isinstance(value, bytes):
        return [at for at, bit in enumerate("".join(f"{octet:08b}" for octet in value)) if bit == "1"]
    return [at for at, bit in enumerate(reversed(f"{value:b}")) if bit == "1"]


def unescape(text: str, mark: str) -> str:
    return re.sub(re.escape(mark) + "(.)", r"\1", text, flags=re.DOTALL)


def decoded(name: str, data: bytes, *, key: Any = None) -> tuple[bytes, str | None]:
    """What is left of the data, up to where it is wrong, and the kind of the error there."""
    match name:
        case "dot_unstuff":
            return re.sub(rb"(\A|\n)\.", rb"\1", data), None
        case "xor":
            return bytes(octet ^ key for octet in data), None
        case "quoted_printable":
            data = re.sub(rb"[ \t]+(?=\r?\n)|=[ \t]*\r?(?:\n|\Z)", b"", data)
            return re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), data), None
        case "base64":
            return _base64(data)
        case "deflate":
            wrapped = (
                len(data) > 1 and data[0] % 16 == 8 and data[0] < 128 and int.from_bytes(data[:2], "big") % 31 == 0
            )
            return _inflated(data, 15 if wrapped else -15, members=False)
        case _:
            return _inflated(data, 31 if name == "gzip" else 15, members=name == "gzip")


def _base64(data: bytes) -> tuple[bytes, str | None]:
    digits = re.sub(rb"[ \t\r\n]", b"", data)
    good = re.match(rb"[A-Za-z0-9+/]*", digits)
    assert good is not None
    wrong = digits[good.end() : good.end() + 1]
    whole = good[0][: good.end() // 4 * 4]
    if wrong not in (b"", b"="):
        return binascii.a2b_base64(whole), "value"
    if good.end() % 4 == 1:
        return binascii.a2b_base64(whole), "truncated"
    return binascii.a2b_base64(good[0] + b"=" * (-good.end() % 4)), None


def _inflated(data: bytes, window: int, *, members: bool) -> tuple[bytes, str | None]:
    found, decoder = b"", zlib.decompressobj(window)
    for at in range(len(data)):
        if decoder.eof:
            if not members or data[at : at + 1] != b"\x1f":
                return found, None
            decoder = zlib.decompressobj(window)
        try:
            found += decoder.decompress(data[at : at + 1])
        except zlib.error:
            return found, "value"
    return found, "truncated" if data and not decoder.eof else None
