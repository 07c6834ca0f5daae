"""What a session reports: typed events, alerts, and the records that they carry.

An event is built by the session that raises it, stamped once with where and when it happened, and never changed
afterwards. Nothing here refers to an input buffer, so that events can be kept as long as the caller likes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import ClassVar, Final, Literal, TypeAlias

Severity = Literal["low", "medium", "high"]
Confidence = Literal["low", "medium", "high"]


class Direction(enum.StrEnum):
    """One of the two directions of a session: `up` from the client, `down` from the server."""

    UP = "up"
    DOWN = "down"

    @property
    def other(self) -> Direction:
        return DOWN if self is UP else UP


UP = Direction.UP
DOWN = Direction.DOWN


class Verdict(enum.StrEnum):
    """What an inline run does with the session; a verdict is never weakened (accept < drop < reset)."""

    ACCEPT = "accept"
    DROP = "drop"
    RESET = "reset"


VERDICT_ORDER = {Verdict.ACCEPT: 0, Verdict.DROP: 1, Verdict.RESET: 2}


def member_name(enum_class: type[enum.IntEnum], value: object) -> object:
    """The name of a number of an enum, None for one that has none; of a list the names of its items."""
    if isinstance(value, list):
        return [member_name(enum_class, item) for item in value]
    if not isinstance(value, int):
        return None
    try:
        return enum_class(value).name.rstrip("_")
    except ValueError:
        return None


class Record:
    """A parsed record: slots named after the fields of its rule; a field that its path never set is None.

    `ENUMS` are the fields whose numbers have names. A number that has none is a number too, so the values are plain.
    """

    __slots__: tuple[str, ...] = ()
    ENUMS: ClassVar[Mapping[str, type[enum.IntEnum]]] = {}

    def fields(self) -> dict[str, object]:
        """Name -> value, in the order of the rule."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # fields may be assigned, so a record has no stable hash

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({inner})"


new_record: Final = object.__new__
"""A record without its fields, for code that sets all of them: half the time of calling the class."""


class Event:
    """Base of all events.

    `direction` is None where none applies; `time` is integer nanoseconds, as the caller gave it; `state` is the name
    of the state in which the event was raised; `offset` is the half-open byte range (start, end) in the direction,
    counted from its first byte, gaps included.
    """

    __slots__ = ("direction", "offset", "state", "time")
    name: ClassVar[str] = ""
    PAYLOAD: ClassVar[tuple[str, ...]] = ()
    SPARSE: ClassVar[frozenset[str]] = frozenset()  # fields that not every path of a rule sets: JSON leaves None out
    ENUMS: ClassVar[Mapping[str, type[enum.IntEnum]]] = {}

    direction: Direction | None
    time: int
    state: str
    offset: tuple[int, int]

    def payload(self) -> dict[str, object]:
        """The event's own fields, name -> value, in order."""
        return {field: getattr(self, field) for field in self.PAYLOAD}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.key() == other.key() if isinstance(other, Event) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # payloads hold lists and records

    def key(self) -> tuple[object, ...]:
        """All that must not depend on how the input was cut: everything but `time`."""
        return (self.name, self.direction, self.state, self.offset, tuple(self.payload().values()))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self.payload().items())
        return f"{type(self).__name__}({inner})"


class StreamEvent(Event):
    """A piece of a streamed field. Every stream has exactly one last piece; `complete` is None on the others."""

    __slots__ = ("complete", "data", "last", "stream")
    PAYLOAD = ("stream", "data", "last", "complete")
    __match_args__ = ("stream", "data", "last", "complete")

    def __init__(self, stream: int, data: bytes, last: bool, complete: bool | None) -> None:
        self.stream = stream
        self.data = data
        self.last = last
        self.complete = complete


Party: TypeAlias = dict[str, list[str]]
"""A source or target of an alert: `{"address": [...]}` or `{"service": [...]}`, under one or several names."""


def parties(*entries: tuple[Literal["address", "service"], str | list[str] | None]) -> tuple[Party, ...]:
    """The entries that are there: what is absent or empty is nobody."""
    named = ((kind, [names] if isinstance(names, str) else list(names or ())) for kind, names in entries)
    return tuple({kind: [name for name in names if name]} for kind, names in named if any(names))


class Alert(Event):
    """An alert, with all that is needed to explain it later.

    `spec` is "file:line" of the `alert`, `transition` the same of the row that fired (None for built-in alerts),
    `guard` the values that the row's guard read, `path` the states entered so far (the latest last, at most 16),
    `data` up to 64 bytes around the place (`bytes` in JSON), `sources` and `targets` whom the spec says it is about.
    """

    __slots__ = (
        "completion",
        "confidence",
        "data",
        "description",
        "guard",
        "id",
        "method",
        "path",
        "references",
        "severity",
        "sources",
        "spec",
        "targets",
        "transition",
    )
    name = "alert"
    PAYLOAD = (
        "id",
        "severity",
        "confidence",
        "description",
        "references",
        "spec",
        "transition",
        "guard",
        "path",
        "data",
        "completion",
        "method",
        "sources",
        "targets",
    )
    __match_args__ = ("id", "severity", "description")

    def __init__(
        self,
        id: str,
        severity: Severity,
        description: str,
        *,
        confidence: Confidence = "high",
        references: tuple[str, ...] = (),
        spec: str | None = None,
        transition: str | None = None,
        guard: dict[str, object] | None = None,
        path: tuple[str, ...] = (),
        data: bytes = b"",
        completion: Literal["failed", "successful"] | None = None,
        method: str | None = None,
        sources: tuple[Party, ...] = (),
        targets: tuple[Party, ...] = (),
    ) -> None:
        self.id = id
        self.severity = severity
        self.description = description
        self.confidence = confidence
        self.references = references
        self.spec = spec
        self.transition = transition
        self.guard = guard or {}
        self.path = path
        self.data = data
        self.completion = completion
        self.method = method
        self.sources = sources
        self.targets = targets


class Gap(Event):
    """`bytes` octets of the direction are missing from the capture."""

    __slots__ = ("bytes",)
    name = "gap"
    PAYLOAD = ("bytes",)
    __match_args__ = ("bytes",)

    def __init__(self, bytes: int) -> None:
        self.bytes = bytes


class End(Event):
    """The direction has ended. `cut` is true where the capture stopped without the end being seen."""

    __slots__ = ("cut",)
    name = "end"
    PAYLOAD = ("cut",)
    __match_args__ = ("cut",)

    def __init__(self, cut: bool) -> None:
        self.cut = cut


class VerdictEvent(Event):
    """The session's verdict has become stronger."""

    __slots__ = ("verdict",)
    name = "verdict"
    PAYLOAD = ("verdict",)
    __match_args__ = ("verdict",)

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


class Log(Event):
    """A line that the spec's `log` verb wrote."""

    __slots__ = ("text",)
    name = "log"
    PAYLOAD = ("text",)
    __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text
