"""Random specs: what compiles runs, is well-typed Python, and reads alike however its input is cut and its passes are set.

Each spec is made from a number (`spec_generator.Generator`), so a failure is repeated by that number alone. The
environment variable DISSGEN_SPECS asks for more of them.
"""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from spec_generator import Generator, write
from support import ALL_PASSES, ROOT, balanced, canonical, feed_all

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.memory import load
from dissgen.pipeline import compile_source
from dissgen.reader import plain, read
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP, Direction, Event

COUNT = int(os.environ.get("DISSGEN_SPECS", "200"))
TYPED = 15
MUTATIONS = 150

Schedule = list[tuple[Direction, bytes]]
_tags = itertools.count()


@cache
def generated(seed: int) -> tuple[Generator, str]:
    generator = Generator(seed)
    return generator, write(generator.spec())


def source_of(text: str, off: tuple[str, ...] = ()) -> str | None:
    """The generated module; None for a spec that is refused."""
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("random.yaml", text), diagnostics, off=off, formatted=False)
    if compiled is None:
        assert "error[DG" in render_all(diagnostics)
    return None if compiled is None else compiled.source


def cut(schedule: Schedule, rng: random.Random, longest: int) -> Schedule:
    """The same bytes in pieces of up to `longest`."""
    pieces: Schedule = []
    for direction, data in schedule:
        at = 0
        while at < len(data):
            size = rng.randint(1, longest)
            pieces.append((direction, data[at : at + size]))
            at += size
    return pieces


def outcome(module: ModuleType, schedule: Schedule) -> tuple[object, ...]:
    """All that a session reports, after both directions have ended."""
    session: Any = module.Session()
    events: list[Event] = feed_all(session, schedule)
    for direction in (UP, DOWN):
        events += session.close(direction)
    balanced(session)
    failure = session.failure.key() if hasattr(session.failure, "key") else session.failure
    variables = {name: getattr(session.variables, name) for name in type(session.variables).__slots__}
    return canonical(events), session.state.value, failure, variables, session.summary()


def test_cutting_and_passes_change_nothing() -> None:
    accepted = messages = 0
    for seed in range(COUNT):
        generator, text = generated(seed)
        source = source_of(text)
        if source is None:
            continue
        unfused = source_of(text, ALL_PASSES)
        assert unfused is not None
        accepted += 1
        on = load(source, "random_spec", tag=f"_s{next(_tags)}")
        off = load(unfused, "random_spec", tag=f"_s{next(_tags)}")
        rng = random.Random(seed)
        for _ in range(4):
            schedule = [(rng.choice((UP, DOWN)), generator.input(rng.choice((5, 30, 80)))) for _ in range(3)]
            whole = outcome(on, schedule)
            assert outcome(off, schedule) == whole, f"spec {seed}: passes off"
            for module in (on, off):
                assert outcome(module, cut(schedule, rng, 1)) == whole, f"spec {seed}: byte by byte"
                assert outcome(module, cut(schedule, rng, 9)) == whole, f"spec {seed}: pieces"
            messages += len(whole[0])  # type: ignore[arg-type]
    assert accepted >= COUNT // 2
    assert messages > accepted


def test_generated_modules_are_well_typed(tmp_path: Path) -> None:
    found = ((seed, source_of(generated(seed)[1])) for seed in itertools.count(COUNT))
    for seed, source in itertools.islice(((seed, source) for seed, source in found if source is not None), TYPED):
        (tmp_path / f"spec_{seed}.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def damaged(value: Any, rng: random.Random) -> Any:
    """The document with one scalar replaced by another of the same document: often well-formed, rarely well-typed."""
    places: list[tuple[Any, Any]] = []
    scalars: list[Any] = ["None", "message", "x + 1", "[]", "len", "any(x for x in y)", "1", 'peek(WS) + "a"']

    def visit(node: Any) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, item in items:
            if isinstance(item, dict | list):
                visit(item)
            else:
                places.append((node, key))
                scalars.append(item)

    visit(value)
    for _ in range(rng.randint(1, 3)):
        node, key = rng.choice(places)
        node[key] = rng.choice(scalars)
    return value


@pytest.mark.parametrize("spec", ["smtp", "tutorial/smtp"])
def test_damaged_specs_give_diagnostics(spec: str) -> None:
    text = (ROOT / "specs" / f"{spec}.yaml").read_text(encoding="utf-8")
    node = read(SourceFile(spec, text), Diagnostics())
    assert node is not None
    refused = 0
    for seed in range(MUTATIONS):
        document: Any = plain(node)
        document.pop("examples")
        source = source_of(write(damaged(document, random.Random(seed))))
        if source is None:
            refused += 1
        else:
            compile(source, f"spec {seed}", "exec")
    assert refused > MUTATIONS // 2
