"""Sessions: bytes, gaps, ends and time in; events out.

Generated modules subclass `Session` and give it their tables; everything that all dissectors share is here and in the
classes below it. The numbers in comments are the rules of the semantics that a piece of code realises.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar

from dissgen_runtime.buffer import EndMark, GapMark
from dissgen_runtime.datagrams import Datagrams
from dissgen_runtime.events import UP, Direction, Event
from dissgen_runtime.machine import Row, of_transport
from dissgen_runtime.reader import Reader

StateT = TypeVar("StateT", bound=enum.Enum)


class Session(Datagrams, Generic[StateT]):
    """One conversation, both directions. Plain data: it can be pickled at any point, also in mid-message.

    `now` and all times are integer nanoseconds from the caller. `midstream` says that the start of the conversation
    is missing. `transport` is one of the spec's (None: its first); over `udp` each call of `feed` is one datagram.
    `subscribe` limits the events that are built (None: all; alerts always are). `dissectors` maps
    protocol names to modules (or to `Hooked` ones), for `upgrade`. `client` and `server` are the addresses as text,
    where known.

    `feed`, `gap`, `close` and `advance` return the events in order. They never raise on what the network sends;
    calling them with something that is no direction or no bytes raises TypeError.
    """

    __slots__ = (
        "_idle",
        "_run",
        "_run_direction",
        "_started",
        "midstream",
    )

    PROTOCOL: ClassVar[str]
    SPEC: ClassVar[str]
    TRANSPORTS: ClassVar[tuple[str, ...]] = ()

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
        self._choose_transport(transport)
        self.client_address = client
        self.server_address = server
        self._dissectors = dissectors
        self._started = False
        self._idle = True  # nothing waits and nothing is special: whole messages can be read at once
        self._run = 0
        self._run_direction: Direction | None = None

    def _choose_transport(self, transport: str | None) -> None:
        known = self.TRANSPORTS
        if transport is None:
            transport = known[0] if known else None
        elif known and transport not in known:
            raise ValueError(f"{self.PROTOCOL} is not carried by {transport!r} but by {' and '.join(known)}")
        self.transport = transport
        self._datagrams = transport == "udp"
        self._table = _table(type(self), transport)
        self._row = self._table[self.INITIAL]

    def feed(self, direction: Direction, data: bytes) -> list[Event]:
        """Give the next bytes of a direction, or its next datagram. Returns the events that they complete."""
        reader = self._up if direction is UP else self._reader(direction)
        if type(data) is not bytes:
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        if not self._started:
            self._start()
        if data:
            self._heard = self.now
        reader.total += len(data)
        if self._datagrams:
            if data:
                self._feed_datagram(reader, data)
            return self._take_events()
        if self._idle and data:
            side = self._row.up if direction is UP else self._row.down
            if side.quick:
                # The usual case: nothing waits, and the data is whole messages.
                reader.base += reader.pos
                reader.start = reader.message_start = reader.base
                reader.data = data
                reader.pos = 0
                self._read_ready(reader, side)
                self._idle = reader.pos == len(data) and reader.plain and not self.finished
                if not self._idle and not self.finished:
                    self._read_on(reader, direction)
                events, self._out = self._out, []
                return events
        self._feed_on(reader, direction, data)
        return self._take_events()

    def _feed_on(self, reader: Reader, direction: Direction, data: bytes) -> None:
        """Data of any direction in any situation."""
        if self.finished or reader.ended or reader.closed or _has_end(reader):
            reader.discarded += len(data)  # behind the end
        elif data:
            reader.append(data, self._current_run(direction))
            self._pump()
            self._look_whether_idle()

    def _read_on(self, reader: Reader, direction: Direction) -> None:
        """The rest of a piece that was not all whole messages."""
        reader.arrival = self._current_run(direction)
        reader.arrivals = None
        self._pump()
        self._look_whether_idle()

    def _look_whether_idle(self) -> None:
        up, down = self._up, self._down
        self._idle = (
            up.plain
            and down.plain
            and up.frame is None
            and down.frame is None
            and up.pos == len(up.data)
            and down.pos == len(down.data)
            and not up.pending
            and not down.pending
            and up.later is None
            and down.later is None
            and not self.finished
        )

    def gap(self, direction: Direction, size: int) -> list[Event]:
        """Say that `size` bytes of the direction are missing here; none missing is nothing to report."""
        reader = self._reader(direction)
        if type(size) is not int or size < 0:
            raise TypeError(f"size must be a number of bytes, not {size!r}")
        if size and not self._datagrams:  # a datagram that is lost is none
            self._heard = self.now  # bytes went by, though nobody has them
            self._mark(reader, GapMark(size, self._other(reader).end))
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
        """Let time pass, and fire what is due; an earlier time than the latest changes nothing (11)."""
        if type(now) is not int:
            raise TypeError(f"now must be an int (nanoseconds), not {type(now).__name__}")
        if not self._started:
            self._start()
        if now > self.now or self._child is not None:
            now = max(now, self.now)
            if (self._due is not None and self._due <= now) or self._child is not None:
                self._pass_time(now)
            self.now = now
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
            **({"missed": self.missed} if self.missed else {}),
            **({"trailing": self.trailing} if self._datagrams else {}),
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
        state = {name: getattr(self, name) for name in names if name not in ("_row", "_table")}
        if self._dissectors is not None:  # modules are not pickled, their names are
            state["_dissectors"] = {
                name: module.__name__ if isinstance(module, ModuleType) else module
                for name, module in self._dissectors.items()
            }
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._table = _table(type(self), self.transport)
        self._row = self._table[self.state]
        if self._dissectors is not None:
            self._dissectors = {
                name: import_module(module) if isinstance(module, str) else module
                for name, module in self._dissectors.items()
            }

    def _current_run(self, direction: Direction) -> int:
        """The number of the run: bytes of one direction without any of the other between them (13)."""
        if direction is not self._run_direction:
            self._run += 1
            self._run_direction = direction
        return self._run

    def _arrived(self, reader: Reader) -> int:
        """The run in which the first byte that waits came."""
        arrivals = reader.arrivals
        while arrivals and arrivals[0][0] <= reader.base + reader.pos:
            reader.arrival = arrivals.pop(0)[1]
        return reader.arrival

    def _mark(self, reader: Reader, mark: GapMark | EndMark) -> None:
        if not self._started:
            self._start()
        if self.finished or reader.ended or _has_end(reader):
            return
        if reader.later is None:
            reader.later = deque()
        if isinstance(mark, GapMark):
            reader.gaps_waiting += 1
        reader.later.append(mark)
        self._pump()
        self._look_whether_idle()

    def _start(self) -> None:
        """Rules 6 and 18."""
        self._started = True
        stay = self._stay
        self._path.append(self._state_name)
        self._fire("enter")
        if self._row.timers and self._stay == stay and not self.finished:
            self._start_timers()
        for event in ("init", *(("midstream",) if self.midstream else ())):
            if not self.finished:
                self._fire(event)

    def _settle(self) -> None:
        self._pump()
        self._look_whether_idle()

    def _pump(self) -> None:
        """Read what can be read, the bytes that came first first (13)."""
        up, down = self._up, self._down
        while not self.finished:
            if self._late:
                self._tell_what_has_ended()
            up_waits, down_waits = self._waits(up, self._row.up), self._waits(down, self._row.down)
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
        if not (_has_end(first) and _has_end(second)):
            return False
        if first.forced_until >= first.end and second.forced_until >= second.end:
            return False
        first.forced_until, second.forced_until = first.end, second.end
        return True

    def _advance(self, reader: Reader, alone: bool = False) -> bool:
        """Take one step in a direction; false when it has to wait. `alone`: no bytes of the other direction wait."""
        row = self._row
        side = row.up if reader is self._up else row.down
        if reader.frame is not None:
            if side.kind == "rule":
                return self._read(reader, side)
            return self._must_read(reader) and self._missing_grammar(reader, forced=True)
        if reader.skip is not None and (reader.pos < len(reader.data) or reader.pending):
            return self._seek(reader)
        if reader.pos == len(reader.data) and not reader.pending:
            return self._pass_mark(reader)
        if reader.discards_all or reader.ignore_stay == self._stay:
            return self._discard(reader)
        kind = side.kind
        reader.plain = not reader.lost and not reader.closed
        if kind == "rule":
            if side.hold is not None and not self._must_read(reader) and self._holds(reader, side.hold):
                return False
            if reader.lost:
                return self._resynchronise(reader, side)
            reader.start = reader.message_start = reader.base + reader.pos
            if side.between is not None:
                passed = self._skip_between(reader, side.between)
                if passed is not None:
                    return passed
            if reader.pending:
                reader.join()
            ready = side.quick and alone
            if ready and self._read_ready(reader, side):
                return True
            return self._read(reader, side, scanned=ready)
        if kind == "hold":
            assert side.hold is not None
            held = self._holds(reader, side.hold)
            if held and not self._must_read(reader):
                return False
            return self._missing_grammar(reader, forced=held)
        if kind == "discard":
            return self._discard(reader)
        if kind == "child":
            return self._feed_child(reader)
        return self._missing_grammar(reader, forced=False)

    def _seek(self, reader: Reader) -> bool:
        """Go on looking for the place where `skip` or `resync` ends."""
        before = reader.offset
        found = reader.seek_skip()
        if reader.offset > before:
            self._moves = 0
        if not found:
            return self._pass_mark(reader)
        if reader.offset == reader.failed_at:  # the same message would fail again
            self._fail(self._error)
        reader.failed_at = -1
        return True


# Each session class has one table for each of its transports.
_tables: dict[tuple[type, str | None], Mapping[Any, Row]] = {}


def _table(session: type[Session[Any]], transport: str | None) -> Mapping[Any, Row]:
    table = _tables.get((session, transport))
    if table is None:
        table = _tables[session, transport] = of_transport(session.TABLE, transport)
    return table


def _has_end(reader: Reader) -> bool:
    return reader.later is not None and isinstance(reader.later[-1], EndMark)
