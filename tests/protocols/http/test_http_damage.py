"""Real conversations with a part missing or changed: nothing breaks, every byte is accounted for, streams end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from protocols.captures import dissect, of_protocol, schedules, variants
from support import shipped

from dissgen.testing.script import Close, Send, Step
from dissgen_runtime import DOWN, UP, Event, StreamEvent

LARGEST = 300_000
CAPTURES = [path for path in of_protocol("http") if path.stat().st_size < LARGEST]
each_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)


def check_streams(events: list[Event], name: str) -> None:
    """Every stream has exactly one last piece."""
    pieces: dict[int, list[bool]] = {}
    for event in events:
        if isinstance(event, StreamEvent):
            pieces.setdefault(event.stream, []).append(event.last)
            assert (event.complete is not None) == event.last, name
    for number, lasts in pieces.items():
        assert lasts == [False] * (len(lasts) - 1) + [True], (name, number)


@each_capture
def test_parts_missing_or_exchanged(path: Path) -> None:
    whole = dissect(path, shipped("http"))
    for variant in variants(path, whole.values(), losses=12):
        for flow in dissect(variant.packets, shipped("http")).values():
            check_streams(flow.events, variant.name)
            assert not flow.summary["failed"], variant.name
            for counts in flow.summary["bytes"].values():
                assert sum(count for key, count in counts.items() if key != "total") == counts["total"], variant.name


def mutated(steps: list[Step], random: random.Random) -> list[Step]:
    """Some octets changed, taken out or doubled."""
    changed: list[Step] = []
    for step in steps:
        if isinstance(step, Send) and step.data:
            data = bytearray(step.data)
            for _ in range(random.randrange(3)):
                at = random.randrange(len(data))
                kind = random.randrange(3)
                if kind == 0:
                    data[at] = random.choice(b"\r\n :0;\x00\xff")
                elif kind == 1:
                    del data[at : at + random.randrange(1, 5)]
                else:
                    data[at:at] = data[at : at + random.randrange(1, 9)]
                if not data:
                    break
            step = Send(step.direction, bytes(data))
        changed.append(step)
    return changed


@each_capture
def test_octets_changed_give_events_never_an_exception(path: Path) -> None:
    for number, steps in enumerate(schedules(path, shipped("http"))[:8]):
        for seed in range(6):
            session = shipped("http").Session()
            events: list[Event] = []
            for step in mutated(steps[:200], random.Random(f"{path.name} {number} {seed}")):
                if isinstance(step, Send):
                    events += session.feed(step.direction, step.data)
                elif isinstance(step, Close):
                    events += session.close(step.direction, cut=step.cut)
                else:
                    events += session.gap(step.direction, step.size)
            for direction in (UP, DOWN):
                events += session.close(direction)
            check_streams(events, f"flow {number}, seed {seed}")
