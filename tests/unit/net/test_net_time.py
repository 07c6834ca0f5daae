"""Time in captures: timers of silent flows fire between the packets of others, in order and each at its own time."""

from __future__ import annotations

import random
from types import ModuleType

from support import machine
from test_net_flows import Wire

from dissgen_runtime.net.alarms import Alarms
from dissgen_runtime.net.decapsulate import ACK, FIN
from dissgen_runtime.net.dissect import Dissection, Finished, Item
from dissgen_runtime.net.registry import Dissectors, as_dissector

S = 1_000_000_000


def lines() -> ModuleType:
    return machine(
        r"""
        confirm: {up: 'hello\n'}
        tokens: {WORD: '[a-z]+', EOL: '\n'}
        grammar: {line: {record: [{field: word, token: WORD}, EOL], resync: EOL}}
        events: {said: {word: str}, slow: {n: int}, quiet: {n: int}}
        variables: {n: {type: int, initial: 0}}
        initial: talking
        states:
          talking:
            up: line
            down: line
            transitions:
              - {event: up, when: message.word == "quit", jump: ended}
              - {event: [up, down], execute: [trigger: said]}
              - {event: timeout, after: 10 s, idle: true, execute: [set: {n: n + 1}, trigger: {quiet: {n: n}}]}
          ended:
            up: line
            down: line
            transitions: [{event: timeout, after: 4 s, execute: [trigger: {slow: {n: '0'}}], jump: finish}]
        """
    )


def run(wire: Wire, module: ModuleType) -> list[Item]:
    module.TRANSPORT["tcp"] = (25,)
    return list(Dissection(Dissectors([as_dissector(module, "test")])).items(wire.packets))


def told(items: list[Item]) -> list[tuple[int, float, str]]:
    """Flow, time in seconds, event."""
    return [
        (item.conversation.flow.number, item.event.time / S, item.event.name)
        for item in items
        if not isinstance(item, Finished) and item.event.name in ("said", "slow", "quiet")
    ]


def at(wire: Wire, second: float, data: bytes, *, port: int, seq: int = 101) -> None:
    wire.now = round(second * S)
    wire.send(0, data, seq=seq, ack=901, port=port)


def test_silent_flows_between_the_packets_of_another() -> None:
    wire = Wire()
    for port in (1, 2):
        wire.connect(port=port)
        at(wire, 0, b"hello\n", port=port)
    at(wire, 1, b"quit\n", port=2, seq=107)
    for second in (3, 6, 9, 12):
        wire.connect(port=100 + second)
        at(wire, second, b"a\n", port=100 + second)
    items = run(wire, lines())
    assert told(items) == [
        (0, 0, "said"),
        (1, 0, "said"),
        (2, 3, "said"),
        (1, 5, "slow"),
        (3, 6, "said"),
        (4, 9, "said"),
        (0, 10, "quiet"),
        (5, 12, "said"),
    ]
    assert sum(isinstance(item, Finished) for item in items) == 6


def test_before_the_packet_of_the_same_time_and_by_number() -> None:
    wire = Wire()
    for port in (1, 2, 3):
        wire.connect(port=port)
        at(wire, 0, b"hello\n", port=port)
    at(wire, 10, b"late\n", port=2, seq=107)
    assert told(run(wire, lines()))[3:] == [(0, 10, "quiet"), (1, 10, "quiet"), (2, 10, "quiet"), (1, 10, "said")]


def test_in_the_order_of_time_when_much_time_passes_at_once() -> None:
    wire = Wire()
    for second, port in ((0, 1), (3, 2), (6, 3)):
        wire.now = second * S
        wire.connect(port=port)
        at(wire, second, b"hello\n", port=port)
    at(wire, 30, b"late\n", port=9)
    found = told(run(wire, lines()))
    times = [time for _, time, name in found if name == "quiet"]
    assert times == sorted(times) == [10, 13, 16, 20, 23, 26, 30]


def test_any_byte_puts_it_off_and_none_passes_behind_the_last_packet() -> None:
    wire = Wire()
    wire.connect(port=1)
    for second in range(0, 60, 5):
        at(wire, second, b"aaaaa\n", port=1, seq=101 + 6 * (second // 5))
    found = told(run(wire, lines()))
    assert [name for _, _, name in found] == ["said"] * 12


def test_timers_that_are_due_when_a_flow_ends() -> None:
    wire = Wire()
    wire.connect(port=1)
    at(wire, 0, b"hello\n", port=1)
    wire.now = 25 * S
    wire.send(0, flags=FIN | ACK, seq=107, ack=901, port=1)
    assert told(run(wire, lines())) == [(0, 0, "said"), (0, 10, "quiet"), (0, 20, "quiet")]


def test_flows_whose_dissector_is_found_late() -> None:
    module = lines()
    wire = Wire()
    for second, word in ((0, b"hello"), (1, b" ")):
        wire.now = second * S
        wire.send(0, word if second == 0 else b"\n", seq=101 + 5 * second, ack=901, port=1, server=77)
    at(wire, 30, b"a\n", port=9)
    items = run(wire, module)
    assert told(items)[:3] == [(0, 1, "said"), (0, 11, "quiet"), (0, 21, "quiet")]


def test_the_same_twice() -> None:
    def wire() -> Wire:
        chance = random.Random(7)
        made = Wire()
        sequence: dict[int, int] = {}
        for _ in range(400):
            port = chance.randrange(1, 30)
            made.now += chance.randrange(3 * S)
            if port not in sequence:
                sequence[port] = 101
                made.connect(port=port)
            made.send(0, b"word\n", seq=sequence[port], ack=901, port=port)
            sequence[port] += 5
        return made

    once, again = told(run(wire(), lines())), told(run(wire(), lines()))
    assert once == again
    assert [time for _, time, _ in once] == sorted(time for _, time, _ in once)
    assert sum(name == "quiet" for _, _, name in once) > 100


class TestAlarms:
    def test_work_does_not_grow_with_deadlines_that_move_on(self) -> None:
        """100,000 flows whose timer of idleness is put off by each packet: a flow is woken once in a period."""
        alarms = Alarms()
        last: dict[int, int] = {}
        chance = random.Random(1)
        woken = 0
        for now in range(500_000):
            if alarms.first is not None and alarms.first <= now:
                for number in alarms.due(now):
                    woken += 1
                    due = last[number] + 100_000
                    alarms.set(number, due if due > now else now + 100_000)
            number = chance.randrange(100_000)
            last[number] = now
            alarms.set(number, now + 100_000)
        assert woken <= 6 * 100_000
        assert len(alarms._heap) <= 2 * 100_000 + 64

    def test_deadlines_that_come_nearer_do_not_pile_up(self) -> None:
        alarms = Alarms()
        for deadline in range(100_000, 0, -1):
            alarms.set(1, deadline)
        assert len(alarms._heap) <= 66
        assert alarms.due(0) == []
        assert alarms.due(1) == [1]
        assert alarms.due(10**6) == []

    def test_flows_that_are_over_are_not_woken(self) -> None:
        alarms = Alarms()
        alarms.set(1, 5)
        alarms.set(2, 5)
        alarms.set(3, 4)
        alarms.forget(2)
        assert alarms.due(9) == [3, 1]
        assert alarms.first is None
