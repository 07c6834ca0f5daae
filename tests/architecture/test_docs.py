"""What the documentation shows works."""

from __future__ import annotations

import re

from support import ROOT

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.testing import run_examples
from dissgen.text import SourceFile


def blocks(path: str, language: str) -> list[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_spec_in_the_language_reference_compiles_and_its_example_passes() -> None:
    (spec,) = blocks("docs/language.md", "yaml")
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("ping.yaml", spec), diagnostics, formatted=False)
    assert compiled is not None, render_all(diagnostics)
    results = list(run_examples(compiled, diagnostics))
    assert [result.failure for result in results] == [None]


def test_the_python_in_readme_and_runtime_reference_runs() -> None:
    for path in ("README.md", "docs/runtime.md"):
        (program,) = blocks(path, "python")
        printed: list[object] = []
        program = program.replace("from generated import smtp_dissector", "import smtp_dissector")
        exec(compile(program, path, "exec"), {"print": lambda *values, to=printed: to.append(values)})
        assert len(printed) == 1
