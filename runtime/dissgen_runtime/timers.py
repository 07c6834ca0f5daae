"""The timers that run in a session, and the maps whose entries leave after a while."""

from __future__ import annotations

from typing import Any, ClassVar

from dissgen_runtime.errors import EVALUATION_ERRORS
from dissgen_runtime.machine import Row, Timer
from dissgen_runtime.maps import Map
from dissgen_runtime.reporting import Reporter


class Timers(Reporter):
    """When something happens in a session because time passes; `clock.py` does it.

    `_dues` and `_periods` belong to the timers of the current state, in their order; a timer that does not run has
    None. `_due` is not later than the first of all, `_heard` the time of the last byte.
    """

    __slots__ = ("_due", "_dues", "_heard", "_periods", "missed", "recorded")

    EXPIRING: ClassVar[tuple[str, ...]] = ()  # the map variables whose entries leave

    variables: Any
    finished: bool
    _row: Row

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self._due: int | None = None
        self._dues: list[int | None] = _NONE
        self._periods: list[int] = _NO_PERIODS
        self._heard = now
        self.recorded = 0  # errors after the first, and guards that could not be evaluated
        self.missed = 0  # periods of timers that were not fired, because one `advance` fires 64

    def _start_timers(self) -> None:
        """The timers of the current state begin to run (4)."""
        self._periods = [self._length(timer) for timer in self._row.timers]
        self._dues = [self.now + period if period > 0 else None for period in self._periods]
        self._plan()

    def _stop_timers(self) -> None:
        if self._dues:
            self._dues, self._periods = _NONE, _NO_PERIODS
            self._plan()

    def _length(self, timer: Timer) -> int:
        """How long the timer runs; one that cannot be evaluated does not run, and is counted."""
        after = timer.after
        if isinstance(after, int):
            return after
        try:
            return after(self)
        except EVALUATION_ERRORS:
            self.recorded += 1
            return 0

    def _plan(self) -> None:
        """Find out again when something happens next."""
        dues = [due for due in self._dues if due is not None]
        dues += [due for name in self.EXPIRING if (due := self._expiring(name).next_due()) is not None]
        self._due = None if self.finished else min(dues, default=None)

    def _expiring(self, name: str) -> Map[Any, Any]:
        entries: Map[Any, Any] = getattr(self.variables, name)
        return entries


_NONE: list[int | None] = []
_NO_PERIODS: list[int] = []
