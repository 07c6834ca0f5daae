"""Requests and responses of every HTTP capture equal what tshark found, or the difference is explained."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from protocols.captures import FlowResult, dissect
from protocols.http.differences import BODIES, DIFFERENCES
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import DOWN, UP, StreamEvent

CAPTURES = sorted(SHARED_DATA.glob("http/*.pcap")) if SHARED_DATA.is_dir() else []

Message = tuple[str, list[str]]
"""Its first line, and its header fields."""
Flow = dict[str, list[Message]]
Content = tuple[str, str, int | None]
"""First line, reason, octets of content; None where tshark could not decode it."""


def field(header: str) -> str:
    """`name:value` without the blanks around the two (RFC 9110, section 5.5)."""
    name, _, value = header.partition(":")
    return f"{name.strip()}:{value.strip()}"


def of_oracle(path: Path) -> dict[int, Flow]:
    """tshark's stream number -> its messages."""
    oracle = SHARED_DATA / "oracle" / f"{path.name}.http.jsonl"
    streams: dict[int, Flow] = defaultdict(lambda: {"request": [], "response": []})
    for line in oracle.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        version = (entry.get("version") or "").removeprefix("HTTP/")
        headers = [field(header) for header in entry.get("headers", ())]
        if entry["kind"] == "request":
            streams[entry["stream"]]["request"].append((f"{entry['method']} {entry['uri']} {version}", headers))
        elif entry["kind"] == "response":
            streams[entry["stream"]]["response"].append((f"{version} {entry['code']}", headers))
    return dict(streams)


def of_flow(flow: FlowResult) -> Flow:
    def headers(event: object) -> list[str]:
        return [field(f"{header.name}:{header.value}") for header in getattr(event, "headers", ())]

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


def ranges(headers: Iterable[str]) -> str:
    """Which part of a whole a message has: tells answers with the same first line from each other."""
    return "".join(field(header).lower() for header in headers if header.lower().startswith("content-range:"))


def contents_of_oracle(path: Path) -> dict[int, dict[str, list[Content]]]:
    oracle = SHARED_DATA / "oracle" / f"{path.name}.http.jsonl"
    streams: dict[int, dict[str, list[Content]]] = defaultdict(lambda: {"request": [], "response": []})
    for line in oracle.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] in ("request", "response"):
            first = f"{entry['method']} {entry['uri']}" if entry["kind"] == "request" else str(entry["code"])
            first += ranges(entry["headers"])
            found = streams[entry["stream"]][entry["kind"]]
            coded = any(header.lower().startswith("content-encoding") for header in entry["headers"])
            found.append((first, entry.get("phrase") or "", entry.get("body_bytes", None if coded else 0)))
    return dict(streams)


def contents_of_flow(flow: FlowResult) -> dict[str, list[Content]]:
    """Of what was coded as gzip or deflate, the octets after decoding."""
    found: dict[str, list[Content]] = {"request": [], "response": []}
    sides = {UP: "request", DOWN: "response"}
    for event in flow.events:
        if isinstance(event, StreamEvent):
            messages = found[sides[event.direction]]
            first, reason, size = messages[-1]
            messages[-1] = first, reason, (size or 0) + len(event.data)
        elif event.name == "request":
            found["request"].append((f"{event.method} {event.target}", "", 0))
        elif event.name == "response":
            first = str(event.status) + ranges(f"{item.name}: {item.value}" for item in event.headers)
            found["response"].append((first, event.reason, 0))
    return found


def common(ours: list[Content], theirs: list[Content]) -> list[tuple[Content, Content]]:
    """The messages that both have, by their first lines."""
    matcher = SequenceMatcher(None, [line for line, _, _ in theirs], [line for line, _, _ in ours], autojunk=False)
    blocks = matcher.get_matching_blocks()
    return [(ours[b + at], theirs[a + at]) for a, b, size in blocks for at in range(size)]


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


def contents(path: Path) -> dict[tuple[int, str, int], tuple[Content, Content]]:
    """(flow, side, number) -> ours and theirs, with the flows paired as above."""
    flows = sorted(dissect(path, shipped("http")).items())
    theirs = contents_of_oracle(path)
    every = [(number, contents_of_flow(flow)) for number, flow in flows]
    if not set(theirs) <= {number for number, _ in every}:
        spoken = [flow for _, flow in every if any(flow.values())]
        every = list(zip(sorted(theirs), spoken, strict=True))
    return {
        (place, side, number): pair
        for place, (flow, ours) in enumerate(every)
        for side in ours
        for number, pair in enumerate(common(ours[side], theirs.get(flow, {}).get(side, [])))
    }


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_reasons_and_sizes_of_contents_equal_the_oracle(path: Path) -> None:
    different = {}
    for place, (ours, theirs) in contents(path).items():
        assert ours[:2] == theirs[:2]
        if theirs[2] is not None and theirs[2] != ours[2]:
            different[place] = ours[2]
    expected = {key[1:]: size for key, (size, _) in BODIES.items() if key[0] == path.name}
    assert different == expected


@needs_data
def test_most_contents_are_compared() -> None:
    sizes = [theirs[2] for path in CAPTURES for _, theirs in contents(path).values()]
    assert len(sizes) > 270
    assert sum(size is not None for size in sizes) > 260
    assert sum(bool(size) for size in sizes) > 120


@needs_data
def test_the_table_has_no_row_too_many() -> None:
    assert {key[0] for key in (*DIFFERENCES, *BODIES)} <= {path.name for path in CAPTURES}
    flows = {path.name: len(pairs(path)) for path in CAPTURES if path.name in {key[0] for key in DIFFERENCES}}
    assert all(number < flows[name] for name, number, _ in DIFFERENCES)
    assert all(lines and reason for lines, reason in DIFFERENCES.values())
