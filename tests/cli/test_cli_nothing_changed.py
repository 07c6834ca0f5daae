"""`dissgen build` of which nothing has changed since the last one ends at once, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dissgen import built

SPEC = """dissgen: 1
protocol: echo
imports: [common/words.yaml]
grammar:
  line: {record: [{field: text, token: WORD}]}
"""
WORDS = "dissgen: 1\ntokens: {WORD: '[a-z]{1,8}'}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dissgen.toml").touch()
    (tmp_path / "specs" / "common").mkdir(parents=True)
    (tmp_path / "specs" / "echo.yaml").write_text(SPEC)
    (tmp_path / "specs" / "common" / "words.yaml").write_text(WORDS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from dissgen.start import main; main()", "build", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_ends_at_once_and_what_does_not(root: Path) -> None:
    assert not built.nothing_changed()
    status, shown = build()
    assert status == 0
    assert "echo_dissector.py" in shown
    assert built.nothing_changed()
    assert build() == (0, "")
    output = root / "generated" / "echo_dissector.py"
    whole = output.read_text()
    for change in (
        lambda: output.write_text("# edited\n"),
        output.unlink,
        lambda: (root / "specs" / "common" / "words.yaml").write_text(WORDS.replace("8", "9")),
        lambda: (root / "specs" / "echo.yaml").write_text(SPEC + "# a comment\n"),
        lambda: (root / "specs" / "other.yaml").write_text("dissgen: 1\ntokens: {A: 'a'}\n"),
        lambda: (root / "dissgen.toml").write_text("# other\n"),
        (root / "specs" / "other.yaml").unlink,
    ):
        change()
        assert not built.nothing_changed()
        assert build()[0] == 0
        assert built.nothing_changed()
    assert output.read_text() != whole  # the token of the import


def test_times_do_not_count(root: Path) -> None:
    build()
    spec = root / "specs" / "echo.yaml"
    status = spec.stat()
    spec.write_text(SPEC.replace("text", "word"))  # as long as before
    os.utime(spec, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not built.nothing_changed()
    spec.write_text(SPEC)
    assert built.nothing_changed()


def test_what_has_findings_is_said_again(root: Path) -> None:
    (root / "specs" / "echo.yaml").write_text(SPEC.replace("WORD}", "WORDS}"))
    first = build()
    assert first[0] == 1
    assert build() == first
    assert not built.nothing_changed()


def test_other_builds_are_not_noted(root: Path) -> None:
    for arguments in (("specs/echo.yaml",), ("-o", "elsewhere"), ("--check",), ("--emit", "ir")):
        build(*arguments)
        assert not (root / ".dissgen").exists()


def test_behind_a_link_nothing_is_noted(root: Path) -> None:
    (root / "specs" / "common").rename(root / "words")
    (root / "specs" / "common").symlink_to(root / "words")
    assert build()[0] == 0
    assert not built.nothing_changed()


def test_a_broken_record_is_none(root: Path) -> None:
    build()
    for text in ("", "x", "\xff", "a b c\nd"):
        (root / ".dissgen" / "built").write_bytes(text.encode("latin-1"))
        assert not built.nothing_changed()
    (root / ".dissgen" / "built").unlink()
    (root / ".dissgen" / "built").mkdir()
    assert not built.nothing_changed()
    assert build()[0] == 0
