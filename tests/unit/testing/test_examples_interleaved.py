"""Examples of machines that take turns run with their directions interleaved anew; a fault that this shows is found."""

from __future__ import annotations

from typing import Any

import pytest

import dissgen.testing.runner
from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.testing import ExampleResult, run_examples
from dissgen.testing.schedules import RANDOM, cuts, interleavings
from dissgen.testing.script import Close, Lose, Midstream, Send, Step
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP
from dissgen_runtime.session import Session

SPEC = r"""dissgen: 1
protocol: turns
transport: {tcp: [7]}
tokens: {WORD: '[a-z]+', LINE_END: '\r?\n'}
grammar: {line: {record: [{field: word, token: WORD}, LINE_END]}}
events: {question: {word: str}, answer: {word: str}}
initial: asking
states:
  asking: {up: line, down: {hold: true}, transitions: [{event: up, execute: [trigger: question], jump: answering}]}
  answering: {up: {use: line, hold: true}, down: DOWN, transitions: [{event: down, execute: [trigger: answer], jump: asking}]}
examples:
  - name: two questions
    talk: |
      C: one
      S: first
      C: two
      S: second
    expect:
      state: asking
      events: [{event: question, word: one}, {event: answer, word: first}, {event: question, word: two}, {event: answer}]
"""


def result(text: str) -> ExampleResult:
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("turns.yaml", text), diagnostics, formatted=False)
    assert compiled is not None, render_all(diagnostics)
    (found,) = run_examples(compiled, diagnostics)
    return found


def sends(schedule: list[Step], direction: object) -> bytes:
    return b"".join(step.data for step in schedule if isinstance(step, Send) and step.direction is direction)


STEPS: list[Step] = [Send(UP, b"ab"), Send(DOWN, b"cd"), Send(UP, b"e"), Send(DOWN, b"fgh")]


def test_every_interleaving_has_the_bytes_of_both_directions_in_order() -> None:
    found = list(interleavings(STEPS, 100))
    assert len(found) == 6 + 1 + RANDOM  # as written: four over two
    for _, schedule in found:
        assert (sends(schedule, UP), sends(schedule, DOWN)) == (b"abe", b"cdfgh")
    orders = [tuple(step.direction for step in schedule if isinstance(step, Send)) for _, schedule in found[:6]]
    assert len(set(orders)) == 6
    assert found[6][0] == "byte for byte in turn"
    assert found == list(interleavings(STEPS, 100))


def test_of_many_steps_some_orders_are_tried_among_them_the_outermost() -> None:
    steps: list[Step] = [step for n in range(20) for step in (Send(UP, bytes([n])), Send(DOWN, bytes([n])))]
    found = [schedule for _, schedule in interleavings(steps, 100)]
    assert [step.direction for step in found[0] if isinstance(step, Send)] == [UP] * 20 + [DOWN] * 20
    assert [step.direction for step in found[1] if isinstance(step, Send)] == [DOWN] * 20 + [UP] * 20


def test_what_follows_a_loss_or_an_end_keeps_its_place() -> None:
    rest: list[Step] = [Lose(UP, 3), Send(UP, b"x"), Send(DOWN, b"y"), Close(UP, cut=False)]
    for _, schedule in interleavings([Midstream(), *STEPS, *rest], 100):
        assert schedule[0] == Midstream()
        assert schedule[-4:] == rest


@pytest.mark.parametrize("steps", [[], [Send(UP, b"a")], [Lose(UP, 1), *STEPS]])
def test_nothing_to_reorder(steps: list[Step]) -> None:
    assert list(interleavings(steps, 100)) == []


def test_not_where_the_limit_of_what_waits_is_reached() -> None:
    assert list(interleavings(STEPS, 5)) == []
    assert list(interleavings(STEPS, 6))


def test_a_long_talk_is_cut_at_some_points_in_a_bounded_number_of_runs() -> None:
    steps: list[Step] = [Send(UP, bytes(100_000)), Send(DOWN, bytes(100_000))]
    found = dict(cuts(steps))
    assert 40 < len(found) < 60
    assert {"step 1 cut at byte 1", "step 1 cut at byte 99999", "step 2 cut at byte 1"} <= set(found)
    assert len(dict(cuts([Send(UP, bytes(2000))]))) == 3 + 1999


def names_of_runs(monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    tried: list[str] = []

    def seen(schedules: Any) -> Any:
        for schedule in schedules:
            tried.append(schedule[0])
            yield schedule

    original = dissgen.testing.runner._run_session
    monkeypatch.setattr(dissgen.testing.runner, "_run_session", lambda m, e, s, o: original(m, e, seen(s), o))
    assert result(text).failure is None
    return tried


def test_machines_that_take_turns_are_interleaved_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "byte for byte in turn" in names_of_runs(monkeypatch, SPEC.replace("DOWN", "line"))
    other = SPEC.replace("DOWN", "line").replace("down: {hold: true}", "down: line")
    assert "byte for byte in turn" not in names_of_runs(monkeypatch, other)


class Broken:
    """Faults of a runtime, each of which one kind of run shows and no other."""

    @staticmethod
    def on_pieces(self: Any, direction: Any, data: bytes) -> Any:
        """What comes after the first byte of a message, alone, is lost."""
        return Broken.feed(self, direction, data if data != b"o" else b"")

    @staticmethod
    def on_one_cut(self: Any, direction: Any, data: bytes) -> Any:
        return Broken.feed(self, direction, data.replace(b"ir", b"") if data.startswith(b"ir") else data)

    @staticmethod
    def on_held(self: Any, direction: Any, data: bytes) -> Any:
        """An answer that comes before its question is taken for empty."""
        early = direction is DOWN and self.state.value == "asking"
        return Broken.feed(self, direction, b"early\r\n" if early and len(data) > 1 else data)

    @staticmethod
    def always(self: Any, direction: Any, data: bytes) -> Any:
        return Broken.feed(self, direction, data.replace(b"one", b"eno"))

    @staticmethod
    def raising(self: Any, direction: Any, data: bytes) -> Any:
        if direction is DOWN and self.state.value == "asking":
            raise RuntimeError("out of feed")
        return Broken.feed(self, direction, data)

    feed = Session.feed


@pytest.mark.parametrize(
    ("fault", "cut", "shown"),
    [
        ("always", "whole", "+('question', {'word': 'eno'})"),
        ("on_pieces", "byte by byte", "-('question', {'word': 'one'})"),
        ("on_one_cut", "step 2 cut at byte 1", "-('answer', {'word': 'first'})"),
        ("on_held", "in the order up 5, down 7, down 8, up 5", "early"),
        ("raising", "in the order", "RuntimeError: out of feed"),
    ],
)
def test_a_broken_runtime_fails_in_the_run_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, fault: str, cut: str, shown: str
) -> None:
    monkeypatch.setattr(Session, "feed", getattr(Broken, fault))
    found = result(SPEC.replace("DOWN", "line"))
    assert found.failure is not None
    assert found.failure.strip().startswith(cut)
    assert shown in found.failure
    assert found.name == "two questions"
    assert found.place == "turns.yaml:12:5"
