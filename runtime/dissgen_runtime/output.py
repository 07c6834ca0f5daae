"""What reading tells its owner in mid-message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dissgen_runtime.errors import ParseError
from dissgen_runtime.events import Event
from dissgen_runtime.streams import Sink

if TYPE_CHECKING:
    from dissgen_runtime.reader import Reader


class Suspended(Exception):
    """The machine has handled an event in mid-message: other bytes come first, or the message was given up."""


class Output:
    """What a reader tells its owner in mid-message; the session implements it."""

    __slots__ = ()

    def _wants(self, event: str) -> bool:
        """Whether somebody consumes the event."""
        raise NotImplementedError

    def _report(self, reader: Reader, event: Event) -> None:
        """A user event of the message in progress."""
        raise NotImplementedError

    def _raise_in_message(self, reader: Reader, event: str, values: tuple[object, ...]) -> bool:
        """Hand an event to the machine. It may give the message up: `reader.frame` is None then.

        Returns whether the message would be the next thing to go on with.
        """
        raise NotImplementedError

    def _open_stream(self, event: str) -> int:
        raise NotImplementedError

    def _stream_piece(self, reader: Reader, sink: Sink, data: bytes, start: int, end: int) -> None:
        raise NotImplementedError

    def _stream_end(self, reader: Reader, sink: Sink, complete: bool) -> None:
        raise NotImplementedError

    def _decoding_error(self, reader: Reader, error: ParseError) -> None:
        """A stream could not be decoded; it has ended. The machine may give the message up."""
        raise NotImplementedError
