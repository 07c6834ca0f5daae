"""`specs/tls.yaml` against tshark: the handshakes of every capture in ../shared/data/tls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import dissect
from protocols.tls.differences import DIFFERENCES
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import UP

EXPECTED: dict[str, dict[str, dict[str, list[str]]]] = json.loads(
    (Path(__file__).parent / "tshark.json").read_text(encoding="utf-8")
)


def facts(capture: Path) -> dict[str, dict[str, list[str]]]:
    """What ours says, in the form of `tshark.json`."""
    found: dict[str, dict[str, list[str]]] = {}
    for flow in dissect(capture, shipped("tls")).values():
        for event in flow.events:
            if event.name not in ("handshake", "alert_message"):
                continue
            sender = flow.client if event.direction is UP else flow.server
            entry = found.setdefault(sender, {})
            if event.name == "alert_message":
                entry.setdefault("alerts", []).append(str(event.payload()["description"]))
            else:
                _note(entry, event)
    for entry in found.values():
        if "suites" in entry:
            entry["suites"] = ["".join(entry["suites"])]
    return dict(sorted(found.items()))


def _note(entry: dict[str, list[str]], event: Any) -> None:
    entry.setdefault("types", []).append(str(event.type))
    entry.setdefault("lengths", []).append(str(event.length))
    suites = event.cipher_suites if event.cipher_suites is not None else []
    suites = suites if event.cipher_suite is None else [event.cipher_suite]
    if suites:
        entry.setdefault("suites", []).extend(f"{suite:04x}" for suite in suites)
    for extension in event.extensions or ():
        names = [name.name for name in extension.server_names or ()]
        if names:
            entry.setdefault("names", []).extend(names)
        if extension.protocols:
            entry.setdefault("alpn", []).extend(extension.protocols)


@needs_data
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_handshakes_are_those_of_tshark(name: str) -> None:
    ours, theirs = facts(SHARED_DATA / "tls" / name), EXPECTED[name]
    different = {
        (sender, key): (ours.get(sender, {}).get(key), theirs.get(sender, {}).get(key))
        for sender in {*ours, *theirs}
        for key in {*ours.get(sender, {}), *theirs.get(sender, {})}
        if ours.get(sender, {}).get(key) != theirs.get(sender, {}).get(key)
    }
    explained = DIFFERENCES.get(name, {})
    assert set(different) == {key for key, _ in explained}
    for (key, value), _ in explained.items():
        got = different[key][0]
        assert (None if got is None else tuple(got)) == value, key
