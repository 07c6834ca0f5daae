"""What a session reports: events stamped with when and where, alerts with what explains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar

from dissgen_runtime.errors import ParseError
from dissgen_runtime.events import (
    DOWN,
    UP,
    VERDICT_ORDER,
    Alert,
    Confidence,
    Direction,
    Event,
    Log,
    Party,
    Severity,
    StreamEvent,
    Verdict,
    VerdictEvent,
)
from dissgen_runtime.limits import Limits
from dissgen_runtime.machine import AlertKind
from dissgen_runtime.reader import Output, Reader
from dissgen_runtime.streams import Sink

ALERT_BYTES = 64
PATH_LENGTH = 16


class Reporter(Output):
    """The reporting half of a session. `_at` is the direction and the byte range that the next event is about."""

    __slots__ = (
        "_at",
        "_confident",
        "_down",
        "_error",
        "_out",
        "_path",
        "_state_name",
        "_streams",
        "_subscribe",
        "_up",
        "alerts",
        "now",
        "state",
        "verdict",
    )

    STREAMS: ClassVar[Mapping[str, type[StreamEvent]]]
    LIMITS: ClassVar[Limits]
    MESSAGE_VARIABLES: ClassVar[Callable[[], Any] | None] = None

    state: Enum
    _state_name: str

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        self.now = now
        self.verdict = Verdict.ACCEPT
        self.alerts = 0
        self._subscribe = subscribe
        variables = type(self).MESSAGE_VARIABLES
        self._up = Reader(UP, self.LIMITS, self, variables)
        self._down = Reader(DOWN, self.LIMITS, self, variables)
        self._out: list[Event] = []
        self._at: tuple[Direction | None, tuple[int, int]] = (None, (0, 0))
        self._error: ParseError | None = None
        self._path: list[str] = []  # the states entered; the last 16 count
        self._confident = not midstream
        self._streams = 0

    _subject: Reader | None  # the sub-stream whose error is handled

    def _reader(self, direction: Direction) -> Reader:
        if direction is UP:
            return self._up
        if direction is DOWN:
            return self._down
        raise TypeError(f"direction must be UP or DOWN, not {direction!r}")

    def _wants(self, event: str) -> bool:
        return self._subscribe is None or event in self._subscribe

    def _take_events(self) -> list[Event]:
        events, self._out = self._out, []
        return events

    def _emit(self, event: Event) -> None:
        """Stamp and report."""
        event.direction, event.offset = self._at
        event.time = self.now
        event.state = self._state_name
        self._out.append(event)

    def _alert(
        self,
        kind: AlertKind,
        description: str,
        transition: str,
        guard: dict[str, object],
        sources: tuple[Party, ...] = (),
        targets: tuple[Party, ...] = (),
    ) -> None:
        self.alerts += 1
        self._emit(
            Alert(
                kind.id,
                kind.severity,
                description,
                confidence=kind.confidence if self._confident else "low",
                references=kind.references,
                spec=kind.place,
                transition=transition,
                guard=guard,
                path=tuple(self._path[-PATH_LENGTH:]),
                data=self._alert_bytes(),
                completion=kind.completion,
                method=kind.method,
                sources=sources,
                targets=targets,
            )
        )

    def _builtin(self, id: str, severity: Severity, description: str, error: ParseError | None) -> None:
        self.alerts += 1
        confidence: Confidence = "high" if self._confident else "low"
        data = b"" if error is None else self._error_bytes(error)
        self._emit(
            Alert(id, severity, description, confidence=confidence, path=tuple(self._path[-PATH_LENGTH:]), data=data)
        )

    def _alert_bytes(self) -> bytes:
        if self._error is not None:
            return self._error_bytes(self._error)
        direction, (begin, _) = self._at
        return b"" if direction is None else self._reader(direction).message_bytes(begin, ALERT_BYTES)

    def _error_bytes(self, error: ParseError) -> bytes:
        """The message from its first byte through what made it impossible; only that where the rest is done with."""
        direction, (begin, _) = self._at
        reader = self._subject
        if reader is not None:  # of a sub-stream, which has offsets of its own
            begin = reader.message_start
        elif direction is not None:
            reader = self._reader(direction)
        end = min(error.offset + len(error.found), begin + ALERT_BYTES)
        return error.found if reader is None else reader.failed_bytes(begin, end) or error.found

    def _log(self, text: str) -> None:
        if self._wants("log"):
            self._emit(Log(text))

    def _set_verdict(self, verdict: Verdict) -> None:
        """Verdicts are never weakened (21)."""
        if VERDICT_ORDER[verdict] > VERDICT_ORDER[self.verdict]:
            self.verdict = verdict
            if self._wants("verdict"):
                self._emit(VerdictEvent(verdict))

    # What readers use

    def _report(self, reader: Reader, event: Event) -> None:
        self._at = (reader.direction, (reader.message_start, reader.offset))
        self._emit(event)

    def _open_stream(self, event: str) -> int:
        self._streams += 1
        return self._streams

    def _stream_piece(self, reader: Reader, sink: Sink, data: bytes, start: int, end: int) -> None:
        if self._wants(sink.event):
            self._at = (reader.direction, (start, end))
            self._emit(self.STREAMS[sink.event](sink.number, data, False, None))

    def _stream_end(self, reader: Reader, sink: Sink, complete: bool) -> None:
        if self._wants(sink.event):
            at = self._at
            here = reader.offset if sink.end < 0 else sink.end
            self._at = (reader.direction, (here, here))
            self._emit(self.STREAMS[sink.event](sink.number, b"", True, complete))
            self._at = at
