"""Lines for people: one an event, bodies elided; at the end what was read, reported, lost and passed over."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping

from dissgen_runtime.events import DOWN, UP, Alert, End, Event, Record, StreamEvent, member_name
from dissgen_runtime.net.dissect import Conversation, Finished, Item, Totals
from dissgen_runtime.net.flows import FlowStatistics

SHOWN = 60  # characters of a value
ITEMS = 8  # of a list
FEW = 4  # of a list of records
COLOURS = {"low": "36", "medium": "33", "high": "1;31", "flow": "1", "dim": "2"}
ARROWS = {UP: "->", DOWN: "<-", None: "--"}


class _Stream:
    """A stream that has not ended: its beginning and its size so far."""

    __slots__ = ("head", "size")

    def __init__(self) -> None:
        self.head = b""
        self.size = 0


class TextLines:
    """Makes the lines of one capture, without the line ends. Times are relative to the first event (seconds)."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._start: int | None = None
        self._streams: dict[int, dict[tuple[str, int], _Stream]] = {}

    def start(self, time: int) -> None:
        """Say when the first packet came (nanoseconds)."""
        if self._start is None:
            self._start = time

    def lines(self, item: Item) -> Iterator[str]:
        """The lines of an item: none for a stream that goes on; the flow is introduced before its first event."""
        conversation = item.conversation
        number = conversation.flow.number
        if number not in self._streams:
            self._streams[number] = {}
            yield self._introduction(conversation)
        if isinstance(item, Finished):
            del self._streams[number]
            yield self._conclusion(item)
            return
        event = item.event
        if isinstance(event, Alert):
            yield self._line(conversation, event, f"alert {event.severity}", _alert(event), event.severity)
        elif isinstance(event, StreamEvent):
            text = self._stream(number, event)
            if text is not None:
                yield self._line(conversation, event, event.name, text)
        elif isinstance(event, End):
            if not event.cut:
                yield self._line(conversation, event, event.name, "")
        else:
            yield self._line(conversation, event, event.name, _set_fields(event.payload(), type(event).ENUMS))

    def summary(self, statistics: FlowStatistics, totals: Totals) -> Iterator[str]:
        """The closing lines of a capture."""
        flows = [f"{count} {name}" for name, count in sorted(totals.conversations.items())]
        if totals.skipped:
            flows.append(f"{totals.skipped} without a dissector")
        events = [f"{count} {name}" for name, count in sorted(totals.events.items())]
        alerts = [f"{totals.alerts[severity]} {severity}" for severity in ("high", "medium", "low")]
        yield f"{'packets':<8} {statistics.packets:,}{_listed(_ignored(statistics.ignored))}"
        yield f"{'flows':<8} {statistics.flows.total():,}{_listed(flows)}"
        yield f"{'events':<8} {totals.events.total():,}{_listed(events)}"
        yield f"{'alerts':<8} {totals.alerts.total():,}{_listed(alerts) if totals.alerts else ''}"
        losses = _losses(statistics)
        if totals.failed:
            losses.append(f"{totals.failed} failed {_plural('session', totals.failed)}")
        if losses:
            yield f"{'losses':<8} {', '.join(losses)}"
        limits = limited(statistics, totals)
        if limits:
            yield f"{'limits':<8} {'; '.join(limits)}"

    def _introduction(self, conversation: Conversation) -> str:
        flow = conversation.flow
        middle = ", beginning not captured" if flow.midstream else ""
        text = f"flow {flow.number}  {conversation.protocol}  {conversation.client} -> {conversation.server}{middle}"
        return self._paint(text, "flow")

    def _conclusion(self, item: Finished) -> str:
        summary = item.summary
        parts = [f"{summary[name]} {name}" for name in ("messages", "alerts") if summary.get(name)]
        if summary.get("failed"):
            parts.append("failed")
        if summary.get("verdict") not in (None, "accept"):
            parts.append(f"verdict {summary['verdict']}")
        parts.insert(0, f"state {item.conversation.session.state.value}")
        number = item.conversation.flow.number
        return self._paint(f"{self._time(item.time)} {number:>4}    end of flow       {', '.join(parts)}", "dim")

    def _line(self, conversation: Conversation, event: Event, name: str, text: str, colour: str | None = None) -> str:
        head = f"{self._time(event.time)} {conversation.flow.number:>4} {ARROWS[event.direction]}"
        name = f"{name:<17}" if text else name
        return f"{head} {name if colour is None else self._paint(name, colour)} {text}".rstrip()

    def _time(self, time: int) -> str:
        self.start(time)
        assert self._start is not None
        return f"{(time - self._start) / 1e9:12.6f}"

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self._colour else text

    def _stream(self, number: int, event: StreamEvent) -> str | None:
        """The text of a stream's last piece, for all of it; None for the other pieces."""
        streams = self._streams[number]
        key = (event.name, event.stream)
        stream = streams.get(key)
        if stream is None:
            stream = streams[key] = _Stream()
        stream.size += len(event.data)
        if len(stream.head) < SHOWN:
            stream.head += event.data[: SHOWN - len(stream.head)]
        if not event.last:
            return None
        del streams[key]
        end = "" if event.complete else ", incomplete"
        return f"{stream.size:,} bytes{end} {_quoted_bytes(stream.head, stream.size)}".rstrip()


def _alert(alert: Alert) -> str:
    text = f"{alert.id}: {_escaped(alert.description)}"
    if alert.confidence != "high":
        text += f" (confidence {alert.confidence})"
    if alert.guard:
        text += f" [{_fields(alert.guard)}]"
    return text


def _fields(fields: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_value(value)}" for name, value in fields.items() if value is not None)


def _set_fields(fields: Mapping[str, object], enums: Mapping[str, type[enum.IntEnum]]) -> str:
    """Names and values: what is None, False or an empty list is left out, of what is True the name says enough."""
    parts = []
    for name, value in fields.items():
        shown = name[:-1] if name.endswith("_") else name  # what is a keyword of Python
        if value is True:
            parts.append(shown)
        elif value is not None and value is not False and value != []:
            parts.append(f"{shown}={_named(value, enums.get(name))}")
    return " ".join(parts)


def _named(value: object, names: type[enum.IntEnum] | None) -> str:
    """A value; a number of an enum by its name, one that has none as a number."""
    if names is None:
        return _value(value)
    if isinstance(value, list):
        return _list([_named(item, names) for item in value[:ITEMS]], len(value))
    name = member_name(names, value)
    return _value(value) if name is None else str(name)


def _value(value: object) -> str:
    """A value, elided; what a terminal could take for a command is escaped."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, str):
        text = _escaped(value)
        plain = text != "" and not any(character in text for character in " =[]{}\"'")
        short = _elided(text, len(value), "characters")
        return short if plain else _in_quotes(short)
    if isinstance(value, (bytes, bytearray)):
        return _quoted_bytes(bytes(value[:SHOWN]), len(value)) or '""'
    if isinstance(value, Record):
        return "{" + _set_fields(value.fields(), type(value).ENUMS) + "}"
    if isinstance(value, (list, tuple)):
        shown = FEW if value and isinstance(value[0], Record) else ITEMS
        return _list([_value(item) for item in value[:shown]], len(value))
    if isinstance(value, dict):
        return "{" + _fields({_escaped(str(name)): item for name, item in value.items()}) + "}"
    return _escaped(str(value))


def _list(items: list[str], size: int) -> str:
    text = ", ".join(items)
    if size > len(items):
        text += f", ... {size - len(items)} more"
    return f"[{text}]"


def _escaped(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: 4 * SHOWN])


def _in_quotes(text: str) -> str:
    """A quote inside is marked: no value can look as if another field followed it."""
    return '"' + text.replace('"', '\\"') + '"'


def _elided(text: str, size: int, unit: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... {size:,} {unit}"


def _quoted_bytes(head: bytes, size: int) -> str:
    """The first bytes of a body, as text where they are mostly that, else in hexadecimal."""
    if not head:
        return ""
    readable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head)
    if readable * 10 >= len(head) * 9:
        text = "".join(chr(byte) if 32 <= byte < 127 else repr(chr(byte))[1:-1] for byte in head)
        return _in_quotes(text[:SHOWN]) + ("..." if size > len(head) or len(text) > SHOWN else "")
    return head[:20].hex(" ") + (" ..." if size > 20 else "")


def _ignored(ignored: Counter[str]) -> list[str]:
    names = {"other": "neither TCP nor UDP", "cut": "without transport header", "malformed": "malformed"}
    return [f"{count} {names.get(reason, reason)}" for reason, count in sorted(ignored.items())]


def _losses(statistics: FlowStatistics) -> list[str]:
    counts = (
        (statistics.lost_bytes, "lost byte"),
        (statistics.late_bytes, "byte behind the end of a flow"),
        (statistics.conflicts, "conflicting retransmission"),
        (statistics.fragments_dropped, "incomplete IP datagram"),
    )
    return [f"{count:,} {_plural(name, count)}" for count, name in counts if count]


def limited(statistics: FlowStatistics, totals: Totals) -> list[str]:
    """What was given up to stay within the limits of memory; empty where nothing was."""
    counts = (
        (statistics.evicted, "flow ended early, too many were open"),
        (statistics.released, "time that a flow's holes were given up, too much waited in all flows"),
        (statistics.overflows, "hole given up, too much waited behind it"),
        (statistics.fragments_evicted, "IP datagram given up, too many were incomplete"),
        (totals.hurried, "flow judged by its first bytes alone, too much waited for that"),
    )
    return [f"{count:,} {_plural(name, count)}" for count, name in counts if count]


def _plural(name: str, count: int) -> str:
    first, *rest = name.split(" ")
    if count == 1:
        return name
    if first in ("lost", "conflicting", "incomplete"):
        return name + "s"
    if first == "IP":
        return name.replace("datagram", "datagrams")
    return " ".join([first + "s", *rest])


def _listed(parts: list[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""
