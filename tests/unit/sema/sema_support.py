"""What the tests of the analysis share: specs as text, models, diagnostics as short lines."""

from __future__ import annotations

from pathlib import Path

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import analyse
from dissgen.sema import Model
from dissgen.text import SourceFile

ROOT = Path(__file__).resolve().parents[3]
SPECS = (ROOT / "specs/smtp.yaml", ROOT / "specs/tutorial/smtp.yaml")

HEAD = """\
dissgen: 1
protocol: p
tokens: {WORD: '[a-z]+', NUMBER: '[0-9]+', SPACE: ' ', LINE_END: '\\n'}
"""


def model_of(text: str) -> Model:
    """The model of a spec that is correct."""
    diagnostics = Diagnostics()
    model = analyse(SourceFile("test.yaml", text), ROOT, diagnostics)
    assert model is not None, render_all(diagnostics)
    return model


def found(text: str) -> list[tuple[str, str, str]]:
    """Code, underlined text and message of everything that is reported."""
    diagnostics = Diagnostics()
    analyse(SourceFile("test.yaml", text), ROOT, diagnostics)
    return [(item.code, item.primary.span.text, item.message) for item in diagnostics]


def codes(text: str) -> list[tuple[str, str]]:
    """Code and underlined text of everything that is reported."""
    return [(code, underlined) for code, underlined, _ in found(text)]
