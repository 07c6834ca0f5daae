"""Reading for a machine: messages of the current state, errors, gaps, ends, and the protocol inside another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dissgen_runtime.buffer import GapMark, SkipTo
from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.events import End, Gap
from dissgen_runtime.hooks import why
from dissgen_runtime.inside import Inside
from dissgen_runtime.machine import FAIL, STAY, Side
from dissgen_runtime.reader import Frame, NeedMore, Reader, Suspended
from dissgen_runtime.tokens import Token


class Reading(Inside):
    """One step of reading in one direction, and what the machine makes of it."""

    __slots__ = ("_one_sided",)

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self._one_sided = False

    def _read_ready(self, reader: Reader, side: Side) -> bool:
        """Read messages of which all is there, one after the other; whether something has changed.

        This is `_read` for the usual case: the rule has no arguments, no other bytes wait, and transitions stay. It
        stops where that ends and leaves the rest to the general way.
        """
        scan = side.rule.scan
        handler = self._row.on.get(reader.event)
        direction, data, base, begin = reader.direction, reader.data, reader.base, reader.pos
        pos = begin
        size = len(data)
        most = self.LIMITS.message
        hold = side.hold
        count = 0
        self._error = None
        outcome: Any = None
        self._at = (direction, (base + pos, base + pos))
        try:
            while pos < size:
                if hold is not None and hold(self):
                    break
                got = scan(data, pos, size if size - pos <= most else pos + most)
                if got is None:
                    break
                message, after = got
                if after == pos:  # a message has a byte: `_read` says so
                    break
                count += 1
                reader.pos = after
                if handler is not None:
                    self._at = (direction, (base + pos, base + after))
                    outcome = handler(self, message)
                    if outcome is not STAY and outcome is not None:
                        break
                    if count == 1:
                        self._confident = True
                pos = after
                if not reader.plain:  # a verb skips what follows
                    break
        except EVALUATION_ERRORS as error:  # only the handler raises them
            self._note_failure(why(error, self._transition))
            outcome = FAIL
        if count == 0:
            return False
        reader.messages += count
        self._confident = True
        self._moves = 0
        reader.commit()
        if outcome is not None and outcome is not STAY:
            self._move(outcome)
        if self._raised:
            self._handle_raised()
        return True

    def _read(self, reader: Reader, side: Side, scanned: bool = False) -> bool:
        """Read one message of the side's rule and hand it to the machine (12). `scanned`: its scan has declined."""
        frame = reader.frame
        rule = side.rule
        try:
            if frame is None:
                arguments = self._arguments(reader, side) if side.arguments is not None else ()
                got = None if scanned else rule.scan(reader.data, reader.pos, reader.reach, *arguments)
                if got is not None:
                    message, reader.pos = got
                else:
                    frame = rule(*arguments)
                    reader.begin(frame, arguments)
                    message = frame.run(reader)
            else:
                message = frame.run(reader)
            if reader.offset == reader.message_start:
                reader.fail("value", None, "a message of at least one byte")
        except NeedMore:
            return self._pass_mark(reader)
        except Suspended:
            return True
        except EVALUATION_ERRORS as fault:
            reason = f"an expression with a value ({type(fault).__name__}: {fault})"
            self._parse_error(reader, rule, ParseError("value", rule.RULE, None, reader.offset, reason, b""))
            return True
        except ParseError as error:
            if not error.rule:
                error.rule = rule.RULE
            self._parse_error(reader, rule, error)
            return True
        self._complete(reader, message)
        return True

    def _complete(self, reader: Reader, message: object) -> None:
        reader.frame = None
        if reader.sinks:
            reader.end_streams(complete=True)
        here = reader.base + reader.pos
        reader.messages += 1
        self._moves = 0
        direction = reader.direction
        self._at = at = (direction, (reader.message_start, here))
        self._error = None
        handler = self._row.on.get(reader.event)
        outcome = None if handler is None else self._call(handler, message)
        self._confident = True
        reader.commit()
        reader.forget()
        if outcome is not None and outcome is not STAY:
            self._move(outcome)
        if self._raised:
            self._handle_raised()
        if reader.subs:
            self._read_subs(reader, at)

    def _arguments(self, reader: Reader, side: Side) -> tuple[object, ...]:
        assert side.arguments is not None
        self._at = (reader.direction, (reader.offset, reader.offset))
        try:
            return side.arguments(self)
        except EVALUATION_ERRORS as error:
            reader.start = reader.message_start = reader.offset
            reader.outermost = -1
            raise ParseError("value", side.rule.RULE, None, reader.offset, f"arguments ({error})", b"") from None

    def _parse_error(self, reader: Reader, rule: type[Frame[Any]], error: ParseError) -> None:
        """Rules 9 and 10."""
        begin = reader.message_start
        reader.abandon()
        stay = self._stay
        self._at = (reader.direction, (begin, error.offset))
        self._error = error
        before = reader.offset
        outcome = self._fire("parse_error", error)
        if self.finished or self._stay != stay:
            return
        if outcome is None:
            self._builtin("parse_error", "medium", str(error), error)
            self._fail(error)
        elif reader.skip is not None or reader.discards_all or reader.offset > before:
            return
        elif rule.RESYNC is not None:
            reader.failed_at = reader.offset
            self._skip_from(reader, error.offset)
            self._resync(reader, rule)
        else:
            self._fail(error)

    def _resync(self, reader: Reader, rule: type[Frame[Any]]) -> None:
        reader.skip = rule.RESYNC
        reader.plain = False
        reader.skip_before = rule.RESYNC_BEFORE

    def _resynchronise(self, reader: Reader, side: Side) -> bool:
        """After a loss: go on where the rule says that a message can begin, else not in this stay (9)."""
        begins = self._begins_here(reader, side.rule)
        if begins is None:
            return self._pass_mark(reader)
        reader.lost = False
        if begins:
            return True
        if side.rule.RESYNC is not None:
            self._resync(reader, side.rule)
        elif reader.lost_stay == self._stay:
            reader.ignore_stay = self._stay
            reader.plain = False
        return True

    def _skip_between(self, reader: Reader, token: Token) -> bool | None:
        """What may stand between messages is skipped; None: a message begins here; false: it has to wait."""
        try:
            end = reader.match_here(token)
        except NeedMore:
            return self._pass_mark(reader)
        if end <= reader.offset:
            return None
        reader.skipped += reader.pass_over(end)
        self._moves = 0
        return True

    def _missing_grammar(self, reader: Reader, forced: bool) -> bool:
        """Data where the state reads none (9), or where waiting is in vain (13)."""
        here = reader.offset
        if reader.missing_stay == self._stay:
            if forced or self._must_read(reader):
                self._ignore(reader)
                return True
            return False
        reader.missing_stay = stay = self._stay
        self._at = (reader.direction, (here, here))
        expected = f"no data in state {self.state.value}"
        error = ParseError("missing_grammar", self.state.value, None, here, expected, reader.first_byte())
        self._error = error
        outcome = self._fire("missing_grammar", error)
        if self.finished or self._stay != stay or reader.skip is not None or reader.discards_all:
            return True
        if forced:
            self._ignore(reader)
        elif outcome is None:
            self._builtin("missing_grammar", "medium", str(error), error)
            self._fail(error)
        return True  # the row may have freed what waits in the other direction

    def _ignore(self, reader: Reader) -> None:
        """Waiting is in vain: the direction is discarded until the state changes (13)."""
        if reader.frame is not None:
            reader.abandon()
        reader.ignore_stay = self._stay
        reader.plain = False
        self._report_one_sided()

    def _report_one_sided(self) -> None:
        if not self._one_sided:
            self._one_sided = True
            self._builtin("one_sided", "low", "the other direction is not seen, or its answers are missing", None)

    # Gaps, ends, and bytes that no rule reads

    def _pass_mark(self, reader: Reader) -> bool:
        """Nothing more can be read before the gap or the end that stands behind the bytes, if any does."""
        mark = reader.next_mark()
        if mark is None:
            return False
        if isinstance(mark, GapMark):
            self._pass_gap(reader, mark)
            return True
        unread = reader.frame is not None or reader.unread > 0
        if unread and not reader.closed and not mark.cut:
            reader.finish()
            reader.plain = False
            return True
        if unread:
            if reader.frame is not None:
                reader.give_up_held_back()
                reader.abandon()
            if reader.skip is not None:
                reader.skipped += reader.pass_all()
            else:
                reader.discarded += reader.pass_all()
        if reader.subs:
            self._end_subs(reader, mark.cut)
            if self.finished:
                return True
        reader.pass_mark()
        reader.ended = True
        reader.plain = False
        self._at = (reader.direction, (reader.offset, reader.offset))
        self._error = None
        if self._wants("end"):
            self._emit(End(mark.cut))
        self._close_child(reader, mark.cut)
        if not self.finished:
            self._fire("end")
        if self._up.ended and self._down.ended and not self.finished:
            if not self._datagrams and (self._up.total == 0) != (self._down.total == 0):
                self._report_one_sided()
            self._finish()
        return True

    def _pass_gap(self, reader: Reader, mark: GapMark) -> None:
        """Rule 17."""
        self._moves = 0
        self._error = None
        in_stream = reader.in_stream()
        if in_stream:
            reader.give_up_held_back()
        if not mark.reported:
            mark.reported = True
            self._at = (reader.direction, (reader.end, reader.end + mark.size))
            if self._wants("gap"):
                self._emit(Gap(mark.size))
            other = self._other(reader)
            other.forced_until = max(other.forced_until, mark.other_end)
        if not in_stream:
            self._lose_in_subs(reader)
        else:
            sink = reader.sink
            reader.commit()  # what stands before the stream, if nothing of it has come yet
            inside = reader.stream_gap(mark.size)
            if sink is not None and sink.event in self.SUBSTREAMS:
                self._sub(reader, sink.event).lose(inside)
            reader.lose(inside)
            mark.size -= inside
            if mark.size == 0:
                reader.pass_mark()
            # The field may be complete now; what is left of the gap belongs to what follows.
            side = self._side(reader)
            if side.kind == "rule":
                self._read(reader, side)
            return
        if reader.frame is None and self._side(reader).kind == "child":
            reader.pass_mark()
            self._gap_in_child(reader, mark.size)
            return
        if reader.frame is not None:
            reader.abandon()
        reader.skipped += reader.pass_all()
        reader.pass_mark()
        if isinstance(reader.skip, SkipTo) and reader.offset > reader.skip.offset:
            reader.skip = None  # where the next message begins is lost
        if reader.skip is not None:
            return
        reader.lost = True
        reader.plain = False
        reader.lost_stay = stay = self._stay
        self._fire("gap")
        if self._stay != stay or reader.skip is not None:
            reader.lost = False

    def _side(self, reader: Reader) -> Side:
        return self._row.up if reader is self._up else self._row.down

    def _other(self, reader: Reader) -> Reader:
        return self._down if reader is self._up else self._up

    def _must_read(self, reader: Reader) -> bool:
        """Whether bytes may not be held any longer (13)."""
        other = self._other(reader)
        if reader.offset < reader.forced_until or other.ended or reader.weight >= self.LIMITS.hold:
            return True
        # The end of a stream that has a gap may be in the gap: then no one would end the waiting.
        return other.sink is not None and not other.sink.intact

    def _holds(self, reader: Reader, hold: Callable[[Any], bool]) -> bool:
        """Whether the state's test holds the direction; generated tests count as false what cannot be evaluated."""
        self._at = (reader.direction, (reader.offset, reader.offset))
        return hold(self)

    def _discard(self, reader: Reader) -> bool:
        reader._reset_element()
        if reader.discards_all:
            reader.skipped += reader.pass_all()
        else:
            reader.discarded += reader.pass_all()
        self._moves = 0
        return True
