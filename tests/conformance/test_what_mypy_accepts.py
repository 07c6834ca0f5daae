"""Specs that say something odd, but nothing wrong: the generated modules pass mypy --strict, and mean what is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from every_way import modules, read
from support import ROOT, compile_text
from test_numbers import HEAD

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import UP, Alert

TESTS = {
    '"a" == "b"': False,
    "1 != 2": True,
    "1 < 2 == 3 < n": False,
    "n == 5 != 6": True,
    "not 1 == 2 == n": True,
    "K.ONE == K.TWO": False,
    "K.ONE != 2 == K.TWO": True,
    "n == -1 == -2": False,
    "True == False or 1.5 == 2.5": False,
    "b'zz' in [b'x', t]": False,
    "b'' in t": False,
    "b'' not in t": True,
    "b'' in b'x'": False,
    "('a' if n > 5 else 'b') == 'c'": False,
}
"""Tests of literals, some in chains, and what each gives."""
LETS = "".join(f"\n      - {{let: x{number}, value: {text!r}}}" for number, text in enumerate(TESTS)).replace(
    "\\'", "''"
)
LITERALS = f"  m:\n    record:\n      - {{field: n, number: 8}}\n      - {{field: t, bytes: {{size: 1}}}}{LETS}\n"
ENUMS = "enums: {K: {1: ONE, 2: TWO}}\n"

OCTETS = f"""{HEAD}
grammar:
  m: {{record: [{{field: some, bytes: {{size: 2}}}}, {{optional: {{field: more, bytes: {{size: 1}}}}, when: "some == b'ab'"}}]}}
alerts: {{seen: {{severity: low, description: '{{message.some}} {{message.more}} {{message.some!r}}'}}}}
initial: s
states: {{s: {{up: m, transitions: [{{event: up, execute: [alert: seen, log: 'read {{message.some}}']}}]}}}}
"""


def test_tests_of_literals_give_what_they_say() -> None:
    fields = read(modules(LITERALS, ENUMS), b"\x05y")
    assert [fields[f"x{number}"] for number in range(len(TESTS))] == list(TESTS.values())


def test_octets_in_texts_are_shown_as_literals() -> None:
    session = compile_text(OCTETS).Session()
    found = [event.description for event in session.feed(UP, b"abcxy") if isinstance(event, Alert)]
    assert found == ["b'ab' b'c' b'ab'", "b'xy' None b'xy'"]


def test_the_modules_pass_mypy(tmp_path: Path) -> None:
    machine = "initial: s\nstates: {s: {up: m}}\n"
    for name, text in (("literals", f"{HEAD}{ENUMS}grammar:\n{LITERALS}{machine}"), ("octets", OCTETS)):
        compiled = compile_source(SourceFile(f"{name}.yaml", text), Diagnostics())
        assert compiled is not None
        (tmp_path / f"{name}_dissector.py").write_text(compiled.source, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
