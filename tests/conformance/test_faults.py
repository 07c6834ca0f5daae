"""One case for each fault of the system that we follow, as `docs/semantics.md` lists them."""

from __future__ import annotations

import io
import json
import struct
import textwrap
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, balanced, machine, names, shipped, streams

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import DOWN, UP, Alert, Event, ParseError
from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.registry import Dissectors, load_dissectors

LINES = r"""
tokens: {WORD: '[a-z]+', EOL: '\n'}
grammar: {line: {record: [{field: word, token: WORD}, EOL]}}
events: {got: {word: str}}
alerts: {odd: {severity: low, description: '{error}'}}
initial: a
"""


def refused(body: str) -> str:
    """What the compiler says to a spec that it does not take: codes, messages and helps."""
    diagnostics = Diagnostics()
    text = "dissgen: 1\nprotocol: test\ntransport: {tcp: [9999]}\n" + textwrap.dedent(body)
    assert compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False) is None
    return "\n".join(line for found in diagnostics for line in (f"{found.code} {found.message}", *found.helps))


def value(elements: str, data: bytes) -> dict[str, Any]:
    """The fields of a message that consists of the elements, read by its rule alone."""
    module = machine(f"grammar:\n  message:\n    record: {elements}\ninitial: a\nstates: {{a: {{up: message}}}}\n")
    record, size, _ = module.parse_message(data)
    assert size == len(data)
    return dict(record.fields())


def mail(client: bytes) -> list[Event]:
    """What the shipped dissector reports for a client that pipelines everything behind its greeting."""
    session = shipped("smtp").Session()
    events = session.feed(DOWN, b"220 mx.example\r\n") + session.feed(UP, client)
    balanced(session)
    return events


@pytest.mark.parametrize("data", [b"1\n", b"x1\n"])
def test_fault_endless_loop(data: bytes) -> None:
    session = machine(LINES + "states: {a: {up: line}}\n").Session()
    assert names(session.feed(UP, data)) == ["alert:parse_error"]
    assert names(session.feed(UP, data)) == []
    session = machine(LINES + "states: {a: {up: line}}\n").Session()
    assert names(session.feed(DOWN, data)) == ["alert:missing_grammar"]
    assert session.failed


@pytest.mark.parametrize("event", ["fail", "init", "finish"])
@pytest.mark.parametrize("place", ["states: {a: {up: line, transitions: [%s]}}", "states: {a: {up: line}}\nany: [%s]"])
def test_fault_jump_on_fail(event: str, place: str) -> None:
    assert event in refused(LINES + place % f"{{event: {event}, jump: a}}" + "\n")


@pytest.mark.parametrize("section", ["any", "first"])
def test_fault_dead_events(section: str) -> None:
    said = refused(LINES + f"states: {{a: {{up: line}}}}\n{section}: [{{event: parse_eror, jump: fail}}]\n")
    assert "parse_eror" in said
    assert "`parse_error`" in said


def test_fault_action_key() -> None:
    said = refused(LINES + "states: {a: {up: line, transitions: [{event: up, action: [trigger: got]}]}}\n")
    assert "action" in said


def test_fault_jump_without_state() -> None:
    said = refused(LINES + "states: {alpha: {up: line, transitions: [{event: up, jump: alhpa}]}}\n")
    assert "alhpa" in said
    assert "`alpha`" in said


def test_fault_optional_truth() -> None:
    elements = "[{field: n, number: 8}, {optional: {field: x, number: 8}, when: n %s}]"
    assert value(elements % "> 1", b"\x02\x07") == {"n": 2, "x": 7}
    assert value(elements % "> 1", b"\x01") == {"n": 1, "x": None}
    said = refused(f"grammar: {{m: {{record: {elements % ''}}}}}\ninitial: a\nstates: {{a: {{up: m}}}}\n")
    assert "bool" in said


def test_fault_array_while() -> None:
    elements = "[{field: xs, array: {number: 8}, while: peek() > 2}, {field: end, number: 8}]"
    assert value(elements, b"\x05\x04\x03\x02") == {"xs": [5, 4, 3], "end": 2}
    assert value(elements, b"\x01") == {"xs": [], "end": 1}


def test_fault_nested_union() -> None:
    inner = "{union: [{record: [{field: high, number: 4}, {field: low, number: 4}]}, {field: octet, number: 8}]}"
    elements = f"[{{union: [{{field: short, number: 16}}, {inner}]}}, {{field: behind, number: 8}}]"
    assert value(elements, b"\xab\xcd\x07") == {"short": 0xABCD, "high": 0xA, "low": 0xB, "octet": 0xAB, "behind": 7}


@pytest.mark.parametrize("bits", [1, 7, 8, 16, 24, 31, 32, 33, 40, 48, 56, 63, 64])
def test_fault_wide_numbers(bits: int) -> None:
    size = -(-bits // 8)
    pad = f"{{number: {size * 8 - bits}}}, " if size * 8 - bits else ""
    for number in (0, 1, (1 << bits) - 1, 1 << (bits - 1)):
        data = number.to_bytes(size, "big")
        assert value(f"[{pad}{{field: n, number: {bits}}}]", data) == {"n": number}
        if bits > 1:
            signed = number - (1 << bits if number >> (bits - 1) else 0)
            assert value(f"[{pad}{{field: n, number: {bits}, signed: true}}]", data) == {"n": signed}


def test_fault_short_numbers() -> None:
    with pytest.raises(ParseError) as error:
        value("[{field: n, number: 32}]", b"\x01\x02\x03")
    assert (error.value.kind, error.value.field) == ("truncated", "n")
    session = machine("grammar: {m: {record: [{field: n, number: 32}]}}\ninitial: a\nstates: {a: {up: m}}\n").Session()
    assert names(session.feed(UP, b"\x01\x02\x03") + session.close(UP)) == ["alert:parse_error"]
    assert (session.failed, session.failure.kind) == (True, "truncated")


@pytest.mark.parametrize("element", ["bytes: {size: 4}", "bytes: {until: ';'}", "text: {size: 4}"])
def test_fault_short_bytes(element: str) -> None:
    with pytest.raises(ParseError) as error:
        value(f"[{{field: n, number: 8}}, {{field: data, {element}}}]", b"\x01abc")
    assert (error.value.kind, error.value.field) == ("truncated", "data")


def test_fault_split_token() -> None:
    """Their example: of `aabc|abd` in `aab` and `d` only the second alternative is there, one byte later."""
    module = machine(
        r"""
        tokens: {EITHER: 'aabc|abd'}
        grammar: {m: {sequence: [{field: before, bytes: {until: EITHER}}, {field: found, token: EITHER}]}}
        events: {m: m}
        initial: a
        states: {a: {up: m, transitions: [{event: up, execute: [trigger: m]}]}}
        """
    )
    data = b"xaabdaabc"
    for first in range(len(data)):
        for second in range(first, len(data)):
            session = module.Session()
            events = session.feed(UP, data[:first]) + session.feed(UP, data[first:second])
            events += session.feed(UP, data[second:])
            assert [(event.before, event.found) for event in events] == [(b"xa", "abd"), (b"", "aabc")]


@pytest.mark.parametrize(
    ("elements", "kind"),
    [
        ("[{field: n, number: 8}, {verify: n < 100, message: too much}]", "verify"),
        ("[{field: n, number: 8, const: 1}]", "const"),
        ("[{field: n, number: 8}, {let: x, value: 7 // (n - 255)}]", "value"),
        ("[{field: n, bytes: {size: 1}}, {fail: never}]", "verify"),
    ],
)
def test_fault_two_channels(elements: str, kind: str) -> None:
    module = machine(
        f"""
        grammar: {{m: {{record: {elements}}}}}
        events: {{failed: {{kind: str}}}}
        initial: a
        states: {{a: {{up: m}}}}
        any: [{{event: parse_error, execute: [trigger: {{failed: {{kind: error.kind}}}}, skip: rest]}}]
        """
    )
    session = module.Session()
    assert [event.kind for event in session.feed(UP, b"\xff")] == [kind]
    assert not session.failed


def test_fault_recursion() -> None:
    module = machine(
        """
        limits: {depth: 4}
        grammar: {m: {record: [{field: n, number: 8}, {optional: {field: m, use: m}, when: n > 0}]}}
        initial: a
        states: {a: {up: m}}
        """
    )
    session = module.Session()
    (alert,) = session.feed(UP, b"\x01" * 20)
    assert session.failure.kind == "recursion"
    assert isinstance(alert, Alert)


def test_fault_finished() -> None:
    session = machine(LINES + "states: {a: {up: line, transitions: [{event: up, jump: finish}]}}\n").Session()
    session.feed(UP, b"x\n")
    assert session.finished
    assert session.feed(UP, b"y\n") + session.gap(UP, 3) + session.close(UP) + session.advance(9) == []
    assert session.summary()["bytes"]["up"]["discarded"] == 2


TIMER = "{{event: timeout, after: 1 s, {}execute: [trigger: {{got: {{word: '\"{}\"'}}}}]}}"


def test_fault_equal_timers() -> None:
    rows = ", ".join([TIMER.format("when: n == 1, ", "one"), TIMER.format("", "other")])
    states = f"variables: {{n: {{type: int, initial: 1}}}}\nstates: {{a: {{up: line, transitions: [{rows}]}}}}\n"
    assert [event.word for event in machine(LINES + states).Session().advance(1_000_000_000)] == ["one"]
    states = states.replace("initial: 1", "initial: 2")
    assert [event.word for event in machine(LINES + states).Session().advance(1_000_000_000)] == ["other"]


def test_fault_timers_in_any() -> None:
    states = f"""
states: {{a: {{up: line, transitions: [{{event: up, jump: b}}]}}, b: {{up: line}}}}
any: [{TIMER.format("", "tick")}]
"""
    session = machine(LINES + states).Session()
    assert [event.word for event in session.advance(1_000_000_000)] == ["tick"]
    session.feed(UP, b"x\n")
    assert [(event.word, event.state) for event in session.advance(2_000_000_000)] == [("tick", "b")]


@pytest.mark.parametrize("wrong", ["when: statuss == 1", "execute: [set: {status: statuss}]", "execute: [alert: bad]"])
def test_fault_undefined_name(wrong: str) -> None:
    said = refused(
        LINES.replace("{error}'}}", "{error}'}, bad: {severity: low, description: 'is {statuss}'}}")
        + f"""
variables: {{status: {{type: int, initial: 0}}}}
states: {{a: {{up: line, transitions: [{{event: up, {wrong}{", jump: a" if "when" in wrong else ""}}}]}}}}
""".replace("{error}", "{statuss}")
    )
    assert "statuss" in said
    assert "`status`" in said


def test_fault_silent_datagrams() -> None:
    session = shipped("dns").Session(transport="udp")
    (alert,) = session.feed(UP, b"\x00\x01\x01\x00\x00\x01")
    assert isinstance(alert, Alert)
    assert alert.id == "malformed"
    query = b"\x00\x02\x01\x00\x00\x02" + bytes(6) + b"\x01a\x00\x00\x01\x00\x01\x01b\x00\x00\x01\x00\x01"
    (event,) = session.feed(UP, query)  # two questions, which the original reads as one
    assert [question.name for question in event.questions] == ["a", "b"]


def tcp(payload: bytes, seq: int, flags: int, up: bool, version: int = 4) -> bytes:
    """A frame from 10.0.0.1:4000 to port 25, or back. Checksums are left empty, as with offloading."""
    ports = (4000, 25) if up else (25, 4000)
    segment = (
        struct.pack("!HHIIBBHHH", *ports, seq, 0 if flags == SYN else 200 if up else 100, 5 << 4, flags, 65535, 0, 0)
        + payload
    )
    ends = ((1).to_bytes(4, "big"), (2).to_bytes(4, "big"))
    source, target = ends if up else ends[::-1]
    if version == 6:
        header = struct.pack("!IHBB", 6 << 28, len(segment), 6, 64) + bytes(12) + source + bytes(12) + target
        return bytes(12) + b"\x86\xdd" + header + segment
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0) + source + target
    return bytes(12) + b"\x08\x00" + header + segment


def dissected(frames: list[bytes], folder: Path) -> tuple[list[str], str]:
    """The events that `dissect` finds in frames, as `name state`, and the whole text."""
    path = folder / "made.pcap"
    with path.open("wb") as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            stream.write(struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame)
    out, err = io.StringIO(), io.StringIO()
    dissectors = Dissectors(load_dissectors(ROOT / "generated"))
    assert run_dissect([str(path)], dissectors, format="jsonl", stdout=out, stderr=err) == 0
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    return [f"alert:{item['alert']['id']}" if "alert" in item else item["event"] for item in found], out.getvalue()


SYN, ACK = 2, 16
GREETING = b"220 mx.example\r\n"


@pytest.mark.parametrize("version", [4, 6])
def test_fault_ipv4_only(version: int, tmp_path: Path) -> None:
    frames = [tcp(b"", 99, SYN, True, version), tcp(b"", 199, SYN | ACK, False, version)]
    frames += [tcp(GREETING, 200, ACK, False, version), tcp(b"NOOP\r\n", 100, ACK, True, version)]
    found, text = dissected(frames, tmp_path)
    assert found[:2] == ["response", "command"]
    assert ("[::1]:4000" if version == 6 else "0.0.0.1:4000") in text


def test_fault_overlaps(tmp_path: Path) -> None:
    frames = [tcp(b"", 99, SYN, True), tcp(b"", 199, SYN | ACK, False), tcp(GREETING, 200, ACK, False)]
    frames += [tcp(b"OP\r\n", 102, ACK, True), tcp(b"NO??", 100, ACK, True)]
    found, _ = dissected(frames, tmp_path)
    assert "alert:conflict" in found
    assert "command" in found


@pytest.mark.parametrize("handshake", [True, False])
def test_fault_losses(handshake: bool, tmp_path: Path) -> None:
    frames = [tcp(b"", 99, SYN, True), tcp(b"", 199, SYN | ACK, False)] if handshake else []
    frames += [tcp(GREETING, 200, ACK, False), tcp(b"NOOP a\r\n", 100, ACK, True), tcp(b"250 ok\r\n", 216, ACK, False)]
    frames += [tcp(b"NOOP c\r\n", 116, ACK, True), tcp(b"NOOP d\r\n", 124, ACK, True)]  # of b nothing is seen
    found, text = dissected(frames, tmp_path)
    assert found.count("gap") == 1
    assert '"event": "gap"' in text.replace('":"', '": "')
    assert found.count("command") >= 2
    assert not any(name.startswith("alert:parse") for name in found)


def test_fault_pipelining() -> None:
    client = b"EHLO a\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n"
    session = shipped("smtp").Session()
    events = session.feed(DOWN, GREETING) + session.feed(UP, client)
    events += session.feed(DOWN, b"250 a\r\n250 b\r\n550 c\r\n503 d\r\n")
    assert names(events).count("command") == 4
    answered = [event.command for event in events if event.name == "response"]
    assert answered == [None, "EHLO", "MAIL", "RCPT", "DATA"]


def test_fault_empty_mail() -> None:
    session = shipped("smtp").Session()
    events = session.feed(DOWN, GREETING) + session.feed(UP, b"DATA\r\n") + session.feed(DOWN, b"354 go\r\n")
    events += session.feed(UP, b".\r\nQUIT\r\n")
    assert names(events)[-2:] == ["mail_content:True", "command"]
    assert list(streams(events).values()) == [b""]


def test_fault_lower_case() -> None:
    events = mail(b"ehlo a\r\nMail from:<a@a>\r\n")
    assert [event.verb for event in events if event.name == "command"] == ["EHLO", "MAIL"]
    assert not any(isinstance(event, Alert) for event in events)


def test_fault_verbs() -> None:
    events = mail(b"RSET\r\nVRFY a\r\nEXPN b\r\nHELP\r\nNOOP x\r\n")
    assert [event.verb for event in events if event.name == "command"] == ["RSET", "VRFY", "EXPN", "HELP", "NOOP"]
    assert not any(isinstance(event, Alert) for event in events)


def test_fault_dots() -> None:
    session = shipped("smtp").Session()
    events = session.feed(DOWN, GREETING) + session.feed(UP, b"DATA\r\n") + session.feed(DOWN, b"354 go\r\n")
    events += session.feed(UP, b"..\r\n..a\r\nb..\r\n.\r\n")
    assert list(streams(events).values()) == [b".\r\n.a\r\nb..\r\n"]


def test_fault_refused_hello() -> None:
    session = shipped("smtp").Session()
    events = session.feed(DOWN, GREETING)
    for command, reply in (
        (b"EHLO a\r\n", b"502 what?\r\n"),
        (b"HELO a\r\n", b"250 a\r\n"),
        (b"QUIT\r\n", b"221 b\r\n"),
    ):
        events += session.feed(UP, command) + session.feed(DOWN, reply)
    answers = [(event.command, event.code) for event in events if event.name == "response"]
    assert answers == [(None, 220), ("EHLO", 502), ("HELO", 250), ("QUIT", 221)]
    assert session.finished
    assert not session.failed
