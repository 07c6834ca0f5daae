"""Every message of every DNS capture equals what tshark found, or the difference is explained; damage is never a fault."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import described, dissect, packets, reported
from protocols.dns.differences import DIFFERENCES
from support import SHARED_DATA, balanced, needs_data, shipped

from dissgen_runtime import DOWN, UP, ParseError

CAPTURES = sorted(SHARED_DATA.glob("dns/*.pcap*")) if SHARED_DATA.is_dir() else []
JUDGED = [path for path in CAPTURES if (SHARED_DATA / "oracle" / f"{path.name}.dns.jsonl").exists()]

SRV = 33
"""Their names are in a field of tshark's own, which the oracle has not kept: it knows nothing of these records."""

Messages = dict[tuple[str, int], list[Any]]
"""(direction, id) -> the messages in order: what tshark calls one conversation may be two flows with a pause between."""


def of_oracle(path: Path) -> Messages:
    found: Messages = defaultdict(list)
    for line in (SHARED_DATA / "oracle" / f"{path.name}.dns.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if (path.name, entry["frame"]) not in DIFFERENCES:
            found[entry["dir"], int(entry["id"], 0)].append(entry)
    return dict(found)


def of_flows(path: Path) -> Messages:
    found: Messages = defaultdict(list)
    for flow in dissect(path, shipped("dns")).values():
        for event in flow.events:
            if event.name in ("query", "response"):
                assert event.direction is not None
                found[event.direction.value, event.id].append(event)
    return dict(found)


def check_record(theirs: dict[str, str], ours: Any) -> None:
    assert (ours.name or "<Root>", ours.type) == (theirs["name"], int(theirs["type"]))
    if "class" in theirs:
        assert ours.class_ == int(theirs["class"], 0)
    if "ttl" in theirs:
        assert ours.ttl == int(theirs["ttl"])
    if "z" in theirs:
        assert (ours.ttl & 0xFFFF, ours.ttl >> 24) == (int(theirs["z"], 0), int(theirs["ext_rcode"], 0))
    for key in ("a", "aaaa", "ns", "cname"):
        if key in theirs:
            assert ours.data == theirs[key]
    if "soa.mname" in theirs:
        assert (ours.data.mname, ours.data.serial) == (theirs["soa.mname"], int(theirs["soa.serial_number"]))
    if "mx.preference" in theirs:
        found = (ours.data.preference, ours.data.exchange)
        assert found == (int(theirs["mx.preference"]), theirs["mx.mail_exchange"])
    if "txt" in theirs:
        assert ours.data[-1] == theirs["txt"] or theirs["txt"] in ours.data


@needs_data
@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_messages_equal_the_oracle(path: Path) -> None:
    expected, found = of_oracle(path), of_flows(path)
    assert {key: len(messages) for key, messages in found.items()} == {
        key: len(messages) for key, messages in expected.items()
    }
    for key, messages in expected.items():
        for theirs, ours in zip(messages, found[key], strict=True):
            for name in ("qr", "opcode", "tc", "rd", "aa", "rcode"):
                if name in theirs:
                    assert int(getattr(ours, name)) == int(theirs[name]), (theirs["frame"], name)
            assert len(theirs["queries"]) == len(ours.questions)
            for query, question in zip(theirs["queries"], ours.questions, strict=True):
                name = (question.name or "<Root>", question.type, question.class_)
                assert name == (query["name"], int(query["type"]), int(query["class"], 0))
            records = [*ours.answers, *ours.authorities, *ours.additionals]
            records = [record for record in records if record.type != SRV]
            assert len(theirs["rrs"]) == len(records)
            for record, mine in zip(theirs["rrs"], records, strict=True):
                check_record(record, mine)


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_byte_is_counted_and_nothing_fails(path: Path) -> None:
    for flow in dissect(path, shipped("dns")).values():
        assert not flow.summary["failed"]
        for direction in (UP, DOWN):
            counts = dict(flow.summary["bytes"][direction.value])
            total = counts.pop("total")
            assert sum(counts.values()) == total


@needs_data
def test_the_table_has_no_row_too_many_and_says_what_ours_says() -> None:
    assert len(DIFFERENCES) <= 3
    for (name, frame), (ours, _) in DIFFERENCES.items():
        path = SHARED_DATA / "dns" / name
        events = reported(dissect(path, shipped("dns")).values(), frame)
        assert [described(event) for event in events] == ours
        lines = (SHARED_DATA / "oracle" / f"{name}.dns.jsonl").read_text(encoding="utf-8").splitlines()
        assert frame in {json.loads(line)["frame"] for line in lines}
        left = {key for key, messages in of_oracle(SHARED_DATA / "dns" / name).items() if messages}
        assert set(of_flows(SHARED_DATA / "dns" / name)) == left


def messages() -> list[bytes]:
    """What one UDP datagram of each capture carries, and a few made by hand."""
    module, found = shipped("dns"), []
    for path in CAPTURES:
        for packet in packets(path)[:6]:
            for offset in (42, 62):  # behind Ethernet, IP and UDP
                data = bytes(packet.data[offset:])
                try:
                    if len(data) > 12 and module.parse_message(data)[1] == len(data):
                        found.append(data)
                except ParseError:
                    continue
    return found


def outcome(module: Any, data: bytes) -> tuple[Any, int] | ParseError:
    try:
        value, size, _ = module.parse_message(data)
    except ParseError as error:
        return error
    return value, size


@needs_data
def test_damaged_messages_are_parse_errors_whole_and_in_pieces() -> None:
    """Bytes changed, cut and doubled: the frame decides as the scan does, and nothing but a ParseError comes out."""
    module, random_ = shipped("dns"), random.Random(1)
    known = messages()
    assert len(known) > 20
    for data in known:
        for _ in range(12):
            damaged = bytearray(data)
            for _ in range(random_.randrange(1, 4)):
                damaged[random_.randrange(len(damaged))] = random_.choice(
                    (0, 12, 63, 0xC0, 0xFF, random_.randrange(256))
                )
            raw = bytes(damaged[: random_.randrange(1, len(damaged) + 1)] if random_.random() < 0.3 else damaged)
            scanned = module._scan_message(raw, 0, len(raw))
            whole = outcome(module, raw)
            if isinstance(whole, ParseError):
                assert scanned is None
                assert 0 <= whole.offset <= len(raw)
                continue
            value, size = whole
            assert scanned is None or scanned == (value, size)
            session = module.Session(transport="tcp")
            events = []
            for piece in ((f := len(raw).to_bytes(2, "big") + raw)[:7], f[7:13], f[13:]):
                events += session.feed(UP, piece)
            assert len([event for event in events if event.name in ("query", "response")]) == (size == len(raw))
            balanced(session)
