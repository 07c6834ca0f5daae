"""Reassembly: each case by hand, then generated schedules whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from net_builders import segment

from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN, Segment
from dissgen_runtime.net.tcp import MAX_WAITING, PIECE, Close, Conflict, Connection, Data, Gap, TcpEvent

ISN, SERVER_ISN = 0xFFFFFF00, 5000  # the client's numbers wrap after 255 bytes
BASE, SERVER_BASE = ISN + 1, SERVER_ISN + 1


def handshake() -> list[tuple[int, Segment]]:
    return [
        (0, segment(0, seq=ISN, flags=SYN)),
        (1, segment(1, seq=SERVER_ISN, ack=BASE, flags=SYN | ACK)),
        (0, segment(0, seq=BASE, ack=SERVER_BASE)),
    ]


def up(
    start: int, payload: bytes = b"", *, ack: int = 0, flags: int = ACK, missing: int = 0, frame: int = 1
) -> tuple[int, Segment]:
    """A segment of the client; positions, not sequence numbers."""
    number, answer = BASE + start, SERVER_BASE + ack
    return 0, segment(0, payload, seq=number, ack=answer, flags=flags, missing=missing, frame=frame)


def down(start: int, payload: bytes = b"", *, ack: int = 0, flags: int = ACK, missing: int = 0) -> tuple[int, Segment]:
    return 1, segment(1, payload, seq=SERVER_BASE + start, ack=BASE + ack, flags=flags, missing=missing)


def run(segments: Iterable[tuple[int, Segment]], *, finish: bool = True) -> list[TcpEvent]:
    connection = Connection()
    events = [event for side, item in segments for event in connection.receive(side, item)]
    if finish:
        events += connection.finish(0, 0)
        assert connection.memory == 0
    return events


def short(events: Iterable[TcpEvent]) -> list[object]:
    """(side, bytes), (side, lost), (side, "end" or "cut"), (side, "conflict", start)."""
    result: list[object] = []
    for event in events:
        match event:
            case Data(side, data):
                result.append((side, data))
            case Gap(side, size):
                result.append((side, size))
            case Close(side, cut):
                result.append((side, "cut" if cut else "end"))
            case Conflict(side, start):
                result.append((side, "conflict", start))
    return result


CUT = [(0, "cut"), (1, "cut")]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([up(0, b"ab"), up(2, b"cd")], [(0, b"ab"), (0, b"cd"), *CUT], id="in order"),
        pytest.param(
            [up(0, b"a"), up(1, flags=FIN | ACK), down(0, b"x", ack=2), down(1, flags=FIN | ACK, ack=2)],
            [(0, b"a"), (0, "end"), (1, b"x"), (1, "end")],
            id="orderly end",
        ),
        pytest.param([up(0, b"a", flags=FIN | ACK)], [(0, b"a"), (0, "end"), (1, "cut")], id="half open"),
        pytest.param([up(2, b"cd"), up(0, b"ab")], [(0, b"ab"), (0, b"cd"), *CUT], id="out of order"),
        pytest.param(
            [up(2, b"c", flags=FIN | ACK), up(0, b"ab")],
            [(0, b"ab"), (0, b"c"), (0, "end"), (1, "cut")],
            id="early FIN",
        ),
        pytest.param([up(0, b"ab"), up(0, b"ab"), up(0, b"abc")], [(0, b"ab"), (0, b"c"), *CUT], id="retransmission"),
        pytest.param([up(0, b"abc"), up(0, b"aXc")], [(0, b"abc"), (0, "conflict", 0), *CUT], id="conflict behind"),
        pytest.param(
            [up(2, b"cd"), up(2, b"cX"), up(0, b"ab")],
            [(0, "conflict", 2), (0, b"ab"), (0, b"cd"), *CUT],
            id="conflict ahead",
        ),
        pytest.param(
            [up(1, b"bc"), up(0, b"aXYd")],
            [(0, "conflict", 1), (0, b"a"), (0, b"bc"), (0, b"d"), *CUT],
            id="conflict around",
        ),
        pytest.param(
            [up(0, b"abc"), down(0, ack=3), up(0, b"aXc"), down(0, b"x", ack=3)],
            [(0, b"abc"), (1, b"x"), *CUT],
            id="acknowledged bytes are no longer compared",
        ),
        pytest.param(
            [up(0, b"ab"), up(5, b"fg")], [(0, b"ab"), (0, 3), (0, b"fg"), *CUT], id="hole at the end of the capture"
        ),
        pytest.param(
            [up(0, b"ab"), up(5, b"fg"), down(0, b"x", ack=7)],
            [(0, b"ab"), (0, 3), (0, b"fg"), (1, b"x"), *CUT],
            id="hole acknowledged",
        ),
        pytest.param(
            [up(0, b"ab"), down(0, b"x", ack=7)], [(0, b"ab"), (0, 5), (1, b"x"), *CUT], id="hole with nothing behind"
        ),
        pytest.param(
            [up(0, b"ab"), down(0, ack=7), up(2, b"cdefg")],
            [(0, b"ab"), (0, b"cdefg"), *CUT],
            id="pure ACK came too early",
        ),
        pytest.param(
            [up(0, b"ab"), down(0, ack=5), up(5, b"fg")],
            [(0, b"ab"), (0, 3), (0, b"fg"), *CUT],
            id="next bytes behind an acknowledged hole",
        ),
        pytest.param(
            [up(0, b"ab"), down(0, b"x", ack=3)],
            [(0, b"ab"), (1, b"x"), *CUT],
            id="acknowledged FIN that was not captured",
        ),
        pytest.param([up(0, b"ab", missing=3), up(5, b"f")], [(0, b"ab"), (0, 3), (0, b"f"), *CUT], id="snap length"),
        pytest.param([up(0, b"", missing=3), up(3, b"f")], [(0, 3), (0, b"f"), *CUT], id="snap length left nothing"),
        pytest.param([up(0, b"ab"), up(1, b"\0"), up(2, b"c")], [(0, b"ab"), (0, b"c"), *CUT], id="keep-alive"),
        pytest.param(
            [up(0, b"ab"), (1, segment(1, seq=SERVER_BASE, flags=RST)), up(2, b"c")], [(0, b"ab"), *CUT], id="RST"
        ),
        pytest.param(
            [up(0, b"ab"), up(4, b"ef"), up(6, flags=RST)],
            [(0, b"ab"), (0, 2), (0, b"ef"), *CUT],
            id="RST gives up holes",
        ),
        pytest.param(
            [up(0, b"ab"), down(900_000_000, flags=RST), up(2, b"c")], [(0, b"ab"), (0, b"c"), *CUT], id="forged RST"
        ),
        pytest.param([up(0, b"ab"), up(0x70000000, b"far"), up(2, b"c")], [(0, b"ab"), (0, b"c"), *CUT], id="far away"),
        pytest.param(
            [up(0, b"ab"), down(0, b"x", ack=0x70000000), up(2, b"c")],
            [(0, b"ab"), (1, b"x"), (0, b"c"), *CUT],
            id="absurd ACK",
        ),
        pytest.param(
            [up(0, b"a", flags=FIN | ACK), up(1, b"more"), up(2, b"more")],
            [(0, b"a"), (0, "end"), (1, "cut")],
            id="behind FIN",
        ),
        pytest.param(
            [up(2, b"cd", flags=FIN | ACK), up(4, b"zz"), up(0, b"ab")],
            [(0, b"ab"), (0, b"cd"), (0, "end"), (1, "cut")],
            id="behind an early FIN",
        ),
        pytest.param(
            [up(4, b"zz"), up(2, b"cd", flags=FIN | ACK), up(0, b"ab")],
            [(0, b"ab"), (0, b"cd"), (0, "end"), (1, "cut")],
            id="before an early FIN, but behind it",
        ),
        pytest.param(
            [up(0, b"ab"), down(0, ack=1), up(1, b"X")],
            [(0, b"ab"), (0, "conflict", 1), *CUT],
            id="one byte that is no keep-alive",
        ),
        pytest.param([up(250, b"x" * 10), up(0, b"y" * 250)], [(0, b"y" * 250), (0, b"x" * 10), *CUT], id="wraps"),
    ],
)
def test_case(segments: list[tuple[int, Segment]], expected: list[object]) -> None:
    assert short(run(handshake() + segments)) == expected


def test_released_bytes_bear_the_time_of_the_packet_that_released_them() -> None:
    events = run([*handshake(), up(1, b"b", frame=7), up(0, b"a", frame=9)], finish=False)
    assert [event.frame for event in events] == [9, 9]


def test_data_in_syn() -> None:
    events = run([(0, segment(0, b"early", seq=ISN, flags=SYN)), up(0, b"early"), up(5, b"!")])
    assert short(events) == [(0, b"early"), (0, b"!"), *CUT]


def test_midstream() -> None:
    assert short(run([up(100, b"x"), down(7, b"y", ack=101), up(101, b"z", ack=8)])) == [
        (0, b"x"),
        (1, b"y"),
        (0, b"z"),
        *CUT,
    ]


def test_one_direction_has_no_gaps_of_the_other() -> None:
    client = [handshake()[0], up(0, b"a"), up(1, b"b", ack=100), up(2, b"c", ack=5000)]
    assert short(run(client)) == [(0, b"a"), (0, b"b"), (0, b"c"), *CUT]
    server = [
        (0, segment(1, seq=SERVER_ISN, ack=BASE, flags=SYN | ACK)),
        (0, down(0, b"220", ack=0)[1]),
        (0, down(3, b"250", ack=9)[1]),
    ]
    assert short(run(server)) == [(0, b"220"), (0, b"250"), *CUT]


def test_lost_syn_ack_and_first_answer() -> None:
    lost = [handshake()[0], handshake()[2], up(0, b"a"), down(4, b"x", ack=1)]
    assert short(run([*lost, up(1, b"b", ack=5)])) == [(0, b"a"), (1, 4), (1, b"x"), (0, b"b"), *CUT]


def test_what_waits_is_bounded() -> None:
    connection = Connection()
    events: list[TcpEvent] = []
    for side, item in handshake():
        connection.receive(side, item)
    size, at = 1000, 10
    for _ in range(2000):
        events += connection.receive(*up(at, b"z" * size))
        assert connection.a.waiting <= MAX_WAITING
        at += size
    assert short(events[:2]) == [(0, 10), (0, b"z" * size)]
    for number in range(20_000):
        connection.receive(*up(at + 2 * number + 1, b"z"))
        assert len(connection.a.pending) <= 4096
    assert connection.memory < 3 * MAX_WAITING + 4096 * PIECE


# Generated schedules


@dataclass
class Truth:
    """What a schedule of one direction must give: the first captured value of each position."""

    first: dict[int, int] = field(default_factory=dict)
    conflict: bool = False

    def see(self, start: int, payload: bytes) -> None:
        for position, byte in enumerate(payload, start):
            if self.first.setdefault(position, byte) != byte:
                self.conflict = True


def collect(events: list[TcpEvent], side: int) -> tuple[dict[int, int], list[tuple[int, int]], int]:
    """Position -> byte, the gaps as ranges, the length."""
    position, got, gaps = 0, {}, []
    for event in events:
        if event.side != side:
            continue
        if isinstance(event, Data):
            for byte in event.data:
                got[position] = byte
                position += 1
        elif isinstance(event, Gap):
            gaps.append((position, position + event.size))
            position += event.size
    return got, gaps, position


@st.composite
def transmissions(draw: st.DrawFn, size: int, *, smallest: int = 1) -> list[tuple[int, int]]:
    """Ranges that cover `size` bytes, disordered, some of them several times with other bounds."""
    cuts = sorted(draw(st.sets(st.integers(1, size - 1), max_size=10)) | {0, size})
    ranges = list(pairwise(cuts))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, size - smallest))
        ranges.append((start, draw(st.integers(start + smallest, size))))
    return draw(st.permutations(ranges))


@settings(max_examples=300, deadline=None)
@given(st.data(), st.binary(min_size=2, max_size=400), st.integers(0, 0xFFFFFFFF), st.booleans())
def test_nothing_is_lost(data: st.DataObject, stream: bytes, isn: int, fin: bool) -> None:
    connection = Connection()
    connection.receive(0, segment(0, seq=isn, flags=SYN))
    events: list[TcpEvent] = []
    for start, end in data.draw(transmissions(len(stream))):
        flags = ACK | (FIN if fin and end == len(stream) else 0)
        events += connection.receive(0, segment(0, stream[start:end], seq=isn + 1 + start, flags=flags))
    got, gaps, _ = collect(events, 0)
    assert bytes(got.values()) == stream
    assert gaps == []
    assert not any(isinstance(event, Conflict) for event in events)
    assert (Close(0, False, 0, 1) in events) == fin


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(4, 200), st.integers(0, 0xFFFFFFFF))
def test_first_bytes_win_and_conflicts_are_told(data: st.DataObject, size: int, isn: int) -> None:
    connection = Connection()
    connection.receive(0, segment(0, seq=isn, flags=SYN))
    events: list[TcpEvent] = []
    truth = Truth()
    for start, end in data.draw(transmissions(size, smallest=2)):
        fill = data.draw(st.sampled_from(b"aaaab"))
        payload = bytes([fill]) * (end - start)
        if len(payload) == 1 and truth.first.get(start, fill) != fill:
            payload = bytes([truth.first[start]])  # looks like a keep-alive
        truth.see(start, payload)
        events += connection.receive(0, segment(0, payload, seq=isn + 1 + start))
    got, gaps, _ = collect(events, 0)
    assert got == truth.first
    assert gaps == []
    assert any(isinstance(event, Conflict) for event in events) == truth.conflict


@settings(max_examples=300, deadline=None)
@given(st.data(), st.binary(min_size=10, max_size=300), st.integers(0, 0xFFFFFFFF), st.booleans(), st.booleans())
def test_losses_are_gaps(data: st.DataObject, stream: bytes, isn: int, answers: bool, fin: bool) -> None:
    """The receiver gets everything and acknowledges it; the capture lacks some ranges altogether."""
    connection = Connection()
    connection.receive(0, segment(0, seq=isn, flags=SYN))
    connection.receive(1, segment(1, seq=99, ack=isn + 1, flags=SYN | ACK))
    lost = data.draw(st.sets(st.integers(0, len(stream) - 1), max_size=3))
    received: set[int] = set()
    captured: set[int] = set()
    events: list[TcpEvent] = []
    acked = answered = 0
    for start, end in data.draw(transmissions(len(stream))):
        received.update(range(start, end))
        if lost.isdisjoint(range(start, end)):
            captured.update(range(start, end))
            flags = ACK | (FIN if fin and end == len(stream) else 0)
            events += connection.receive(
                0, segment(0, stream[start:end], seq=isn + 1 + start, ack=100 + answered, flags=flags)
            )
        while acked in received:
            acked += 1
        if answers:
            payload = data.draw(st.sampled_from([b"", b"ok"]))
            events += connection.receive(1, segment(1, payload, seq=100 + answered, ack=isn + 1 + acked))
            answered += len(payload)
    events += connection.finish(0, 0)
    got, gaps, length = collect(events, 0)
    assert all(stream[position] == byte for position, byte in got.items())
    assert set(got) <= captured
    missing = set(range(length)) - set(got)
    assert missing == {position for start, end in gaps for position in range(start, end)}
    if not answers:
        assert set(got) == captured
    answer, answer_gaps, _ = collect(events, 1)
    assert bytes(answer.values()) == b"ok" * (answered // 2)
    assert answer_gaps == []
    assert connection.memory == 0
    assert sum(isinstance(event, Close) for event in events) == 2


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.one_of(st.integers(0, 40), st.integers(0, 0xFFFFFFFF)),
            st.one_of(st.integers(0, 40), st.integers(0, 0xFFFFFFFF)),
            st.sampled_from([ACK, ACK, ACK, ACK | FIN, SYN, SYN | ACK, RST, FIN | SYN | RST, 0]),
            st.binary(max_size=9),
            st.integers(0, 3),
        ),
        max_size=40,
    )
)
def test_nonsense(items: list[tuple[int, int, int, int, bytes, int]]) -> None:
    """Whatever comes: nothing is raised, each side ends once and last, memory is given back."""
    connection = Connection()
    events: list[TcpEvent] = []
    for side, seq, ack, flags, payload, missing in items:
        item = segment(side, payload, seq=seq, ack=ack, flags=flags, missing=missing)
        connection.is_new(side, item)
        events += connection.receive(side, item)
    events += connection.finish(0, 0)
    for side in (0, 1):
        own = [event for event in events if event.side == side]
        assert sum(isinstance(event, Close) for event in own) == 1
        assert isinstance(own[-1], (Close, Conflict))
        assert all(event.size > 0 for event in own if isinstance(event, Gap))
        assert all(event.data for event in own if isinstance(event, Data))
    assert connection.memory == 0
