"""Sub-streams: what messages stream is joined for each direction and read by a rule of its own.

TLS handshake messages are the example: records carry pieces of them. Sub-messages are read when the message that
completed them is complete, right after its event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from dissgen_runtime.buffer import GapMark, SkipTo
from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.events import Event
from dissgen_runtime.limits import Limits
from dissgen_runtime.machine import SubStream
from dissgen_runtime.reader import Frame, NeedMore, Output, Reader
from dissgen_runtime.streams import Sink
from dissgen_runtime.transitions import Place, Transitions


class SubReader(Reader):
    """One sub-stream of one direction. Offsets are its own.

    What comes in while a message of the direction is being read waits, up to `limits.message` bytes; what is beyond
    is `missed`.
    """

    __slots__ = ("fresh", "missed", "stopped_stay")

    def __init__(self, outer: Reader, limits: Limits, output: Output, variables: Callable[[], Any] | None) -> None:
        super().__init__(outer.direction, limits, output, variables)
        self.fresh = 0
        self.missed = 0
        self.stopped_stay = -1  # the visit of a state in which it is discarded

    def receive(self, data: bytes) -> None:
        """Bytes that a message has streamed."""
        self.total += len(data)
        room = self.limits.message - self.fresh
        if len(data) > room:
            self.missed += len(data) - room
            data = data[:room]
        if data:
            self.fresh += len(data)
            self.append(data, 0)

    def lose(self, size: int) -> None:
        """Bytes are missing here; 0: nobody knows how many."""
        if self.later is None:
            self.later = deque()
        if self.later and isinstance(last := self.later[-1], GapMark):
            last.size += size
            return
        self.gaps_waiting += 1
        self.later.append(GapMark(size, 0))

    def give_up(self) -> None:
        super().give_up()
        self.discarded += self.missed
        self.missed = 0


class SubStreams(Transitions):
    """The part of a session that reads sub-streams."""

    __slots__ = ()

    SUBSTREAMS: ClassVar[Mapping[str, SubStream]] = {}

    # What readers say

    def _open_stream(self, event: str) -> int:
        return 0 if event in self.SUBSTREAMS else super()._open_stream(event)

    def _stream_piece(self, reader: Reader, sink: Sink, data: bytes, start: int, end: int) -> None:
        if sink.event in self.SUBSTREAMS:
            self._sub(reader, sink.event).receive(data)
        else:
            super()._stream_piece(reader, sink, data, start, end)

    def _stream_end(self, reader: Reader, sink: Sink, complete: bool) -> None:
        if sink.event not in self.SUBSTREAMS:
            super()._stream_end(reader, sink, complete)
        elif not complete and sink.intact:  # abandoned; a gap has been marked where it is
            self._sub(reader, sink.event).lose(0)

    def _sub(self, reader: Reader, event: str) -> SubReader:
        subs = reader.subs
        if subs is None:
            subs = reader.subs = {}
        sub = subs.get(event)
        if sub is None:
            sub = subs[event] = SubReader(reader, self.LIMITS, self, None)
        assert isinstance(sub, SubReader)
        return sub

    def _subs(self, reader: Reader) -> list[tuple[str, SubReader]]:
        return [(name, self._sub(reader, name)) for name in reader.subs or ()]

    # Reading

    def _read_subs(self, reader: Reader, at: Place) -> None:
        """Everything that can be read; `at` is the place of the message that has completed it."""
        for name, sub in self._subs(reader):
            while not self.finished and self._read_sub(name, sub, at):
                pass
            sub.fresh = 0

    def _end_subs(self, reader: Reader, cut: bool) -> None:
        """The direction ends, and its sub-streams with it (16)."""
        at: Place = (reader.direction, (reader.offset, reader.offset))
        for name, sub in self._subs(reader):
            while not self.finished and self._read_sub(name, sub, at):
                pass
            sub.final = not cut
            while not self.finished and not cut and self._read_sub(name, sub, at):
                pass
            sub.give_up()

    def _lose_in_subs(self, reader: Reader) -> None:
        """Bytes of the direction are missing between two messages: what of the sub-streams was in them nobody knows."""
        for _, sub in self._subs(reader):
            sub.lose(0)

    def _read_sub(self, name: str, sub: SubReader, at: Place) -> bool:
        """Read one message of a sub-stream, or take a step towards one; false when it has to wait."""
        rule = self.SUBSTREAMS[name].rule
        if sub.discards_all or sub.stopped_stay == self._stay:
            sub.discarded += sub.pass_all() + sub.missed
            sub.missed = 0
            return self._pass_sub_mark(sub)
        if sub.skip is not None:
            return self._seek_in_sub(sub)
        if sub.frame is None:
            sub.join()
            if sub.pos == len(sub.data):
                return self._over_limit(rule, sub, at) or self._pass_sub_mark(sub)
        if sub.lost:
            begins = self._begins_here(sub, rule)
            if begins is None:
                return self._pass_sub_mark(sub)
            sub.lost = False
            if begins:
                return True
            if rule.RESYNC is not None:
                self._resync_sub(rule, sub)
            elif sub.lost_stay == self._stay:
                sub.stopped_stay = self._stay
            return True
        try:
            message = self._sub_message(self.SUBSTREAMS[name], sub)
        except NeedMore:
            return self._over_limit(rule, sub, at) or self._pass_sub_mark(sub)
        except EVALUATION_ERRORS as fault:
            reason = f"an expression with a value ({type(fault).__name__}: {fault})"
            self._sub_error(rule, sub, ParseError("value", rule.RULE, None, sub.offset, reason, b""), at)
            return True
        except ParseError as error:
            if not error.rule:
                error.rule = rule.RULE
            self._sub_error(rule, sub, error, at)
            return True
        self._sub_complete(name, sub, message, at)
        return True

    def _sub_message(self, kind: SubStream, sub: SubReader) -> Any:
        if sub.frame is None:
            arguments = self._sub_arguments(kind, sub) if kind.arguments else ()
            got = kind.rule.scan(sub.data, sub.pos, sub.reach, *arguments)
            if got is not None and got[1] > sub.pos:
                message, sub.pos = got
                return message
            sub.begin(kind.rule(*arguments), arguments)
        frame = sub.frame
        assert frame is not None
        message = frame.run(sub)
        if sub.offset == sub.message_start:
            sub.fail("value", None, "a message of at least one byte")
        return message

    def _sub_arguments(self, kind: SubStream, sub: SubReader) -> tuple[str, ...]:
        known = {"direction": sub.direction.value, "transport": self.transport or ""}
        return tuple(known[name] for name in kind.arguments)

    def _sub_complete(self, name: str, sub: SubReader, message: Any, at: Place) -> None:
        sub.frame = None
        sub.messages += 1
        sub.commit()
        sub.forget()
        self._moves = 0
        self._at = at
        self._error = None
        if self._wants(name):
            event: type[Event] = self.SUBSTREAMS[name].event
            self._emit(event(*message.fields().values()))
        self._fire(name, message)

    # Errors, losses, limits

    def _sub_error(self, rule: type[Frame[Any]], sub: SubReader, error: ParseError, at: Place) -> None:
        """Rules 9 and 10; whatever happens, the session goes on without the sub-stream."""
        stay = self._stay
        sub.abandon()
        self._at = at
        self._error = error
        self._subject = sub
        if self._fire("parse_error", error) is None:
            self._report_sub_error(error)
        self._subject = None
        if self.finished or sub.skip is not None or sub.discards_all:
            return
        if rule.RESYNC is not None:
            sub.failed_at = sub.offset
            self._skip_from(sub, error.offset)
            self._resync_sub(rule, sub)
        else:  # discarded until the state changes
            sub.discarded += sub.pass_all()
            sub.stopped_stay = stay

    def _report_sub_error(self, error: ParseError) -> None:
        if self._sub_reported:
            self.recorded += 1
            return
        self._sub_reported = True
        self._builtin("parse_error", "medium", str(error), error)

    def _resync_sub(self, rule: type[Frame[Any]], sub: SubReader) -> None:
        sub.skip = rule.RESYNC
        sub.skip_before = rule.RESYNC_BEFORE

    def _seek_in_sub(self, sub: SubReader) -> bool:
        if not sub.seek_skip():
            return self._pass_sub_mark(sub)
        if sub.offset == sub.failed_at:  # the same message would fail again
            sub.stopped_stay = self._stay
        sub.failed_at = -1
        return True

    def _pass_sub_mark(self, sub: SubReader) -> bool:
        """Go behind a gap, if one is there."""
        if sub.later is None:
            return False
        if sub.frame is not None:
            sub.abandon()
        sub.skipped += sub.pass_all()
        sub.pass_mark()
        if isinstance(sub.skip, SkipTo):
            sub.skip = None  # how many bytes are missing is not always known
        sub.lost = sub.skip is None
        sub.lost_stay = self._stay
        return True

    def _over_limit(self, rule: type[Frame[Any]], sub: SubReader, at: Place) -> bool:
        """More came in one message than may wait: an error behind what has waited."""
        if not sub.missed or sub.later is not None:
            return False
        limit = self.LIMITS.message
        error = ParseError("limit", rule.RULE, None, sub.offset, f"at most {limit} bytes in one message", b"")
        sub.discarded += sub.missed
        sub.lose(sub.missed)
        sub.missed = 0
        self._sub_error(rule, sub, error, at)
        return True
