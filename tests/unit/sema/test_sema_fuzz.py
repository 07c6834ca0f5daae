"""Whatever is done to a spec, the analysis reports and never raises."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sema_support import ROOT, SPECS

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.lint import run
from dissgen.lowering import lower
from dissgen.pipeline import analyse
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode, read
from dissgen.sema import dump
from dissgen.text import SourceFile, Span

ROUNDS = 40
WORDS = (
    "x",
    "0",
    "true",
    "record",
    "message",
    "up",
    "None",
    "'[]'",
    "'('",
    "fail",
    "finish",
    "str",
    "peek()",
    "[]",
    "{}",
)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case SequenceNode():
            for item in node.items:
                yield from nodes(item)
        case MappingNode():
            for key, value in node.entries:
                yield key
                yield from nodes(value)


def replaced(text: str, changes: list[tuple[Span, str]]) -> str:
    for span, new in sorted(changes, key=lambda change: change[0].start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text


def mutated(text: str, scalars: list[ScalarNode], parts: list[Span], random_: random.Random) -> str:
    """One or two changes: scalars swapped, renamed or replaced by a word, a part of the tree deleted or copied."""
    kind = random_.choice(("swap", "rename", "word", "delete", "copy", "swap parts"))
    one, two = random_.choice(scalars).span, random_.choice(scalars).span
    part, other = random_.choice(parts), random_.choice(parts)
    match kind:
        case "swap" if one.end <= two.start or two.end <= one.start:
            return replaced(text, [(one, two.text), (two, one.text)])
        case "rename":
            return replaced(text, [(one, f"{one.text.strip(chr(39))}_x")])
        case "word":
            return replaced(text, [(one, random_.choice(WORDS))])
        case "delete":
            return replaced(text, [(part, "x")])
        case "copy" | "swap parts":
            return replaced(text, [(part, other.text)])
        case _:
            return replaced(text, [(one, "")])


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("seed", range(3))
def test_analysis_never_raises(path: Path, seed: int) -> None:
    text = path.read_text(encoding="utf-8")
    document = read(SourceFile("spec.yaml", text), Diagnostics())
    assert document is not None
    examples = document.get("examples")
    assert examples is not None
    end = examples.span.start
    scalars = [node for node in nodes(document) if isinstance(node, ScalarNode) and node.span.end < end]
    parts = [node.span for node in nodes(document) if node.span.end < end and "\n" not in node.span.text]
    random_ = random.Random(seed)
    correct = 0
    for _ in range(ROUNDS):
        changed = mutated(text, scalars, parts, random_)
        diagnostics = Diagnostics()
        model = analyse(SourceFile("spec.yaml", changed), ROOT, diagnostics)
        assert (model is None) == diagnostics.has_errors, render_all(diagnostics)
        render_all(diagnostics)
        if model is not None:
            correct += 1
            lower(model)
            dump(model)
            list(run(model))
    assert correct < ROUNDS
