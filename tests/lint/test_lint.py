"""Each lint rule has a folder with `good.yaml`, of which it says nothing, and `bad.yaml`, whose leading comment is the
whole rendered output.

To write the comments of new or changed cases, run with `DISSGEN_UPDATE_ERRORS=1` and read the difference before it is
committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.lint import RULES, LintRule, run
from dissgen.pipeline import analyse, lint_spec

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SPECS = (ROOT / "specs/smtp.yaml", ROOT / "specs/tutorial/smtp.yaml")


def rendered(path: Path, rule: LintRule) -> str:
    diagnostics = Diagnostics()
    model = analyse(path, ROOT, diagnostics)
    assert model is not None, render_all(diagnostics)
    for finding in rule.check(model):
        diagnostics.add(finding)
    return render_all(diagnostics)


def block(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def update(path: Path, rule: LintRule) -> None:
    """Write the comment again, until the line numbers in it count its own lines."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    spec = "".join(line for line in lines if not line.startswith("#"))
    for _ in range(3):
        path.write_text(block(rendered(path, rule)) + spec, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)
def test_bad_is_reported_exactly(rule: LintRule) -> None:
    path = HERE / rule.slug / "bad.yaml"
    if os.environ.get("DISSGEN_UPDATE_ERRORS"):
        update(path, rule)
    comment = "".join(line for line in path.read_text(encoding="utf-8").splitlines(True) if line.startswith("#"))
    assert comment
    assert block(rendered(path, rule)) == comment


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)
def test_good_is_passed_over(rule: LintRule) -> None:
    assert rendered(HERE / rule.slug / "good.yaml", rule) == ""


LIBRARY = """dissgen: 1
tokens: {WORD: '[a-z]+', OTHER: '[0-9]+'}
grammar:
  word: {record: [{field: text, token: WORD}, {verify: text != parent.text}]}
"""


def test_a_file_that_is_imported_is_checked_without_a_protocol(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    for text, codes in (
        (LIBRARY, []),  # what is not used here, and the parent, may be elsewhere
        ("dissgen: 1\ntokens: {WORD: '[a-z]+'}\n", []),
        (LIBRARY.replace("token: WORD", "token: WORDS"), ["DG201"]),
        (LIBRARY.replace("[a-z]+", "[a-z"), ["DG401"]),
        (LIBRARY + "alerts: {a: {severity: low, description: x}}\n", ["DG102"]),
    ):
        path.write_text(text, encoding="utf-8")
        diagnostics = Diagnostics()
        lint_spec(path, tmp_path, diagnostics)
        assert [finding.code for finding in diagnostics] == codes, render_all(diagnostics)


def test_every_rule_has_its_folder_and_its_words() -> None:
    assert sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__") == [
        rule.slug for rule in RULES
    ]
    for rule in RULES:
        assert all((rule.what_it_does, rule.why_is_this_bad, rule.example, rule.use_instead))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.parent.name)
def test_shipped_specs_are_clean(path: Path) -> None:
    diagnostics = Diagnostics()
    lint_spec(path, ROOT, diagnostics)
    assert render_all(diagnostics) == ""


def test_all_rules_run_in_order() -> None:
    model = analyse(HERE / "unused-name" / "bad.yaml", ROOT, Diagnostics())
    assert model is not None
    assert {finding.code for finding in run(model)} == {"unused-name"}
