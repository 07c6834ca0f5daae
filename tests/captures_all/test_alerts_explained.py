"""The alerts of real captures, undamaged and with losses, told in words: nothing that explains them is missing."""

from __future__ import annotations

import io
import json
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, SHARED_DATA, needs_data

from dissgen.cli.alert_text import explained
from dissgen_runtime import DOWN, UP, Alert
from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.registry import Dissectors, load_dissectors

PROTOCOLS = ("smtp", "http", "dns", "tls", "mqtt", "modbus")
WITHOUT_BYTES = {"one_sided", "limit", "bad_content", "obsolete", "downgrade", "fatal"}
"""They are about what is not there, about a variable, or about what was streamed and is not kept, also to a sub-stream."""
pytestmark = needs_data


@cache
def alerts() -> dict[tuple[str, str, str | None], dict[str, Any]]:
    """One alert for each protocol, id and transition."""
    dissectors = Dissectors(load_dissectors(ROOT / "generated"))
    found: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for path in sorted(path for name in PROTOCOLS for path in (SHARED_DATA / name).glob("*.pcap*")):
        out, err = io.StringIO(), io.StringIO()
        run_dissect([str(path)], dissectors, format="jsonl", stdout=out, stderr=err)
        for line in out.getvalue().splitlines():
            entry = json.loads(line)
            if entry["event"] == "alert":
                alert = entry["alert"]
                found.setdefault((entry["protocol"], alert["id"], alert["transition"]), entry)
    return found


@cache
def specs() -> list[Path]:
    return sorted((ROOT / "specs").rglob("*.yaml"))


def test_there_are_alerts_of_every_protocol() -> None:
    assert {protocol for protocol, _, _ in alerts()} >= set(PROTOCOLS)
    assert len(alerts()) >= 15


def test_what_raised_it_is_quoted() -> None:
    for (protocol, name, transition), entry in alerts().items():
        text = explained(entry, specs())
        where = f"{protocol} {name}"
        assert "not at hand" not in text, where
        assert "no such line" not in text, where
        if transition is None:
            assert "No transition raised it" in text, where
            assert entry["alert"]["description"], where
            continue
        row, declared = text.split("The alert is defined at")
        row = row.split("raised it:")[1].split("Its guard")[0]
        assert "event:" in row, where
        assert name in row, where
        assert f"{name}: {{severity:" in declared, where
        if "when:" in row:
            assert entry["alert"]["guard"], where


def test_the_states_and_the_bytes_are_told() -> None:
    for (protocol, name, _), entry in alerts().items():
        where = f"{protocol} {name}"
        alert = entry["alert"]
        if name != "conflict":  # raised by reassembly, not by the session
            assert entry["state"] in alert["path"], where
        if name in WITHOUT_BYTES:
            continue
        text = explained(entry, specs())
        assert alert["bytes"]["base64"], where
        assert f"The bytes {entry['offset'][0]} to" in text, where


@pytest.mark.parametrize("protocol", ["smtp", "dns", "http"])
def test_the_bytes_are_those_of_the_offset(protocol: str) -> None:
    """What a malformed message shows begins where it says."""
    module = import_module(f"{protocol}_dissector")
    data = {"smtp": b"250 hi\r\n9x9 what\r\n", "dns": b"\0\1\1\0\0\1\0\0\0\0\0\0\5ab", "http": b"HTTP/1.1 2x0 OK\r\n"}[
        protocol
    ]
    for size in (1, 3, 99):
        session = module.Session()
        before = {"smtp": b"NOOP\r\n", "http": b"GET / HTTP/1.1\r\n\r\n"}.get(protocol)
        events = [] if before is None else session.feed(UP, before)
        step = len(data) if before is None else size
        for i in range(0, len(data), step):
            events += session.feed(DOWN, data[i : i + step])
        found = [event for event in events if isinstance(event, Alert)]
        assert found
        begin, end = found[0].offset
        assert found[0].data
        assert data[begin : begin + len(found[0].data)] == found[0].data
        assert begin <= end <= len(data)
