"""The machine of a session: which message is read next, which transition fires, what is reported.

Generated modules subclass `Session` and give it their tables; everything that all dissectors share is here. The
numbers in comments are the rules of the semantics that a piece of code realises.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from dissgen_runtime.buffer import EndMark, GapMark
from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.events import Direction, End, Event, Gap
from dissgen_runtime.machine import FAIL, STAY, Handler, Row, Side
from dissgen_runtime.reader import Frame, NeedMore, Reader
from dissgen_runtime.reporting import PATH_LENGTH, Reporter
from dissgen_runtime.tokens import Terminator

StateT = TypeVar("StateT", bound=enum.Enum)


class Session(Reporter, Generic[StateT]):
    """One conversation, both directions. Plain data: it can be pickled at any point, also in mid-message.

    `now` and all times are integer nanoseconds from the caller. `midstream` says that the start of the conversation
    is missing. `subscribe` limits the events that are built (None: all; alerts always are). `dissectors` maps
    protocol names to modules, for `upgrade`. `client` and `server` are the addresses as text, where known.

    `feed`, `gap`, `close` and `advance` return the events in order. They never raise on what the network sends;
    calling them with something that is no direction or no bytes raises TypeError.
    """

    __slots__ = (
        "_child",
        "_child_protocol",
        "_dissectors",
        "_failing",
        "_moves",
        "_one_sided",
        "_row",
        "_run",
        "_run_direction",
        "_started",
        "_stay",
        "_transition",
        "client_address",
        "failed",
        "failure",
        "finished",
        "midstream",
        "recorded",
        "server_address",
        "transport",
        "variables",
    )

    PROTOCOL: ClassVar[str]
    SPEC: ClassVar[str]
    SENDERS: ClassVar[Mapping[Direction, str]]
    TABLE: ClassVar[Mapping[Any, Row]]
    VARIABLES: ClassVar[Callable[[], Any]]
    INITIAL: ClassVar[Any]
    FINISH: ClassVar[Any]

    state: StateT

    def __init__(
        self,
        *,
        now: int = 0,
        midstream: bool = False,
        transport: str | None = None,
        subscribe: frozenset[str] | None = None,
        dissectors: Mapping[str, Any] | None = None,
        client: str | None = None,
        server: str | None = None,
    ) -> None:
        super().__init__(now, midstream, subscribe)
        self.midstream = midstream
        self.transport = transport
        self.client_address = client
        self.server_address = server
        self.state = self.INITIAL
        self._state_name = self.state.value
        self.variables = type(self).VARIABLES()
        self.failed = False
        self.failure: ParseError | str | None = None
        self.recorded = 0  # errors after the first, and guards that could not be evaluated
        self.finished = False
        self._dissectors = dissectors
        self._child: Session[Any] | None = None
        self._child_protocol: str | None = None
        self._row = self.TABLE[self.state]
        self._transition: str | None = None
        self._started = False
        self._failing = False
        self._moves = 0
        self._stay = 0
        self._run = 0
        self._run_direction: Direction | None = None
        self._one_sided = False

    # What callers use

    def feed(self, direction: Direction, data: bytes) -> list[Event]:
        """Give the next bytes of a direction. Returns the events that they complete."""
        reader = self._reader(direction)
        if type(data) is not bytes:
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        if not self._started:
            self._start()
        reader.total += len(data)
        if self.finished:
            reader.discarded += len(data)
        elif data and not self._read_at_once(reader, direction, data):
            if reader.ended or reader.final or _has_end(reader):
                reader.discarded += len(data)  # behind the end
            else:
                self._note_arrival(reader, direction)
                reader.append(data)
                self._pump()
        events = self._out
        self._out = []
        return events

    def _read_at_once(self, reader: Reader, direction: Direction, data: bytes) -> bool:
        """The usual case: nothing waits, and all of the data is whole messages. False: it is read the general way."""
        up, down = self._up, self._down
        if not (
            reader.plain
            and up.frame is None
            and down.frame is None
            and up.pos == len(up.data)
            and down.pos == len(down.data)
            and not up.pending
            and not down.pending
            and up.later is None
            and down.later is None
        ):
            return False
        side = self._row.up if reader is up else self._row.down
        if side.kind != "rule" or side.arguments is not None:
            return False
        if direction is not self._run_direction:
            self._run += 1
            self._run_direction = direction
        reader.arrival = self._run
        reader.arrivals = None
        reader.base += reader.pos
        reader.start = reader.message_start = reader.base
        reader.data = data
        reader.pos = 0
        self._read_ready(reader, side)
        if reader.pos < len(data) and not self.finished:
            self._pump()
        return True

    def gap(self, direction: Direction, size: int) -> list[Event]:
        """Say that `size` bytes of the direction are missing here; none missing is nothing to report."""
        reader = self._reader(direction)
        if type(size) is not int or size < 0:
            raise TypeError(f"size must be a number of bytes, not {size!r}")
        if size:
            self._mark(reader, GapMark(size))
        elif not self._started:
            self._start()
        return self._take_events()

    def close(self, direction: Direction, cut: bool = False) -> list[Event]:
        """Say that a direction has ended; `cut`: that it stopped without its end being seen (16)."""
        reader = self._reader(direction)
        if not (reader.ended or _has_end(reader)):
            self._mark(reader, EndMark(cut))
        return self._take_events()

    def advance(self, now: int) -> list[Event]:
        """Set the time; an earlier one than the latest changes nothing (11)."""
        if type(now) is not int:
            raise TypeError(f"now must be an int (nanoseconds), not {type(now).__name__}")
        self.now = max(self.now, now)
        if not self._started:
            self._start()
        return self._take_events()

    def summary(self) -> dict[str, object]:
        """State, verdict, failure, and where every byte of either direction went (20)."""
        return {
            "state": self.state.value,
            "verdict": self.verdict.value,
            "failed": self.failed,
            "failure": None if self.failure is None else str(self.failure),
            "messages": self._up.messages + self._down.messages,
            "alerts": self.alerts,
            "bytes": {
                reader.direction.value: {
                    "total": reader.total,
                    "messages": reader.consumed,
                    "skipped": reader.skipped,
                    "held": reader.waiting,
                    "discarded": reader.discarded,
                    "child": reader.child_bytes,
                }
                for reader in (self._up, self._down)
            },
        }

    def __getstate__(self) -> dict[str, object]:
        names = [name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())]
        return {name: getattr(self, name) for name in names if name not in ("_row", "_dissectors")}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._row = self.TABLE[self.state]
        self._dissectors = None

    # Input

    def _other(self, reader: Reader) -> Reader:
        return self._down if reader is self._up else self._up

    def _take_events(self) -> list[Event]:
        events, self._out = self._out, []
        return events

    def _note_arrival(self, reader: Reader, direction: Direction) -> None:
        """Remember when waiting bytes came, run by run, so that both directions can be read in order (13)."""
        if direction is not self._run_direction:
            self._run += 1
            self._run_direction = direction
        if reader.pos == len(reader.data) and not reader.pending and reader.frame is None:
            reader.arrival = self._run
            reader.arrivals = None
        elif not reader.arrivals:
            if reader.arrival != self._run:
                reader.arrivals = [(reader.end, self._run)]
        elif reader.arrivals[-1][1] != self._run:
            reader.arrivals.append((reader.end, self._run))

    def _arrived(self, reader: Reader) -> int:
        """The run in which the first byte that waits came."""
        arrivals = reader.arrivals
        while arrivals and arrivals[0][0] <= reader.base + reader.pos:
            reader.arrival = arrivals.pop(0)[1]
        return reader.arrival

    def _mark(self, reader: Reader, mark: GapMark | EndMark) -> None:
        if not self._started:
            self._start()
        if self.finished:
            return
        if reader.later is None:
            reader.later = []
        reader.later.append(mark)
        self._pump()

    def _start(self) -> None:
        """Rules 6 and 18."""
        self._started = True
        self._path.append(self._state_name)
        self._fire("enter")
        self._fire("init")
        if self.midstream:
            self._fire("midstream")

    # Which direction is read next

    def _pump(self) -> None:
        """Read what can be read, the bytes that came first first (13)."""
        up, down = self._up, self._down
        while not self.finished:
            up_waits = up.pos < len(up.data) or bool(up.pending) or up.later is not None
            down_waits = down.pos < len(down.data) or bool(down.pending) or down.later is not None
            if up_waits and down_waits:
                first, second = (up, down) if self._arrived(up) <= self._arrived(down) else (down, up)
                if self._advance(first) or self._advance(second):
                    continue
                if not self._release_closed(first, second):
                    return
            elif up_waits:
                if not self._advance(up, alone=True):
                    return
            elif not (down_waits and self._advance(down, alone=True)):
                return

    def _release_closed(self, first: Reader, second: Reader) -> bool:
        """When both directions are over and each waits for the other, the one that came first is read anyway."""
        if not (_has_end(first) and _has_end(second)) or (first.forced and second.forced):
            return False
        first.forced = second.forced = True
        return True

    def _advance(self, reader: Reader, alone: bool = False) -> bool:
        """Take one step in a direction; false when it has to wait. `alone`: no bytes of the other direction wait."""
        row = self._row
        side = row.up if reader is self._up else row.down
        if reader.frame is not None:
            return side.kind == "rule" and self._read(reader, side)
        if reader.skip is not None and (reader.pos < len(reader.data) or reader.pending):
            self._moves = 0
            if reader.seek_skip():
                return True
            return self._pass_mark(reader)
        if reader.pos == len(reader.data) and not reader.pending:
            return self._pass_mark(reader)
        if reader.discards_all or reader.ignore_stay == self._stay:
            return self._discard(reader)
        kind = side.kind
        reader.plain = not reader.lost and not reader.final
        if kind == "rule":
            if side.hold is not None and not self._must_read(reader) and self._holds(side.hold):
                return False
            if reader.lost:
                return self._resynchronise(reader, side)
            if reader.pending:
                reader.join()
            reader.start = reader.message_start = reader.base + reader.pos
            if side.arguments is None and not alone:
                return self._read(reader, side)
            if side.arguments is None and self._read_ready(reader, side):
                return True
            return self._read(reader, side, scanned=side.arguments is None)
        if kind == "hold":
            assert side.hold is not None
            held = self._holds(side.hold)
            if held and not self._must_read(reader):
                return False
            return self._missing_grammar(reader, forced=held)
        if kind == "discard":
            return self._discard(reader)
        if kind == "child":
            return self._feed_child(reader)
        return self._missing_grammar(reader, forced=False)

    def _must_read(self, reader: Reader) -> bool:
        """Whether bytes may not be held any longer (13)."""
        return reader.forced or self._other(reader).ended or reader.unread >= self.LIMITS.hold

    def _holds(self, hold: Callable[[Any], bool]) -> bool:
        try:
            return hold(self)
        except EVALUATION_ERRORS:
            self.recorded += 1
            return False

    def _discard(self, reader: Reader) -> bool:
        reader.discarded += reader.pass_all()
        reader.forced = False
        self._moves = 0
        return True

    # Messages

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
        hold = side.hold
        self._error = None
        outcome: Any = None
        try:
            while pos < size:
                if hold is not None and self._holds(hold):
                    break
                got = scan(data, pos)
                if got is None:
                    break
                message, end = got
                reader.pos = end
                reader.message_start = base + pos
                reader.messages += 1
                if handler is not None:
                    self._at = (direction, (base + pos, base + end))
                    outcome = handler(self, message)
                    if outcome is not None and outcome is not STAY:
                        pos = end
                        break
                self._confident = True
                pos = end
                if reader.skip is not None or reader.discards_all:
                    break
        except EVALUATION_ERRORS as error:  # only the handler raises them
            self._note_failure(f"{self._transition}: {type(error).__name__}: {error}")
            outcome = FAIL
            pos = reader.pos
        if pos == begin:
            return False
        self._confident = True
        self._moves = 0
        reader.commit()
        if reader.pos == size:
            reader.forced = False
        if outcome is not None and outcome is not STAY:
            self._move(outcome)
        return True

    def _read(self, reader: Reader, side: Side, scanned: bool = False) -> bool:
        """Read one message of the side's rule and hand it to the machine (12). `scanned`: its scan has declined."""
        frame = reader.frame
        rule = side.rule
        try:
            if frame is None:
                arguments = self._arguments(reader, side) if side.arguments is not None else ()
                got = None if scanned else rule.scan(reader.data, reader.pos, *arguments)
                if got is not None:
                    message, reader.pos = got
                else:
                    frame = rule(*arguments)
                    reader.begin(frame, arguments)
                    message = frame.run(reader)
            else:
                message = frame.run(reader)
        except NeedMore:
            return self._pass_mark(reader)
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
        if reader.pos == len(reader.data) and not reader.pending:
            reader.forced = False
        direction = reader.direction
        self._at = (direction, (reader.message_start, here))
        self._error = None
        handler = self._row.on.get(reader.event)
        outcome = None if handler is None else self._call(handler, message)
        self._confident = True
        reader.commit()
        if outcome is not None and outcome is not STAY:
            self._move(outcome)

    def _arguments(self, reader: Reader, side: Side) -> tuple[object, ...]:
        assert side.arguments is not None
        self._at = (reader.direction, (reader.offset, reader.offset))
        try:
            return side.arguments(self)
        except EVALUATION_ERRORS as error:
            reader.start = reader.message_start = reader.offset
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
            self._skip_from(reader, error.offset)
            self._resync(reader, rule)
        else:
            self._fail(error)

    def _skip_from(self, reader: Reader, offset: int) -> None:
        if offset > reader.offset:
            reader.skipped += reader.pass_over(offset)

    def _resync(self, reader: Reader, rule: type[Frame[Any]]) -> None:
        reader.skip = rule.RESYNC
        reader.plain = False
        reader.skip_before = rule.RESYNC_BEFORE

    def _resynchronise(self, reader: Reader, side: Side) -> bool:
        """After a loss: go on where the rule says that a message can begin, else not in this stay (9)."""
        reader.lost = False
        if side.rule.RESYNC is not None:
            self._resync(reader, side.rule)
        elif reader.lost_stay == self._stay:
            reader.ignore_stay = self._stay
            reader.plain = False
        return True

    def _missing_grammar(self, reader: Reader, forced: bool) -> bool:
        """Data where the state reads none (9), or where waiting is in vain (13)."""
        here = reader.offset
        if reader.missing_stay == self._stay:
            if forced or self._must_read(reader):
                reader.ignore_stay = self._stay
                reader.plain = False
                self._report_one_sided()
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
            reader.ignore_stay = stay
            reader.plain = False
            self._report_one_sided()
            return True
        if outcome is None:
            self._builtin("missing_grammar", "medium", str(error), error)
            self._fail(error)
            return True
        return reader.offset != here

    def _report_one_sided(self) -> None:
        if not self._one_sided:
            self._one_sided = True
            self._builtin("one_sided", "low", "the other direction is not seen, or its answers are missing", None)

    # Gaps and ends

    def _pass_mark(self, reader: Reader) -> bool:
        """Nothing more can be read before the gap or the end that stands behind the bytes, if any does."""
        mark = reader.next_mark()
        if mark is None:
            return False
        if isinstance(mark, GapMark):
            self._pass_gap(reader, mark.size)
            return True
        unread = reader.frame is not None or reader.unread > 0
        if unread and not reader.final and not mark.cut:
            reader.final = True
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
        reader.pass_mark()
        reader.ended = True
        reader.plain = False
        self._at = (reader.direction, (reader.offset, reader.offset))
        self._emit(End(mark.cut))
        if self._child is not None:
            self._from_child(self._child.close(reader.direction, mark.cut))
        if not self.finished:
            self._fire("end")
        if self._up.ended and self._down.ended and not self.finished:
            if (self._up.total == 0) != (self._down.total == 0):
                self._report_one_sided()
            self._finish()
        return True

    def _pass_gap(self, reader: Reader, size: int) -> None:
        """Rule 17."""
        here = reader.base + len(reader.data) + reader.pending_size
        self._at = (reader.direction, (here, here + size))
        self._emit(Gap(size))
        self._moves = 0
        other = self._other(reader)
        other.forced = other.forced or other.unread > 0
        behind = size
        if reader.in_stream():
            behind = reader.stream_gap(size)
        elif reader.frame is None and self._side_kind(reader) == "child":
            if self._child is not None:
                self._from_child(self._child.gap(reader.direction, size))
            reader.pass_mark()
            return
        if behind == 0:
            reader.pass_mark()
            return
        if reader.frame is not None:
            reader.abandon()
        reader.skipped += reader.pass_all()
        reader.pass_mark()
        if reader.skip is not None:
            return
        reader.lost = True
        reader.plain = False
        reader.lost_stay = stay = self._stay
        self._fire("gap")
        if self._stay != stay or reader.skip is not None:
            reader.lost = False

    def _side_kind(self, reader: Reader) -> str:
        return self._row.up.kind if reader is self._up else self._row.down.kind

    # Another protocol inside

    def _feed_child(self, reader: Reader) -> bool:
        data = reader.take_all()
        self._moves = 0
        if self._child is None:
            reader.discarded += len(data)
            return True
        reader.child_bytes += len(data)
        self._child.now = self.now
        self._from_child(self._child.feed(reader.direction, data))
        return True

    def _from_child(self, events: list[Event]) -> None:
        self._out.extend(events)
        if self._child is not None and self._child.finished:
            self._child = None
            self._fire("child_finish")

    # Transitions

    def _call(self, handler: Handler, *arguments: object) -> Any:
        """Run a handler; what goes wrong in its `execute` leads to fail (10)."""
        try:
            return handler(self, *arguments)
        except EVALUATION_ERRORS as error:
            self._note_failure(f"{self._transition}: {type(error).__name__}: {error}")
            return FAIL

    def _fire(self, event: str, *arguments: object) -> Any:
        """Let the state handle an event, and do the move; None when no row fired."""
        handler = self._row.on.get(event)
        if handler is None:
            return None
        outcome = self._call(handler, *arguments)
        if outcome is not None and outcome is not STAY:
            self._move(outcome)
        return outcome

    def _move(self, target: Any) -> None:
        """Leave the state for another (4, 5), or for the end (7, 8)."""
        if self._failing or self.finished:
            return
        if target is FAIL:
            self._fail(None)
            return
        if target is self.FINISH:
            self._finish()
            return
        self._moves += 1
        if self._moves > self.LIMITS.transitions:
            self._fail(f"more than {self.LIMITS.transitions} transitions without a byte consumed")
            return
        begun = self._up.frame is not None or self._down.frame is not None
        if begun:
            self._change_sides(self.TABLE[target])
        leave = self._row.on.get("leave")
        if leave is not None:
            override = self._call(leave)
            if override is not None and override is not STAY:
                target = override
                if target is FAIL or target is self.FINISH:
                    self._failing = True  # `leave` has been raised; it is not raised again
                    self._end(failed=target is FAIL, left=True)
                    return
                if begun:
                    self._change_sides(self.TABLE[target])
        self.state = target
        self._stay += 1
        self._row = row = self.TABLE[target]
        self._state_name = target._value_
        self._path.append(self._state_name)
        if len(self._path) > 4 * PATH_LENGTH:
            del self._path[:-PATH_LENGTH]
        if "enter" in row.on:
            self._fire("enter")

    def _change_sides(self, row: Row) -> None:
        """Rule 12: what becomes of messages that have begun, when the state of the row is next."""
        for reader, side in ((self._up, row.up), (self._down, row.down)):
            frame = reader.frame
            if frame is None or side.kind == "hold":
                continue
            if side.kind == "rule" and type(frame) is side.rule:
                try:
                    same = side.arguments is None or side.arguments(self) == reader.arguments
                except EVALUATION_ERRORS:
                    same = False
                if same:
                    continue
            reader.abandon()

    def _fail(self, reason: ParseError | str | None) -> None:
        """Rule 8."""
        if self._failing or self.finished:
            self.recorded += 1
            return
        self._note_failure(reason)
        self._failing = True
        self._give_up_messages()
        self._fire("fail")
        self._end(failed=True, left=False)

    def _note_failure(self, reason: ParseError | str | None) -> None:
        if self.failure is None:
            self.failure = reason
        elif reason is not None:
            self.recorded += 1

    def _finish(self) -> None:
        """Rule 7."""
        self._failing = True
        self._end(failed=False, left=False)

    def _give_up_messages(self) -> None:
        """Unfinished messages end with the session; their streams get their last pieces."""
        for reader in (self._up, self._down):
            if reader.frame is not None:
                reader.abandon()
                reader.discarded += reader.pass_all()

    def _end(self, failed: bool, left: bool) -> None:
        self.failed = failed
        self._give_up_messages()
        if failed and left:
            self._fire("fail")
        if not left:
            self._fire("leave")
        self._fire("finish")
        for reader in (self._up, self._down):
            reader.discard_waiting()
        self.state = self.FINISH
        self._state_name = self.state.value
        self._path.append(self._state_name)
        self.finished = True

    # What handlers use

    def _guard_failed(self) -> bool:
        """A guard that cannot be evaluated is false, and counted (language, section 6)."""
        self.recorded += 1
        return False

    def _push(self, entries: list[Any], value: object, limit: int | None) -> None:
        """Append to a list variable; beyond its own limit the oldest entry leaves, beyond `limits.items` it fails."""
        if limit is None and len(entries) >= self.LIMITS.items:
            raise ValueError(f"more than {self.LIMITS.items} entries in a list")
        entries.append(value)
        if limit is not None and len(entries) > limit:
            del entries[0]

    def _skip(self, terminator: Terminator | None) -> None:
        """Skip through the next match, from the element that failed or from here; None: all the rest (9)."""
        direction = self._at[0]
        if direction is None:
            return
        reader = self._reader(direction)
        if self._error is not None:
            self._skip_from(reader, self._error.offset)
        if terminator is None:
            reader.discards_all = True
            reader.plain = False
        else:
            reader.skip = terminator
            reader.plain = False
            reader.skip_before = False

    def _abandon(self, direction: Direction) -> None:
        """Give up the message in progress; what was read of it counts as skipped."""
        reader = self._reader(direction)
        if reader.frame is not None:
            reader.frame = None
            reader.end_streams(complete=False)
            reader.skip_read()

    def _upgrade(self, protocol: str) -> None:
        """The rest of the conversation is another protocol's; unknown ones are discarded and reported once."""
        module = self._dissectors.get(protocol) if self._dissectors else None
        self._child_protocol = protocol
        if module is None:
            self._log(f"no dissector for {protocol}: its bytes are discarded")
            return
        self._child = module.Session(
            now=self.now,
            transport=self.transport,
            subscribe=self._subscribe,
            dissectors=self._dissectors,
            client=self.client_address,
            server=self.server_address,
        )

    @property
    def _direction(self) -> Direction | None:
        return self._at[0]

    def _sender(self) -> str:
        direction = self._at[0]
        return "" if direction is None else self.SENDERS[direction]

    def _held(self, direction: Direction) -> int:
        """Bytes of the direction that wait."""
        return self._reader(direction).waiting


def _has_end(reader: Reader) -> bool:
    return reader.later is not None and isinstance(reader.later[-1], EndMark)
