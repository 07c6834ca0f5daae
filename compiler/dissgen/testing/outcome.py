"""What a session did, in a form that does not depend on how its input was cut."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dissgen.testing.script import Close, Lose, Midstream, Raise, Send, Step, Wait
from dissgen_runtime import DOWN, UP, Alert, Event, StreamEvent
from dissgen_runtime.events import Record, member_name


@dataclass(slots=True)
class Outcome:
    """`events` in order, pieces of a stream joined into one entry at the place of its last; everything but `time`.

    `raised` says of each of `alerts` where it was raised and why.
    """

    state: str
    verdict: str
    events: list[tuple[str, dict[str, object]]]
    keys: list[tuple[object, ...]]
    alerts: list[str]
    streams: dict[str, list[bytes]]
    variables: dict[str, object]
    unbalanced: str | None
    summary: dict[str, object] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


def plain(value: object) -> object:
    """Records as dicts, for comparison with what YAML can say."""
    if isinstance(value, Record):
        fields = {_name(key): plain(item) for key, item in value.fields().items() if item is not None}
        return fields | _member_names(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    return value


def _member_names(value: Record | Event) -> dict[str, object]:
    """`NAME_name` for each field that is a number of an enum, as in JSON."""
    found = ((field, enum, getattr(value, field)) for field, enum in value.ENUMS.items())
    return {f"{_name(field)}_name": member_name(enum, item) for field, enum, item in found if item is not None}


def _key(key: object) -> str:
    """The key of a map as a spec writes it: keys of YAML are text here."""
    if isinstance(key, bytes):
        return key.decode("latin-1")
    return str(key).lower() if isinstance(key, bool) else str(key)


def _name(attribute: str) -> str:
    return attribute[:-1] if attribute.endswith("_") else attribute


def run(module: Any, steps: list[Step], **options: Any) -> Outcome:
    """Feed the steps to a new session. Only faults of the dissector raise."""
    session = module.Session(midstream=any(isinstance(step, Midstream) for step in steps), **options)
    events: list[Event] = []
    for step in steps:
        match step:
            case Send(direction, data):
                events += session.feed(direction, data)
            case Lose(direction, size):
                events += session.gap(direction, size)
            case Wait(time):
                events += session.advance(session.now + time)
            case Raise(event, payload):
                events += getattr(session, f"raise_{event}")(**payload)
            case Midstream():
                pass  # the session knows it from the beginning
            case Close(direction, cut):
                events += session.close(direction, cut)
    return outcome(session, events)


def outcome(session: Any, events: list[Event]) -> Outcome:
    entries: list[tuple[str, dict[str, object]]] = []
    keys: list[tuple[object, ...]] = []
    open_streams: dict[int, list[bytes]] = {}
    streams: dict[str, list[bytes]] = {}
    for event in events:
        if isinstance(event, StreamEvent):
            open_streams.setdefault(event.stream, []).append(event.data)
            if not event.last:
                continue
            data = b"".join(open_streams.pop(event.stream))
            streams.setdefault(event.name, []).append(data)
            entries.append((event.name, {"data": data, "complete": event.complete}))
            keys.append((event.name, event.direction, event.state, event.offset[1], data, event.complete))
            continue
        payload = {_name(key): plain(value) for key, value in event.payload().items()}
        entries.append((event.name, payload | _member_names(event)))
        keys.append(event.key())
    summary = session.summary()
    return Outcome(
        state=session.state.value,
        verdict=session.verdict.value,
        events=entries,
        keys=keys,
        alerts=[event.id for event in events if isinstance(event, Alert)],
        streams=streams,
        variables=_variables(session.variables),
        unbalanced=_unbalanced(summary) or _unended(open_streams, session.finished),
        summary=summary,
        raised=[_raised(event) for event in events if isinstance(event, Alert)],
    )


def _raised(alert: Alert) -> str:
    places = [] if alert.direction is None else [f"byte {alert.offset[0]} of {alert.direction.value}"]
    places += [f"state {alert.state}", *([alert.spec] if alert.spec else [])]
    return f"{alert.id} ({', '.join(places)}): {alert.description!r}"


def _variables(holder: object) -> dict[str, object]:
    """All variables by name; those of a direction are a mapping of their own, under `up` and `down`."""
    found: dict[str, object] = {}
    slots = getattr(type(holder), "__slots__", ())
    for name in slots:
        value = getattr(holder, name)
        bare = name.removesuffix("_")  # keywords of Python and a few other words have one behind them
        found[name if bare in slots else bare] = _variables(value) if name in ("up", "down") else plain(value)
    return found


def _unended(open_streams: dict[int, list[bytes]], finished: bool) -> str | None:
    """Every stream ends with one last piece (semantics, rule 15)."""
    return f"streams without a last piece: {sorted(open_streams)}" if open_streams and finished else None


def _unbalanced(summary: dict[str, Any]) -> str | None:
    """Every byte must be counted once (semantics, rule 20)."""
    for direction in (UP, DOWN):
        counts = dict(summary["bytes"][direction.value])
        total = counts.pop("total")
        if sum(counts.values()) != total:
            return f"{direction}: {total} bytes came in, but {counts}"
    return None
