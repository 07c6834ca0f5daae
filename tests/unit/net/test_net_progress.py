"""The bar of `dissgen dissect`, in a terminal of its own: it tells what is read, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import lines_dissector
import pytest
from test_net_output import big_file

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
ERASE = "\x1b[2K"
START = "from dissgen.cli import main; main()"


def on_terminal(*arguments: str, stdin: Path | None = None, interrupt: bool = False) -> tuple[int, str, bytes]:
    """Run `dissgen dissect` with a terminal for standard error. Returns its status, what was drawn, its output."""
    master, slave = pty.openpty()
    command = [sys.executable, "-c", START, "dissect", *arguments, "-d", lines_dissector.__file__]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("NO_COLOR", None)
    with open(stdin or os.devnull, "rb") as source, open(os.devnull, "wb") as output:
        process = subprocess.Popen(
            [*command, "--format", "jsonl"],
            stdin=source,
            stdout=output,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
    os.close(slave)
    drawn = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([master], [], [], 1)[0]:
            try:
                data = os.read(master, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not data:
                break
            drawn += data
            if interrupt and b"reading" in drawn:
                interrupt = False
                os.killpg(process.pid, signal.SIGINT)
    status = process.wait(timeout=30)
    os.close(master)
    return status, drawn.decode(), drawn


def assert_clean(drawn: str) -> None:
    """The cursor is shown again, and the last thing that was drawn has been erased."""
    assert drawn.count(HIDE) == drawn.count(SHOW) == 1
    assert drawn.rindex(SHOW) > drawn.rindex(HIDE)
    after = drawn[drawn.rindex("reading") :]
    assert ERASE in after
    assert not re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", after[after.rindex(ERASE) :])


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("captures")
    return [big_file(folder / f"{number}.pcap", 8_000) for number in range(3)]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_rate_and_time_left(captures: list[Path], jobs: str) -> None:
    status, drawn, _ = on_terminal(*map(str, captures), "--jobs", jobs)
    assert status == 0
    total = sum(path.stat().st_size for path in captures) / 1e6
    assert f"/{total:.1f} MB" in drawn
    assert re.search(r"[0-9.]+ [kM]B/s", drawn)  # the rate
    assert re.search(r"0:00:0[0-9]", drawn)  # the time left
    assert_clean(drawn)


def test_standard_input_has_no_total(captures: list[Path]) -> None:
    status, drawn, _ = on_terminal("-", stdin=captures[0])
    assert status == 0
    assert "reading" in drawn
    assert re.search(r"[0-9.]+/\? [kM]?B", drawn)
    assert_clean(drawn)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupt_leaves_a_clean_terminal(captures: list[Path], jobs: str) -> None:
    status, drawn, _ = on_terminal(*map(str, captures), "--jobs", jobs, interrupt=True)
    assert status == 130
    assert "Traceback" not in drawn
    assert_clean(drawn)


def test_no_bar_where_lines_are_shown(captures: list[Path]) -> None:
    """Standard error that is no terminal gets nothing."""
    command = [sys.executable, "-c", START, "dissect", str(captures[0]), "-d", lines_dissector.__file__]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, check=True)
    assert result.stderr == b""
