"""`dissgen build --verbose` says whether the interleaving of the two directions can matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Cli

TURNS = r"""dissgen: 1
protocol: echo
transport: {tcp: [7]}
tokens: {LINE_END: '\r?\n', TEXT: '[^\r\n]*'}
grammar:
  line: {record: [{field: text, token: TEXT}, LINE_END], resync: LINE_END}
events: {said: {text: str}}
initial: ask
states:
  ask:
    up: line
    down: {hold: true}
    transitions:
      - {event: up, execute: [{trigger: {said: {text: message.text}}}], jump: reply}
  reply:
    up: {hold: true}
    down: line
    transitions:
      - {event: down, execute: [{trigger: {said: {text: message.text}}}], jump: ask}
"""
SAME = "  the same events for every interleaving of the two directions"


def test_machines_that_take_turns(cli: Cli, project: Path) -> None:
    (project / "specs" / "echo.yaml").write_text(TURNS, encoding="utf-8")
    result = cli("build", "--verbose")
    assert result.status == 0, result.err
    assert SAME in result.out.splitlines()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("down: {hold: true}", "down: line", "state `ask` does not read one direction and hold the other"),
        ("{event: up,", "{event: up, when: held.down > 0,", "state `ask` reads held.down"),
        ("{event: up,", "{event: up, when: now > seconds(5),", "state `ask` reads now"),
        ("    transitions:\n      - {event: up", "    transitions:\n      - {event: timeout, after: 5 s, jump: fail}\n"
         "      - {event: up", "state `ask` has timeout"),
    ],
)  # fmt: skip
def test_what_prevents_it_is_named(cli: Cli, project: Path, old: str, new: str, reason: str) -> None:
    (project / "specs" / "echo.yaml").write_text(TURNS.replace(old, new, 1), encoding="utf-8")
    result = cli("build", "--verbose")
    assert result.status == 0, result.err
    assert SAME not in result.out.splitlines()
    assert any(line.endswith(f": {reason}") for line in result.out.splitlines()), result.out
