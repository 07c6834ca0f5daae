"""Shared by all tests: specs compiled in memory, sessions run, results compared."""

from __future__ import annotations

import hashlib
import itertools
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.memory import load
from dissgen.passes import PASSES
from dissgen.pipeline import compile_source, compile_spec
from dissgen.testing.outcome import plain
from dissgen.text import SourceFile
from dissgen_runtime import Alert, Direction, Event, StreamEvent

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
ALL_PASSES = tuple(name for name, _ in PASSES)

needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the captures of ../shared/data are not here")

_counter = itertools.count()
_modules: dict[tuple[str, tuple[str, ...]], ModuleType] = {}


def compile_text(text: str, path: str = "test.yaml", off: tuple[str, ...] = ()) -> ModuleType:
    """A spec's text as a dissector; fails the test with the diagnostics if it does not compile."""
    key = (hashlib.sha256(text.encode()).hexdigest(), off)
    if key not in _modules:
        diagnostics = Diagnostics()
        compiled = compile_source(SourceFile(path, text), diagnostics, off=off, formatted=False)
        assert compiled is not None, render_all(diagnostics)
        _modules[key] = load(compiled.source, compiled.protocol, tag=f"_{next(_counter)}")
    return _modules[key]


def shipped(protocol: str, off: tuple[str, ...] = ()) -> ModuleType:
    """A shipped spec, compiled in memory (`smtp`, `tutorial/smtp`)."""
    key = (protocol, off)
    if key not in _modules:
        diagnostics = Diagnostics()
        path = ROOT / "specs" / f"{protocol}.yaml"
        compiled = compile_spec(path, ROOT, diagnostics, off=off, formatted=False)
        assert compiled is not None, render_all(diagnostics)
        _modules[key] = load(compiled.source, compiled.protocol, tag=f"_{next(_counter)}")
    return _modules[key]


def machine(body: str, off: tuple[str, ...] = ()) -> ModuleType:
    """A dissector from the sections that matter to a test."""
    head = "dissgen: 1\nprotocol: test\ntransport: {tcp: [9999]}\n"
    return compile_text(head + textwrap.dedent(body), off=off)


def names(events: list[Event]) -> list[str]:
    """Names of events, alerts by their id, pieces of a stream left out."""
    found = []
    for event in events:
        if isinstance(event, Alert):
            found.append(f"alert:{event.id}")
        elif isinstance(event, StreamEvent):
            if event.last:
                found.append(f"{event.name}:{event.complete}")
        else:
            found.append(event.name)
    return found


def streams(events: list[Event]) -> dict[int, bytes]:
    """Stream number -> all its bytes."""
    found: dict[int, bytes] = {}
    for event in events:
        if isinstance(event, StreamEvent):
            found[event.stream] = found.get(event.stream, b"") + event.data
    return found


def balanced(session: Any) -> None:
    """Conservation (semantics, rule 20)."""
    for direction, counts in session.summary()["bytes"].items():
        rest = {name: count for name, count in counts.items() if name != "total"}
        assert sum(rest.values()) == counts["total"], (direction, counts)


def canonical(events: list[Event]) -> list[tuple[object, ...]]:
    """Events in a form that does not depend on how the input was cut: everything but times and pieces."""
    result: list[tuple[object, ...]] = []
    pieces: dict[int, bytes] = {}
    for event in events:
        if isinstance(event, StreamEvent):
            pieces[event.stream] = pieces.get(event.stream, b"") + event.data
            if event.last:
                end = event.offset[1]
                result.append((event.name, event.direction, event.state, end, pieces[event.stream], event.complete))
        else:
            payload = {name: plain(value) for name, value in event.payload().items()}
            result.append((event.name, event.direction, event.state, event.offset, payload))
    return result


def feed_all(session: Any, schedule: list[tuple[Direction, bytes]]) -> list[Event]:
    """Feed a schedule; all events."""
    events: list[Event] = []
    for direction, data in schedule:
        events += session.feed(direction, data)
    return events
