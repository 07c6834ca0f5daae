"""The command line in this process, as a user meets it: arguments in; exit status, standard output and error out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

import dissgen.cli

SPEC = """\
dissgen: 1
protocol: echo
transport: {tcp: [7]}
tokens: {LINE_END: '\\r?\\n', TEXT: '[^\\r\\n]*'}
grammar:
  line: {record: [{field: text, token: TEXT}, LINE_END], resync: LINE_END}
events: {said: {text: str}, heard: {text: str}}
initial: open
states:
  open:
    up: line
    down: line
    transitions:
      - {event: up, execute: [trigger: {said: {text: message.text}}]}
      - {event: down, execute: [trigger: {heard: {text: message.text}}]}
examples:
  - name: two lines
    talk: |
      C: hello
      S: hello
    expect: {state: open, events: {said: 1, heard: 1}}
"""


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    err: str


Cli: TypeAlias = Callable[..., Result]


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
