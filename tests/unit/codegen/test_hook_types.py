"""A program's hooks are checked by its type checker: `Session` takes exactly what the spec declares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import ROOT

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile

SPEC = r"""
dissgen: 1
protocol: hooked
transport: {tcp: [9999]}
grammar: {line: {record: [{field: word, token: '[a-z]+'}, {token: '\n'}]}}
variables:
  known: {type: bool, initial: true}
  nick: {type: 'optional[str]', initial: null}
hooks:
  note: {parameters: {line: line, words: 'list[str]'}}
  is_known: {parameters: {word: str, class: int}, returns: bool}
  nick_of: {returns: 'optional[str]'}
initial: reading
states:
  reading:
    up: line
    transitions:
      - event: up
        execute:
          - {call: {is_known: {class: '1'}}, into: known}
          - {call: nick_of, into: nick}
          - call: {note: {line: message, words: '[message.word]'}}
"""

PROGRAM = """
from hooked_dissector import Hooks, Line, Session


class Mine:
    def note(self, line: Line, words: list[str]) -> None:
        print(line.word, words)

    def is_known(self, word: str, class_: int) -> bool:
        return word == "x" and class_ == 1

    def nick_of(self) -> str | None:
        return None


def hooks() -> Hooks:
    return Mine()


session = Session(hooks=Mine(), now=1, client="192.0.2.1")
Session(hooks=None)
"""

WRONG = """
from hooked_dissector import Session


class Mine:
    def note(self, line: str, words: list[str]) -> None: ...

    def is_known(self, word: str, class_: int) -> str:
        return ""

    def nick_of(self) -> str:
        return ""


Session(hooks=Mine())
Session(hook=None)
Session(now="1")
"""


def mypy(folder: Path, program: str) -> str:
    (folder / "program.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", "", "program.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300).stdout


def test_a_program_is_checked_against_the_hooks_of_its_spec(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("hooked.yaml", SPEC), diagnostics)
    assert compiled is not None, render_all(diagnostics)
    (tmp_path / "hooked_dissector.py").write_text(compiled.source, encoding="utf-8")
    (tmp_path / "dissgen_runtime").symlink_to(ROOT / "runtime" / "dissgen_runtime")
    assert mypy(tmp_path, PROGRAM) == ""
    wrong = mypy(tmp_path, WRONG)
    assert 'Argument "hooks" to "Session" has incompatible type "Mine"; expected "Hooks | None"' in wrong
    assert "is_known" in wrong
    assert "nick_of" not in wrong, "a hook may promise more than the spec asks for"
    assert 'Unexpected keyword argument "hook"' in wrong
    assert 'Argument "now" to "Session" has incompatible type "str"; expected "int"' in wrong
