"""Files that cannot be read, and hostile ones; what is said about bad YAML is in tests/errors/reader."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.reader import MAXIMUM_DEPTH, MAXIMUM_SIZE, plain, read, read_file
from dissgen.text import SourceFile


def messages(text: str) -> list[str]:
    diagnostics = Diagnostics()
    assert read(SourceFile("a.yaml", text), diagnostics) is None
    return [found.message for found in diagnostics]


def said(path: Path, root: Path) -> str:
    diagnostics = Diagnostics()
    assert read_file(path, root, diagnostics) is None
    return render_all(diagnostics)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert said(tmp_path / "specs" / "no.yaml", tmp_path) == (
        "error[DG001]: `specs/no.yaml` cannot be read\n"
        " --> specs/no.yaml\n"
        "  | no such file\n"
        "  = note: run `dissgen explain DG001`\n"
    )


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    assert "  | a directory, not a file\n" in said(tmp_path / "specs", tmp_path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("k: " + "x" * (MAXIMUM_SIZE - 3))
    assert read_file(path, tmp_path, Diagnostics()) is not None
    path.write_text("k: " + "x" * (MAXIMUM_SIZE - 2))
    assert said(path, tmp_path) == (
        "error[DG003]: the file is larger than 1 MiB\n"
        " --> large.yaml\n"
        "  = help: split the spec\n"
        "  = note: run `dissgen explain DG003`\n"
    )
    assert messages("k: '" + "日" * (MAXIMUM_SIZE // 3) + "'") == ["the file is larger than 1 MiB"]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfk: 1\n")
    node = read_file(path, tmp_path, Diagnostics())
    assert node is not None
    assert plain(node) == {"k": 1}
    assert node.span.location == "marked.yaml:1:1"


def test_a_file_outside_the_root_keeps_its_path(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    path = tmp_path / "a.yaml"
    path.write_text("k: 1")
    node = read_file(path, tmp_path / "root", Diagnostics())
    assert node is not None
    assert node.span.source.path == path.as_posix()


def test_nesting_up_to_the_limit() -> None:
    def nested(depth: int) -> str:
        return "k: " + "[" * (depth - 1) + "]" * (depth - 1)

    assert read(SourceFile("a.yaml", nested(MAXIMUM_DEPTH)), Diagnostics()) is not None
    assert messages(nested(MAXIMUM_DEPTH + 1)) == ["lists and mappings are nested more than 64 deep"]
    block = "".join(f"{' ' * depth}k:\n" for depth in range(70))
    assert messages(block) == ["lists and mappings are nested more than 64 deep"]


@pytest.mark.parametrize(
    "text", ["[" * 500_000, "? " * 500_000, "- " * 500_000, "{a: " * 200_000, "&a " * 1000, "{" + "a, " * 20_000 + "}"]
)
def test_hostile_nesting_is_quick(text: str) -> None:
    begin = time.perf_counter()
    diagnostics = Diagnostics()
    assert read(SourceFile("a.yaml", text), diagnostics) is None
    assert len(render_all(diagnostics)) < 1_000_000
    assert time.perf_counter() - begin < 10


def test_aliases_neither_recurse_nor_multiply() -> None:
    assert messages("a: &a [1, *a]\nb: *a\n") == ["an anchor", "an alias", "an alias"]


def test_all_that_is_refused_is_reported_with_the_syntax_error_behind_it() -> None:
    found = messages("a: &x 1\na: 2\nb: !t 3\nc: [1\n")
    assert found == ["an anchor", "a tag", "a `]` is missing"]


def test_a_missing_key() -> None:
    assert messages("?\n: 1\n") == ["a key is a name or a number"]


def test_keys_in_quotes_are_no_merge_keys() -> None:
    node = read(SourceFile("a.yaml", "'<<': 1"), Diagnostics())
    assert node is not None
    assert node.keys() == ("<<",)


@given(st.text(alphabet="ab:,-[]{}'\"|>&*!?#%@`\\ \n\t~01.", max_size=40))
def test_any_text_gives_a_tree_or_located_errors(text: str) -> None:
    diagnostics = Diagnostics()
    node = read(SourceFile("a.yaml", text), diagnostics)
    assert (node is None) == diagnostics.has_errors
    assert (render_all(diagnostics) == "") == (node is not None)
    for found in diagnostics:
        assert found.primary.span.end <= len(found.primary.span.source.text)
