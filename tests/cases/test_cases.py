"""IR in and out as text files: `<pass>/*.txt` a spec, its rules before and after the pass; `module/*.txt` a whole module.

A case holds the sections of a spec that matter. DISSGEN_UPDATE=1 writes what is found into the files: read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.ir import ops
from dissgen.ir.printer import dump, rule_lines
from dissgen.lowering import lower
from dissgen.passes import PASSES, run
from dissgen.pipeline import analyse
from dissgen.text import SourceFile

CASES = Path(__file__).parent
HEAD = "dissgen: 1\nprotocol: case\n"
NAMES = tuple(name for name, _ in PASSES)


def parts(text: str) -> dict[str, str]:
    """The parts of a case, which begin with `--- name`."""
    found: dict[str, str] = {}
    for part in text.split("--- ")[1:]:
        name, _, body = part.partition("\n")
        found[name] = body
    return found


def lowered(spec: str) -> ops.Module:
    diagnostics = Diagnostics()
    model = analyse(SourceFile("case.yaml", HEAD + spec), CASES, diagnostics)
    assert model is not None, render_all(diagnostics)
    return lower(model)


def rules(module: ops.Module) -> str:
    return "\n".join(line for rule in module.rules for line in rule_lines(rule)) + "\n"


def compare(path: Path, found: dict[str, str]) -> None:
    text = "".join(f"--- {name}\n{body}" for name, body in found.items())
    if os.environ.get("DISSGEN_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.txt")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    spec = parts(path.read_text(encoding="utf-8"))["spec"]
    module = lowered(spec)
    if path.parent.name == "module":
        compare(path, {"spec": spec, "ir": dump(run(module))})
        return
    place = NAMES.index(path.parent.name)
    before = run(module, off=NAMES[place:])
    after = PASSES[place][1](before)
    compare(path, {"spec": spec, "before": rules(before), "after": rules(after)})


def test_every_pass_has_a_case() -> None:
    assert {path.parent.name for path in CASES.glob("*/*.txt")} == {*NAMES, "module"}


def test_the_module_cases_have_every_operation() -> None:
    texts = [parts(path.read_text(encoding="utf-8"))["ir"] for path in (CASES / "module").glob("*.txt")]
    words = {line.strip().split()[0] for text in texts for line in text.splitlines() if line.strip()}
    operations = {
        "token",
        "literal",
        "bytes",
        "text",
        "stream",
        "call",
        "let",
        "branch",
        "if",
        "array",
        "union",
        "int",
        "flag",
        "float",
        "fixed",
    }
    verbs = {"trigger", "alert", "set", "push", "pop", "log", "accept", "drop", "reset", "skip", "abandon"}
    assert {*operations, *verbs, "verify", "fail", "run"} - words == set()
