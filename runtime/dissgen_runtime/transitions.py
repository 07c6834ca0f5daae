"""The machine of a session: which transition fires, and how a state is left for another or for the end.

The numbers in comments are the rules of the semantics that a piece of code realises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

from dissgen_runtime.buffer import SkipTo
from dissgen_runtime.calls import Calls
from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.events import UP, Direction, Event
from dissgen_runtime.hooks import why
from dissgen_runtime.keeping import surplus, weigh
from dissgen_runtime.machine import FAIL, STAY, Handler, Row, Side
from dissgen_runtime.maps import Map
from dissgen_runtime.reader import Frame, NeedMore, Reader
from dissgen_runtime.reporting import PATH_LENGTH
from dissgen_runtime.tokens import Terminator

K = TypeVar("K")
V = TypeVar("V")
Place: TypeAlias = tuple[Direction | None, tuple[int, int]]


class Transitions(Calls):
    """States, transitions, and what their verbs do. Generated handlers are methods of a subclass."""

    __slots__ = (
        "_child",
        "_dissectors",
        "_failing",
        "_full",
        "_handling",
        "_moves",
        "_raised",
        "_row",
        "_stay",
        "_sub_reported",
        "_subject",
        "_table",
        "_transition",
        "_unread",
        "client_address",
        "failed",
        "failure",
        "finished",
        "server_address",
        "transport",
        "variables",
    )

    SENDERS: ClassVar[Mapping[Direction, str]]
    TABLE: ClassVar[Mapping[Any, Row]]
    VARIABLES: ClassVar[Callable[[], Any]]
    INITIAL: ClassVar[Any]
    FINISH: ClassVar[Any]

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self.state = self.INITIAL
        self._state_name = self.INITIAL.value
        self._table = self.TABLE  # of the session's transport
        self._row = self._table[self.INITIAL]
        self.variables = type(self).VARIABLES()
        self.transport: str | None = None
        self.client_address: str | None = None
        self.server_address: str | None = None
        self.failed = False
        self.failure: ParseError | str | None = None
        self.finished = False
        self._dissectors: Mapping[str, Any] | None = None
        self._child: Any = None  # the session of the protocol inside, if one is at hand
        self._unread: list[tuple[Direction, bytes]] | None = None  # of a session inside another one: what it leaves
        self._transition: str | None = None  # the row whose `execute` may fail
        self._failing = False
        self._full: tuple[str, ...] = ()  # variables that have had to let an entry go
        self._handling = False
        self._moves = 0
        self._raised: list[tuple[Place, str, tuple[object, ...]]] = []  # by verbs, to be handled after the jump
        self._subject = None
        self._sub_reported = False
        self._stay = 0  # the number of the visit to the current state

    def _call(self, handler: Handler, *arguments: object) -> Any:
        """Run a handler; what goes wrong in its `execute` leads to fail (10)."""
        try:
            return handler(self, *arguments)
        except EVALUATION_ERRORS as error:
            self._note_failure(why(error, self._transition))
            return FAIL

    def _fire(self, event: str, *arguments: object) -> Any:
        """Let the state handle an event, and do the move; None when no row fired."""
        handler = self._row.on.get(event)
        if handler is None:
            return None
        outcome = self._call(handler, *arguments)
        if outcome is not None and outcome is not STAY:
            self._move(outcome)
        if self._raised:
            self._handle_raised()
        return outcome

    def _handle_raised(self) -> None:
        """What verbs have raised, one after the other; each counts as a move, so that it ends (5)."""
        if self._handling:  # what is raised meanwhile is next
            return
        self._handling = True
        while self._raised and not self.finished:
            self._at, event, values = self._raised.pop(0)
            self._error = None
            self._moves += 1
            if self._moves > self.LIMITS.transitions:
                self._raised.clear()
                self._fail(f"more than {self.LIMITS.transitions} transitions without a byte consumed")
                break
            self._fire(event, *values)
        self._handling = False

    def _decoding_error(self, reader: Reader, error: ParseError) -> None:
        self._at = (reader.direction, (reader.message_start, error.offset))
        self._error = None
        if self._fire("transform_error", error) is None and not self.finished:
            self._builtin("transform_error", "low", f"content that cannot be decoded: {error}", error)

    def _raise_in_message(self, reader: Reader, event: str, values: tuple[object, ...]) -> bool:
        stay = self._stay
        self._at = (reader.direction, (reader.message_start, reader.offset))
        self._error = None
        self._fire(event, *values)
        return self._stay == stay and not self.finished and self._only_waiting(reader)

    def _only_waiting(self, reader: Reader) -> bool:
        """Whether nothing of the other direction waits that could come before the message of this one."""
        if reader is self._up:
            return not self._waits(self._down, self._row.down)
        return reader is self._down and not self._waits(self._up, self._row.up)

    def _waits(self, reader: Reader, side: Side) -> bool:
        """Whether there is something to look at: bytes, a mark, or a message that the state does not let go on."""
        return (
            reader.pos < len(reader.data)
            or bool(reader.pending)
            or reader.later is not None
            or reader.paused
            or (reader.frame is not None and side.kind != "rule")
        )

    def _move(self, target: Any) -> None:
        """Leave the state for another (4, 5), or for the end (7, 8); on from there while `enter` jumps."""
        while target is not None and target is not STAY and not (self._failing or self.finished):
            if target is FAIL:
                reason = self._error or f"a transition of state `{self._state_name}` jumps to fail"
                self._fail(reason if self.failure is None else None)
                return
            if target is self.FINISH:
                self._finish()
                return
            self._moves += 1
            if self._moves > self.LIMITS.transitions:
                self._fail(f"more than {self.LIMITS.transitions} transitions without a byte consumed")
                return
            if not self._change_state(target):
                return
            enter = self._row.on.get("enter")
            target = None if enter is None else self._call(enter)
        if self._row.timers and not (self._failing or self.finished):
            self._start_timers()

    def _change_state(self, target: Any) -> bool:
        """From the current state to the target, or to where `leave` jumps; false when that was an end."""
        self._stop_timers()
        begun = self._up.frame is not None or self._down.frame is not None
        leave = self._row.on.get("leave")
        left: list[Event] = []
        if leave is not None:
            # What `leave` reports comes behind the last pieces of the streams that it abandons (15).
            before, self._out = self._out, []
            override = self._call(leave)
            left, self._out = self._out, before
            if override is not None and override is not STAY:
                target = override
                if target is FAIL or target is self.FINISH:
                    self._leave_for_the_end(failed=target is FAIL, left=left)
                    return False
        if begun:
            self._change_sides(self._table[target])
        if _has_child(self._row) and not _has_child(self._table[target]):
            self._give_up_child()
        self._out.extend(left)
        self.state = target
        self._stay += 1
        self._row = self._table[target]
        self._state_name = target._value_
        self._path.append(self._state_name)
        if len(self._path) > 4 * PATH_LENGTH:
            del self._path[:-PATH_LENGTH]
        return True

    def _leave_for_the_end(self, failed: bool, left: list[Event]) -> None:
        """`leave` has chosen an end; it has been raised and is not raised again."""
        if failed and self.failure is None:
            self._note_failure(f"a transition of state `{self._state_name}` jumps to fail")
        self._give_up_messages()
        self._out.extend(left)
        self._failing = True
        self._end(failed=failed, left=True)

    def _change_sides(self, row: Row) -> None:
        """Rule 12: what becomes of messages that have begun, when the state of the row is next."""
        for reader, side in ((self._up, row.up), (self._down, row.down)):
            frame = reader.frame
            if frame is None or side.kind == "hold":
                continue
            if side.kind == "rule" and type(frame) is side.rule:
                self._at = (reader.direction, (reader.offset, reader.offset))
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
        self._stop_timers()
        self._give_up_messages()
        self._fire("fail")
        self._end(failed=True, left=False)

    def _note_failure(self, reason: ParseError | str | None) -> None:
        if self.failure is None and not self._failing:
            self.failure = reason
        elif reason is not None:
            self.recorded += 1

    def _finish(self) -> None:
        """Rule 7."""
        self._failing = True
        self._end(failed=False, left=False)

    def _give_up_messages(self) -> None:
        """Unfinished messages end with the session; their streams get their last pieces, a child's too."""
        self._give_up_child()
        for reader in (self._up, self._down):
            if reader.frame is not None:
                reader.abandon()
                reader.discarded += reader.pass_all()
            for sub in (reader.subs or {}).values():
                sub.give_up()

    def _give_up_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child._give_up_messages()
            self._out.extend(child._take_events())

    def _end(self, failed: bool, left: bool) -> None:
        self.failed = failed
        self._stop_timers()
        self._give_up_messages()
        if failed and left:
            self._fire("fail")
        if not left:
            self._fire("leave")
        self._fire("finish")
        for reader in (self._up, self._down):
            if self._unread is not None and reader.later is None:
                data = reader.take_all()
                reader.total -= len(data)
                self._unread.append((reader.direction, data))
            elif reader.waiting:
                reader.discard_waiting()
        self.state = self.FINISH
        self._state_name = self.state.value
        self._path.append(self._state_name)
        self.finished = True
        self._plan()

    # What handlers use

    @property
    def _message(self) -> Any:
        """The variables of the message that the event belongs to."""
        return self._reader(self._at[0] or UP).variables

    def _raise(self, event: str, *values: object) -> None:
        """Hand an event to the machine, after the jump of this row."""
        self._raised.append((self._at, event, values))
        if self._at[0] is not None:
            self._reader(self._at[0]).plain = False  # it comes before the next message

    def _guard_failed(self) -> bool:
        """A guard that cannot be evaluated is false, and counted (language, section 6)."""
        self.recorded += 1
        return False

    def _push(self, entries: list[Any], value: object, limit: int | None, name: str) -> None:
        """Append to a list variable; beyond its own limit the oldest entries leave, beyond the spec's it fails."""
        if limit is None and len(entries) >= self.LIMITS.items:
            raise ValueError(f"more than {self.LIMITS.items} entries in `{name}`")
        entries.append(value)
        if limit is not None and len(entries) > limit:
            del entries[0]
            self._report_full(name, f"{limit} entries")
        # Entries that weigh no more than their share fit in any number.
        if weigh(value) > self.LIMITS.variable // (limit or self.LIMITS.items):
            del entries[: self._too_heavy([weigh(entry) for entry in entries], limit, name)]

    def _remember(self, entries: Map[K, V], key: K, value: V, name: str) -> None:
        """Set an entry of a map variable; for the limits see `_push`."""
        limit = entries.limit
        if limit is None and key not in entries and len(entries) >= self.LIMITS.items:
            raise ValueError(f"more than {self.LIMITS.items} entries in `{name}`")
        entries.remember(key, value, self.now)
        if limit is not None and len(entries) > limit:
            entries.forget(next(iter(entries)))
            self._report_full(name, f"{limit} entries")
        if weigh(key) + weigh(value) > self.LIMITS.variable // (limit or self.LIMITS.items):
            weights = [weigh(one) + weigh(other) for one, other in entries.items()]
            for oldest in list(entries)[: self._too_heavy(weights, limit, name)]:
                entries.forget(oldest)
        if entries.expires is not None and (self._due is None or self._due > self.now + entries.expires):
            self._due = self.now + entries.expires

    def _too_heavy(self, weights: list[int], limit: int | None, name: str) -> int:
        """How many of the oldest entries leave, that the others are within `limits.variable`."""
        most = self.LIMITS.variable
        count = surplus(weights, most)
        if count and limit is None:
            raise ValueError(f"the entries of `{name}` weigh more than {most} bytes")
        if count:
            self._report_full(name, f"{most} bytes")
        return count

    def _report_full(self, name: str, limit: str) -> None:
        """A variable had to let its oldest entry go: said once."""
        if name not in self._full:
            self._full = (*self._full, name)
            self._builtin("limit", "low", f"`{name}` is full ({limit}): its oldest ones leave", None)

    def _skip(self, terminator: Terminator | None) -> None:
        """Skip through the next match, from the element that failed or from here; None: all the rest (9)."""
        direction = self._at[0]
        if direction is None:
            return
        reader = self._subject or self._reader(direction)
        if self._error is not None:
            self._skip_from(reader, self._error.offset)
        if terminator is None:
            reader.discards_all = True
            reader.plain = False
        else:
            reader.skip = terminator
            reader.plain = False
            reader.skip_before = False

    def _skip_message(self) -> None:
        """Skip to the end of the outermost budget in which the message has failed; where none is known, nothing."""
        reader = self._subject or self._reader(self._at[0] or UP)
        if reader.outermost >= reader.offset and reader.outermost > reader.message_start:
            reader.skip = SkipTo(reader.outermost)
            reader.plain = False

    def _skip_from(self, reader: Reader, offset: int) -> None:
        offset = min(offset, reader.end)
        if offset > reader.offset:
            reader.skipped += reader.pass_over(offset)

    def _begins_here(self, reader: Reader, rule: type[Frame[Any]]) -> bool | None:
        """Whether the first byte behind a loss is one with which the rule says that it begins; None: not clear yet."""
        if rule.BEGINS is None:
            return False
        try:
            return reader.match_here(rule.BEGINS) > reader.offset
        except NeedMore:
            return None

    def _abandon(self, direction: Direction) -> None:
        """Give up the message in progress; what was read of it counts as skipped."""
        reader = self._reader(direction)
        if reader.frame is None:
            return
        read_to = reader.offset if reader.paused else reader.end
        reader.abandon()
        reader.skipped += reader.pass_over(read_to)

    @property
    def _direction(self) -> Direction:
        """The direction of what is handled; asked only where events have one."""
        return cast(Direction, self._at[0])

    def _sender(self) -> str:
        direction = self._at[0]
        return "" if direction is None else self.SENDERS[direction]

    def _held(self, direction: Direction) -> int:
        """Bytes of the direction that wait."""
        return self._reader(direction).waiting


def _has_child(row: Row) -> bool:
    return "child" in (row.up.kind, row.down.kind)
