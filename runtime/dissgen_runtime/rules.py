"""One rule alone, on complete data: what the `parse_<rule>` functions of generated modules do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.events import UP, Event, StreamEvent
from dissgen_runtime.limits import Limits
from dissgen_runtime.machine import SubStream
from dissgen_runtime.reader import Frame, NeedMore, Output, Reader
from dissgen_runtime.streams import Sink

T = TypeVar("T")


class _Collector(Output):
    """Keeps the events of one parse; there is no machine to which anything could be raised."""

    __slots__ = ("count", "events", "joined", "kinds", "substreams")

    def __init__(self, kinds: Mapping[str, type[StreamEvent]], substreams: Mapping[str, SubStream]) -> None:
        self.kinds = kinds
        self.substreams = substreams
        self.joined: dict[str, list[bytes]] = {}
        self.events: list[Event] = []
        self.count = 0

    def _wants(self, event: str) -> bool:
        return True

    def _report(self, reader: Reader, event: Event) -> None:
        self._add(event, reader.message_start, reader.offset)

    def _raise_in_message(self, reader: Reader, event: str, values: tuple[object, ...]) -> bool:
        return True

    def _open_stream(self, event: str) -> int:
        if event in self.substreams:
            return 0
        self.count += 1
        return self.count

    def _stream_piece(self, reader: Reader, sink: Sink, data: bytes, start: int, end: int) -> None:
        if sink.event in self.substreams:
            self.joined.setdefault(sink.event, []).append(data)
        else:
            self._add(self.kinds[sink.event](sink.number, data, False, None), start, end)

    def _stream_end(self, reader: Reader, sink: Sink, complete: bool) -> None:
        if sink.event not in self.substreams:
            self._add(self.kinds[sink.event](sink.number, b"", True, complete), reader.offset, reader.offset)

    def _decoding_error(self, reader: Reader, error: ParseError) -> None:
        return  # the last piece says that the stream is not complete

    def read_substreams(self, limits: Limits, size: int) -> None:
        """The messages of the sub-streams, as far as they are complete; none of rules that ask for the session."""
        for name, pieces in self.joined.items():
            if self.substreams[name].arguments:
                continue
            rule, event = self.substreams[name].rule, self.substreams[name].event
            reader = Reader(UP, limits, self)
            reader.append(b"".join(pieces), 0)
            while reader.offset < reader.end:
                frame = rule()
                reader.begin(frame, ())
                try:
                    message: Any = frame.run(reader)
                except (NeedMore, ParseError, *EVALUATION_ERRORS):
                    break
                if reader.offset == reader.message_start:
                    break
                reader.commit()
                self._add(event(*message.fields().values()), 0, size)

    def _add(self, event: Event, start: int, end: int) -> None:
        event.direction = None
        event.time = 0
        event.state = ""
        event.offset = (start, end)
        self.events.append(event)


def parse(
    rule: type[Frame[T]],
    data: bytes,
    limits: Limits,
    streams: Mapping[str, type[StreamEvent]],
    *arguments: object,
    variables: Callable[[], Any] | None = None,
    substreams: Mapping[str, SubStream] | None = None,
) -> tuple[T, int, list[Event]]:
    """The value, the number of bytes read, the events. Raises ParseError, TypeError (data must be bytes).

    `variables` makes the variables of a message, where the rule has to do with any. Of what goes to sub-streams the
    messages that are complete are among the events, up to the first that is not or that fails. Rules that ask for the
    direction or transport are given none here: what goes to their sub-streams is passed over.
    """
    if type(data) is not bytes:
        raise TypeError(f"data must be bytes, not {type(data).__name__}")
    got = rule.scan(data, 0, min(len(data), limits.message), *arguments)
    if got is not None:  # what has a scan streams nothing
        return got[0], got[1], []
    output = _Collector(streams, substreams or {})
    reader = Reader(UP, limits, output, variables)
    reader.append(data, 0)
    reader.final = True
    frame = rule(*arguments)
    reader.begin(frame, arguments)
    try:
        value = frame.run(reader)
    except ParseError as error:
        if not error.rule:
            error.rule = rule.RULE
        raise
    except EVALUATION_ERRORS as fault:
        raise ParseError(
            "value",
            rule.RULE,
            None,
            reader.offset,
            f"an expression with a value ({type(fault).__name__}: {fault})",
            b"",
        ) from None
    reader.end_streams(complete=True)
    output.read_substreams(limits, reader.offset)
    return value, reader.offset, output.events
