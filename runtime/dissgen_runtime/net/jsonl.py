"""JSON Lines of what sessions report, version 1. Keys are never renamed within a version; adding is allowed."""

from __future__ import annotations

import base64
import enum
import json
import math
from collections.abc import Mapping

from dissgen_runtime.events import Alert, Record, StreamEvent, member_name
from dissgen_runtime.net.dissect import Conversation, Finished, Item
from dissgen_runtime.net.identity import community_id, uid

VERSION = 1
_NO_ENUMS: Mapping[str, type[enum.IntEnum]] = {}
_encode = json.JSONEncoder().encode


def seconds(time: int) -> str:
    """Integer nanoseconds as an exact decimal number of seconds: `1254722770.692743`."""
    sign = "-" if time < 0 else ""
    whole, fraction = divmod(abs(time), 1_000_000_000)
    return f"{sign}{whole}.{fraction:09d}".rstrip("0").rstrip(".") if fraction else f"{sign}{whole}"


def json_value(value: object) -> object:
    """A value of an event as JSON has it: bytes as `{"base64": ...}`, records as objects without what is None."""
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Record):
        return json_object(value.fields(), keep_none=False, enums=value.ENUMS)
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return json_object({str(name): item for name, item in value.items()}, keep_none=True)
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has no others
    if isinstance(value, (set, frozenset)):
        return sorted((json_value(item) for item in value), key=str)
    return str(value)  # addresses


def json_object(
    fields: dict[str, object], *, keep_none: bool, enums: Mapping[str, type[enum.IntEnum]] = _NO_ENUMS
) -> dict[str, object]:
    """Fields as an object; beside the number of an enum stands its name (null: it has none), as `NAME_name`."""
    result: dict[str, object] = {}
    for name, value in fields.items():
        if value is None and not keep_none:
            continue
        field = name[:-1] if name.endswith("_") else name  # a keyword of Python
        result[field] = json_value(value)
        if isinstance(value, enum.IntEnum):
            result[f"{field}_name"] = value.name
        elif name in enums and value is not None:
            result[f"{field}_name"] = member_name(enums[name], value)
    return result


class JsonLines:
    """Makes the lines of one capture, without the line ends."""

    def __init__(self, capture: str) -> None:
        self._capture = _encode(capture)
        self._heads: dict[int, str] = {}

    def line(self, item: Item) -> str:
        """The line of an item."""
        conversation = item.conversation
        if isinstance(item, Finished):
            return self._session(item)
        event = item.event
        if isinstance(event, Alert):
            name, value = "alert", f'"alert": {_encode(_alert(event))}'
        elif isinstance(event, StreamEvent) and event.PAYLOAD is StreamEvent.PAYLOAD:
            name, value = event.name, f'"payload": {_piece(event)}'
        else:
            name, value = (
                event.name,
                f'"payload": {_encode(json_object(event.payload(), keep_none=not event.SPARSE, enums=event.ENUMS))}',
            )
        direction = "null" if event.direction is None else f'"{event.direction.value}"'
        return (
            f'{{"v": {VERSION}, "capture": {self._capture}, "time": {seconds(event.time)}, {self._head(conversation)}, '
            f'"direction": {direction}, "state": {_encode(event.state)}, "event": {_encode(name)}, '
            f'"offset": [{event.offset[0]}, {event.offset[1]}], {value}}}'
        )

    def _session(self, item: Finished) -> str:
        conversation = item.conversation
        head = self._head(conversation)
        del self._heads[conversation.flow.number]
        return (
            f'{{"v": {VERSION}, "capture": {self._capture}, "time": {seconds(item.time)}, {head}, '
            f'"direction": null, "state": {_encode(str(conversation.session.state.value))}, "event": "session", '
            f'"offset": null, "payload": {_encode(json_object(item.summary, keep_none=True))}}}'
        )

    def _head(self, conversation: Conversation) -> str:
        number = conversation.flow.number
        head = self._heads.get(number)
        if head is None:
            head = self._heads[number] = (
                f'"protocol": {_encode(conversation.protocol)}, "flow": {number}, '
                f'"uid": "{uid(conversation.flow)}", "community_id": "{community_id(conversation.flow)}", '
                f'"client": {_encode(conversation.client)}, "server": {_encode(conversation.server)}'
            )
        return head


def _piece(event: StreamEvent) -> str:
    """The payload of a piece, which is most of what is written: without building the object first."""
    data = base64.b64encode(event.data).decode("ascii")
    last = "true" if event.last else "false"
    complete = "null" if event.complete is None else "true" if event.complete else "false"
    return f'{{"stream": {event.stream}, "data": {{"base64": "{data}"}}, "last": {last}, "complete": {complete}}}'


def _alert(alert: Alert) -> dict[str, object]:
    fields = alert.payload()
    fields["bytes"] = fields.pop("data")
    return json_object(fields, keep_none=True)
