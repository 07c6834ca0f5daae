"""The page of rules and the conformance suite name each other: no rule without a case, no case without a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from support import ROOT

PAGE = ROOT / "docs" / "semantics.md"
SUITE = ROOT / "tests" / "conformance"
RULES = range(1, 23)


def cases() -> Iterator[tuple[str, str]]:
    """(file, name) of every case of the conformance suite, also of those in classes."""
    for path in sorted(SUITE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.name, node.name


def numbers(name: str) -> list[int]:
    """The rules that a case is about: `test_7_and_8_...` is about two. A number that says how many is spelled out."""
    found = re.match(r"test_(\d+)(?:_and_(\d+))?_", name)
    return [int(number) for number in found.groups() if number] if found else []


def test_the_page_has_every_rule_once_and_in_order() -> None:
    found = re.findall(r"^\*\*(\d+)\.\*\* ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(number) for number in found] == list(RULES)


def test_every_rule_has_a_case_with_its_number() -> None:
    counted = {number for _, name in cases() for number in numbers(name)}
    assert [number for number in RULES if number not in counted] == []


def test_every_number_is_that_of_a_rule() -> None:
    unknown = [(path, name) for path, name in cases() for number in numbers(name) if number not in RULES]
    assert unknown == []


def test_every_fault_has_a_case_and_every_case_its_fault() -> None:
    listed = re.findall(r"^\| `(\w+)`: ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed)) >= 28
    assert {f"test_fault_{fault}" for fault in listed} == {
        name for path, name in cases() if path == "test_faults.py" and name.startswith("test_")
    }


def test_comments_of_the_runtime_name_rules_that_exist() -> None:
    for path in sorted((ROOT / "runtime" / "dissgen_runtime").glob("*.py")):
        for number in re.findall(r"[Rr]ules? (\d+)\b|semantics, rule (\d+)", path.read_text(encoding="utf-8")):
            assert int(next(filter(None, number))) in RULES, path.name
