"""Sessions over datagrams: one piece of input is one message (semantics, rule 19)."""

from __future__ import annotations

from typing import Any

from dissgen_runtime.clock import Clock
from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.machine import Side
from dissgen_runtime.reader import Frame, Reader, Suspended


class Datagrams(Clock):
    """Reads a datagram as a stream that ends with it. What is wrong with one concerns no other."""

    __slots__ = ("trailing",)

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self.trailing = 0  # bytes of datagrams behind their messages; they count as discarded too

    def _feed_datagram(self, reader: Reader, data: bytes) -> None:
        """One datagram that has arrived; one without bytes is none."""
        if self.finished or reader.ended:
            reader.discarded += len(data)
            return
        reader.base += reader.pos
        reader.data = data
        reader.pos = 0
        reader.start = reader.floor = reader.message_start = reader.base
        side = self._side(reader)
        if side.kind == "rule":
            reader.finish()
            if self._begins(reader, side):
                self._read_datagram(reader, side)
            reader.final = False
        elif side.kind == "child":
            self._feed_child(reader)
        elif side.kind == "discard":
            self._discard(reader)
        else:
            self._unread_datagram(reader)
        # What a verb wanted to skip ends with the datagram.
        reader.skip = None
        reader.discards_all = False
        left = reader.pass_all()
        reader.discarded += left
        if self._late:
            self._tell_what_has_ended()

    def _begins(self, reader: Reader, side: Side) -> bool:
        """Skip what may stand before a message; whether there is more in the datagram."""
        while side.between is not None and self._skip_between(reader, side.between):
            reader.message_start = reader.floor = reader.start
        return reader.pos < len(reader.data)

    def _read_datagram(self, reader: Reader, side: Side) -> None:
        rule: type[Frame[Any]] = side.rule
        try:
            arguments = self._arguments(reader, side) if side.arguments is not None else ()
            got = rule.scan(reader.data, reader.pos, len(reader.data), *arguments)
            if got is not None and got[1] <= reader.reach:
                message, reader.pos = got
            else:
                frame = rule(*arguments)
                reader.begin(frame, arguments)
                message = self._run_to_end(reader, frame)
                if reader.frame is None:  # what was raised in mid-message has ended it
                    return
            if reader.offset == reader.message_start:
                reader.fail("value", None, "a message of at least one byte")
        except EVALUATION_ERRORS as fault:
            reason = f"an expression with a value ({type(fault).__name__}: {fault})"
            self._datagram_error(reader, ParseError("value", rule.RULE, None, reader.offset, reason, b""))
        except ParseError as error:
            if not error.rule:
                error.rule = rule.RULE
            self._datagram_error(reader, error)
        else:
            self.trailing += reader.end - reader.offset
            self._complete(reader, message)

    def _run_to_end(self, reader: Reader, frame: Frame[Any]) -> object:
        while True:
            try:
                return frame.run(reader)
            except Suspended:  # the machine has handled an event; it may have given the message up
                if reader.frame is None:
                    return None

    def _datagram_error(self, reader: Reader, error: ParseError) -> None:
        """The datagram is passed over; unhandled, the session stays."""
        begin = reader.message_start
        reader.abandon()
        self._at = (reader.direction, (begin, error.offset))
        self._error = error
        if self._fire("parse_error", error) is None:
            self._builtin("parse_error", "medium", str(error), error)

    def _unread_datagram(self, reader: Reader) -> None:
        """The state reads nothing from this direction; said once for each stay."""
        if reader.missing_stay == self._stay:
            return
        reader.missing_stay = self._stay
        here = reader.offset
        self._at = (reader.direction, (here, here))
        expected = f"no data in state {self.state.value}"
        error = ParseError("missing_grammar", self.state.value, None, here, expected, reader.first_byte())
        self._error = error
        if self._fire("missing_grammar", error) is None:
            self._builtin("missing_grammar", "medium", str(error), error)
