"""Files, names and streams that a project should not have, and signals: a message and a status, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import SPEC, Cli
from support import ROOT

CAPTURE = ROOT / "tests" / "captures" / "smtp-session.pcap"
ODD = {"a line break": "ec\nho.yaml", "an escape": "ec\x1b[31mho.yaml", "a byte": os.fsdecode(b"ec\xffho.yaml")}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from dissgen.start import main; main()", *arguments]


@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
@pytest.mark.parametrize("subcommand", ["build", "lint", "test"])
def test_a_file_name_that_cannot_be_shown(cli: Cli, project: Path, subcommand: str, name: str) -> None:
    """It would stand in a comment of the module: what follows a line break would be run."""
    try:
        (project / "specs" / name).write_text(SPEC.replace("protocol: echo", "protocol: other"), encoding="utf-8")
    except OSError:
        pytest.skip("there is no file with such a name on this system")
    result = cli(subcommand)
    assert result.status == 1
    assert f"error[DG018]: the file name `specs/{name!r}`".replace("'", "") in result.err
    assert not (project / "generated" / "other_dissector.py").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "line 1 is no alert: it is nested too deep"),
        ("1" * 5_000, "line 1 is no alert: it has a number with too many digits"),
        ("[]", "no alert in it"),
    ],
)
def test_what_is_no_alert_is_not_explained(cli: Cli, project: Path, text: str, reason: str) -> None:
    (project / "alert.json").write_text(text, encoding="utf-8")
    result = cli("explain", "alert.json")
    assert result.status == 2
    assert f"dissgen: alert.json: {reason}" in result.err


@pytest.mark.parametrize(
    "alert",
    [
        '{"sources": 5, "targets": [5, {"address": 5}], "references": 5, "description": "\\ud800"}',
        '{"transition": "echo.yaml:\\u00b2"}',
        '{"transition": "echo.yaml:' + "9" * 5_000 + '"}',
    ],
)
def test_an_alert_with_values_of_other_kinds_is_explained_as_far_as_it_goes(
    cli: Cli, project: Path, alert: str
) -> None:
    (project / "specs" / "sub.yaml").mkdir()
    (project / "specs" / "lost.yaml").symlink_to("nowhere")
    (project / "alert.json").write_text(f'{{"alert": {alert}}}', encoding="utf-8")
    result = cli("explain", "alert.json")
    assert (result.status, result.err) == (0, "")


def test_a_link_that_leads_nowhere_is_reported(cli: Cli, project: Path) -> None:
    (project / "specs" / ".#echo.yaml").symlink_to("somebody@somewhere.1234")  # a lock of Emacs
    assert cli("lint").status == 0
    (project / "specs" / "lost.yaml").symlink_to("nowhere.yaml")
    for subcommand in ("build", "lint", "test"):
        result = cli(subcommand)
        assert result.status == 1
        assert "error[DG001]: `specs/nowhere.yaml` cannot be read" in result.err
    (project / "specs" / "lost.yaml").unlink()
    (project / "specs" / "lost.yaml").symlink_to("lost.yaml")
    result = cli("lint")
    assert result.status == 2
    assert "its links lead in a circle" in result.err


@pytest.mark.parametrize("subcommand", ["build", "lint", "test"])
def test_a_folder_that_cannot_be_listed_is_reported(cli: Cli, project: Path, subcommand: str) -> None:
    """What is in it would be left out without a word."""
    (project / "specs" / "echo.yaml").unlink()
    (project / "specs").rmdir()
    (project / "specs").write_text("no folder", encoding="utf-8")
    result = cli(subcommand)
    assert result.status == 2
    assert result.err == f"dissgen: {project / 'specs'}: Not a directory\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_without_permission_is_reported(cli: Cli, project: Path) -> None:
    (project / "specs" / "sub").mkdir(mode=0)
    try:
        assert cli("lint").status == 2
    finally:
        (project / "specs" / "sub").chmod(0o700)


CLOSED = {
    "lint": ["lint"],
    "build": ["build", "--check"],
    "dissect": ["dissect", str(CAPTURE)],
    "explain": ["explain", "-"],
}


@pytest.mark.skipif(os.name == "nt", reason="the shell is another one")
@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("arguments", CLOSED.values(), ids=CLOSED)
def test_closed_streams_change_nothing_else(project: Path, arguments: list[str], stream: str) -> None:
    subprocess.run(command("build"), cwd=project, check=True, capture_output=True)
    shell = ["/bin/sh", "-c", f'exec "$@" {stream}', "sh", *command(*arguments)]
    done = subprocess.run(shell, cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    usual = subprocess.run(
        command(*arguments), cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert "rror" not in done.stderr
    assert done.returncode == usual.returncode
    assert done.stdout == ("" if stream == ">&-" else usual.stdout)
    assert done.stderr == ("" if stream == "2>&-" else usual.stderr)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there are no such signals")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whatever_ends_a_run_its_files_are_whole_and_in_place(tmp_path: Path, name: str, jobs: int) -> None:
    """A pipe keeps the last capture from ending; hidden files and processes stayed behind when SIGTERM came."""
    number = getattr(signal, name)
    folder, pipe = tmp_path / "out", tmp_path / "b.pcap"
    os.mkfifo(pipe)
    arguments = ["dissect", "-w", str(folder), "--jobs", str(jobs), "--format", "jsonl", str(CAPTURE), str(pipe)]
    with (
        subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        pipe.open("wb"),  # it is being read
    ):
        wait_for(lambda: folder.is_dir() and any(folder.iterdir()))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert (out, err) == ("", "")
    assert [path.name for path in folder.iterdir()] == ["smtp.jsonl"]
    text = (folder / "smtp.jsonl").read_text(encoding="utf-8")
    assert text == "" or text.endswith("}\n")


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there are no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_watch_ends_with_the_number_of_the_signal(project: Path, name: str) -> None:
    number = getattr(signal, name)
    with subprocess.Popen(command("build", "--watch"), cwd=project, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "watching; Ctrl-C ends it\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in err


def test_an_interrupt_while_the_program_is_loaded(project: Path) -> None:
    code = "import sys, builtins\nfrom dissgen.start import main\nsys.argv[1:] = ['lint']\n"
    code += (
        "class Interrupting:\n    def find_spec(self, name, *_):\n        if name == 'click': raise KeyboardInterrupt\n"
    )
    code += "sys.meta_path.insert(0, Interrupting())\nmain()"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
