"""Work and memory, by counting: bytes examined a byte of input, and the peak of memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support import ROOT, compile_text, shipped

from dissgen_runtime import DOWN, UP, StreamEvent
from dissgen_runtime.tokens import Terminator, Token


class Counter:
    """Bytes that were looked at."""

    def __init__(self) -> None:
        self.examined = 0


@contextmanager
def counting(module: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """Counts what automata run over, what searches look at, and what scans are given."""
    counter = Counter()
    scan, find = Token.scan, Terminator.find

    def counted_scan(self: Token, data: bytes, start: int, state: int) -> tuple[int, int, int]:
        result = scan(self, data, start, state)
        counter.examined += result[1] - start + (result[0] < 0)
        return result

    def counted_find(self: Terminator, data: bytes, start: int, at_start: bool, final: bool) -> tuple[int, int]:
        result = find(self, data, start, at_start, final)
        counter.examined += (result[1] if result[1] >= 0 else len(data)) - start
        return result

    with monkeypatch.context() as patch:
        patch.setattr(Token, "scan", counted_scan)
        patch.setattr(Terminator, "find", counted_find)
        for frame in {value for value in vars(module).values() if isinstance(value, type) and hasattr(value, "RULE")}:
            original = frame.scan

            def counted(data: bytes, pos: int, *arguments: object, original: Any = original) -> Any:
                got = original(data, pos, *arguments)
                counter.examined += (got[1] if got else len(data)) - pos
                return got

            patch.setattr(frame, "scan", staticmethod(counted))
        yield counter


def examined(module: Any, monkeypatch: pytest.MonkeyPatch, data: bytes, direction: Any, size: int = 1) -> float:
    session = module.Session()
    session.feed(DOWN, b"220 x\r\n")
    with counting(module, monkeypatch) as counter:
        for i in range(0, len(data), size):
            session.feed(direction, data[i : i + size])
    return counter.examined / len(data)


@pytest.mark.parametrize("size", [1, 3, 1460])
def test_a_long_line_costs_no_more_a_byte_than_a_short_one(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    text = (ROOT / "specs" / "smtp.yaml").read_text(encoding="utf-8")
    text = text.replace("token: 16 KiB", "token: 128 KiB").replace("message: 256 KiB", "message: 1 MiB")
    module = compile_text(text)
    costs = [examined(module, monkeypatch, b"NOOP " + b"x" * n + b"\r\n", UP, size) for n in (250, 4_000, 64_000)]
    assert costs[-1] <= 1.5 * costs[0], costs
    assert max(costs) <= 4


@pytest.mark.parametrize("size", [1, 3, 1460])
def test_a_long_reply_costs_no_more_a_byte_than_a_short_one(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    text = (ROOT / "specs" / "smtp.yaml").read_text(encoding="utf-8")
    text = text.replace("items: 1000", "items: 5000").replace("message: 256 KiB", "message: 1 MiB")
    module = compile_text(text)
    costs = []
    for n in (10, 400, 4_000):
        data = b"250-a line of a reply\r\n" * n + b"250 the last\r\n"
        session = module.Session()
        session.feed(DOWN, b"220 x\r\n")
        session.feed(UP, b"EHLO x\r\n")
        with counting(module, monkeypatch) as counter:
            events = [e for i in range(0, len(data), size) for e in session.feed(DOWN, data[i : i + size])]
        assert [len(event.lines) for event in events] == [n + 1]
        costs.append(counter.examined / len(data))
    assert costs[-1] <= 1.5 * costs[0], costs
    assert max(costs) <= 4


@pytest.mark.parametrize("filler", [b"\r\n", b".", b"\r\n.\r", b"\n.\r", b"x\r\n.."])
def test_a_hostile_mail_costs_a_bounded_number_of_looks(monkeypatch: pytest.MonkeyPatch, filler: bytes) -> None:
    module = shipped("smtp")
    for size in (1, 7, 65536):
        costs = []
        for n in (1_000, 30_000):
            session = module.Session()
            for direction, data in ((DOWN, b"220 x\r\n"), (UP, b"DATA\r\n"), (DOWN, b"354 go\r\n"), (UP, b"a")):
                session.feed(direction, data)
            data = filler * (n // len(filler))
            with counting(module, monkeypatch) as counter:
                for i in range(0, len(data), size):
                    session.feed(UP, data[i : i + size])
            costs.append(counter.examined / len(data))
        assert costs[1] <= 1.5 * max(costs[0], 1)
        assert max(costs) <= 6


def peak_of_a_mail(module: Any, megabytes: int) -> int:
    session = module.Session()
    for direction, data in ((DOWN, b"220 x\r\n"), (UP, b"DATA\r\n"), (DOWN, b"354 go\r\n")):
        session.feed(direction, data)
    piece = (b"a line of a mail\r\n..stuffed\r\n" * 2400)[:65536]
    size = 0
    tracemalloc.start()
    try:
        for _ in range(megabytes * 16):
            size += sum(len(event.data) for event in session.feed(UP, piece) if isinstance(event, StreamEvent))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > megabytes * 1_000_000 * 0.9
    return peak


def test_a_mail_of_100_mb_has_the_peak_of_one_of_10_mb() -> None:
    module = shipped("smtp")
    peak_of_a_mail(module, 1)
    small, large = peak_of_a_mail(module, 10), peak_of_a_mail(module, 100)
    assert abs(large - small) <= 4096
    assert large <= 4 * 65536 + 16 * 1024
