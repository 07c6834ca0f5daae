"""Commands and replies of every SMTP capture equal what tshark found, or the difference is explained."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from protocols.captures import FlowResult, dissect
from protocols.smtp.differences import DIFFERENCES
from support import SHARED_DATA, needs_data, shipped

CAPTURES = sorted(SHARED_DATA.glob("smtp/*.pcap")) if SHARED_DATA.is_dir() else []

Side = list[tuple[str, object]]


def of_oracle(path: Path) -> dict[int, tuple[Side, Side]]:
    """tshark's stream number -> commands (verb, argument), replies (code, texts)."""
    oracle = SHARED_DATA / "oracle" / f"{path.name}.smtp.jsonl"
    streams: dict[int, tuple[Side, Side]] = defaultdict(lambda: ([], []))
    for line in oracle.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        commands, replies = streams[entry["stream"]]
        if entry["kind"] == "command":
            commands.append((entry["command"].upper(), entry["arg"]))
        elif entry["kind"] == "reply":
            replies.append((entry["code"], [text.strip() for text in entry["lines"]]))
    return dict(streams)


def of_flow(flow: FlowResult) -> tuple[Side, Side]:
    commands: Side = [(event.verb, event.argument) for event in flow.of("command")]
    replies: Side = [(str(event.code), [line.text.strip() for line in event.lines]) for event in flow.of("response")]
    return commands, replies


def without(commands: Side, more: list[tuple[str, str | None]]) -> Side:
    """The commands less those of the table, each of which must be there."""
    left = list(commands)
    for command in more:
        left.remove(command)
    return left


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_commands_and_replies_equal_the_oracle(path: Path) -> None:
    flows = dissect(path, shipped("smtp"))
    expected = [sides for _, sides in sorted(of_oracle(path).items())]
    found = [of_flow(flow) for _, flow in sorted(flows.items())]
    found = [sides for sides in found if any(sides)]
    assert len(found) == len(expected)
    for number, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        more, _ = DIFFERENCES.get((path.name, number), ([], ""))
        assert ours[1] == theirs[1]
        assert without(ours[0], more) == theirs[0]


@needs_data
def test_what_answers_a_challenge_equals_the_oracle() -> None:
    """Names and passwords as they were sent, of all captures (RFC 4954, section 4)."""
    compared = 0
    for path in CAPTURES:
        lines = (SHARED_DATA / "oracle" / f"{path.name}.smtp.jsonl").read_text(encoding="utf-8").splitlines()
        theirs = [entry["value"] for entry in map(json.loads, lines) if entry["kind"] == "auth_input"]
        flows = dissect(path, shipped("smtp"))
        assert [event.response for _, flow in sorted(flows.items()) for event in flow.of("auth")] == theirs, path.name
        compared += len(theirs)
    assert compared >= 10


@needs_data
def test_the_table_is_short_and_has_no_row_too_many() -> None:
    assert len(DIFFERENCES) <= 6
    assert {name for name, _ in DIFFERENCES} <= {path.name for path in CAPTURES}
