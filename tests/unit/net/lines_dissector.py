"""A dissector of lines, by hand: what `net` needs of a generated module, and nothing else."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Final

from dissgen_runtime.events import DOWN, UP, Direction, End, Event, Gap, StreamEvent

PROTOCOL: Final = "lines"
TRANSPORT: Final[dict[str, tuple[int, ...]]] = {"tcp": (25,), "udp": (53,)}
CONFIRM: Final[dict[Direction, re.Pattern[bytes]]] = {DOWN: re.compile(rb"220[ -]"), UP: re.compile(rb"EHLO ")}
TUTORIAL: Final = False


class State(enum.Enum):
    READING = "reading"


class LineEvent(Event):
    __slots__ = ("text",)
    name = "line"
    PAYLOAD = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class PieceEvent(StreamEvent):
    __slots__ = ()
    name = "piece"


class Session:
    """Reports each line, and what it was told of gaps and ends; lines that start with `*` are streamed."""

    def __init__(
        self,
        *,
        now: int = 0,
        midstream: bool = False,
        transport: str | None = None,
        subscribe: frozenset[str] | None = None,
        dissectors: Mapping[str, object] | None = None,
        client: str | None = None,
        server: str | None = None,
    ) -> None:
        self.now = now
        self.midstream = midstream
        self.transport = transport
        self.state = State.READING
        self.waiting = {UP: b"", DOWN: b""}
        self.offset = {UP: 0, DOWN: 0}
        self.messages = 0
        self.streams = 0

    @property
    def deadline(self) -> int | None:
        return None

    def advance(self, now: int) -> list[Event]:
        self.now = max(self.now, now)
        return []

    def feed(self, direction: Direction, data: bytes) -> list[Event]:
        events: list[Event] = []
        waiting = self.waiting[direction] + data
        while b"\n" in waiting:
            line, _, waiting = waiting.partition(b"\n")
            self.messages += 1
            start = self.offset[direction]
            self.offset[direction] += len(line) + 1
            if line.startswith(b"*"):
                self.streams += 1
                half = len(line) // 2
                for piece, last in ((line[:half], False), (line[half:], True)):
                    event = PieceEvent(self.streams, piece, last, True if last else None)
                    events.append(self._stamped(event, direction, start))
            else:
                events.append(self._stamped(LineEvent(line.decode("latin-1")), direction, start))
        self.waiting[direction] = waiting
        return events

    def gap(self, direction: Direction, size: int) -> list[Event]:
        start = self.offset[direction]
        self.offset[direction] += size
        return [self._stamped(Gap(size), direction, start)]

    def close(self, direction: Direction, cut: bool = False) -> list[Event]:
        return [self._stamped(End(cut), direction, self.offset[direction])]

    def summary(self) -> dict[str, object]:
        sizes = {direction.value: {"total": self.offset[direction]} for direction in (UP, DOWN)}
        return {
            "state": self.state.value,
            "verdict": "accept",
            "failed": False,
            "messages": self.messages,
            "alerts": 0,
            "bytes": sizes,
        }

    def _stamped(self, event: Event, direction: Direction, start: int) -> Event:
        event.direction = direction
        event.time = self.now
        event.state = self.state.value
        event.offset = (start, self.offset[direction])
        return event
