"""`dissgen --help`, `test`, `lint`, `explain`, `schema`: what they print and how they end."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import click
import pytest
from cli_support import SPEC, Cli
from support import ROOT

import dissgen.cli
from dissgen.diagnostics.codes import CODES

BAD_LINT = ROOT / "tests" / "lint" / "unused-name" / "bad.yaml"


def test_help_lists_exactly_the_commands_that_exist(cli: Cli) -> None:
    result = cli("--help")
    assert (result.status, result.err) == (0, "")
    listed = re.findall(r"^  (\w+)  ", result.out.partition("Commands:")[2], re.MULTILINE)
    assert listed == list(dissgen.cli.cli.commands)
    files = {path.stem for path in Path(dissgen.cli.__file__).parent.glob("*.py")} - {"__init__"}
    modules = {name: importlib.import_module(f"dissgen.cli.{name}") for name in files}
    assert set(listed) == {
        name for name, module in modules.items() if isinstance(vars(module).get(name), click.Command)
    }


@pytest.mark.parametrize("command", list(dissgen.cli.cli.commands))
def test_every_command_has_help(cli: Cli, command: str) -> None:
    for option in ("--help", "-h"):
        result = cli(command, option)
        assert (result.status, result.err) == (0, "")
        assert f"dissgen {command}" in result.out


@pytest.mark.parametrize("arguments", [["nowhere"], ["build", "--nowhere"], ["build", "--emit", "c"], ["explain"]])
def test_wrong_usage(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "Usage:" in result.err


def test_version(cli: Cli) -> None:
    result = cli("--version")
    assert result.status == 0
    assert re.fullmatch(r"dissgen \d+\.\S+\n", result.out)


# test


def failing(project: Path, change: tuple[str, str]) -> None:
    text = SPEC.replace(*change)
    assert text != SPEC
    (project / "specs" / "echo.yaml").write_text(text)


def test_examples_that_pass(cli: Cli, project: Path) -> None:
    result = cli("test")
    assert (result.status, result.err) == (0, "")
    assert re.fullmatch(r"1 passed, 0 failed \(\d+ runs\)\n", result.out)
    result = cli("test", "--verbose")
    assert result.out.startswith("ok    specs/echo.yaml:17:5 two lines (")


def test_an_example_that_fails_shows_name_cut_expected_and_got(cli: Cli, project: Path) -> None:
    failing(project, ("heard: 1", "heard: 2"))
    result = cli("test")
    assert result.status == 1
    assert "FAIL  specs/echo.yaml:17:5 two lines\n" in result.out
    assert "whole:" in result.out
    assert "-{'said': 1, 'heard': 2}" in result.out
    assert "+{'said': 1, 'heard': 1}" in result.out
    assert result.out.endswith("0 passed, 1 failed (1 run)\n")


def test_an_example_that_fails_says_where_and_why_alerts_were_raised(cli: Cli, project: Path) -> None:
    failing(project, ("      S: hello\n", "      S: " + "h" * 9000 + "\n"))
    result = cli("test")
    assert "\n    parse_error (byte 0 of down, state open): " in result.out
    assert "line.text at byte 0: expected TEXT of at most 8192 bytes, found 'hhh" in result.out
    failing(project, ("state: open, events", "state: shut, alerts: [], events"))
    assert "alerts:" not in cli("test").out


@pytest.mark.parametrize("line", ["X: hello", "hello", "C# zz", "!gap up", "!jump"])
def test_a_wrong_talk_is_an_error_at_its_place(cli: Cli, project: Path, line: str) -> None:
    failing(project, ("C: hello", line))
    result = cli("test")
    assert result.status == 1
    assert "error[DG730]: example `two lines`: `" in result.err
    assert "--> specs/echo.yaml:1" in result.err


def test_examples_of_a_spec_with_errors_do_not_run(cli: Cli, project: Path) -> None:
    failing(project, ("initial: open", "initial: shut"))
    result = cli("test")
    assert result.status == 1
    assert "error[DG" in result.err
    assert "0 passed, 0 failed" in result.out


def test_the_shipped_examples_pass(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "docs")
    result = cli("test", ROOT / "specs" / "tutorial" / "smtp.yaml")
    assert (result.status, result.err) == (0, "")


# lint


def test_the_shipped_specs_are_clean(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    count = sum(1 for path in (ROOT / "specs").rglob("*.yaml") if re.search(r"(?m)^protocol:", path.read_text("utf-8")))
    monkeypatch.chdir(ROOT)
    result = cli("lint")
    assert (result.status, result.out) == (0, "")
    assert result.err == f"{count} specs checked, 0 findings\n"


def test_a_finding_is_status_1(cli: Cli) -> None:
    result = cli("lint", BAD_LINT)
    assert (result.status, result.out) == (1, "")
    assert "warning[" in result.err
    assert re.search(r"1 spec checked, \d+ findings?\n$", result.err)


def test_errors_are_findings(cli: Cli, project: Path) -> None:
    (project / "specs" / "bad.yaml").write_text("dissgen: 1\nprotocol: bad\n")
    result = cli("lint")
    assert result.status == 1
    assert "error[DG" in result.err
    assert "2 specs checked" in result.err


def test_colour_of_diagnostics(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "\x1b[" not in cli("lint", BAD_LINT).err
    assert "\x1b[" in cli("lint", "--color", "always", BAD_LINT).err
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in cli("lint", BAD_LINT).err
    assert "\x1b[" not in cli("lint", "--color", "never", BAD_LINT).err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in cli("lint", BAD_LINT).err
    assert "\x1b[" in cli("lint", "--color", "always", BAD_LINT).err


# explain and schema


@pytest.mark.parametrize("code", ["DG203", "dg203"])
def test_a_code_is_explained(cli: Cli, code: str) -> None:
    result = cli("explain", code)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("DG203: ")
    assert "Wrong:" in result.out
    assert "Right:" in result.out


def test_every_code_is_explained(cli: Cli) -> None:
    for code in CODES:
        assert cli("explain", code).status == 0


@pytest.mark.parametrize("code", ["DG999", "nonsense", "", "DG2O3"])
def test_an_unknown_code(cli: Cli, code: str) -> None:
    result = cli("explain", code)
    assert (result.status, result.out) == (2, "")
    assert f"there is no code {code}" in result.err


def test_the_schema_is_json(cli: Cli) -> None:
    result = cli("schema")
    assert result.status == 0
    assert json.loads(result.out)["$schema"].startswith("http://json-schema.org/")


# faults


def test_an_internal_error_has_no_traceback_without_debug(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("dissgen.pipeline.lint_spec", broken)
    result = cli("lint", BAD_LINT)
    assert result.status == 2
    assert "internal error: KeyError" in result.err
    monkeypatch.setattr("sys.argv", ["dissgen", "--debug", "lint", str(BAD_LINT)])
    with pytest.raises(KeyError):
        dissgen.cli.main()
