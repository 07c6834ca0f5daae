"""The command line in this process, as a user meets it: arguments in; exit status, standard output and error out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_support import SPEC, Cli, Result

import dissgen.cli


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`cli("build", path)`: runs the entry point; no traceback may reach the user."""

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["dissgen", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            dissgen.cli.main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, captured.out, captured.err)

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own with one spec; the working directory is its root."""
    (tmp_path / "dissgen.toml").write_text("", encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "echo.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
