"""`dissgen build`: what it writes, what it refuses, and that it never leaves half a file."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import SPEC, Cli

MISTAKES = """\
dissgen: 1
protocol: wrong
transport: {tcp: [7]}
tokens: {LINE_END: '\\n', WORD: '[a-z]+'}
grammar:
  line:
    record: [{field: word, token: WRD}, {field: word, token: WORD}, LINE_ENDS]
    resync: LINE_END
variables:
  count: {type: integer, initial: 0}
  flag: {type: bool, initial: 0}
events: {said: lines}
initial: open
states:
  open:
    up: line
    down: lines
    transitions:
      - {event: up, jump: opened}
"""


def test_a_module_is_written_once(cli: Cli, project: Path) -> None:
    result = cli("build")
    assert (result.status, result.out, result.err) == (0, "specs/echo.yaml -> generated/echo_dissector.py\n", "")
    module = project / "generated" / "echo_dissector.py"
    before = module.stat().st_mtime_ns
    assert "specs/echo.yaml" in module.read_text(encoding="utf-8")
    result = cli("build", "--verbose")
    first, *bound = result.out.splitlines()
    assert (result.status, first) == (0, "specs/echo.yaml -> generated/echo_dissector.py (unchanged)")
    assert bound[0].startswith("  a session takes at most ")
    assert module.stat().st_mtime_ns == before
    assert [path.name for path in module.parent.iterdir()] == ["echo_dissector.py"]


def test_all_specs_of_the_project_are_built(cli: Cli, project: Path) -> None:
    (project / "specs" / "more").mkdir()
    (project / "specs" / "more" / "talk.yaml").write_text(SPEC.replace("protocol: echo", "protocol: talk"))
    (project / "specs" / "common.yaml").write_text("dissgen: 1\ngrammar: {}\n")  # no protocol: for import only
    assert cli("build").status == 0
    assert sorted(path.name for path in (project / "generated").iterdir()) == ["echo_dissector.py", "talk_dissector.py"]


def test_a_project_without_specs(cli: Cli, project: Path) -> None:
    (project / "specs" / "echo.yaml").unlink()
    result = cli("build")
    assert result.status == 2
    assert "no specs found" in result.err


def test_eight_mistakes_are_eight_diagnostics(cli: Cli, project: Path) -> None:
    (project / "wrong.yaml").write_text(MISTAKES)
    result = cli("build", "wrong.yaml")
    assert result.status == 1
    places = re.findall(r"error\[DG\d+\]: .*\n +--> wrong\.yaml:(\d+:\d+)\n", result.err)
    assert places == ["7:35", "7:49", "7:69", "10:17", "11:31", "12:16", "17:11", "19:27"]
    assert result.out == ""
    assert not (project / "generated").exists()


def test_a_wrong_spec_does_not_keep_others_from_being_built(cli: Cli, project: Path) -> None:
    (project / "specs" / "bad.yaml").write_text("dissgen: 1\nprotocol: bad\n")
    result = cli("build")
    assert result.status == 1
    assert "specs/bad.yaml" in result.err
    assert (project / "generated" / "echo_dissector.py").exists()
    assert not (project / "generated" / "bad_dissector.py").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"\xff\xfe\x00", "DG002", id="not UTF-8"),
        pytest.param(b"", "DG", id="empty"),
        pytest.param(b"# nothing\n", "DG", id="comment"),
        pytest.param(b"{", "DG", id="open"),
        pytest.param(b"\x00\x01\x02", "DG", id="binary"),
        pytest.param(b"- a\n", "DG", id="list"),
        pytest.param(b"text", "DG", id="scalar"),
        pytest.param(b"[" * 5000, "DG", id="deep"),
        pytest.param(b"a: &a [*a]\n", "DG", id="alias"),
        pytest.param(b"? {a: b}\n: c\n", "DG", id="odd key"),
    ],
)
@pytest.mark.parametrize("command", ["build", "lint", "test"])
def test_what_is_no_spec_is_an_error_at_a_place(
    cli: Cli, project: Path, command: str, content: bytes, code: str
) -> None:
    (project / "broken.yaml").write_bytes(content)
    result = cli(command, "broken.yaml")
    assert result.status == 1
    assert f"error[{code}" in result.err
    assert "broken.yaml:1:" in result.err or "broken.yaml" in result.err


@pytest.mark.parametrize("command", ["build", "lint", "test"])
def test_a_missing_file(cli: Cli, project: Path, command: str) -> None:
    result = cli(command, "nowhere.yaml")
    assert result.status == 1
    assert "no such file" in result.err


@pytest.mark.parametrize("command", ["build", "lint", "test"])
def test_a_folder_is_wrong_usage(cli: Cli, project: Path, command: str) -> None:
    result = cli(command, "specs")
    assert result.status == 2
    assert "is a folder" in result.err


def test_a_link_to_itself(cli: Cli, project: Path) -> None:
    (project / "loop.yaml").symlink_to("loop.yaml")
    result = cli("build", "loop.yaml")
    assert result.status == 2
    assert "loop.yaml cannot be found" in result.err


def test_two_specs_with_one_output(cli: Cli, project: Path) -> None:
    (project / "specs" / "same.yaml").write_text(SPEC)
    result = cli("build")
    assert result.status == 1
    assert "DG701" in result.err
    assert "specs/echo.yaml and specs/same.yaml" in result.err
    assert result.out == ""
    assert not (project / "generated" / "echo_dissector.py").exists()


def test_a_spec_that_is_named_twice_is_built_once(cli: Cli, project: Path) -> None:
    result = cli("build", "specs/echo.yaml", project / "specs" / "echo.yaml", "specs/../specs/echo.yaml")
    assert (result.status, result.err) == (0, "")


def test_check_of_fresh_stale_and_missing_modules(cli: Cli, project: Path) -> None:
    result = cli("build", "--check")
    assert result.status == 1
    assert not (project / "generated").exists()
    assert cli("build").status == 0
    result = cli("build", "--check")
    assert (result.status, result.out, result.err) == (0, "", "")
    module = project / "generated" / "echo_dissector.py"
    stale = module.read_text(encoding="utf-8") + "edited = True\n"
    module.write_text(stale, encoding="utf-8")
    result = cli("build", "--check")
    assert result.status == 1
    assert "\n-edited = True\n" in result.out
    assert "1 module stale" in result.err
    assert module.read_text(encoding="utf-8") == stale
    module.write_bytes(b"\xff\xfe")
    assert cli("build", "--check").status == 1
    assert cli("build").status == 0
    assert cli("build", "--check").status == 0


@pytest.mark.parametrize("form", ["ir", "model"])
def test_emit_prints_and_writes_nothing(cli: Cli, project: Path, form: str) -> None:
    result = cli("build", "--emit", form)
    assert result.status == 0
    assert "line" in result.out
    assert not (project / "generated").exists()
    (project / "specs" / "echo.yaml").write_text("dissgen: 1\nprotocol: echo\n")
    result = cli("build", "--emit", form)
    assert (result.status, result.out) == (1, "")


def test_the_root_is_found_from_the_spec(
    cli: Cli, project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert cli("build").status == 0
    expected = (project / "generated" / "echo_dissector.py").read_bytes()
    for folder in (elsewhere, project / "specs", Path("/")):
        monkeypatch.chdir(folder)
        assert cli("build", "--check", project / "specs" / "echo.yaml").status == 0
        assert cli("build", os.path.relpath(project / "specs" / "echo.yaml"), "-o", elsewhere / "out").status == 0
        assert (elsewhere / "out" / "echo_dissector.py").read_bytes() == expected
    assert sorted(path.name for path in elsewhere.iterdir()) == ["out"]


def test_a_spec_of_no_project_belongs_to_the_working_directory(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "echo.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    assert cli("build", "echo.yaml").status == 0
    assert (tmp_path / "generated" / "echo_dissector.py").exists()


def test_an_output_folder_that_cannot_be(cli: Cli, project: Path) -> None:
    (project / "file").write_text("")
    result = cli("build", "-o", "file")
    assert result.status == 2
    result = cli("build", "-o", "file/below")
    assert result.status == 2
    assert "file/below/echo_dissector.py: Not a directory" in result.err


def test_a_folder_in_the_place_of_the_module(cli: Cli, project: Path) -> None:
    (project / "generated" / "echo_dissector.py").mkdir(parents=True)
    result = cli("build")
    assert result.status == 2
    assert "echo_dissector.py: Is a directory" in result.err


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", ["os.replace", "os.fsync", "os.chmod"])
@pytest.mark.parametrize(("fault", "status"), [(full, 2), (interrupted, 130)], ids=["disk full", "Ctrl-C"])
@pytest.mark.parametrize("old", [None, "old"], ids=["new", "replaced"])
def test_nothing_is_half_written(
    cli: Cli,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    fault: Callable[..., None],
    status: int,
    old: str | None,
) -> None:
    module = project / "generated" / "echo_dissector.py"
    if old is not None:
        module.parent.mkdir()
        module.write_text(old)
    with monkeypatch.context() as patch:
        patch.setattr(place, fault)
        result = cli("build")
    assert result.status == status
    if status == 2:
        assert "generated/echo_dissector.py: No space left on device" in result.err
        assert ".tmp" not in result.err
    assert [path.name for path in module.parent.iterdir()] == ([] if old is None else [module.name])
    if old is not None:
        assert module.read_text() == old


def test_the_mode_of_a_module_is_kept(cli: Cli, project: Path) -> None:
    assert cli("build").status == 0
    module = project / "generated" / "echo_dissector.py"
    assert module.stat().st_mode & 0o111 == 0
    module.chmod(0o640)
    module.write_text("old")
    assert cli("build").status == 0
    assert module.stat().st_mode & 0o777 == 0o640
