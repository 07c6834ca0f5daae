"""What is written: JSON Lines as the contract has them, text for people, and how writing ends."""

from __future__ import annotations

import enum
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar

import lines_dissector
import pytest
from net_builders import ipv6, pcap, tcp
from support import ROOT
from test_net_dissect import conversation as talk
from test_net_flows import Wire

from dissgen_runtime.events import DOWN, Alert, Event, Record, Verdict, VerdictEvent
from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.decapsulate import ACK
from dissgen_runtime.net.dissect import Conversation, Finished, Reported
from dissgen_runtime.net.flows import Flow
from dissgen_runtime.net.jsonl import JsonLines, seconds
from dissgen_runtime.net.jsontext import json_text
from dissgen_runtime.net.output import use_colour
from dissgen_runtime.net.registry import Dissectors, as_dissector
from dissgen_runtime.net.text import TextLines

RUNTIME = Path(__file__).parents[3] / "runtime"
LINES = as_dissector(lines_dissector, "lines")
KEYS = ["v", "capture", "time", "protocol", "flow", "uid", "community_id", "client", "server", "direction", "state"]
KEYS += ["event", "offset"]


class Kind(enum.IntEnum):
    A = 1


class Inner(Record):
    __slots__ = ("absent", "data", "kind")

    def __init__(self) -> None:
        self.data = b"\xff\0"
        self.kind = Kind.A
        self.absent = None


class AllEvent(Event):
    __slots__ = ("absent", "address", "flag", "items", "kind", "record", "text")
    name = "all"
    PAYLOAD = ("text", "absent", "flag", "kind", "address", "record", "items")

    def __init__(self) -> None:
        self.text = 'é"\n'
        self.absent = None
        self.flag = True
        self.kind = Kind.A
        self.address = ip_address("2001:db8::1")
        self.record = Inner()
        self.items = (Inner(), b"x", Kind.A, None)


def stamped(event: Event, *, now: int = 1_254_722_770_692_743_000) -> Event:
    event.direction = DOWN
    event.time = now
    event.state = "greeting"
    event.offset = (3, 9)
    return event


def make_conversation() -> Conversation:
    packet_key = ip_address("2001:db8::1").packed + ip_address("2001:db8::2").packed + b"\x9c\x40\0\x19"
    flow = Flow(4, "tcp", packet_key, 0)
    flow.client = 0
    return Conversation(flow, LINES, lines_dissector.Session())


def wire_file(path: Path) -> Path:
    wire = Wire()
    wire.now = 10**18
    talk(wire)
    path.write_bytes(pcap([(packet.time, packet.data) for packet in wire.packets], link_type=101))
    return path


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (1_254_722_770_692_743_000, "1254722770.692743"),
        (1_254_722_770_000_000_001, "1254722770.000000001"),
        (5_000_000_000, "5"),
        (1, "0.000000001"),
        (0, "0"),
        (-1_500_000_000, "-1.5"),
    ],
)
def test_time_is_exact(time: int, text: str) -> None:
    assert seconds(time) == text


def test_event_line() -> None:
    line = JsonLines("mail.pcap").line(Reported(make_conversation(), stamped(AllEvent())))
    data = json.loads(line, parse_float=str)
    assert list(data) == [*KEYS, "payload"]
    inner = {"data": {"base64": "/wA="}, "kind": 1, "kind_name": "A"}
    assert data == {
        "v": 1,
        "capture": "mail.pcap",
        "time": "1254722770.692743",
        "protocol": "lines",
        "flow": 4,
        "uid": "CmJd4bewFOKAbRDqu",
        "community_id": "1:sWs/g/aiCKWSk0k3VFY0PL2HzU4=",
        "client": "[2001:db8::1]:40000",
        "server": "[2001:db8::2]:25",
        "direction": "down",
        "state": "greeting",
        "event": "all",
        "offset": [3, 9],
        "payload": {
            "text": 'é"\n',
            "absent": None,
            "flag": True,
            "kind": 1,
            "kind_name": "A",
            "address": "2001:db8::1",
            "record": {name: inner[name] for name in ("data", "kind", "kind_name")},
            "items": [inner, {"base64": "eA=="}, 1, None],
        },
    }


def test_stream_line() -> None:
    piece = lines_dissector.PieceEvent(1, b"ab", False, None)
    data = json.loads(JsonLines("c").line(Reported(make_conversation(), stamped(piece))))
    assert data["event"] == "piece"
    assert data["payload"] == {"stream": 1, "data": {"base64": "YWI="}, "last": False, "complete": None}


def test_alert_line() -> None:
    alert = Alert(
        "smuggling", "high", "two\nlines", references=("CVE-1",), guard={"size": 3, "verb": b"X"}, data=b"raw"
    )
    alert.targets = ({"address": ["192.0.2.1"]},)
    data = json.loads(JsonLines("c").line(Reported(make_conversation(), stamped(alert))))
    assert list(data) == [*KEYS, "alert"]
    assert data["event"] == "alert"
    assert data["alert"] == {
        "id": "smuggling",
        "severity": "high",
        "confidence": "high",
        "description": "two\nlines",
        "references": ["CVE-1"],
        "spec": None,
        "transition": None,
        "guard": {"size": 3, "verb": {"base64": "WA=="}},
        "path": [],
        "completion": None,
        "method": None,
        "sources": [],
        "targets": [{"address": ["192.0.2.1"]}],
        "bytes": {"base64": "cmF3"},
    }


def test_verdict_and_session_line() -> None:
    conversation = make_conversation()
    lines = JsonLines("c")
    data = json.loads(lines.line(Reported(conversation, stamped(VerdictEvent(Verdict.DROP)))))
    assert (data["event"], data["payload"]) == ("verdict", {"verdict": "drop"})
    data = json.loads(lines.line(Finished(conversation, 7, conversation.summary())))
    assert list(data) == [*KEYS, "payload"]
    assert (data["event"], data["direction"], data["offset"], data["state"]) == ("session", None, None, "reading")
    assert list(data["payload"]) == ["state", "verdict", "failed", "messages", "alerts", "bytes"]


def test_values_that_json_lacks() -> None:
    assert json.loads(json_text({"a": float("nan"), "b": {1: b""}, "c": frozenset({2, 1})})) == {
        "a": None,
        "b": {"1": {"base64": ""}},
        "c": [1, 2],
    }


def text_of(*events: Event, colour: bool = False) -> list[str]:
    lines = TextLines(colour=colour)
    lines.start(1_254_722_770_000_000_000)
    conversation = make_conversation()
    return [line for event in events for line in lines.lines(Reported(conversation, stamped(event)))]


def test_text_lines() -> None:
    first, line = text_of(AllEvent())
    assert first == "flow 4  lines  [2001:db8::1]:40000 -> [2001:db8::2]:25, beginning not captured"
    assert line.startswith("    0.692743    4 <- all ")
    assert 'text="é\\"\\n" flag kind=A address=2001:db8::1 record={' in line


class Question(Record):
    __slots__ = ("class_", "kinds", "no", "nothing", "yes")
    ENUMS: ClassVar[Mapping[str, type[enum.IntEnum]]] = {"class_": Kind, "kinds": Kind}

    def __init__(self) -> None:
        self.class_ = Kind.A.value
        self.kinds = [Kind.A.value, 9999]
        self.no = False
        self.nothing: list[int] = []
        self.yes = True


class Asked(Event):
    __slots__ = ("questions", "sort")
    name = "asked"
    PAYLOAD = ("sort", "questions")
    ENUMS: ClassVar[Mapping[str, type[enum.IntEnum]]] = {"sort": Kind}

    def __init__(self) -> None:
        self.sort = 9999
        self.questions = [Question() for _ in range(6)]


def test_text_has_names_for_numbers_and_is_short() -> None:
    _, line = text_of(Asked())
    question = "{class=A kinds=[A, 9999] yes}"
    assert line.endswith(f"sort=9999 questions=[{', '.join([question] * 4)}, ... 2 more]")


def test_text_streams_are_one_line() -> None:
    pieces = [lines_dissector.PieceEvent(1, b"a" * 50, False, None) for _ in range(1000)]
    lines = text_of(*pieces, lines_dissector.PieceEvent(1, b"", True, True))
    assert len(lines) == 2
    assert lines[1].endswith('piece             50,000 bytes "' + "a" * 60 + '"...')
    assert "incomplete" in text_of(lines_dissector.PieceEvent(1, b"x", True, False))[1]
    assert text_of(lines_dissector.PieceEvent(1, b"\0\xff\1", True, True))[1].endswith("3 bytes 00 ff 01")


def test_text_cannot_command_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e\r"
    alert = Alert("x", "low", evil, guard={"v": evil})
    for line in text_of(
        lines_dissector.LineEvent(evil), alert, lines_dissector.PieceEvent(1, evil.encode(), True, True)
    ):
        assert line.isprintable()


def test_long_values_are_elided() -> None:
    line = text_of(lines_dissector.LineEvent("y" * 10_000))[1]
    assert line.endswith("y" * 60 + "... 10,000 characters")


def test_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert use_colour("auto", Terminal())
    assert not use_colour("auto", io.StringIO())
    assert use_colour("always", io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not use_colour("auto", Terminal())
    assert any("\x1b[1;31m" in line for line in text_of(Alert("x", "high", "d"), colour=True))


def dissect(*captures: Path | str, fail_on_alert: bool = False, text: bool = False) -> tuple[int, list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    status = run_dissect(
        [str(capture) for capture in captures],
        Dissectors([LINES]),
        format="text" if text else "jsonl",
        stdout=out,
        stderr=err,
        fail_on_alert=fail_on_alert,
    )
    return status, out.getvalue().splitlines(), err.getvalue()


def test_run(tmp_path: Path) -> None:
    path = wire_file(tmp_path / "a.pcap")
    status, lines, errors = dissect(path)
    assert (status, errors) == (0, "")
    assert [json.loads(line)["event"] for line in lines] == ["line"] * 3 + ["end"] * 2 + ["session"]
    status, lines, _ = dissect(path, text=True)
    assert status == 0
    assert [line for line in dissect(path, path, text=True)[1] if "capture" in line] == [f"capture {path}"] * 2
    assert lines[-4:] == ["packets  7", "flows    1 (1 lines)", "events   5 (5 lines)", "alerts   0"]


def test_damaged_capture_after_all_that_is_readable(tmp_path: Path) -> None:
    path = wire_file(tmp_path / "a.pcap")
    path.write_bytes(path.read_bytes()[:-10])
    status, lines, errors = dissect(path)
    assert status == 1
    assert [json.loads(line)["event"] for line in lines] == ["line"] * 3 + ["end"] * 2 + ["session"]
    assert errors.startswith(f"error: {path}: damaged: packet 7 is cut")


def test_unreadable(tmp_path: Path) -> None:
    good = wire_file(tmp_path / "a.pcap")
    (tmp_path / "text").write_text("hello world")
    (tmp_path / "empty").mkdir()
    status, lines, errors = dissect(tmp_path / "none", tmp_path / "text", tmp_path / "empty", good)
    assert status == 2
    assert len(lines) == 6
    assert [line.split(": ")[0] for line in errors.splitlines()] == ["error"] * 3
    assert "neither pcap nor pcapng" in errors


def test_fail_on_alert(tmp_path: Path) -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"one\n", seq=101, ack=901)
    wire.send(0, b"uno\n", seq=101, ack=901)
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([(packet.time, packet.data) for packet in wire.packets], link_type=101))
    assert dissect(path)[0] == 0
    assert dissect(path, fail_on_alert=True)[0] == 1
    assert dissect(wire_file(tmp_path / "b.pcap"), fail_on_alert=True)[0] == 0


def start(*arguments: str, stdin: int | None = None, stdout: int | None = subprocess.PIPE) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dissgen_runtime", *arguments, "-d", lines_dissector.__file__, "--format", "jsonl"]
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME)}
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment)


def big_file(path: Path, packets: int = 20_000) -> Path:
    found = [(number, ipv6(tcp(b"line\n" * 20, seq=100 * number, flags=ACK))) for number in range(packets)]
    path.write_bytes(pcap(found, link_type=101))
    return path


def test_module_runs_alone(tmp_path: Path) -> None:
    process = start(str(wire_file(tmp_path / "a.pcap")))
    out, err = process.communicate(timeout=20)
    assert (process.returncode, len(out.splitlines()), err) == (0, 6, b"")


def test_usage_errors(tmp_path: Path) -> None:
    for arguments in (["a.pcap", "--format", "x"], ["a.pcap", "--decode-as", "x"], ["a.pcap", "--protocol", "x"]):
        process = start(*arguments)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 2
        assert b"Traceback" not in err


def test_locale_without_the_characters(tmp_path: Path) -> None:
    wire = Wire()
    wire.send(0, "caf\u00e9\n".encode("latin-1"), seq=1)
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([(0, wire.packets[0].data)], link_type=101))
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert run_dissect([str(path)], Dissectors([LINES]), stdout=out, stderr=io.StringIO()) == 0
    out.seek(0)
    assert "text=caf\\xe9" in out.read()


def test_broken_pipe(tmp_path: Path) -> None:
    process = start(str(big_file(tmp_path / "a.pcap")))
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"{")
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_full_disk(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = start(str(wire_file(tmp_path / "a.pcap")), stdout=full.fileno())
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err == b"error: cannot write the output: no space is left on the device\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_interrupt_leaves_whole_lines(tmp_path: Path, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    process = start(str(big_file(tmp_path / "a.pcap")))
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.3)  # the pipe is full: the interrupt comes in the middle of a write, which nobody lets go on
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    rest = process.stdout.read()  # not communicate: that passes over what readline has buffered
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == b""
    for line in (first + rest).splitlines(keepends=True):
        assert json.loads(line)
        assert line.endswith(b"\n")


def test_live_input_is_written_as_it_comes(tmp_path: Path) -> None:
    data = wire_file(tmp_path / "a.pcap").read_bytes()
    process = start("-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(data[:-200])
    process.stdin.flush()
    assert b"220 hi" in process.stdout.readline()
    process.stdin.write(data[-200:])
    process.stdin.close()
    process.stdin = None
    out = process.stdout.read()
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert b'"session"' in out


def test_packets_are_slotted() -> None:
    assert not hasattr(Packet(1, 0, 1, b"", 0), "__dict__")


def test_a_file_that_may_not_grow_holds_whole_lines(tmp_path: Path) -> None:
    """As on a disk that is full: the system takes a part of what is written."""
    capture = ROOT / "tests" / "captures" / "smtp-session.pcap"
    command = [
        sys.executable,
        "-m",
        "dissgen_runtime",
        str(capture),
        "-d",
        str(ROOT / "generated"),
        "--format",
        "jsonl",
    ]
    whole = subprocess.run(command, cwd=ROOT / "runtime", capture_output=True, check=True).stdout
    limit = 1000
    assert len(whole) > limit
    with (tmp_path / "out").open("wb") as out:
        result = subprocess.run(
            command,
            cwd=ROOT / "runtime",
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
    assert (result.returncode, result.stderr.splitlines()[-1]) == (2, b"error: cannot write the output: File too large")
    written = (tmp_path / "out").read_bytes()
    assert written == whole[: whole.rfind(b"\n", 0, limit) + 1]
    assert written
