"""The bound of a session that `dissgen build --verbose` prints holds, whatever the input."""

from __future__ import annotations

import enum
import random
import sys
import tracemalloc
import types
from collections import deque
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from property.test_schedules import schedules
from property.wasteful import WASTEFUL
from support import ROOT, machine, shipped

from dissgen.diagnostics import Diagnostics
from dissgen.ir.bound import bound
from dissgen.pipeline import compile_spec
from dissgen.testing.script import Send
from dissgen_runtime import DOWN, UP, Direction
from dissgen_runtime.tokens import Terminator, Token

SPECS = sorted(
    path.relative_to(ROOT / "specs").with_suffix("").as_posix()
    for path in (ROOT / "specs").rglob("*.yaml")
    # a spec that extends another one has the machine, and so the bound, of that one
    if "states:" in (text := path.read_text(encoding="utf-8")) and "\nextends:" not in text
)
_SHARED = (
    enum.Enum,
    type,
    types.ModuleType,
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    Token,
    Terminator,
)


@cache
def limit(spec: str) -> int:
    compiled = compile_spec(ROOT / "specs" / f"{spec}.yaml", ROOT, Diagnostics())
    assert compiled is not None
    return bound(compiled.module).total


def size_of(session: Any) -> int:
    """The bytes of everything that only the session holds."""
    seen: set[int] = set()
    total = 0
    open_ = [session]
    while open_:
        item = open_.pop()
        if id(item) in seen or isinstance(item, _SHARED):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        open_ += _inside(item)
    return total


def _inside(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, list | tuple | set | frozenset | deque):
        yield from item
    for kind in type(item).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if name not in ("_row", "_transforms_table") and hasattr(item, name):
                yield getattr(item, name)


def test_size_of_counts_what_a_session_holds() -> None:
    session = shipped("smtp").Session()
    before = size_of(session)
    session.feed(UP, b"x" * 5000)
    assert 5000 <= size_of(session) - before <= 6000


def fragments(spec: str) -> list[tuple[Direction, bytes]]:
    return [(step.direction, step.data) for steps in schedules(spec) for step in steps if isinstance(step, Send)]


@pytest.mark.parametrize("size", [1, 2, 700])
@pytest.mark.parametrize("spec", SPECS)
def test_the_bound_holds(spec: str, size: int) -> None:
    """What examples say again and again, cut small, with losses, in any order."""
    most = limit(spec)
    rng = random.Random(f"{spec} {size}")
    found = fragments(spec)
    largest = 0
    for turn in range(12):
        session = shipped(spec).Session(client="192.0.2.1", server="192.0.2.2")
        chosen = rng.choices(found, k=40)
        for number, (direction, data) in enumerate(chosen * 4):
            if turn % 3 == 2 and rng.random() < 0.1:
                session.gap(direction, rng.randrange(1, 9))
            step = size if len(data) < 2000 else 4096
            for i in range(0, len(data), step):
                session.feed(direction, data[i : i + step])
            if number % 200 == 0:
                largest = max(largest, size_of(session))
        largest = max(largest, size_of(session))
        assert largest <= most
    print(f"{spec}: {largest} of {most}")


MOST = 100 * 1024 * 1024
FAR = 64
"""How much of its bound wasteful input reaches at least: one part of so many. What is left is the worst of everything at once."""


@pytest.mark.parametrize("spec", WASTEFUL)
def test_the_bound_is_near_what_wasteful_input_takes(spec: str) -> None:
    """Measured while a call reads, its events included. A bound that is far above all input would say nothing."""
    module = import_module("mdns_dissector") if spec == "mdns" else shipped(spec)
    bounded = limit(spec)
    reached = 0
    for steps in WASTEFUL[spec]:
        session = module.Session(transport="tcp" if "tcp" in module.Session.TRANSPORTS else None)
        tracemalloc.start()
        try:
            for direction, data in steps:
                tracemalloc.reset_peak()
                session.feed(direction, data)
                reached = max(reached, tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        reached = max(reached, size_of(session))
    print(f"{spec}: {reached} of {bounded}")
    assert reached <= bounded <= MOST
    assert bounded <= FAR * reached


def test_every_shipped_spec_has_wasteful_input() -> None:
    packets = {"tcp_connection", "udp_connection"}  # one packet at a time; what stays is a state and some numbers
    assert set(SPECS) - packets <= set(WASTEFUL)


def test_what_entries_weigh_is_limited() -> None:
    """`limits.variable`: with a limit of its own the oldest leave, without one the session fails."""
    text = r"""
        limits: {variable: 2 KiB}
        grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
        variables:
          words: {type: 'list[str]', LIMIT initial: []}
          seen: {type: 'map[str, list[str]]', LIMIT expires: 9 s}
        initial: a
        states: {a: {up: line, down: line, transitions: [
          {event: up, execute: [push: {words: message.word}]},
          {event: down, execute: [{remember: {seen: message.word}, value: '[message.word, message.word]'}]}]}}
        """
    module = machine(text.replace("LIMIT", "limit: 100,"))
    for side, name in ((UP, "words"), (DOWN, "seen")):
        session = module.Session()
        alerts = []
        for number in range(300):
            alerts += session.feed(side, bytes([97 + number % 26]) * (1 + number % 20 * 20) + b"\n")
        assert [alert.id for alert in alerts] == ["limit"]
        entries = getattr(session.variables, name)
        assert 0 < len(entries) < 40
        kept = list(entries.items()) if name == "seen" else list(entries)
        assert sum(len(str(entry)) for entry in kept) <= 2300
        assert size_of(session) < 40_000
        assert not session.failed
    module = machine(text.replace("LIMIT", ""))
    for side in (UP, DOWN):
        session = module.Session()
        for letter in b"abcde":
            session.feed(side, bytes([letter]) * 400 + b"\n")
        assert session.failed
        assert "2048 bytes" in str(session.failure)


def test_a_list_that_is_set_is_weighed_too() -> None:
    session = machine(r"""
        limits: {variable: 2 KiB}
        grammar: {line: {record: [{field: words, array: {token: '[a-z]+,'}, while: peek() != 10}, {token: '\n'}]}}
        variables: {words: {type: 'list[str]', initial: []}}
        initial: a
        states: {a: {up: line, transitions: [{event: up, execute: [set: {words: message.words}]}]}}
        """).Session()
    session.feed(UP, b"ab,cd,\n")
    assert session.variables.words == ["ab,", "cd,"]
    session.feed(UP, b"ab," * 50 + b"\n")
    assert session.failed
    assert "2048 bytes" in str(session.failure)


@pytest.mark.parametrize("direction", [UP, DOWN])
@pytest.mark.parametrize("spec", SPECS)
def test_the_bound_holds_for_what_waits(spec: str, direction: Direction) -> None:
    """One direction alone, in pieces of two bytes between others of the other one, and with gaps between them."""
    other = DOWN if direction is UP else UP
    for filler in (b"xy", b"\x16\x03", b"22"):
        session = shipped(spec).Session(client="192.0.2.1", server="192.0.2.2")
        for number in range(6000):
            session.feed(direction, filler)
            session.feed(other, b"\x00" if number % 3 else b"")
            if number % 2:
                session.gap(direction, 1)
        assert size_of(session) <= limit(spec)


def test_gaps_that_wait_count_for_the_hold() -> None:
    """A direction that is held keeps its gaps, which take memory without any byte."""
    session = machine(r"""
        limits: {hold: 6400}
        grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
        initial: a
        states: {a: {up: line, down: {hold: true}, transitions: [{event: missing_grammar, execute: []}]}}
        """).Session()
    sizes = []
    for _ in range(2000):
        session.feed(DOWN, b"x")
        session.gap(DOWN, 1)
        sizes.append(size_of(session))
    assert max(sizes) < 64 * 1024


def test_small_pieces_cost_no_more_than_their_bytes() -> None:
    session = machine(r"""
        limits: {token: 1 MiB}
        grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
        initial: a
        states: {a: {up: line}}
        """).Session()
    before = size_of(session)
    for _ in range(50_000):
        session.feed(UP, b"xy")
    assert size_of(session) - before < 150_000


def test_a_spec_says_what_its_parts_are(tmp_path: Path) -> None:
    compiled = compile_spec(ROOT / "specs" / "smtp.yaml", ROOT, Diagnostics())
    assert compiled is not None
    found = bound(compiled.module)
    assert found.children == ("tls",)
    assert found.total == sum(part.size for part in found.parts)
    assert {"variables", "streams, both directions"} <= {part.name for part in found.parts}
