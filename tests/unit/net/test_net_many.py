"""Many captures: folders, processes, a file a protocol, what was limited, progress."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lines_dissector
import pytest
from test_net_flows import Wire
from test_net_output import LINES, big_file, start, wire_file

from dissgen_runtime.net import dissect as dissect_module
from dissgen_runtime.net import flows, parallel
from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.inputs import expand, total_size
from dissgen_runtime.net.registry import Dissectors
from dissgen_runtime.net.run import Format

from net_builders import pcap  # isort: skip

needs_fork = pytest.mark.skipif(not parallel.available(), reason="processes cannot be forked here")


def run(
    captures: list[Path], *, form: Format = "jsonl", jobs: int = 1, folder: Path | None = None
) -> tuple[int, str, str, int]:
    """Status, standard output, standard error, bytes that were reported as read."""
    out, err = io.StringIO(), io.StringIO()
    read = 0

    def advance(size: int) -> None:
        nonlocal read
        read += size

    status = run_dissect(
        [str(capture) for capture in captures],
        Dissectors([LINES]),
        format=form,
        stdout=out,
        stderr=err,
        folder=None if folder is None else str(folder),
        jobs=jobs,
        advance=advance,
    )
    return status, out.getvalue(), err.getvalue(), read


def mixed(folder: Path) -> list[Path]:
    """A large capture first, small ones, a damaged one, one that is none."""
    folder.mkdir()
    paths = [big_file(folder / "a.pcap", 1500), *(wire_file(folder / f"b{n}.pcap") for n in range(4))]
    damaged = wire_file(folder / "c.pcap")
    damaged.write_bytes(damaged.read_bytes()[:-10])
    (folder / "d.cap").write_text("hello world")
    (folder / "e.pcap.gz").write_bytes(gzip.compress(paths[1].read_bytes()))
    return [*paths, damaged, folder / "d.cap", folder / "e.pcap.gz"]


def test_a_folder_is_its_captures(tmp_path: Path) -> None:
    paths = mixed(tmp_path / "in")
    (tmp_path / "in" / "notes.txt").write_text("no capture")
    (tmp_path / "in" / "sub.pcap").mkdir()
    assert expand([str(tmp_path / "in"), "-", "absent"]) == [*map(str, paths), "-", "absent"]
    assert run([tmp_path / "in"]) == run(paths)
    assert total_size([str(path) for path in paths]) == sum(path.stat().st_size for path in paths)
    assert total_size(["-"]) is None


@needs_fork
@pytest.mark.parametrize("form", ["text", "jsonl", "eve"])
def test_processes_give_the_same_output(tmp_path: Path, form: Format) -> None:
    paths = mixed(tmp_path / "in")
    alone = run(paths, form=form)
    assert alone[0] == 2
    assert alone[3] == sum(path.stat().st_size for path in paths)
    for jobs in (2, 5, 50):
        assert run(paths, form=form, jobs=jobs) == alone


@needs_fork
def test_a_process_that_is_ended_loses_its_capture_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = mixed(tmp_path / "in")[1:4]

    def die(self: object, packets: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    before = parallel._Workers._run

    def work(self: parallel._Workers, number: int, sender: parallel.Connection) -> None:
        if number == 1:
            monkeypatch.setattr(dissect_module.Dissection, "items", die)
        before(self, number, sender)

    monkeypatch.setattr(parallel._Workers, "_run", work)
    status, out, err, _ = run(paths, jobs=2)
    assert status == 2
    assert {json.loads(line)["capture"] for line in out.splitlines()} == {str(paths[0]), str(paths[2])}
    assert err == f"error: {paths[1]}: the process that read it ended with -9\n"


@needs_fork
def test_a_fault_in_a_process_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dissect_module.Dissection, "items", None)
    with pytest.raises(parallel.WorkerError, match="TypeError"):
        run(mixed(tmp_path / "in"), jobs=2)


@pytest.mark.parametrize("jobs", [1, pytest.param(3, marks=needs_fork)])
def test_a_file_a_protocol(tmp_path: Path, jobs: int) -> None:
    paths = mixed(tmp_path / "in")
    alone = run(paths)
    assert run(paths, folder=tmp_path / "deep" / "out", jobs=jobs) == (alone[0], "", *alone[2:])
    [file] = (tmp_path / "deep" / "out").iterdir()
    assert file.name == "lines.jsonl"
    assert file.read_text() == alone[1]
    status, text, _, _ = run(paths[1:2], form="text", folder=tmp_path / "out", jobs=jobs)
    assert (status, text.splitlines()[0]) == (0, "packets  7")
    run([conflicting(tmp_path / "x.pcap")], form="eve", folder=tmp_path / "out", jobs=jobs)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["lines.eve.json", "lines.jsonl"]


def conflicting(path: Path) -> Path:
    wire = Wire()
    wire.connect()
    wire.send(0, b"one\n", seq=101, ack=901)
    wire.send(0, b"uno\n", seq=101, ack=901)
    path.write_bytes(pcap([(packet.time, packet.data) for packet in wire.packets], link_type=101))
    return path


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, errors, _ = run([wire_file(tmp_path / "a.pcap")], folder=tmp_path / "file")
    assert status == 2
    assert errors.startswith("error: cannot write ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pcap", "file"]


def test_interrupted_files_are_in_place_and_whole(tmp_path: Path) -> None:
    process = start("-", "-w", str(tmp_path / "out"), stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(big_file(tmp_path / "a.pcap").read_bytes())
    process.stdin.flush()
    while not any((tmp_path / "out").glob(".lines*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, b"")
    [file] = (tmp_path / "out").iterdir()
    assert file.name == "lines.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    assert lines
    assert all(json.loads(line) and line.endswith("\n") for line in lines)


@pytest.mark.parametrize("unbuffered", [True, False])
@needs_fork
def test_interrupt_ends_the_processes(tmp_path: Path, unbuffered: bool) -> None:
    (tmp_path / "in").mkdir()
    for number in range(6):
        big_file(tmp_path / "in" / f"{number}.pcap", 5000)
    command = [
        sys.executable,
        "-m",
        "dissgen_runtime",
        str(tmp_path / "in"),
        "--jobs",
        "2",
        "-d",
        lines_dissector.__file__,
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1" if unbuffered else ""}
    process = subprocess.Popen(
        [*command, "--format", "jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.3)  # the pipe is full: the interrupt comes in the middle of a write, which nobody lets go on
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    time.sleep(0.3)
    assert process.stderr is not None
    for line in (first + process.stdout.read()).splitlines(keepends=True):
        assert json.loads(line)
        assert line.endswith(b"\n")
    assert process.stderr.read() == b""
    assert process.wait(timeout=20) == 130
    process.stdout.close()
    process.stderr.close()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_what_was_limited_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    for port in range(40):
        wire.send(0, b"one\n", seq=1, port=1000 + port)
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([(packet.time, packet.data) for packet in wire.packets], link_type=101))
    assert run([path])[2] == ""
    few = flows.FlowLimits(flows=10)
    monkeypatch.setattr(flows, "FlowLimits", lambda: few)
    status, out, err, _ = run([path])
    assert (status, len(out.splitlines())) == (0, 160)
    assert err == f"warning: {path}: 30 flows ended early, too many were open\n"
    status, out, err, _ = run([path], form="text")
    assert err == ""
    assert out.splitlines()[-1] == "limits   30 flows ended early, too many were open"


def test_flows_that_wait_for_a_dissector_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    for port in range(50):
        wire.send(0, b"E", seq=1, port=1000 + port, server=999)
    whole = dissect_module.Dissection(Dissectors([LINES]))
    assert list(whole.items(wire.packets)) == []
    assert (whole.totals.hurried, whole._held) == (0, 0)
    monkeypatch.setattr(dissect_module, "CONFIRM_MEMORY", 20)
    limited = dissect_module.Dissection(Dissectors([LINES]))
    assert list(limited.items(wire.packets)) == []
    assert (limited.totals.hurried, limited._held) == (30, 0)
    assert limited.totals.skipped == 50
