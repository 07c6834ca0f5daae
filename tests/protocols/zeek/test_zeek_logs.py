"""What Zeek's own tests expect of the captures, in every column that the spec knows too, or the difference is explained."""

from __future__ import annotations

import socket
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from protocols.captures import FlowResult, dissect_all, units
from protocols.zeek.differences import DIFFERENCES, ELSEWHERE
from protocols.zeek.logs import KINDS, Connection, Log, Row, connection, endpoint, logs
from protocols.zeek.views import COLUMNS, FOLDED, SETS, VIEWS
from support import needs_data

SHIPPED = ("dns", "http", "mqtt", "smtp", "tls")
LOGS = [log for log in logs() if log.capture.parent.name in SHIPPED and log.rows]

UNDER = {"ssl": ("smtp", "http")}
"""Protocols that hand over to this one."""

Difference = tuple[str, str, int, str]
"""Log, client, number of the row of this connection, column; the column `rows` is the number of rows."""


@cache
def connections(path: Path) -> frozenset[Connection]:
    """The endpoints of the packets, in both orders, whatever a dissector makes of them."""
    found = set()
    for unit in units(path):
        if unit is not None:
            size = (len(unit.key) - 4) // 2
            family = socket.AF_INET if size == 4 else socket.AF_INET6
            addresses = [socket.inet_ntop(family, unit.key[at : at + size]) for at in (0, size)]
            ports = [str(int.from_bytes(unit.key[at : at + 2], "big")) for at in (2 * size, 2 * size + 2)]
            ends = [endpoint(address, port) for address, port in zip(addresses, ports, strict=True)]
            found |= {(ends[0], ends[1]), (ends[1], ends[0])}
    return frozenset(found)


@cache
def flows(path: Path) -> tuple[FlowResult, ...]:
    return tuple(dissect_all(path, SHIPPED).values())


def of_flows(log: Log) -> dict[Connection, list[Row]]:
    found: dict[Connection, list[Row]] = defaultdict(list)
    for flow in flows(log.capture):
        if flow.protocol not in (KINDS[log.kind], *UNDER.get(log.kind, ())):
            continue
        if rows := VIEWS[log.kind](flow):
            found[flow.client, flow.server] += rows
    return found


def pairs(log: Log) -> list[tuple[str, list[Row], list[Row]]]:
    """Client, Zeek's rows, ours. Of logs cut down to columns without addresses, all rows are taken for one connection."""
    ours = of_flows(log)
    if connection(log.rows[0]) is None:
        return [("", list(log.rows), [row for rows in ours.values() for row in rows])]
    theirs: dict[Connection, list[Row]] = defaultdict(list)
    for row in log.rows:
        if (ends := connection(row)) in connections(log.capture):
            assert ends is not None
            theirs[ends].append(row)
    return [(ends[0], theirs.get(ends, []), ours.get(ends, [])) for ends in sorted({*theirs, *ours})]


def compared(log: Log) -> list[str]:
    return [name for name in COLUMNS[log.kind] if name in log.rows[0]]


def value(row: Row, column: str) -> str:
    text = row.get(column, "")
    if column in SETS:
        return ",".join(sorted(text.lower().split(",")))
    return text.lower() if column in FOLDED else text


def different(log: Log) -> dict[Difference, str]:
    """Where they differ -> what we say."""
    found: dict[Difference, str] = {}
    for client, theirs, ours in pairs(log):
        if len(theirs) != len(ours):
            found[log.name, client, 0, "rows"] = str(len(ours))
        for number, (left, right) in enumerate(zip(theirs, ours, strict=False)):
            for column in compared(log):
                if value(left, column) != value(right, column):
                    found[log.name, client, number, column] = value(right, column)
    return found


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.capture.stem}-{log.name}")
def test_rows_equal_the_log(log: Log) -> None:
    if not any(theirs for _, theirs, _ in pairs(log)):
        assert log.name in ELSEWHERE
        return
    assert log.name not in ELSEWHERE
    assert compared(log)
    expected = {key[1:]: text for key, (text, _) in DIFFERENCES.items() if key[0] == log.capture.name}
    assert different(log) == {key: text for key, text in expected.items() if key[0] == log.name}


@needs_data
def test_the_table_is_about_these_logs() -> None:
    known = {(log.capture.name, log.name) for log in LOGS}
    assert {key[:2] for key in DIFFERENCES} <= known
    assert all(why for _, why in DIFFERENCES.values())
    assert {log.kind for log in LOGS} == set(KINDS)
