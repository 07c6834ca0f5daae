"""`dissgen dissect --hooks`: what a spec calls, from a file or a module of the user's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import Cli
from support import ROOT

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_spec

PLAIN = ROOT / "tests" / "captures" / "smtp-plain.pcap"
SPEC = r"""
dissgen: 1
protocol: talk
transport: {tcp: [25]}
tokens: {LINE_END: '\r?\n'}
grammar: {line: {record: [{field: word, token: '[A-Za-z0-9]*'}, {field: rest, token: '[^\r\n]*'}, LINE_END]}}
variables: {count: {type: int, initial: 0}}
hooks:
  count_of: {parameters: {word: str}, returns: int}
events: {counted: {word: str, count: int}}
initial: talking
states:
  talking:
    up: line
    down: {discard: true}
    transitions: [{event: up, execute: [{call: count_of, into: count}, trigger: {counted: {count: count}}]}]
"""
HOOKS = """
class Counter:
    def __init__(self):
        self.words = {}

    def count_of(self, word):
        self.words[word] = self.words.get(word, 0) + 1
        if word == "RCPT":
            raise LookupError("nobody here")
        return self.words[word]

class Without:
    def __init__(self, needed):
        pass

counter = Counter()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "talk.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "talk_hooks.py").write_text(HOOKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "talk_hooks", raising=False)
    return tmp_path


@pytest.mark.parametrize("hooks", ["talk_hooks.py:Counter", "talk_hooks:Counter", "talk_hooks:counter"])
def test_an_object_or_a_class_of_a_file_or_a_module(cli: Cli, folder: Path, hooks: str) -> None:
    result = cli("dissect", PLAIN, "-d", "talk.yaml", "--hooks", f"talk={hooks}")
    assert (result.status, result.err) == (0, "")
    assert "word=EHLO count=1" in result.out
    assert "hook: the hook `count_of` raised LookupError: nobody here" in result.out
    assert "1 failed session" in result.out


def test_without_them_it_is_said_once(cli: Cli, folder: Path) -> None:
    result = cli("dissect", PLAIN, "-d", "talk.yaml")
    assert result.out.count("no hooks were given") == 1
    assert "word=EHLO count=0" in result.out


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ("talk=talk_hooks.py:Counted", "talk_hooks.py: there is no `Counted` in it"),
        ("talk=talk_hocks.py:Counter", "talk_hocks.py: no such file"),
        ("talk=talk_hocks:Counter", "there is no module `talk_hocks`"),
        ("talk=talk_hooks.py:Without", "hooks for `talk`: TypeError: "),
        ("talk=talk_hooks.py:HOOKS.x", "there is no `HOOKS.x` in it"),
        (
            "talk=json:decoder",
            "hooks for `talk`: TypeError: the hooks of talk need a method `count_of`: module has none",
        ),
        ("tolk=talk_hooks.py:Counter", "hooks for `tolk`: there is no such dissector; there are: talk"),
        ("talk_hooks.py:Counter", "is not of the form smtp=module:object or smtp=file.py:object"),
    ],
)
def test_what_is_no_object(cli: Cli, folder: Path, hooks: str, said: str) -> None:
    result = cli("dissect", PLAIN, "-d", "talk.yaml", "--hooks", hooks)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_a_dissector_without_hooks_takes_none(cli: Cli, folder: Path) -> None:
    result = cli("dissect", PLAIN, "--hooks", "smtp=talk_hooks.py:Counter")
    assert "smtp has no hooks" in result.err
    assert result.status != 0


def test_without_the_compiler(folder: Path) -> None:
    compiled = compile_spec(folder / "talk.yaml", folder, Diagnostics())
    assert compiled is not None
    (folder / "talk_dissector.py").write_text(compiled.source, encoding="utf-8")
    command = [sys.executable, "-m", "dissgen_runtime", str(PLAIN), "-d", "talk_dissector.py"]
    environment = {"PYTHONPATH": str(ROOT / "runtime")}
    for hooks, status, said in (("talk_hooks:Counter", 0, "count=1"), ("nothing:Counter", 2, "there is no module")):
        result = subprocess.run(
            [*command, "--hooks", f"talk={hooks}"], env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == status, result.stderr
        assert said in result.stdout + result.stderr
