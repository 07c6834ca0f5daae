"""Real two-direction schedules, refined at random: cutting and pickling change nothing (semantics, rules 14 and 20)."""

from __future__ import annotations

import pickle
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ALL_PASSES, ROOT, balanced, canonical, shipped

from dissgen.diagnostics import Diagnostics
from dissgen.reader import plain, read
from dissgen.testing.script import Close, Lose, ScriptReader, Send, Step, Wait
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP, Event

SPECS = ("http", "modbus", "mqtt", "smtp", "tls", "tutorial/smtp")


@cache
def schedules(spec: str) -> list[list[Step]]:
    """The talks of a spec's examples."""
    text = (ROOT / "specs" / f"{spec}.yaml").read_text(encoding="utf-8")
    node = read(SourceFile(spec, text), Diagnostics())
    assert node is not None
    document: Any = plain(node)
    events = (
        document.get("machine", {}).get("events", {}) if document.get("machine", {}).get("type") == "custom" else ()
    )
    reader = ScriptReader(("client", "server"), Path(), events=tuple(events))
    return [reader.steps(example["talk"]) for example in document["examples"] if "rule" not in example]


def play(module: Any, steps: list[Step], store: set[int] = frozenset()) -> tuple[Any, list[Event]]:  # type: ignore[assignment]
    """Feed the steps; before those whose number is in `store` the session is pickled and goes on as its copy."""
    session = module.Session()
    events: list[Event] = []
    for number, step in enumerate(steps):
        if number in store:
            session = copied(session)
        match step:
            case Send(direction, data):
                events += session.feed(direction, data)
            case Lose(direction, size):
                events += session.gap(direction, size)
            case Close(direction, cut):
                events += session.close(direction, cut)
            case Wait(time):
                events += session.advance(session.now + time)
    return session, events


def copied(session: Any) -> Any:
    """Pickled and back; in the midst of compressed content, which is the known exception, the session itself."""
    try:
        return pickle.loads(pickle.dumps(session))
    except TypeError as error:
        if "zlib keeps its state" not in str(error):
            raise
        return session


def values(variables: Any) -> dict[str, object]:
    """The variables by name; those of a direction by direction."""
    named = {name: getattr(variables, name) for name in type(variables).__slots__}
    return {name: values(value) if name in ("up", "down") else value for name, value in named.items()}


def essence(session: Any, events: list[Event]) -> tuple[object, ...]:
    """Everything that must be equal: events with payloads, offsets and states; errors; variables; counts."""
    failure = session.failure.key() if hasattr(session.failure, "key") else session.failure
    variables = values(session.variables)
    return (canonical(events), session.state.value, failure, variables, session.summary())


@st.composite
def refined(draw: st.DrawFn, spec: str) -> tuple[list[Step], list[Step], set[int]]:
    """A schedule, the same cut at random, and where to pickle. Some runs are damaged first: cut short or mutated."""
    steps = list(draw(st.sampled_from(schedules(spec))))
    if draw(st.booleans()):
        steps = steps[: draw(st.integers(0, len(steps)))]
    if steps and draw(st.booleans()):
        index = draw(st.integers(0, len(steps) - 1))
        step = steps[index]
        if isinstance(step, Send) and step.data:
            at = draw(st.integers(0, len(step.data) - 1))
            byte = draw(st.sampled_from([b"", b"\r", b"\n", b".", b" ", b"-", b"9", b"\x00", b"\xff"]))
            steps[index] = Send(step.direction, step.data[:at] + byte + step.data[at + 1 :])
    for _ in range(draw(st.integers(0, 3))):
        lost = Lose(draw(st.sampled_from([UP, DOWN])), draw(st.integers(1, 2000)))
        other = draw(st.sampled_from([lost, Wait(draw(st.sampled_from([1, 10**9, 10**12])))]))
        steps.insert(draw(st.integers(0, len(steps))), other)
    if draw(st.booleans()):
        steps += [Close(direction, draw(st.booleans())) for direction in draw(st.permutations([UP, DOWN]))]
    pieces: list[Step] = []
    for step in steps:
        if isinstance(step, Send):
            places = sorted(draw(st.sets(st.integers(1, max(len(step.data) - 1, 1)), max_size=6)))
            bounds = [0, *[place for place in places if place < len(step.data)], len(step.data)]
            pieces += [Send(step.direction, step.data[a:b]) for a, b in pairwise(bounds)]
        else:
            pieces.append(step)
    store = draw(st.sets(st.integers(0, max(len(pieces) - 1, 0)), max_size=5))
    return steps, pieces, store


@pytest.mark.parametrize("spec", SPECS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_refining_a_schedule_changes_nothing(spec: str, data: st.DataObject) -> None:
    steps, pieces, store = data.draw(refined(spec))
    whole = play(shipped(spec), steps)
    cut = play(shipped(spec), pieces, store)
    assert essence(*whole) == essence(*cut)
    balanced(whole[0])


@pytest.mark.parametrize("spec", SPECS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_turning_every_pass_off_changes_nothing(spec: str, data: st.DataObject) -> None:
    steps, pieces, _ = data.draw(refined(spec))
    expected = essence(*play(shipped(spec), steps))
    assert expected == essence(*play(shipped(spec, off=ALL_PASSES), pieces))
    assert expected == essence(*play(shipped(spec, off=("fuse_regex",)), steps))


@pytest.mark.parametrize("spec", SPECS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_nothing_from_the_network_raises(spec: str, data: st.DataObject) -> None:
    """Garbage built from pieces that mean something, gaps and closes in any order."""
    fragments = [
        b"220 x\r\n",
        b"EHLO a\r\n",
        b"DATA\r\n",
        b"354 go\r\n",
        b"\r\n.\r\n",
        b"BDAT 5\r\n",
        b"250-a\r\n",
        b"250 a\r\n",
    ]
    fragments += [
        b"STARTTLS\r\n",
        b"AUTH LOGIN\r\n",
        b"334 x\r\n",
        b"QUIT\r\n",
        b"221 x\r\n",
        b"\x00\xff",
        b".",
        b"\n",
        b"x" * 600,
    ]
    step = st.one_of(
        st.builds(Send, st.sampled_from([UP, DOWN]), st.sampled_from(fragments) | st.binary(max_size=20)),
        st.builds(Lose, st.sampled_from([UP, DOWN]), st.integers(0, 50)),
        st.builds(Close, st.sampled_from([UP, DOWN]), st.booleans()),
    )
    session, _ = play(shipped(spec), data.draw(st.lists(step, max_size=25)))
    balanced(session)
