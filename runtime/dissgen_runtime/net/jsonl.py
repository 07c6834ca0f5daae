"""JSON Lines of what sessions report, version 1. Keys are never renamed within a version; adding is allowed."""

from __future__ import annotations

from typing import Final

from dissgen_runtime.events import DOWN, UP, Alert, StreamEvent
from dissgen_runtime.net.dissect import Conversation, Finished, Item
from dissgen_runtime.net.identity import community_id, uid
from dissgen_runtime.net.jsontext import base64_text, object_text, payload_text, string_text

VERSION: Final = 1


def seconds(time: int) -> str:
    """Integer nanoseconds as an exact decimal number of seconds: `1254722770.692743`."""
    sign = "-" if time < 0 else ""
    whole, fraction = divmod(abs(time), 1_000_000_000)
    return f"{sign}{whole}.{fraction:09d}".rstrip("0").rstrip(".") if fraction else f"{sign}{whole}"


class JsonLines:
    """Makes the lines of one capture, without the line ends. What lines have in common is written once."""

    def __init__(self, capture: str) -> None:
        self._start = f'{{"v": {VERSION}, "capture": {string_text(capture)}, "time": '
        self._time = 0
        self._seconds = "0"
        # By the number of the flow: what names it, and by direction, state and event all from there to the offset.
        self._heads: dict[int, tuple[str, dict[tuple[str, str, str], str]]] = {}

    def line(self, item: Item) -> str:
        """The line of an item."""
        if isinstance(item, Finished):
            return self._session(item)
        event = item.event
        time = event.time
        if time != self._time:
            self._time = time
            self._seconds = seconds(time)
        start, end = event.offset
        if isinstance(event, StreamEvent) and event.PAYLOAD is StreamEvent.PAYLOAD:  # most of what is written
            complete = "null" if event.complete is None else "true" if event.complete else "false"
            value = (
                f'"payload": {{"stream": {event.stream}, "data": {base64_text(event.data)}, '
                f'"last": {"true" if event.last else "false"}, "complete": {complete}}}'
            )
        elif isinstance(event, Alert):
            value = f'"alert": {_alert(event)}'
        else:
            value = f'"payload": {payload_text(event)}'
        direction = event.direction
        way = '"up"' if direction is UP else '"down"' if direction is DOWN else "null"
        head, between = self._heads.get(item.conversation.flow.number) or self._head(item.conversation)
        key = (way, event.state, event.name)
        middle = between.get(key)
        if middle is None:
            middle = between[key] = (
                f', {head}, "direction": {way}, "state": {string_text(event.state)}, '
                f'"event": {string_text(event.name)}, "offset": ['
            )
        return f"{self._start}{self._seconds}{middle}{start}, {end}], {value}}}"

    def _session(self, item: Finished) -> str:
        conversation = item.conversation
        head, _ = self._heads.get(conversation.flow.number) or self._head(conversation)
        del self._heads[conversation.flow.number]
        return (
            f'{self._start}{seconds(item.time)}, {head}, "direction": null, '
            f'"state": {string_text(str(conversation.session.state.value))}, "event": "session", '
            f'"offset": null, "payload": {object_text(item.summary)}}}'
        )

    def _head(self, conversation: Conversation) -> tuple[str, dict[tuple[str, str, str], str]]:
        flow = conversation.flow
        text = (
            f'"protocol": {string_text(conversation.protocol)}, "flow": {flow.number}, '
            f'"uid": "{uid(flow)}", "community_id": "{community_id(flow)}", '
            f'"client": {string_text(conversation.client)}, "server": {string_text(conversation.server)}'
        )
        head = self._heads[flow.number] = (text, {})
        return head


def _alert(alert: Alert) -> str:
    fields = alert.payload()
    fields["bytes"] = fields.pop("data")
    return object_text(fields)
