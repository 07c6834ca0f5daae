"""What becomes of the bytes of a field that is kept: decoding, and text that must be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dissgen_runtime.decoding import DecodingError
from dissgen_runtime.elements import Elements
from dissgen_runtime.streams import Transform

PIECE: Final = 4096  # so many bytes are decoded before what came out is weighed


def transformed(
    reader: Elements, transforms: tuple[Callable[[int], Transform], ...], data: bytes, field: str | None
) -> bytes:
    """The bytes of the field just read, decoded. What comes out counts for `limits.message`. Raises ParseError."""
    raw = len(data)
    begin = reader.offset - raw
    for make in transforms:
        transform = make(reader.limits.expansion)
        pieces: list[bytes] = []
        room = reader.limits.message - (begin - reader.floor)
        at = 0
        try:
            while at < len(data):
                piece = data[at : at + PIECE]
                pieces.append(transform.push(piece))
                room -= len(pieces[-1])
                at += len(piece)
                if room < 0:
                    break
            pieces.append(transform.finish() if room >= 0 else b"")
        except DecodingError as error:
            reader.fail(error.kind, field, error.expected, size=raw, offset=begin)
        if room < len(pieces[-1]):
            expected = f"a message of at most {reader.limits.message} bytes"
            reader.fail("limit", field, expected, size=raw, offset=begin)
        data = b"".join(pieces)
    reader.decoded = (begin, reader.offset, field)
    reader.floor -= max(len(data) - raw, 0)
    return data


def strict_text(reader: Elements, data: bytes, encoding: str, field: str | None) -> str:
    """The bytes of the field just read as text. Raises ParseError where they are none."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        reader.fail("value", field, f"{encoding} text", size=len(data), offset=reader.offset - len(data))
