"""What suricata-verify expects of the records of its captures, in all values that the specs know, or the difference is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from protocols.captures import dissect_all
from protocols.peers.eve import RECORDS
from protocols.peers.suricata import Check, Record, checks, matching, plain
from protocols.peers.suricata_differences import DIFFERENCES, UNKNOWN
from support import needs_data

CHECKS = [check for protocol in RECORDS for check in checks(protocol)]


def records(capture: Path, kind: str) -> list[Record]:
    protocols = ("http", "smtp", "tls") if kind in ("http", "smtp", "tls") else (kind,)
    return [
        record
        for flow in dissect_all(capture, protocols).values()
        if flow.protocol == kind or kind == "tls"
        for record in RECORDS[kind](flow)
    ]


def keys(check: Check) -> frozenset[str]:
    """The names in a check that we know: all but those of the table."""
    return frozenset(plain(key) for key in (*check.match, *check.absent)) - set(UNKNOWN)


@needs_data
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.capture.stem}-{check.number}")
def test_as_many_records_match(check: Check) -> None:
    known = keys(check)
    found = matching(check, records(check.capture, check.kind), known)
    more = len(known) < len({plain(key) for key in check.match})  # what we do not know would leave out some of them
    row = DIFFERENCES.get((check.capture.name, check.number))
    if row is not None:
        assert found == row[0] != check.count
    elif more:
        assert found >= check.count
    else:
        assert found == check.count


@needs_data
def test_the_tables_have_no_row_too_many() -> None:
    assert {(check.capture.name, check.number) for check in CHECKS} >= set(DIFFERENCES)
    assert all(why for _, why in DIFFERENCES.values())
    named = {plain(key) for check in CHECKS for key in (*check.match, *check.absent)}
    assert named >= set(UNKNOWN)
    assert len(CHECKS) > 100
