"""`dissgen dissect`: inputs of every kind, dissectors of every kind, and its lines as a contract."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_support import SPEC, Cli
from support import ROOT

CAPTURES = ROOT / "tests" / "captures"
PLAIN = CAPTURES / "smtp-plain.pcap"
SESSION = CAPTURES / "smtp-session.pcap"
MODULES = ROOT / "generated"
COMMAND = [sys.executable, "-c", "from dissgen.cli import main; main()", "dissect"]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")},
    "PYTHONPATH": os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "runtime")]),
}


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


# Inputs


def test_text_has_flow_events_and_totals(cli: Cli) -> None:
    result = cli("dissect", PLAIN)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("flow 0  smtp  ")
    for word in ("verb=EHLO", "code=354", "mail_content", "packets ", "flows ", "events ", "alerts "):
        assert word in result.out
    assert "\x1b[" not in result.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\xd4", "too short", id="one byte"),
        pytest.param(b"Dear Sir or Madam,\n", "neither pcap nor pcapng", id="text"),
        pytest.param(b"\x1f\x8b\x08\x00", "", id="cut gzip"),
        pytest.param(gzip.compress(b"no capture"), "neither pcap nor pcapng", id="gzip of text"),
        pytest.param(b"\xfd7zXZ\x00", "xz", id="xz"),
    ],
)
def test_what_is_no_capture(cli: Cli, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)
    result = cli("dissect", path)
    assert (result.status, result.out) == (2, "")
    assert str(path) in result.err
    assert reason in result.err


def test_what_is_no_file(cli: Cli, tmp_path: Path) -> None:
    result = cli("dissect", tmp_path / "missing")
    assert (result.status, result.out) == (2, "")
    assert "No such file" in result.err
    result = cli("dissect", tmp_path)
    assert (result.status, result.out) == (2, "")
    assert str(tmp_path) in result.err
    assert cli("dissect").status == 2


def test_one_bad_capture_of_several(cli: Cli, tmp_path: Path) -> None:
    result = cli("dissect", tmp_path / "missing", PLAIN)
    assert result.status == 2
    assert "verb=QUIT" in result.out


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_cut_capture_is_read_to_its_end(cli: Cli, tmp_path: Path, form: str) -> None:
    data = PLAIN.read_bytes()
    for size in (24, 25, 39, 40, 100, len(data) // 2, len(data) - 1):
        path = tmp_path / "cut.pcap"
        path.write_bytes(data[:size])
        result = cli("dissect", "--format", form, path)
        assert result.status == (0 if size == 24 else 1), size
        assert ("cut" in result.err) == (size != 24)
        assert result.out == "" or result.out.endswith("\n")
        if form == "jsonl":
            found = lines(result.out)
            assert sum(line["event"] == "session" for line in found) == len({line["flow"] for line in found})


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_in_a_capture(cli: Cli, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    data = bytearray(SESSION.read_bytes())
    for _ in range(draw.randrange(1, 200)):
        data[draw.randrange(24, len(data))] = draw.randrange(256)
    if seed % 4 == 0:
        data[24:] = draw.randbytes(len(data) - 24)
    path = tmp_path / "random.pcap"
    path.write_bytes(data)
    result = cli("dissect", "--format", "jsonl", path)
    assert result.status in (0, 1)
    assert (result.status == 1) == ("damaged" in result.err)
    lines(result.out)


def test_gzip_and_standard_input_give_the_same(cli: Cli, tmp_path: Path) -> None:
    expected = lines(cli("dissect", "--format", "jsonl", PLAIN).out)
    packed = tmp_path / "plain.pcap.gz"
    packed.write_bytes(gzip.compress(PLAIN.read_bytes()))
    found = lines(cli("dissect", "--format", "jsonl", packed).out)
    for data in (PLAIN.read_bytes(), packed.read_bytes()):
        result = subprocess.run([*COMMAND, "--format", "jsonl", "-"], input=data, capture_output=True, env=ENVIRONMENT)
        assert (result.returncode, result.stderr) == (0, b"")
        piped = lines(result.stdout.decode())
        assert {line.pop("capture") for line in piped} == {"-"}
        assert piped == [{name: value for name, value in line.items() if name != "capture"} for line in expected]
    assert {line.pop("capture") for line in found} == {str(packed)}
    assert found == [{name: value for name, value in line.items() if name != "capture"} for line in expected]


def test_a_broken_pipe_is_no_error(tmp_path: Path) -> None:
    many = [str(SESSION)] * 200
    with subprocess.Popen(
        [*COMMAND, "--format", "jsonl", *many], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in (0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_reported() -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run([*COMMAND, str(PLAIN)], stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert result.returncode == 2
    assert b"no space" in result.stderr.lower()
    assert b"Traceback" not in result.stderr


def test_an_interrupt_ends_with_whole_lines() -> None:
    with subprocess.Popen(
        [*COMMAND, "--format", "jsonl", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(PLAIN.read_bytes())
        process.stdin.flush()
        first = b"".join(process.stdout.readline() for _ in range(3))  # it reads, and waits for more
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.stderr.read() == b""
        assert process.wait(30) == 130
    assert (first + rest).endswith(b"\n")
    assert len(lines((first + rest).decode())) >= 3


# Dissectors


@pytest.fixture
def own(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec and the module that belongs to it."""
    (tmp_path / "echo.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    assert cli("build", "echo.yaml", "-o", ".").status == 0
    return tmp_path


def test_a_module_a_folder_and_a_spec(cli: Cli, own: Path) -> None:
    results = [
        cli("dissect", "-d", path, "--decode-as", "tcp/25=echo", "--format", "jsonl", PLAIN)
        for path in ("echo_dissector.py", ".", "echo.yaml")
    ]
    assert [result.status for result in results] == [0, 0, 0]
    assert results[0].out == results[1].out == results[2].out
    said = [line["payload"]["text"] for line in lines(results[0].out) if line["event"] == "said"]
    assert said[0].startswith("EHLO ")


def test_a_tutorial_is_used_when_it_is_named(cli: Cli) -> None:
    result = cli("dissect", "-d", ROOT / "specs" / "tutorial" / "smtp.yaml", "--format", "jsonl", PLAIN)
    assert {line["protocol"] for line in lines(result.out)} == {"smtp_tutorial"}
    result = cli("dissect", "-d", MODULES, "--format", "jsonl", PLAIN)
    assert {line["protocol"] for line in lines(result.out)} == {"smtp"}
    result = cli("dissect", "-d", MODULES, "--protocol", "smtp_tutorial", "--format", "jsonl", PLAIN)
    assert {line["protocol"] for line in lines(result.out)} == {"smtp_tutorial"}


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("missing.py", None, 2, "no such file"),
        ("missing.yaml", None, 1, "no such file"),
        ("text.txt", "hello", 2, "not a Python module"),
        ("wrong.py", "x = (", 2, "SyntaxError"),
        ("raises.py", "1 / 0", 2, "ZeroDivisionError"),
        ("leaves.py", "raise SystemExit(0)", 2, "SystemExit"),
        ("other.py", "x = 1", 2, "not a dissector"),
        ("broken.yaml", "dissgen: [", 1, "error[DG"),
        ("later.yaml", "dissgen: 1\nprotocol: later\n", 1, "error[DG"),
    ],
)
def test_what_is_no_dissector(
    cli: Cli, tmp_path: Path, name: str, content: str | None, status: int, reason: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    result = cli("dissect", "-d", path, PLAIN)
    assert (result.status, result.out) == (status, "")
    assert reason in result.err
    assert name in result.err


def test_a_folder_without_dissectors(cli: Cli, tmp_path: Path) -> None:
    result = cli("dissect", "-d", tmp_path, PLAIN)
    assert result.status == 2
    assert "there is no *_dissector.py" in result.err


def test_a_module_of_another_runtime(cli: Cli, tmp_path: Path) -> None:
    text = (MODULES / "smtp_dissector.py").read_text(encoding="utf-8")
    assert "require(1)" in text
    (tmp_path / "future_dissector.py").write_text(text.replace("require(1)", "require(99)"), encoding="utf-8")
    result = cli("dissect", "-d", tmp_path / "future_dissector.py", PLAIN)
    assert result.status == 2
    assert "99" in result.err


@pytest.mark.parametrize("name", ["nowhere", "", "smtp,nowhere"])
def test_a_protocol_that_is_not_there(cli: Cli, name: str) -> None:
    result = cli("dissect", "--protocol", name, PLAIN)
    assert result.status == 2
    assert "there is no dissector for" in result.err


@pytest.mark.parametrize("text", ["25=smtp", "tcp/99999=smtp", "icmp/1=smtp", "tcp/25=", "tcp/25=nowhere", ""])
def test_a_wrong_decode_as(cli: Cli, text: str) -> None:
    result = cli("dissect", "--decode-as", text, PLAIN)
    assert (result.status, result.out) == (2, "")
    assert result.err


# Lines

KEYS = {
    "v": int,
    "capture": str,
    "time": (int, float),
    "protocol": str,
    "flow": int,
    "client": str,
    "server": str,
    "direction": (str, type(None)),
    "state": str,
    "event": str,
    "offset": (list, type(None)),
}
ALERT = {
    "id": str,
    "severity": str,
    "confidence": str,
    "description": str,
    "references": list,
    "spec": (str, type(None)),
    "transition": (str, type(None)),
    "guard": dict,
    "path": list,
    "bytes": dict,
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "command": {"verb": str, "argument": (str, type(None))},
    "response": {"code": int, "lines": list, "command": (str, type(None))},
    "mail_content": {"stream": int, "data": dict, "last": bool, "complete": (bool, type(None))},
    "bdat": {"stream": int, "data": dict, "last": bool, "complete": (bool, type(None))},
    "auth": {"response": str},
    "record": {"type": int, "version": int, "length": int, "type_name": (str, type(None))},
    "handshake": {"type": int, "length": int},  # what a message of another type does not have is left out
    "alert_message": {"level": int, "description": int},
    "gap": {"bytes": int},
    "end": {"cut": bool},
    "verdict": {"verdict": str},
    "log": {"text": str},
    "session": {"state": str, "verdict": str, "failed": bool, "messages": int, "alerts": int, "bytes": dict},
}


def check(found: dict[str, Any], keys: dict[str, Any]) -> None:
    assert set(found) >= set(keys)
    for name, kind in keys.items():
        assert isinstance(found[name], kind), (name, found[name])


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("smtp-*.pcap")), ids=lambda path: path.stem)
def test_every_line_has_the_keys_of_the_contract(cli: Cli, path: Path) -> None:
    found = lines(cli("dissect", "--format", "jsonl", path).out)
    ended = set()
    for line in found:
        check(line, KEYS)
        assert line["v"] == 1
        assert line["capture"] == str(path)
        assert line["direction"] in ("up", "down", None)
        assert line["flow"] not in ended
        if line["offset"] is not None:
            start, end = line["offset"]
            assert 0 <= start <= end
        if line["event"] == "alert":
            check(line["alert"], ALERT)
        else:
            check(line["payload"], PAYLOADS[line["event"]])
        for entry in line.get("payload", {}).get("lines", []):
            assert {name: type(value) for name, value in entry.items()} == {"code": int, "separator": str, "text": str}
        if line["event"] == "session":
            ended.add(line["flow"])
    assert {line["flow"] for line in found} == ended


def test_times_are_exact_and_never_go_back(cli: Cli) -> None:
    out = cli("dissect", "--format", "jsonl", SESSION).out
    texts = [line.split('"time": ')[1].split(",")[0] for line in out.splitlines()]
    assert all(len(text.partition(".")[2]) <= 9 for text in texts)
    assert [float(text) for text in texts] == sorted(float(text) for text in texts)


def test_fail_on_alert(cli: Cli) -> None:
    assert cli("dissect", "--fail-on", "alert", PLAIN).status == 0
    result = cli("dissect", "--fail-on", "alert", SESSION)
    assert (result.status, "alert low" in result.out) == (1, True)
    assert cli("dissect", SESSION).status == 0
    assert cli("dissect", "--fail-on", "alert", SESSION, PLAIN).status == 1


def test_colour(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in cli("dissect", "--color", "always", PLAIN).out
    assert "\x1b[" not in cli("dissect", "--color", "never", PLAIN).out
    assert "\x1b[" not in cli("dissect", "--color", "always", "--format", "jsonl", PLAIN).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in cli("dissect", "--color", "always", PLAIN).out


def test_the_runtime_alone_gives_the_same_lines(cli: Cli, tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    shutil.copytree(MODULES, modules, ignore=shutil.ignore_patterns("__pycache__"))
    expected = cli("dissect", "--format", "jsonl", SESSION).out
    command = [sys.executable, "-m", "dissgen_runtime", str(SESSION), "-d", str(modules), "--format", "jsonl"]
    result = subprocess.run(command, capture_output=True, env={**ENVIRONMENT, "PYTHONPATH": str(ROOT / "runtime")})
    assert (result.returncode, result.stderr) == (0, b"")
    assert lines(result.stdout.decode()) == lines(expected)
