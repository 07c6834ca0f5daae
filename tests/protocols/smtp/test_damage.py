"""Real conversations with a part missing: nothing breaks, every byte is accounted for, and the rest is found again."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from protocols.captures import FlowResult, Variant, dissect, of_protocol, variants
from protocols.smtp.test_interleaving import UNFINISHED
from support import shipped

from dissgen_runtime import DOWN, UP, Direction, Event, StreamEvent
from dissgen_runtime.net.decapsulate import FIN

CAPTURES = of_protocol("smtp")
ENCRYPTED = [path for path in CAPTURES if "starttls" in path.name or "startssl" in path.name]
ALERTS = 3  # more than the undamaged conversation has: one a direction, and that only one direction is seen
each_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)


@cache
def whole(path: Path) -> dict[bytes, FlowResult]:
    """The flows of the undamaged capture by key."""
    return {flow.key: flow for flow in dissect(path, shipped("smtp")).values()}


@cache
def damaged(path: Path) -> tuple[tuple[Variant, tuple[FlowResult, ...]], ...]:
    """Each variant of a capture with what its flows reported. A dissector that raises fails here."""
    found = variants(path, whole(path).values())
    return tuple((variant, tuple(dissect(variant.packets, shipped("smtp")).values())) for variant in found)


def test_the_captures_are_here() -> None:
    assert len(CAPTURES) >= 6


@each_capture
def test_every_byte_is_counted_once(path: Path) -> None:
    for variant, flows in damaged(path):
        for flow in flows:
            for direction, counts in flow.summary["bytes"].items():
                rest = sum(count for name, count in counts.items() if name != "total")
                assert rest == counts["total"], (variant.name, direction, counts)


@each_capture
def test_every_stream_ends_with_one_last_piece(path: Path) -> None:
    for variant, flows in damaged(path):
        for flow in flows:
            pieces: dict[int, list[bool]] = {}
            for event in flow.events:
                if isinstance(event, StreamEvent):
                    pieces.setdefault(event.stream, []).append(event.last)
                    assert (event.complete is not None) == event.last
            for number, lasts in pieces.items():
                assert lasts == [False] * (len(lasts) - 1) + [True], (variant.name, number)


@pytest.mark.parametrize("path", [path for path in CAPTURES if path not in ENCRYPTED], ids=lambda path: path.stem)
def test_nothing_fails_and_no_alerts_follow_each_other(path: Path) -> None:
    assert cascades(path) == []


@pytest.mark.parametrize("path", ENCRYPTED, ids=lambda path: path.stem)
def test_ciphertext_is_not_read_line_by_line(path: Path) -> None:
    assert cascades(path) == []


def cascades(path: Path) -> list[tuple[str, dict[str, int]]]:
    """The variants with more alerts than there are reasons for."""
    expected = sum(len(flow.alerts) for flow in whole(path).values())
    found = []
    for variant, flows in damaged(path):
        for flow in flows:
            assert not flow.summary["failed"], (variant.name, flow.summary["failure"])
            if len(flow.alerts) > expected + ALERTS + len(flow.of("gap")):
                found.append((variant.name, dict(Counter(flow.alerts))))
    return found


def losses(path: Path) -> list[tuple[str, FlowResult, FlowResult, Direction, tuple[int, int]]]:
    """The variants that lack one packet which was missed: its name, flow before and after, direction, lost range."""
    found = []
    for variant, flows in damaged(path):
        if variant.lost is None:
            continue
        for flow in flows:
            before = whole(path).get(flow.key)
            if before is None:
                continue
            known = {(event.direction, event.offset) for event in before.of("gap")}
            gaps = [event for event in flow.of("gap") if (event.direction, event.offset) not in known]
            for gap in gaps[:1]:
                found.append((variant.name, before, flow, gap.direction, gap.offset))
    return found


@each_capture
def test_a_lost_packet_is_one_gap_of_its_size(path: Path) -> None:
    for variant, flows in damaged(path):
        for flow in flows:
            before = whole(path).get(flow.key)
            if variant.lost is None or before is None:
                continue
            old, new = _gaps(before), _gaps(flow)
            for direction in (UP, DOWN):
                more = sorted((new[direction] - old[direction]).elements())
                assert len(more) <= 1, (variant.name, direction, more)
                # A part of the lost bytes may have been sent again, or be joined to a hole that was there before.
                if more and not old[direction]:
                    lost = variant.lost
                    assert more[0] <= len(lost.payload) + bool(lost.flags & FIN), variant.name  # both have a number
                total = flow.summary["bytes"][direction.value]["total"]
                if more and not old[direction] and not variant.lost.flags & FIN:
                    assert total + more[0] == before.summary["bytes"][direction.value]["total"], variant.name


def _gaps(flow: FlowResult) -> dict[Direction, Counter[int]]:
    return {side: Counter(e.bytes for e in flow.of("gap") if e.direction is side) for side in (UP, DOWN)}


@each_capture
def test_what_precedes_a_loss_stays(path: Path) -> None:
    for name, before, after, direction, (start, _) in losses(path):
        for kind in ("command", "response"):
            expected = [_plain(event) for event in before.of(kind) if _until(event, direction, start)]
            found = [_plain(event) for event in after.of(kind)]
            assert found[: len(expected)] == expected, (name, kind)


def _until(event: Event, direction: Direction, start: int) -> bool:
    return event.direction is direction and event.offset[1] <= start


def _plain(event: Event) -> tuple[object, ...]:
    """What an event says, and where, without whom it answers: that is lost with the command."""
    payload = {key: value for key, value in event.payload().items() if key != "command"}
    return (event.direction, event.offset, payload)


@each_capture
def test_what_follows_a_lost_command_is_found_again(path: Path) -> None:
    """Behind a loss between two messages at most the next line is given up: one that is not known by how it begins."""
    for name, before, after, direction, (start, end) in losses(path):
        kind = "command" if direction is UP else "response"
        if any(_touches(event, direction, start, end) for event in before.events if not _is(event, kind)):
            continue  # in a mail, a chunk or a password: what they end with may be lost as well
        if direction is UP and any(_leads_elsewhere(event, start, end) for event in before.of("command")):
            continue  # in the command or right before it: what follows is no command unless its answer tells
        expected = [_plain(event) for event in before.of(kind) if event.offset[0] >= end]
        found = [_plain(event) for event in after.of(kind)]
        missing = [event for event in expected if event not in found]
        assert missing == expected[: len(missing)], name
        assert len(missing) <= 1, (name, missing)


def _is(event: Event, kind: str) -> bool:
    return event.name == kind or event.name in ("alert", "gap", "end")


def _touches(event: Event, direction: Direction, start: int, end: int) -> bool:
    return event.direction is direction and event.offset[0] < end and event.offset[1] > start


def _leads_elsewhere(event: Event, start: int, end: int) -> bool:
    """Whether a command after which the client speaks otherwise is lost, or is the one that `resync` gives up."""
    return event.verb in ("DATA", "AUTH", "STARTTLS", "BDAT") and event.offset[1] > start  # type: ignore[attr-defined]


def test_a_conversation_without_its_handshake_is_read_as_with_it() -> None:
    changed = []
    for path in CAPTURES:
        if path in ENCRYPTED or path.name in UNFINISHED:
            continue
        for variant, flows in damaged(path):
            if variant.name == "no handshake":
                changed += [path.name for flow in flows if _said(flow) != _said(whole(path)[flow.key])]
    assert changed == []


def _said(flow: FlowResult) -> list[tuple[object, ...]]:
    return [(event.offset, event.payload()) for name in ("command", "response", "auth") for event in flow.of(name)]


def test_a_mail_behind_a_lost_command_is_not_read_as_commands() -> None:
    """The server's 354 tells that a mail follows, also where DATA is not seen."""
    read = []
    for path in CAPTURES:
        for name, before, after, direction, (start, end) in losses(path):
            kinds = {event.verb for event in before.of("command") if _touches(event, direction, start, end)}
            if direction is UP and kinds == {"DATA"}:
                known = {event.offset for event in before.of("command")}
                wrong = [event.verb for event in after.of("command") if event.offset not in known]
                read += [(path.name, name, len(wrong))] if len(wrong) > 1 else []
    assert read == []
