"""The bytes of a capture file, read in pieces of bounded size, unpacked where they are gzip."""

from __future__ import annotations

import zlib
from typing import Protocol

CHUNK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"


class CaptureError(Exception):
    """A capture that cannot be read (further). Everything readable has been yielded before it is raised.

    `message` says what is wrong, `offset` is the place in the capture (after decompression, where it is compressed).
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset


class NotACaptureError(CaptureError):
    """The input does not begin as a capture of a known format."""


class Readable(Protocol):
    """What is used of a binary stream: up to so many of its next bytes, none at its end."""

    def read(self, size: int, /) -> bytes: ...


class Source:
    """A buffered reader that knows its offset. Its memory is the largest `ensure` plus one chunk."""

    __slots__ = ("_base", "_finished", "_inflate", "_stream", "data", "failure", "pos")

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._inflate: Inflater | None = None
        self._finished = False
        self._base = 0
        self.data = b""
        self.pos = 0
        self.failure: str | None = None  # why the input ended early, where that is known
        if self.ensure(2) and self.data[:2] == GZIP_MAGIC:
            self._inflate = Inflater(self.data)
            self.data = b""

    @property
    def offset(self) -> int:
        return self._base + self.pos

    def ensure(self, size: int) -> bool:
        """Make `size` bytes available from `pos`; false if the input ends before."""
        while len(self.data) - self.pos < size:
            if self._finished:
                return False
            more = self._read()
            if not more:
                self._finished = True
                return False
            self._base += self.pos
            self.data = self.data[self.pos :] + more
            self.pos = 0
        return True

    def take(self, size: int) -> bytes | None:
        """The next `size` bytes, or None if the input ends before."""
        if not self.ensure(size):
            return None
        start = self.pos
        self.pos = start + size
        return self.data[start : self.pos]

    def skip(self, size: int) -> bool:
        """Pass over `size` bytes without keeping them; false if the input ends before."""
        while size > 0:
            if not self.ensure(1):
                return False
            step = min(size, len(self.data) - self.pos)
            self.pos += step
            size -= step
        return True

    def _read(self) -> bytes:
        if self._inflate is None:
            return self._read_stream()
        try:
            return self._inflate.read(self._read_stream)
        except (zlib.error, EOFError) as error:
            self.failure = f"the compressed data are damaged: {error}"
            return b""

    def _read_stream(self) -> bytes:
        # read1 gives what is there: a live capture on a pipe is shown as it comes.
        read = getattr(self._stream, "read1", self._stream.read)
        data: bytes = read(CHUNK)
        return data


class Inflater:
    """gzip, several members, never more than a chunk unpacked at a time however small its compressed form is."""

    __slots__ = ("_member", "_packed")

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._member = zlib.decompressobj(wbits=31)

    def read(self, more: object) -> bytes:
        """The next unpacked bytes; empty at the end. Raises zlib.error, or EOFError where the file is cut."""
        assert callable(more)
        while True:
            if self._member.eof:
                self._packed = self._member.unused_data or more()
                if not self._packed.startswith(GZIP_MAGIC):
                    return b""  # the end, or padding behind the last member
                self._member = zlib.decompressobj(wbits=31)
            elif not self._packed:
                self._packed = more()
                if not self._packed:
                    raise EOFError("they end too early")
            data = self._member.decompress(self._packed, CHUNK)
            self._packed = self._member.unconsumed_tail
            if data:
                return data
