"""Delivering streamed elements: piece by piece, decoded on the way, never kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, cast

from dissgen_runtime.decoding import DecodingError
from dissgen_runtime.elements import NeedMore
from dissgen_runtime.errors import ParseError
from dissgen_runtime.looking_back import LookingBack
from dissgen_runtime.output import Output, Suspended
from dissgen_runtime.streams import Sink, Transform
from dissgen_runtime.tokens import Terminator, Token

if TYPE_CHECKING:
    from dissgen_runtime.reader import Frame, Reader

Transforms: TypeAlias = tuple[Callable[[int], Transform], ...]
"""Made with `limits.expansion`."""


class Streaming(LookingBack):
    """The streamed elements of the messages of one direction."""

    __slots__ = ("_left", "_transforms", "frame", "output", "sink", "sinks")

    output: Output
    frame: Frame[object] | None
    # The streamed element in progress, and all streams of the message.
    sink: Sink | None
    sinks: list[Sink] | None
    _transforms: tuple[Transform, ...]
    _left: int

    @property
    def _reader(self) -> Reader:
        return cast("Reader", self)

    def _open(self, event: str, transforms: Transforms) -> tuple[Sink, bool]:
        """The stream of the element, and whether the element begins here."""
        if self.sink is not None:
            return self.sink, False
        sink = self._sink(event)
        self.sink = sink
        self._transforms = tuple(transform(self.limits.expansion) for transform in transforms)
        self._fresh = True
        self._left = -1
        return sink, True

    def _sink(self, event: str) -> Sink:
        """The message's stream of this event."""
        if self.sinks is None:
            self.sinks = []
        for sink in self.sinks:
            if sink.event == event:
                return sink
        sink = Sink(event, self.output._open_stream(event))
        self.sinks.append(sink)
        return sink

    def _close(self, sink: Sink) -> None:
        """A streamed element is over: what its transforms still have comes out."""
        self.sink = None
        if self._transforms:
            transforms, self._transforms = self._transforms, ()
            self._flush(sink, transforms, sink.decoders)

    def open_decoders(self, event: str, transforms: Transforms) -> None:
        """From here on the pieces of this stream, of whatever elements, are joined and decoded."""
        self._sink(event).decoders = tuple(transform(self.limits.expansion) for transform in transforms)

    def close_decoders(self, event: str) -> None:
        """Their data is over."""
        sink = self._sink(event)
        decoders, sink.decoders = sink.decoders, ()
        self._flush(sink, decoders, ())

    def _flush(self, sink: Sink, transforms: tuple[Transform, ...], behind: tuple[Transform, ...]) -> None:
        for index, transform in enumerate(transforms):
            try:
                rest = transform.finish()
            except DecodingError as error:
                self._deliver(sink, error.decoded, self.offset, (*transforms[index + 1 :], *behind))
                self._decoding_failed(sink, error, self.offset)
                return
            if rest:
                self._deliver(sink, rest, self.offset, (*transforms[index + 1 :], *behind))

    def _deliver(self, sink: Sink, data: bytes, begin: int, transforms: tuple[Transform, ...]) -> None:
        """Decode a piece that began at `begin` and hand it on; one that cannot be decoded ends the stream."""
        if sink.ended:
            return
        failed: DecodingError | None = None
        at = self.offset
        for index, transform in enumerate(transforms):
            try:
                data = transform.push(data)
            except DecodingError as error:
                if failed is None and index == 0:
                    at = begin + error.used
                failed = failed or error
                data = error.decoded
        if data:
            self.output._stream_piece(self._reader, sink, data, begin, self.offset)
        if failed is not None:
            self._decoding_failed(sink, failed, at)

    def _decoding_failed(self, sink: Sink, error: DecodingError, at: int) -> None:
        if sink.ended:
            return
        sink.ended = True
        sink.end = at
        self.output._stream_end(self._reader, sink, False)
        rule = "" if self.frame is None else self.frame.RULE
        self.output._decoding_error(self._reader, ParseError(error.kind, rule, None, at, error.expected, b""))
        if self.frame is None and rule:
            raise Suspended  # the machine has failed, and given the message up

    def _push(self, sink: Sink, end: int) -> None:
        """Deliver the data from pos to end."""
        data = self.data if self.pos == 0 and end == len(self.data) else self.data[self.pos : end]
        begin = self.offset
        self.floor += end - self.pos
        self.pos = end
        self.commit()
        if self._transforms or sink.decoders or sink.ended:
            self._deliver(sink, data, begin, (*self._transforms, *sink.decoders))
        elif data:
            self.output._stream_piece(self._reader, sink, data, begin, self.offset)

    def stream_until(
        self, event: str, terminator: Terminator, transforms: Transforms = (), field: str | None = None
    ) -> None:
        """Deliver the bytes before the next match of the terminator."""
        sink, _ = self._open(event, transforms)
        while True:
            self.join()
            at, end = terminator.find(self.data, self.pos, self._fresh, self.final)
            if at > self.pos:
                self._fresh = False
                self._push(sink, at)
            if end >= 0:
                break
            if self.final:
                self.fail("truncated", field, terminator.name)
            raise NeedMore
        self._close(sink)
        self._fresh = True

    def stream_take(self, event: str, size: int, transforms: Transforms = (), field: str | None = None) -> None:
        """Deliver exactly `size` bytes."""
        sink, begins = self._open(event, transforms)
        if begins:
            if size < 0:
                self.fail("value", field, "a size that is not negative")
            self._left = size
        while self._left > 0:
            self.join()
            there = min(len(self.data) - self.pos, self._left)
            if not there:
                if self.final:
                    self.fail("truncated", field, f"{self._left} more bytes")
                raise NeedMore
            self._left -= there
            self._push(sink, self.pos + there)
        self._close(sink)

    def stream_rest(self, event: str, transforms: Transforms = ()) -> None:
        """Deliver everything up to the end of the direction."""
        sink, _ = self._open(event, transforms)
        self.join()
        if self.pos < len(self.data):
            self._push(sink, len(self.data))
        if not self.final:
            raise NeedMore
        self._close(sink)

    def stream_token(self, event: str, token: Token, transforms: Transforms = (), field: str | None = None) -> bytes:
        """Deliver the longest match of the token, and return it."""
        accept_from = self.pos
        value = self.token(token, field)
        accept_from = self.pos - len(value)
        sink, _ = self._open(event, transforms)
        end = self.pos
        self.pos = accept_from
        if value:
            self._push(sink, end)
        self._close(sink)
        return value
