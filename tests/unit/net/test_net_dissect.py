"""Which dissector a flow gets, what its session is told, and in which order it reports."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import lines_dissector
import pytest
from test_net_flows import Wire

from dissgen_runtime.events import DOWN, UP, Alert, Direction, End, Gap
from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN
from dissgen_runtime.net.dissect import Dissection, Finished, Item, Reported
from dissgen_runtime.net.registry import (
    DissectorError,
    DissectorModule,
    Dissectors,
    as_dissector,
    load_dissectors,
    parse_decode_as,
)

LINES = as_dissector(lines_dissector, "lines")


def variant(
    name: str,
    *,
    ports: tuple[int, ...] = (),
    confirm: dict[Direction, re.Pattern[bytes]] | None = None,
    tutorial: bool = False,
) -> DissectorModule:
    module = SimpleNamespace(
        PROTOCOL=name,
        TRANSPORT={"tcp": ports},
        CONFIRM=confirm or {},
        TUTORIAL=tutorial,
        Session=lines_dissector.Session,
    )
    return cast(DissectorModule, module)


def run(wire: Wire, dissectors: Dissectors | None = None) -> tuple[list[Item], Dissection]:
    dissection = Dissection(dissectors or Dissectors([LINES]))
    return list(dissection.items(wire.packets)), dissection


def told(items: list[Item]) -> list[object]:
    result: list[object] = []
    for item in items:
        if isinstance(item, Finished):
            result.append("session")
            continue
        event = item.event
        arrow = ">" if event.direction is UP else "<"
        match event:
            case Gap(size):
                result.append(f"{arrow}gap {size}")
            case End(cut):
                result.append(f"{arrow}{'cut' if cut else 'end'}")
            case Alert(name):
                result.append(f"{arrow}{name}")
            case _:
                result.append(f"{arrow}{event.payload().get('text')}")
    return result


def conversation(wire: Wire, server: int = 25) -> None:
    wire.send(0, seq=100, flags=SYN, server=server)
    wire.send(1, seq=900, ack=101, flags=SYN | ACK, server=server)
    wire.send(1, b"220 hi\n", seq=901, ack=101, server=server)
    wire.send(0, b"EHLO me\n", seq=101, ack=908, server=server)
    wire.send(1, b"250 ok\n", seq=908, ack=109, server=server)
    wire.send(0, flags=FIN | ACK, seq=109, ack=915, server=server)
    wire.send(1, flags=FIN | ACK, seq=915, ack=110, server=server)


SAID = ["<220 hi", ">EHLO me", "<250 ok", ">end", "<end", "session"]


def test_by_port() -> None:
    wire = Wire()
    conversation(wire)
    items, dissection = run(wire)
    assert told(items) == SAID
    first = items[0].conversation
    assert (first.protocol, first.client, first.server) == ("lines", "192.0.2.1:40000", "198.51.100.7:25")
    assert dissection.totals.conversations == {"lines": 1}
    assert dissection.totals.events == {"lines": 5}


def test_by_content_on_any_port() -> None:
    wire = Wire()
    conversation(wire, server=4444)
    assert told(run(wire)[0]) == SAID


def test_by_content_finds_the_client() -> None:
    wire = Wire()
    wire.send(1, b"220 hi\n", seq=901, ack=101, server=4444)
    wire.send(0, b"EHLO me\n", seq=101, ack=908, server=4444)
    items, _ = run(wire)
    assert told(items)[:2] == ["<220 hi", ">EHLO me"]
    assert items[0].conversation.client == "192.0.2.1:40000"


def test_decode_as_goes_before_ports_and_named_protocols() -> None:
    wire = Wire()
    conversation(wire)
    other = variant("other")
    items, _ = run(wire, Dissectors([LINES, other], protocols=["lines"], decode_as={("tcp", 25): "other"}))
    assert {item.conversation.protocol for item in items} == {"other"}


def test_first_of_two_for_a_port() -> None:
    wire = Wire()
    conversation(wire)
    items, _ = run(wire, Dissectors([variant("a", ports=(25,)), variant("b", ports=(25,))]))
    assert items[0].conversation.protocol == "a"


def test_tutorial_dissectors_only_when_named() -> None:
    wire = Wire()
    conversation(wire)
    tutorial = variant("lesson", ports=(25,), tutorial=True)
    assert run(wire, Dissectors([tutorial]))[0] == []
    assert run(wire, Dissectors([tutorial], protocols=["lesson"]))[0] != []


def test_a_contradicting_pattern_refuses() -> None:
    """FTP also begins with 220: what its client says tells the difference."""
    wire = Wire()
    wire.connect(port=40000)
    for packet in (b"220 ftp\n", b"331 ok\n"):
        wire.send(1, packet, seq=901 if packet[1] == 50 else 909, ack=101, server=25)
    wire.packets.clear()
    wire.send(0, seq=100, flags=SYN, server=4444)
    wire.send(1, seq=900, ack=101, flags=SYN | ACK, server=4444)
    wire.send(1, b"220 ftp\n", seq=901, ack=101, server=4444)
    wire.send(0, b"USER me\n", seq=101, ack=909, server=4444)
    items, dissection = run(wire)
    assert items == []
    assert dissection.totals.skipped == 1
    ftp = variant("ftp", confirm={DOWN: re.compile(rb"220[ -]"), UP: re.compile(rb"USER ")})
    items, _ = run(wire, Dissectors([LINES, ftp]))
    assert items[0].conversation.protocol == "ftp"


def test_a_long_greeting_does_not_decide_alone() -> None:
    wire = Wire()
    at = 901
    for _ in range(8):
        wire.send(1, b"220-" + b"x" * 50 + b"\n", seq=at, ack=101, server=4444)
        at += 55
    wire.send(0, b"USER me\n", seq=101, ack=at, server=4444)
    assert run(wire)[0] == []


def test_one_direction_is_confirmed_in_the_end() -> None:
    wire = Wire()
    wire.send(0, seq=100, flags=SYN, server=4444)
    wire.send(0, b"EHLO me\nMAIL\n", seq=101, server=4444)
    assert told(run(wire)[0]) == [">EHLO me", ">MAIL", ">cut", "<cut", "session"]


def test_bytes_that_say_nothing_are_not_kept() -> None:
    wire = Wire()
    wire.connect()
    wire.packets.clear()
    for number in range(100):
        wire.send(0, b"x" * 1000, seq=1000 * number, server=4444)
    dissection = Dissection(Dissectors([LINES]))
    assert list(dissection.items(wire.packets)) == []
    assert dissection.totals.skipped == 1


def test_confirm_in_pieces() -> None:
    wire = Wire()
    wire.send(1, seq=900, ack=101, flags=SYN | ACK, server=4444)
    for at, byte in enumerate(b"220 hi\n"):
        wire.send(1, bytes([byte]), seq=901 + at, ack=101, server=4444)
    # Four packets are all that is waited for; the pattern needs just these.
    assert told(run(wire)[0]) == ["<220 hi", "<cut", ">cut", "session"]


def test_midstream_flag_and_transport_reach_the_session() -> None:
    wire = Wire()
    wire.send(0, b"a\n", seq=5)
    wire.send(0, b"b\n", datagram=True, server=53)
    items, _ = run(wire)
    sessions = [
        cast(lines_dissector.Session, item.conversation.session) for item in items if isinstance(item, Finished)
    ]
    assert [(session.midstream, session.transport) for session in sessions] == [(True, "tcp"), (False, "udp")]


def test_gap_conflict_and_reset() -> None:
    wire = Wire()
    wire.connect()
    wire.send(0, b"one\n", seq=101, ack=901)
    wire.send(0, b"uno\n", seq=101, ack=901)
    wire.now = 5
    wire.send(0, b"two\n", seq=115, ack=901)
    wire.send(1, b"ok\n", seq=901, ack=119)
    wire.send(0, seq=119, ack=904, flags=RST | ACK)
    items, dissection = run(wire)
    assert told(items) == [">one", ">conflict", ">gap 10", ">two", "<ok", ">cut", "<cut", "session"]
    alert = cast(Reported, items[1]).event
    assert isinstance(alert, Alert)
    assert (alert.severity, alert.offset, alert.data, alert.state) == ("medium", (0, 4), b"uno\n", "reading")
    assert "packet 5" in alert.description
    finished = items[-1]
    assert isinstance(finished, Finished)
    assert finished.summary["alerts"] == 1
    assert dissection.totals.alerts == {"medium": 1}
    assert dissection.statistics.lost_bytes == 10


def test_cut_datagram_is_counted_not_read() -> None:
    wire = Wire()
    wire.send(0, b"a\nb\n", datagram=True, server=53)
    packet = wire.packets[0]
    packet.data = packet.data[:-2]
    items, dissection = run(wire)
    assert told(items) == [">cut", "<cut", "session"]
    assert dissection.statistics.lost_bytes == 4


def test_load(tmp_path: Path) -> None:
    source = Path(lines_dissector.__file__).read_text()
    (tmp_path / "a_dissector.py").write_text(source.replace('"lines"', '"a"'))
    (tmp_path / "b_dissector.py").write_text(source.replace('"lines"', '"b"') + "\nimport a_dissector\n")
    (tmp_path / "other.py").write_text("raise RuntimeError\n")
    assert [module.PROTOCOL for module in load_dissectors(tmp_path)] == ["a", "b"]
    assert load_dissectors(tmp_path / "a_dissector.py")[0].PROTOCOL == "a"


@pytest.mark.parametrize(
    ("text", "words"),
    [("raise RuntimeError('x')", "RuntimeError: x"), ("def", "SyntaxError"), ("a = 1", "it has no PROTOCOL")],
)
def test_load_errors(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / f"bad{len(text)}_dissector.py"
    path.write_text(text)
    with pytest.raises(DissectorError, match=words):
        load_dissectors(path)


def test_names_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(DissectorError, match="no dissector for `x`; there are: lines"):
        Dissectors([LINES], protocols=["x"])
    with pytest.raises(DissectorError, match="no such file"):
        load_dissectors(tmp_path / "none")
    with pytest.raises(DissectorError, match=r"no \*_dissector.py"):
        load_dissectors(tmp_path)


def test_decode_as_option() -> None:
    assert parse_decode_as("tcp/2525=smtp") == (("tcp", 2525), "smtp")
    for text in ("2525=smtp", "tcp/70000=smtp", "sctp/1=x", "tcp/25"):
        with pytest.raises(DissectorError, match="tcp/2525=smtp"):
            parse_decode_as(text)
