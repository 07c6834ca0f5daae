"""The published schema of the JSON Lines: every line of every capture at hand fits it, and its keys are pinned."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import ROOT, SHARED_DATA, needs_data

from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.registry import Dissectors, load_dissectors

SCHEMA = json.loads((ROOT / "docs" / "jsonl-1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
RECORDED = sorted((ROOT / "tests" / "captures").glob("*.pcap*"))
KEYS = [
    "v",
    "capture",
    "time",
    "protocol",
    "flow",
    "uid",
    "community_id",
    "client",
    "server",
    "direction",
    "state",
    "event",
    "offset",
]
ALERT = [
    "id",
    "severity",
    "confidence",
    "description",
    "references",
    "spec",
    "transition",
    "guard",
    "path",
    "completion",
    "method",
    "sources",
    "targets",
    "bytes",
]
WHERE_COUNTED = ("missed", "trailing")  # only where it is not 0
SESSION = ["state", "verdict", "failed", "failure", "messages", "alerts", "bytes"]


def lines(captures: list[Path]) -> Iterator[dict[str, Any]]:
    out = io.StringIO()
    modules = load_dissectors(ROOT / "generated")
    run_dissect([str(path) for path in captures], Dissectors(modules), format="jsonl", stdout=out, stderr=io.StringIO())
    for line in out.getvalue().splitlines():
        yield json.loads(line)


def check(captures: list[Path]) -> set[str]:
    """All lines fit the schema and have exactly the keys of version 1. Returns the names of events that occurred."""
    seen = set()
    for line in lines(captures):
        VALIDATOR.validate(line)
        seen.add(line["event"])
        body = "alert" if line["event"] == "alert" else "payload"
        assert list(line) == [*KEYS, body]
        if body == "alert":
            assert list(line["alert"]) == ALERT
        elif line["event"] == "session":
            assert [key for key in line["payload"] if key not in WHERE_COUNTED] == SESSION
    return seen


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["required"] == KEYS
    assert SCHEMA["$defs"]["alert"]["required"] == ALERT
    assert set(SCHEMA["$defs"]["session"]["required"]) <= set(SESSION)


def test_recorded_captures() -> None:
    assert {"command", "response", "mail_content", "alert", "end", "session"} <= check(RECORDED)


@needs_data
def test_public_captures() -> None:
    protocols = {module.PROTOCOL for module in load_dissectors(ROOT / "generated")}
    captures = [path for name in sorted(protocols) for path in sorted((SHARED_DATA / name).glob("*.pcap*"))]
    assert captures
    assert {"alert", "end", "session"} <= check(captures)


def changed(line: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    copy = json.loads(json.dumps(line))
    *parents, last = path.split(".")
    place = copy
    for name in parents:
        place = place[name]
    place[last] = value
    return copy


@pytest.mark.parametrize(
    ("event", "path", "value"),
    [
        ("command", "v", 2),
        ("command", "time", "1"),
        ("command", "client", "2001:db8::1:25"),
        ("command", "direction", "UP"),
        ("command", "offset", None),
        ("command", "offset", [1]),
        ("command", "alert", {}),
        ("command", "event", "alert"),
        ("command", "event", "session"),
        ("command", "community_id", "1:"),
        ("alert", "alert.severity", "critical"),
        ("alert", "alert.bytes", "text"),
        ("mail_content", "payload.complete", "yes"),
        ("end", "payload", {}),
        ("session", "offset", [0, 0]),
        ("session", "payload.verdict", "maybe"),
    ],
)
def test_it_refuses(event: str, path: str, value: object) -> None:
    line = next(line for line in lines(RECORDED) if line["event"] == event)
    assert VALIDATOR.is_valid(line)
    assert not VALIDATOR.is_valid(changed(line, path, value))


def test_new_keys_may_come() -> None:
    line = next(lines(RECORDED))
    assert VALIDATOR.is_valid(changed(line, "new", 1))
