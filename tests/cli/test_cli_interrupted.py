"""Giant examples end, and Ctrl-C ends everything at once and without a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from cli_support import SPEC, Cli

MAIN = """
from dissgen.cli import main
from dissgen.testing import runner

original = runner.run_with_hooks

def announced(*arguments):
    print("begun", flush=True)
    return original(*arguments)

runner.run_with_hooks = announced
main()
"""


def giant(project: Path, lines: int) -> None:
    talk = "".join("      C: " + "h" * 200 + "\n" for _ in range(lines))
    text = SPEC.replace("      C: hello\n", talk).replace("said: 1", f"said: {lines}")
    (project / "specs" / "echo.yaml").write_text(text, encoding="utf-8")


def test_a_giant_example_is_run_in_a_bounded_number_of_ways(cli: Cli, project: Path) -> None:
    giant(project, 500)
    result = cli("test")
    assert result.status == 0, result.out
    runs = int(result.out.rpartition("(")[2].split()[0])
    assert 3 + 16 <= runs < 120


def test_an_example_that_is_too_large_is_refused_at_its_step(cli: Cli, project: Path) -> None:
    (project / "specs" / "large").write_bytes(bytes((1 << 20) + 1))
    text = SPEC.partition("    talk:")[0] + "    talk: [{C: a}, {C: {file: large}}]\n    expect: {}\n"
    (project / "specs" / "echo.yaml").write_text(text, encoding="utf-8")
    result = cli("test")
    assert result.status == 1
    assert "an example has at most 1048576 bytes; use `dissgen dissect` on a capture" in result.err
    assert "--> specs/echo.yaml:18:20" in result.err


def test_an_interrupt_ends_it_without_a_traceback(project: Path) -> None:
    giant(project, 2000)
    command = [sys.executable, "-c", MAIN, "test"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + err
