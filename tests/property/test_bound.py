"""The bound of a session that `dissgen build --verbose` prints holds, whatever the input."""

from __future__ import annotations

import enum
import random
import sys
import types
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from property.test_schedules import schedules
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


def waste(spec: str) -> list[tuple[Direction, bytes]]:
    """Input that makes much of few bytes."""
    record = b"\x16\x03\x01"
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    names = b"\x00\x10" + (65400).to_bytes(2, "big") + (65398).to_bytes(2, "big") + bytes(65398)
    hello += len(names).to_bytes(2, "big") + names
    message = b"\x01" + len(hello).to_bytes(3, "big") + hello + b"\x0b\x07\xff\xff" + bytes(200_000)
    records = [message[i : i + 16384] for i in range(0, len(message), 16384)]
    return {
        "smtp": [(DOWN, b"220 x\r\n"), *[(UP, b"x" * 16000 + b"\r\n")] * 300, *[(DOWN, b"250-\n")] * 999],
        "tutorial/smtp": [(DOWN, b"220-\n")] * 4000,
        "http": [
            *[(UP, b"GET / HTTP/1.1\r\n\r\n")] * 900,
            (DOWN, b"HTTP/1.1 200 OK\r\n"),
            *[(DOWN, b"a:\n")] * 990,
            *[(UP, b"POST / HTTP/1.1\n"), *[(UP, b"b:\n")] * 990],
        ],
        "tls": [(UP, record + len(piece).to_bytes(2, "big") + piece) for piece in records[:-1]],
    }.get(spec, [])


@pytest.mark.parametrize("size", [1, 2, 700])
@pytest.mark.parametrize("spec", SPECS)
def test_the_bound_holds(spec: str, size: int) -> None:
    """What examples say again and again, cut small, with losses, in any order; and what is made to be wasteful."""
    most = limit(spec)
    rng = random.Random(f"{spec} {size}")
    found = fragments(spec)
    largest = 0
    for turn in range(12):
        session = shipped(spec).Session(client="192.0.2.1", server="192.0.2.2")
        chosen = rng.choices(found, k=40) if turn else waste(spec)
        for number, (direction, data) in enumerate(chosen * (1 if not turn else 4)):
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
