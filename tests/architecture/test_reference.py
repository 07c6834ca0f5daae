"""The reference of the language has an entry for each of its words, and the examples in the entries run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import ROOT

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.primitives import BY_KIND
from dissgen.schema.core import DEFINITIONS, EVENTS, TOP
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, VERBS
from dissgen.sema.expressions.functions import FUNCTIONS
from dissgen.testing import run_examples
from dissgen.text import SourceFile

PAGES = ROOT / "docs" / "reference"


@dataclass(frozen=True)
class Entry:
    """A section with examples: `words` are the ones in its heading, in backquotes."""

    page: str
    line: int
    words: tuple[str, ...]
    examples: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{'-'.join(self.words)}"


def entries() -> list[Entry]:
    found = []
    for path in sorted(PAGES.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"^### (.*)\n((?:(?!^##).*\n)*)", text, re.MULTILINE):
            blocks = re.findall(r"^```yaml\n(.*?)^```", match[2], re.DOTALL | re.MULTILINE)
            words = tuple(re.findall(r"`([^`]+)`", match[1]))
            found.append(Entry(path.name, text.count("\n", 0, match.start()) + 1, words, tuple(blocks)))
    return found


ENTRIES = entries()


def words(node: object) -> set[str]:
    """The words that a part of the schema lets stand: members of enums that are texts, names of properties."""
    found: set[str] = set()
    if isinstance(node, dict):
        members = node.get("enum", ())
        found |= {word for word in members if isinstance(word, str)} if isinstance(members, list) else set()
        found |= set(node.get("properties", {}))
        for value in node.values():
            found |= words(value)
    elif isinstance(node, list):
        for value in node:
            found |= words(value)
    return found


def described(page: str) -> set[str]:
    return {word for entry in ENTRIES if entry.page == page for word in entry.words}


def split_files(examples: tuple[str, ...], folder: Path) -> list[str]:
    """Examples that begin with `# file: NAME` are files that the others name; they are written to `folder`."""
    specs = []
    for example in examples:
        match = re.match(r"# file: (\S+)\n", example)
        if match is None:
            specs.append(example)
            continue
        path = folder / match[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(example, encoding="utf-8")
    return specs


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_examples_of_an_entry_run_and_show_its_words(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert entry.words, f"{entry.page}:{entry.line}: the heading names no word in backquotes"
    assert entry.examples, f"{entry.page}:{entry.line}: no example"
    for word in entry.words:
        # what stands in the examples below the head of a spec and is no part of a longer word
        pattern = rf"(?<![\w]){re.escape(word)}(?![\w])"
        assert any(re.search(pattern, example) for example in entry.examples), f"{entry}: no example uses `{word}`"
    for example in split_files(entry.examples, tmp_path):
        diagnostics = Diagnostics()
        compiled = compile_source(SourceFile(f"{entry.page}:{entry.line}", example), diagnostics, formatted=False)
        assert compiled is not None, render_all(diagnostics)
        results = list(run_examples(compiled, diagnostics))
        assert results, f"{entry}: the spec has no examples to run"
        assert [result.failure for result in results if result.failure] == [], render_all(diagnostics)
        assert not list(diagnostics), render_all(diagnostics)


def test_every_element_has_an_entry() -> None:
    assert set(FRAGMENTS) <= set(BY_KIND)
    assert set(FRAGMENTS) - described("elements.md") == set()


def test_every_modifier_conversion_and_transform_has_an_entry() -> None:
    needed = set(MODIFIERS) | words(DEFINITIONS["extent"])
    needed |= words(DEFINITIONS["conversion"]) | words(DEFINITIONS["transform"])
    assert needed - described("modifiers.md") == set()


def test_every_key_of_a_rule_has_an_entry() -> None:
    assert {"parameters", "value", "resync"} - described("modifiers.md") == set()


def test_every_function_has_an_entry() -> None:
    assert set(FUNCTIONS) - described("expressions.md") == set()


def test_every_event_verb_and_kind_of_side_has_an_entry() -> None:
    needed = set(EVENTS) | set(VERBS) | words(DEFINITIONS["side"])
    assert needed - described("machine.md") == set()


def test_every_limit_has_an_entry() -> None:
    assert words(TOP["limits"]) - described("file.md") == set()


def test_every_section_of_a_spec_has_an_entry() -> None:
    assert set(TOP) - described("file.md") == set()
