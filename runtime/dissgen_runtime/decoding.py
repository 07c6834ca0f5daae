"""Decoders of streamed elements: zlib, gzip, deflate, base64, quoted-printable.

Each decodes pieces as they come, gives the same bytes wherever they were cut, and remembers a bounded amount. What can
not be decoded raises `DecodingError` with the bytes before it; afterwards a decoder is not used again.
"""

from __future__ import annotations

import re
import zlib
from binascii import a2b_base64
from typing import ClassVar, Final, NoReturn

from dissgen_runtime.errors import ErrorKind

BLOCK: Final = 64 * 1024
"""Output of a decompressor is weighed against its input each time so much of it is there."""

_HELD: Final = 1000
"""Blanks that are held back because a line may end behind them."""


class DecodingError(Exception):
    """What was expected of the data.

    `decoded` are the bytes before the place where it is wrong; `used` is how much of the piece led to it.
    """

    def __init__(self, kind: ErrorKind, expected: str, decoded: bytes = b"", used: int = 0) -> None:
        super().__init__(expected)
        self.kind = kind
        self.expected = expected
        self.decoded = decoded
        self.used = used


class Decoder:
    """What the decoders share: after a loss they give nothing more."""

    __slots__ = ("_expansion", "_lost")

    def __init__(self, expansion: int = 100) -> None:
        self._expansion = expansion
        self._lost = False

    def push(self, data: bytes) -> bytes:
        """Decode a piece. Raises DecodingError."""
        return b"" if self._lost else self._decode(data)

    def finish(self) -> bytes:
        """What is left at the end. Raises DecodingError where the data goes on."""
        return b"" if self._lost else self._rest()

    def lose(self) -> None:
        """Some bytes are missing at this point: what follows cannot be decoded."""
        self._lost = True

    def _decode(self, data: bytes) -> bytes:
        raise NotImplementedError

    def _rest(self) -> bytes:
        return b""


class Zlib(Decoder):
    """RFC 1950. What follows the end of the data is passed over."""

    __slots__ = ("_inflate", "_read", "_written")
    NAME: ClassVar[str] = "zlib"
    WINDOW: ClassVar[int] = zlib.MAX_WBITS

    def __init__(self, expansion: int = 100) -> None:
        super().__init__(expansion)
        self._inflate = zlib.decompressobj(self.WINDOW)
        self._read = self._written = 0

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a session in the midst of a {self.NAME} stream cannot be pickled: zlib keeps its state")

    def _decode(self, data: bytes) -> bytes:
        before = self._inflate.copy(), self._read, self._written
        try:
            return self._inflated(data)
        except zlib.error:
            self._inflate, self._read, self._written = before
        decoded = b""
        used = 0
        while used < len(data):  # up to the octet that is wrong, however the data was cut
            used += 1
            try:
                decoded += self._inflated(data[used - 1 : used])
            except zlib.error:
                break
        raise DecodingError("value", f"{self.NAME} data", decoded, used)

    def _inflated(self, data: bytes) -> bytes:
        blocks: list[bytes] = []
        size = len(data)
        more = False  # output that did not fit into the last block
        while data or more:
            if self._inflate.eof and not self._next_member(data):
                break
            room = BLOCK - self._written % BLOCK
            block = self._inflate.decompress(data, room)
            more = len(block) == room and not self._inflate.eof
            left = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._read += len(data) - len(left)
            self._written += len(block)
            blocks.append(block)
            data = left
            if self._written % BLOCK == 0 and self._written > self._expansion * self._read + BLOCK:
                expected = f"at most {self._expansion} bytes of output for each of {self.NAME} data"
                raise DecodingError("limit", expected, b"".join(blocks), size - len(data))
        return b"".join(blocks)

    def _next_member(self, data: bytes) -> bool:
        """Whether compressed data follows the end of other compressed data."""
        return False

    def _rest(self) -> bytes:
        if self._read and not self._inflate.eof:
            raise DecodingError("truncated", f"the end of the {self.NAME} data")
        return b""


class Gzip(Zlib):
    """RFC 1952, of any number of members. What follows the last one is passed over."""

    __slots__ = ("_over",)
    NAME = "gzip"
    WINDOW = zlib.MAX_WBITS | 16

    def __init__(self, expansion: int = 100) -> None:
        super().__init__(expansion)
        self._over = False

    def _next_member(self, data: bytes) -> bool:
        self._over = self._over or data[:1] != b"\x1f"  # one octet decides, however the data is cut
        if not self._over:
            self._inflate = zlib.decompressobj(self.WINDOW)
        return not self._over


class Deflate(Zlib):
    """RFC 1951, raw or with the wrapping of RFC 1950 (which HTTP means by it): the first two octets tell."""

    __slots__ = ("_first",)
    NAME = "deflate"

    def __init__(self, expansion: int = 100) -> None:
        super().__init__(expansion)
        self._first: bytes | None = b""

    def _decode(self, data: bytes) -> bytes:
        if self._first is not None:
            data = self._first + data
            if len(data) < 2:
                self._first = data
                return b""
            held = len(self._first)
            self._choose(data)
            try:
                return super()._decode(data)
            except DecodingError as error:
                error.used -= held
                raise
        return super()._decode(data)

    def _choose(self, data: bytes) -> None:
        self._first = None
        wrapped = len(data) > 1 and data[0] & 0x8F == 0x08 and int.from_bytes(data[:2], "big") % 31 == 0
        if not wrapped:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def _rest(self) -> bytes:
        decoded = b""
        if self._first:
            first = self._first
            self._choose(first)
            decoded = super()._decode(first)
        return decoded + super()._rest()


class Base64(Decoder):
    """RFC 2045, section 6.8: white space is passed over, and so is what follows the padding."""

    __slots__ = ("_ended", "_held")
    _ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def __init__(self, expansion: int = 100) -> None:
        super().__init__(expansion)
        self._held = b""
        self._ended = False

    def _decode(self, data: bytes) -> bytes:
        if self._ended:
            return b""
        digits = self._held + data.translate(None, b" \t\r\n")
        wrong = digits.lstrip(self._ALPHABET)
        digits = digits[: len(digits) - len(wrong)]
        if wrong[:1] == b"=":
            self._ended = True
            self._held = b""
            return self._last(digits)
        whole = len(digits) - len(digits) % 4
        self._held = digits[whole:]
        decoded = a2b_base64(digits[:whole])
        if wrong:
            raise DecodingError("value", "base64 data", decoded, data.index(wrong[:1]) + 1)
        return decoded

    def _rest(self) -> bytes:
        held, self._held = self._held, b""
        return self._last(held)

    @staticmethod
    def _last(digits: bytes) -> bytes:
        """The last group, whose padding may be missing."""
        if len(digits) % 4 == 1:
            raise DecodingError("truncated", "a whole group of base64 data", a2b_base64(digits[:-1]))
        return a2b_base64(digits + b"=" * (-len(digits) % 4))


class QuotedPrintable(Decoder):
    """RFC 2045, section 6.7. What is no escape stays as it is."""

    __slots__ = ("_held",)
    _CODED: ClassVar[re.Pattern[bytes]] = re.compile(rb"=([0-9A-Fa-f]{2})|=[ \t]*\r?\n|[ \t]+(?=\r?\n)")
    _OPEN: ClassVar[re.Pattern[bytes]] = re.compile(rb"(?:=[0-9A-Fa-f]?|=?[ \t]*\r?)\Z")

    def __init__(self, expansion: int = 100) -> None:
        super().__init__(expansion)
        self._held = b""

    def _decode(self, data: bytes) -> bytes:
        data = self._held + data
        tail = data[-_HELD:]
        found = self._OPEN.search(tail)
        open_from = len(data) - (len(tail) - found.start()) if found is not None else len(data)
        if len(data) - open_from >= _HELD:
            open_from = len(data)
        self._held = data[open_from:]
        return self._CODED.sub(self._octet, data[:open_from])

    def _rest(self) -> bytes:
        held, self._held = self._held, b""
        return b"" if held[:1] == b"=" and not held[1:].strip(b" \t\r") else self._CODED.sub(self._octet, held)

    @staticmethod
    def _octet(match: re.Match[bytes]) -> bytes:
        return bytes((int(match[1], 16),)) if match[1] else b""
