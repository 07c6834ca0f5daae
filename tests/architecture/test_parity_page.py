"""The page of Haka's features names tests that exist, and says plainly where a feature is missing."""

from __future__ import annotations

import ast
import re

import pytest
from support import ROOT

TEXT = (ROOT / "docs" / "haka-parity.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| Haka |")
]


def defined(path: str) -> set[str]:
    """The tests of a file, also those in classes."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_a_test_that_exists_or_says_what_is_missing(row: list[str]) -> None:
    assert len(row) == 3
    feature, written, shown = row
    assert feature
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown)
    assert len(tests) == shown.count("`tests/"), "a test is written `tests/file.py::test_name`"
    assert tests or "**missing**: " in shown
    assert written or "**missing**: " in shown
    for path, name in tests:
        assert (ROOT / path).is_file(), path
        assert name in defined(path), f"{path} has no {name}"


def test_the_page_has_all_its_rows() -> None:
    assert len(ROWS) >= 70
    assert len({row[0] for row in ROWS}) == len(ROWS)
