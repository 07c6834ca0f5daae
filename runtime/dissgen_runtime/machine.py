"""The tables of a generated machine: what a state reads, what handles its events, which alerts there are."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from dissgen_runtime.events import Confidence, Event, Severity
from dissgen_runtime.reader import Frame
from dissgen_runtime.tokens import Token


class Move(enum.Enum):
    """What a transition does when it does not jump to a state of the spec."""

    STAY = "stay"
    FAIL = "fail"


STAY = Move.STAY
FAIL = Move.FAIL


class Side:
    """What a state reads from one direction.

    `kind` is absent (data there is a missing_grammar), rule, hold (bytes wait while `hold` says so), discard, child,
    transport (one of `variants`). `arguments` gives the rule its parameters, evaluated at the first byte of a message.
    """

    __slots__ = ("arguments", "between", "hold", "kind", "quick", "rule", "variants")

    def __init__(
        self,
        kind: Literal["absent", "rule", "hold", "discard", "child", "transport"],
        rule: type[Frame[Any]] = Frame,
        *,
        hold: Callable[[Any], bool] | None = None,
        arguments: Callable[[Any], tuple[object, ...]] | None = None,
        variants: Mapping[str, Side] | None = None,
        between: Token | None = None,
    ) -> None:
        self.kind = kind
        self.variants = variants or {}
        # Whole messages can be read one after the other.
        self.quick = kind == "rule" and arguments is None and rule.scan is not Frame.scan and between is None
        self.between = between
        self.rule = rule
        self.hold = hold
        self.arguments = arguments


def reads(
    rule: type[Frame[Any]],
    *,
    hold: Callable[[Any], bool] | None = None,
    arguments: Callable[[Any], tuple[object, ...]] | None = None,
    between: Token | None = None,
) -> Side:
    """The side reads messages of the rule; while `hold` is true none begins, matches of `between` are skipped."""
    return Side("rule", rule, hold=hold, arguments=arguments, between=between)


def holds(hold: Callable[[Any], bool]) -> Side:
    """Bytes wait while `hold` is true; otherwise they are a missing_grammar."""
    return Side("hold", hold=hold)


def by_transport(**variants: Side) -> Side:
    """The side is the one of the session's transport."""
    return Side("transport", variants=variants)


def _always(_: object) -> bool:
    return True


ABSENT = Side("absent")
HOLD = holds(_always)
DISCARD = Side("discard")
CHILD = Side("child")

Handler: TypeAlias = Callable[..., Any]


class Timer:
    """A `timeout` of a state.

    `after` is its period in nanoseconds, or gives it when the state is entered (then a period that is not above zero
    means that the timer does not run). `idle`: any byte starts it anew.
    """

    __slots__ = ("after", "handler", "idle")

    def __init__(self, after: int | Callable[[Any], int], handler: Handler, *, idle: bool = False) -> None:
        self.after = after
        self.handler = handler
        self.idle = idle


class Row:
    """One state: its two sides, what handles each event, its timers, and what hears of a map's entries that leave."""

    __slots__ = ("down", "expires", "on", "timers", "up")

    def __init__(
        self,
        *,
        up: Side = ABSENT,
        down: Side = ABSENT,
        on: Mapping[str, Handler],
        timers: tuple[Timer, ...] = (),
        expires: Mapping[str, Handler] | None = None,
    ) -> None:
        self.up = up
        self.down = down
        self.on = on
        self.timers = timers
        self.expires = expires or {}


class SubStream:
    """An event that is a sub-stream: what is streamed to it is read by `rule`, each record is an `event`.

    `arguments` are what the rule wants to know of the session, in the order of its parameters.
    """

    __slots__ = ("arguments", "event", "rule")

    def __init__(
        self, rule: type[Frame[Any]], event: type[Event], arguments: tuple[Literal["direction", "transport"], ...] = ()
    ) -> None:
        self.rule = rule
        self.event = event
        self.arguments = arguments


def of_transport(table: Mapping[Any, Row], transport: str | None) -> Mapping[Any, Row]:
    """The rows of a table as a session over this transport has them; `table` itself where transports are alike."""
    if all(row.up.kind != "transport" and row.down.kind != "transport" for row in table.values()):
        return table

    def chosen(side: Side) -> Side:
        return side.variants.get(transport or "", ABSENT) if side.kind == "transport" else side

    return {
        state: Row(up=chosen(row.up), down=chosen(row.down), on=row.on, timers=row.timers, expires=row.expires)
        for state, row in table.items()
    }


class AlertKind:
    """An alert that the spec declares."""

    __slots__ = ("completion", "confidence", "id", "method", "place", "references", "severity")

    def __init__(
        self,
        id: str,
        severity: Severity,
        place: str,
        *,
        confidence: Confidence = "high",
        references: tuple[str, ...] = (),
        completion: Literal["failed", "successful"] | None = None,
        method: str | None = None,
    ) -> None:
        self.id = id
        self.severity = severity
        self.place = place
        self.confidence = confidence
        self.references = references
        self.completion = completion
        self.method = method
