"""Ratios of shipped dissectors to named peers; see README.md beside this file."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "generated")]

import smtp_dissector  # noqa: E402
from support import ALL_PASSES, shipped  # noqa: E402

from dissgen_runtime import DOWN, UP, Direction  # noqa: E402

RUNS = 9
Schedule = list[tuple[Direction, bytes]]


def one_mail() -> Schedule:
    """Turn by turn; the client sends one mail of twelve lines."""
    body = b"".join(b"line %d of a mail that says little\r\n" % i for i in range(12))
    return [
        (DOWN, b"220 mx.example.org ESMTP ready\r\n"),
        (UP, b"EHLO client.example.com\r\n"),
        (DOWN, b"250-mx.example.org greets you\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 HELP\r\n"),
        (UP, b"MAIL FROM:<a@example.com>\r\n"),
        (DOWN, b"250 2.1.0 Ok\r\n"),
        (UP, b"RCPT TO:<b@example.org>\r\n"),
        (DOWN, b"250 2.1.5 Ok\r\n"),
        (UP, b"DATA\r\n"),
        (DOWN, b"354 End data with <CR><LF>.<CR><LF>\r\n"),
        (UP, b"Subject: hello\r\n\r\n" + body + b".\r\n"),
        (DOWN, b"250 2.0.0 Ok: queued as 12345\r\n"),
        (UP, b"QUIT\r\n"),
        (DOWN, b"221 2.0.0 Bye\r\n"),
    ]


def pipelined() -> Schedule:
    """Eighty recipients in one segment, and their answers in one."""
    recipients = b"".join(b"RCPT TO:<user%d@example.org>\r\n" % i for i in range(80))
    return [
        (DOWN, b"220 mx.example.org ESMTP ready\r\n"),
        (UP, b"EHLO client.example.com\r\n"),
        (DOWN, b"250 mx.example.org\r\n"),
        (UP, b"MAIL FROM:<a@example.com>\r\n" + recipients),
        (DOWN, b"250 2.1.0 Ok\r\n" + b"250 2.1.5 Ok\r\n" * 80),
    ]


_COMMAND = re.compile(rb"([^ \t\r\n]*+)(?:([ \t]++)([^\r\n]*+))?+\r?+\n").match
_REPLY = re.compile(rb"([2-5][0-9]{2})([- ]?+)([^\r\n]*+)\r?+\n").match
_END = re.compile(rb"\r?\n\.\r?\n").search


def bare(schedule: Schedule) -> tuple[int, int]:
    """The same bytes through the fused expressions alone, and their groups: nothing decoded, no object, no state."""
    commands = replies = 0
    for direction, data in schedule:
        pos = 0
        if direction is UP and data.startswith(b"Subject"):
            assert _END(data)
            continue
        match = _COMMAND if direction is UP else _REPLY
        while pos < len(data):
            m = match(data, pos)
            assert m is not None
            m.groups()
            if direction is UP:
                commands += 1
            else:
                replies += m[2] != b"-"
            pos = m.end()
    return commands, replies


def session(module: object, schedule: Schedule) -> tuple[int, int]:
    one = module.Session()  # type: ignore[attr-defined]
    commands = replies = 0
    for direction, data in schedule:
        for event in one.feed(direction, data):
            commands += event.name == "command"
            replies += event.name == "response"
    return commands, replies


def bare_timed(schedule: Schedule) -> None:
    """`bare` without its counting."""
    for direction, data in schedule:
        pos = 0
        if direction is UP and data.startswith(b"Subject"):
            _END(data)
            continue
        match = _COMMAND if direction is UP else _REPLY
        size = len(data)
        while pos < size:
            m = match(data, pos)
            m.groups()  # type: ignore[union-attr]
            pos = m.end()  # type: ignore[union-attr]


def session_timed(module: object, schedule: Schedule) -> None:
    """`session` without its counting: the events are built and handed over."""
    one = module.Session()  # type: ignore[attr-defined]
    for direction, data in schedule:
        one.feed(direction, data)


def interleaved(candidates: dict[str, Callable[[], object]], repeat: int) -> dict[str, list[float]]:
    """CPU seconds of each run of each candidate, in turn."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(RUNS):
        for name, candidate in candidates.items():
            begin = time.process_time()
            for _ in range(repeat):
                candidate()
            times[name].append(time.process_time() - begin)
    return times


def ratio(times: dict[str, list[float]], ours: str, theirs: str) -> tuple[float, float, float]:
    """Low, median and high of ours / theirs over the runs."""
    ratios = sorted(a / b for a, b in zip(times[ours], times[theirs], strict=True))
    return ratios[1], median(ratios), ratios[-2]


def show(row: str, times: dict[str, list[float]], ours: str, theirs: str, bar: float, *, faster: bool = False) -> None:
    low, middle, high = ratio(times, ours, theirs)
    if faster:
        low, middle, high = 1 / high, 1 / middle, 1 / low
    met = low >= bar if faster else high <= bar
    word = "faster than" if faster else "times the time of"
    print(
        f"{row:34} {middle:6.2f} [{low:.2f}, {high:.2f}] {word} {theirs:22} bar {bar:<4} {'met' if met else 'NOT MET'}"
    )


def smtp_rows() -> None:
    unfused = shipped("smtp", off=ALL_PASSES)
    for row, schedule in (("SMTP session, one mail", one_mail()), ("SMTP session, pipelined", pipelined())):
        expected = bare(schedule)
        assert session(smtp_dissector, schedule) == session(unfused, schedule) == expected
        times = interleaved(
            {
                "dissgen": lambda s=schedule: session_timed(smtp_dissector, s),
                "bare expressions": lambda s=schedule: bare_timed(s),
                "passes off": lambda s=schedule: session_timed(unfused, s),
            },
            repeat=60,
        )
        show(row, times, "dissgen", "bare expressions", 4)
        show(row, times, "dissgen", "passes off", 2, faster=True)


def bulk_rows() -> None:
    line = b"a line of a mail that is as long as lines of mails usually are, or so\r\n"
    mail = (line * (10_000_000 // len(line)))[:-2]
    pieces = [mail[i : i + 65536] for i in range(0, len(mail), 65536)]
    start = [(DOWN, b"220 x\r\n"), (UP, b"DATA\r\n"), (DOWN, b"354 go\r\n")]

    def find() -> int:
        return sum(piece.find(b"\r\n.\r\n") for piece in pieces)

    def deliver(module: object) -> int:
        one = module.Session()  # type: ignore[attr-defined]
        for direction, data in start:
            one.feed(direction, data)
        return sum(len(event.data) for piece in pieces for event in one.feed(UP, piece) if event.name == "mail_content")

    raw = shipped("tutorial/smtp")

    def deliver_raw() -> int:
        one = raw.Session()
        for direction, data in ((DOWN, b"220 x\r\n"), (UP, b"HELO x\r\n"), (DOWN, b"250 x\r\n"), (UP, b"DATA\r\n")):
            one.feed(direction, data)
        one.feed(DOWN, b"354 go\r\n")
        return sum(len(event.data) for piece in pieces for event in one.feed(UP, piece) if event.name == "mail_content")

    assert find() == -len(pieces)
    assert abs(deliver(smtp_dissector) - len(mail)) < 5
    assert abs(deliver_raw() - len(mail)) < 5
    candidates = {"dot-unstuffed": lambda: deliver(smtp_dissector), "raw": deliver_raw, "bytes.find": find}
    times = interleaved(candidates, repeat=3)
    show("10 MB mail, raw", times, "raw", "bytes.find", 1.3)
    show("10 MB mail, dot-unstuffed", times, "dot-unstuffed", "bytes.find", 4.5)


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, {RUNS} interleaved runs, CPU time")
    smtp_rows()
    bulk_rows()
