"""Time in a session: the timers of a state, and map entries whose time has come (11).

Time is integer nanoseconds from the caller. Nothing here looks at a clock.
"""

from __future__ import annotations

from dissgen_runtime.machine import STAY, Handler
from dissgen_runtime.reading import Reading

FIRINGS = 64
"""The most timers that one `advance` fires."""


class Clock(Reading):
    """What happens in a session because time passes."""

    __slots__ = ()

    _started: bool

    @property
    def deadline(self) -> int | None:
        """The earliest time at which `advance` may have something to do; None if time alone changes nothing."""
        if not self._started:
            return self.now
        due = self._due
        if self._child is not None:
            inside: int | None = self._child.deadline
            if inside is not None and (due is None or inside < due):
                return inside
        return due

    def _settle(self) -> None:
        """Read what waits and may be read now."""
        raise NotImplementedError

    def _pass_time(self, now: int) -> None:
        """Fire what is due up to `now`, in order, each at its own time; at one time entries of maps leave first."""
        timers = FIRINGS
        # An entry leaves once; only rows that remember on `expire` could go on for ever.
        entries = FIRINGS + sum(len(self._expiring(name)) for name in self.EXPIRING)
        while not self.finished:
            self._find_due()
            due = self.deadline
            if due is None or due > now:
                break
            self.now = max(self.now, due)
            name = next((name for name in self.EXPIRING if self._expiring(name).next_due() == due), None)
            if name is not None:
                entries -= 1
                self._expire(name, fires=entries >= 0)
            elif due in self._dues and timers == 0:
                self._miss(now)
            elif due in self._dues:
                timers -= 1
                self._fire_timer(self._dues.index(due))
            else:
                # The last one takes all that is left to do in there.
                reached = due if timers else now
                timers = max(timers - 1, 0)
                self._from_child(self._child.advance(reached))
                self._settle()

    def _find_due(self) -> None:
        """Set `_due` to the exact time of what comes next: timers of idleness run from the last byte on."""
        for index, timer in enumerate(self._row.timers if self._dues else ()):
            due = self._dues[index]
            if timer.idle and due is not None:
                self._dues[index] = max(due, self._heard + self._periods[index])
        self._plan()

    def _fire_timer(self, index: int) -> None:
        """One `timeout`."""
        due = self._dues[index]
        assert due is not None
        self._dues[index] = due + self._periods[index]
        self._happens(self._row.timers[index].handler)

    def _expire(self, name: str, fires: bool) -> None:
        """The oldest entry of a map leaves; `fires`: the state hears of it, else it is counted as missed."""
        entries = self._expiring(name)
        key, value = next(iter(entries.items()))
        entries.forget(key)
        handler = self._row.expires.get(name)
        if handler is not None and fires:
            self._happens(handler, key, value)
        elif handler is not None:
            self.missed += 1

    def _happens(self, handler: Handler, *arguments: object) -> None:
        """Time raises an event: it counts as a byte for the limit of moves (5); what waits may be read then (13)."""
        self._moves = 0
        self._at = (None, (0, 0))
        self._error = None
        outcome = self._call(handler, *arguments)
        if outcome is None:
            return
        if outcome is not STAY:
            self._move(outcome)
        if self._raised:
            self._handle_raised()
        self._settle()

    def _miss(self, now: int) -> None:
        """More timers were due than fire: the periods up to `now` are counted and passed over."""
        for index, due in enumerate(self._dues):
            if due is not None and due <= now:
                periods = (now - due) // self._periods[index] + 1
                self.missed += periods
                self._dues[index] = due + periods * self._periods[index]
