"""Commands and replies of real conversations belong together however the two directions are interleaved.

The order of each direction, and its cuts, stay as they were captured; only what arrives before what changes.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from protocols.captures import of_protocol, schedules
from support import ROOT, compile_text

from dissgen.testing.outcome import Outcome, run
from dissgen.testing.script import Send, Step, Wait
from dissgen_runtime import DOWN, UP

CAPTURES = of_protocol("smtp")
SEEDS = 12
# The greeting has no line end (RFC 5321, section 4.2): the answer to EHLO goes on in its text, so that the server is one
# reply short, and which command the next one answers depends on what has arrived.
UNFINISHED = {
    "suricata-verify__detect-email-received__input.pcap",
    "suricata-verify__smtp-bug-6053__input.pcap",
}


@cache
def smtp() -> ModuleType:
    """The shipped spec, with room for what waits: the longest mail may arrive before its 354."""
    text = (ROOT / "specs" / "smtp.yaml").read_text(encoding="utf-8")
    assert "hold: 64 KiB" in text
    return compile_text(text.replace("hold: 64 KiB", "hold: 4 MiB"), "specs/smtp.yaml")


def interleaved(steps: list[Step], seed: int) -> list[Step]:
    """Both directions in their own order, merged at random; the more a side has left, the likelier it is next."""
    draw = random.Random(seed)
    told = [step for step in reversed(steps) if not isinstance(step, Wait)]
    left = [[step for step in told if step.direction is direction] for direction in (UP, DOWN)]
    merged: list[Step] = []
    while any(left):
        (side,) = draw.choices(left, [len(steps) for steps in left])
        merged.append(side.pop())
    return merged


def essence(outcome: Outcome) -> dict[str, object]:
    """What must not change: commands, passwords and replies in their orders, whom a reply answers, bodies."""
    return {
        "replies": [payload for name, payload in outcome.events if name == "response"],
        "commands": [(name, payload) for name, payload in outcome.events if name in ("command", "auth")],
        "streams": outcome.streams,
        "state": outcome.state,
    }


def test_the_captures_are_here() -> None:
    assert len(CAPTURES) >= 6


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_reply_keeps_its_command(path: Path) -> None:
    changed = []
    for steps in schedules(path, smtp()):
        if not any(isinstance(step, Send) for step in steps):
            continue
        expected = essence(run(smtp(), steps))
        for seed in range(SEEDS):
            outcome = run(smtp(), interleaved(steps, seed))
            assert outcome.unbalanced is None
            found = essence(outcome)
            changed += [(seed, name) for name in expected if found[name] != expected[name]]
    if path.name not in UNFINISHED:
        assert changed == []


def test_the_conversations_that_may_change_have_an_unfinished_reply() -> None:
    for path in CAPTURES:
        if path.name in UNFINISHED:
            (steps,) = schedules(path, smtp())
            down = [step.data for step in steps if isinstance(step, Send) and step.direction is DOWN]
            assert down[0].startswith(b"220 ")
            assert b"\n" not in down[0]
            assert down[1].startswith(b"250-")
