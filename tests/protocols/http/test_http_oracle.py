"""Requests and responses of every HTTP capture equal what tshark found, or the difference is explained."""

from __future__ import annotations

import json
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from protocols.captures import FlowResult, dissect
from protocols.http.differences import DIFFERENCES
from support import SHARED_DATA, needs_data, shipped

CAPTURES = sorted(SHARED_DATA.glob("http/*.pcap")) if SHARED_DATA.is_dir() else []

Message = tuple[str, list[str]]
"""Its first line, and its header fields without blanks."""
Flow = dict[str, list[Message]]


def compact(header: str) -> str:
    return header.replace(" ", "").replace("\t", "")


def of_oracle(path: Path) -> dict[int, Flow]:
    """tshark's stream number -> its messages."""
    oracle = SHARED_DATA / "oracle" / f"{path.name}.http.jsonl"
    streams: dict[int, Flow] = defaultdict(lambda: {"request": [], "response": []})
    for line in oracle.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        version = (entry.get("version") or "").removeprefix("HTTP/")
        headers = [compact(header) for header in entry.get("headers", ())]
        if entry["kind"] == "request":
            streams[entry["stream"]]["request"].append((f"{entry['method']} {entry['uri']} {version}", headers))
        elif entry["kind"] == "response":
            streams[entry["stream"]]["response"].append((f"{version} {entry['code']}", headers))
    return dict(streams)


def of_flow(flow: FlowResult) -> Flow:
    def headers(event: object) -> list[str]:
        return [compact(f"{header.name}:{header.value}") for header in getattr(event, "headers", ())]

    return {
        "request": [(f"{e.method} {e.target} {e.version}", headers(e)) for e in flow.of("request")],
        "response": [(f"{e.version} {e.status}", headers(e)) for e in flow.of("response")],
    }


def differences(ours: list[Message], theirs: list[Message]) -> list[str]:
    """First lines that one side has alone (`+`: ours), and header fields that differ in what both have."""
    found: list[str] = []
    matcher = SequenceMatcher(None, [repr(item) for item in theirs], [repr(item) for item in ours], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        before, after = theirs[a:b], ours[c:d]
        if [line for line, _ in before] != [line for line, _ in after]:
            found += [f"- {line}" for line, _ in before] + [f"+ {line}" for line, _ in after]
            continue
        for (_, left), (_, right) in zip(before, after, strict=True):
            found += [f"- {item}" for item in left if item not in right]
            found += [f"+ {item}" for item in right if item not in left]
    return found


def pairs(path: Path) -> list[tuple[Flow, Flow]]:
    """Ours and theirs. tshark numbers TCP alone: where there is more, the flows with messages follow each other."""
    ours = {number: of_flow(flow) for number, flow in sorted(dissect(path, shipped("http")).items())}
    theirs = of_oracle(path)
    nothing: Flow = {"request": [], "response": []}
    if set(theirs) <= set(ours):
        return [(flow, theirs.get(number, nothing)) for number, flow in ours.items()]
    found = [flow for flow in ours.values() if any(flow.values())]
    return list(zip(found, (theirs[number] for number in sorted(theirs)), strict=True))


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_requests_and_responses_equal_the_oracle(path: Path) -> None:
    for number, (ours, theirs) in enumerate(pairs(path)):
        for side in ("request", "response"):
            lines, _ = DIFFERENCES.get((path.name, number, side), ([], ""))
            assert differences(ours[side], theirs[side]) == lines


@needs_data
def test_the_table_has_no_row_too_many() -> None:
    assert {name for name, _, _ in DIFFERENCES} <= {path.name for path in CAPTURES}
    assert all(lines and reason for lines, reason in DIFFERENCES.values())
