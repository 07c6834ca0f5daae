"""Broken specs through build, lint and test: diagnostics, never an exception.

`DISSGEN_BROKEN_SECONDS` gives a campaign more time; then a seed that fails is named in the message.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_text, lint_spec
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode, read
from dissgen.testing import run_examples
from dissgen.text import SourceFile
from dissgen.workspace import all_specs

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("DISSGEN_BROKEN_SECONDS", "9"))
SPECS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in all_specs(ROOT)}
SMALL = sorted(name for name, text in SPECS.items() if len(text) < 9000)
VALUES = [
    "", "null", "0", "-1", "99999999999999999999", "true", "[]", "{}", "''", "'\\x'", "[[]]", "{a: 1}", "'('", "up", "finish",
    "message", "'message.x'", "'1 +'", "'[a-'", "1.5", "'a' * 9", "{hex: zz}", "{hex: '0'}", "\"\\u0000\"", "1e999",
]  # fmt: skip
EXAMPLES = [
    "'!gap up 1'",
    "'C# zz'",
    "'X: a'",
    "[{C: {file: missing}}]",
    "[{C: {file: ..}}]",
    "[{up: {hex: '0'}}]",
    "'!midstream'",
]


def nodes(node: Node) -> list[Node]:
    """The node and all below it, keys among them."""
    match node:
        case ScalarNode():
            return [node]
        case SequenceNode():
            return [node, *(below for item in node.items for below in nodes(item))]
        case MappingNode():
            return [node, *(below for key, item in node.entries for below in (key, *nodes(item)))]


def other_nodes(text: str, rng: random.Random) -> str:
    """A node or two in place of others: well-formed, seldom well-typed."""
    root = read(SourceFile("spec.yaml", text), Diagnostics())
    assert root is not None
    found = [node for node in nodes(root)[1:] if "\n" not in node.span.text]
    changes: list[tuple[int, int, str]] = []
    for _ in range(rng.randint(1, 2)):
        old = rng.choice(found)
        new = rng.choice([rng.choice(found).span.text, rng.choice(VALUES), rng.choice(EXAMPLES)])
        if all(old.span.end <= start or old.span.start >= end for start, end, _ in changes):
            changes.append((old.span.start, old.span.end, new))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def other_text(text: str, rng: random.Random) -> str:
    """Pieces of the text lost, doubled, moved, or replaced by what YAML and the language take for something."""
    for _ in range(rng.randint(1, 3)):
        at, size = rng.randrange(len(text)), rng.choice([1, 1, 2, 5, 40])
        piece = rng.choice(
            ["", text[at : at + size] * 2, rng.choice(VALUES), rng.choice("{}[]:,'\"#-&*!|>%@`\t\r\n \0\ufeff\u2028")]
        )
        text = text[:at] + piece + text[at + size :]
    return text


def other_lines(text: str, rng: random.Random) -> str:
    """Lines lost, doubled, exchanged, indented otherwise."""
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(4):
            case 0:
                lines[at] = ""
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case _:
                lines[at] = "  " + lines[at] if rng.random() < 0.5 else lines[at].removeprefix("  ")
    return "".join(lines)


def tried(text: str, folder: Path) -> bool:
    """What the three commands do with a text; whether it is a spec."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    diagnostics = Diagnostics()
    lint_spec(path, folder, diagnostics)
    compiled = compile_text(SourceFile("spec.yaml", text), path, folder, diagnostics)
    if compiled is not None:
        for result in run_examples(compiled, diagnostics):
            assert result.failure is None or not result.failure.startswith("  whole: Type"), result.failure
    render_all(diagnostics)
    assert compiled is not None or diagnostics.has_errors
    return compiled is not None


@pytest.mark.parametrize("damage", [other_nodes, other_text, other_lines])
def test_there_is_no_exception(damage: Callable[[str, random.Random], str], tmp_path: Path) -> None:
    end = time.monotonic() + SECONDS / 3
    refused = count = 0
    while time.monotonic() < end or count < 5:
        name = SMALL[count % len(SMALL)]
        text = damage(SPECS[name], random.Random(count))
        try:
            refused += not tried(text, tmp_path)
        except Exception as error:
            error.add_note(f"{damage.__name__} of {name}, seed {count}")
            raise
        count += 1
    assert refused > 0
