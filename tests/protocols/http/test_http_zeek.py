"""`specs/http.yaml` against the logs that Zeek's tests expect: requests with their responses, sizes of bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from protocols.captures import FlowResult, dissect
from protocols.http.zeek_differences import DIFFERENCES
from protocols.peers.zeek import Row, by_conversation, capture_of, conversations, logs, text
from support import needs_data, shipped

from dissgen_runtime import UP

LOGS = logs("http", "http")
HEADERS = {"host": "host", "referrer": "referer", "user_agent": "user-agent", "origin": "origin"}
KNOWN = (
    *("method", "uri", "version", "status_code", "status_msg", "request_body_len", "response_body_len"),
    *("info_code", "info_msg", *HEADERS),
)


def told(flow: FlowResult) -> list[dict[str, str]]:
    """Each request with its response, in the columns of Zeek, which leaves out what is empty."""
    found: list[dict[str, Any]] = []
    answered = 0
    asked: dict[str, Any] = {}
    for event in flow.events:
        if event.name == "request":
            found.append(asked := _request(event))
        elif event.name == "response" and 100 <= event.status < 200:
            if answered < len(found):
                found[answered] |= {"info_code": str(event.status), "info_msg": event.reason}
        elif event.name == "response":
            if answered == len(found):
                found.append({})
            found[answered] |= {"status_code": str(event.status), "status_msg": event.reason, "version": event.version}
            answered += 1
        elif event.name == "body":
            column = "request_body_len" if event.direction is UP else "response_body_len"
            row = asked if event.direction is UP else found[answered - 1]
            row[column] = row.get(column, 0) + len(event.data)
    return [{name: str(value) for name, value in row.items() if value not in ("", 0)} for row in found]


def _request(event: Any) -> dict[str, Any]:
    found = {"method": event.method, "uri": unquote(event.target), "version": event.version}
    for column, name in HEADERS.items():
        values = [header.value for header in event.headers if header.name.lower() == name]
        if values:
            found[column] = values[0]
    return found


def columns(row: Row) -> dict[str, str]:
    return {name: text(row[name]) for name in KNOWN if row.get(name, "0") not in ("0", "<empty>")}


def differences(log: Path) -> dict[tuple[str, int, str], tuple[str | None, str | None]]:
    """Client, number of its row and column -> what ours and what Zeek says, where they differ."""
    flows = conversations(dissect(capture_of(log), shipped("http")).values())
    found: dict[tuple[str, int, str], tuple[str | None, str | None]] = {}
    for key, rows in by_conversation(log).items():
        ours = [row for flow in flows[key] for row in told(flow)]
        for number in range(max(len(ours), len(rows))):
            mine = ours[number] if number < len(ours) else {}
            theirs = columns(rows[number]) if number < len(rows) else {}
            for name in KNOWN:
                if mine.get(name) != theirs.get(name):
                    found[key[0], number, name] = (mine.get(name), theirs.get(name))
    return found


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.parent.name)
def test_the_logs_are_those_of_zeek(log: Path) -> None:
    found = {(log.parent.name, *key): value for key, value in differences(log).items()}
    explained = {key: ours for key, (ours, _) in DIFFERENCES.items() if key[0] == log.parent.name}
    assert {key: ours for key, (ours, _) in found.items()} == explained, found


@needs_data
def test_the_logs_say_something() -> None:
    every = [row for log in LOGS for rows in by_conversation(log).values() for row in rows]
    assert len(every) >= 15
    assert {name for row in every for name in columns(row)} >= set(KNOWN) - {"info_code", "info_msg", "origin"}
