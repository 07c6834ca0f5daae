"""Requests, responses and exceptions of every Modbus capture equal what tshark found, or the difference is explained."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import FlowResult, described, dissect, reported
from protocols.modbus.differences import DIFFERENCES, EXCEPTION_BIT
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import DOWN, UP
from dissgen_runtime.packed import flags_of

CAPTURES = sorted(SHARED_DATA.glob("modbus/*.pcap")) if SHARED_DATA.is_dir() else []
NUMBERS = {
    "trans_id": "transaction",
    "unit_id": "unit",
    "func_code": "function",
    "exception_code": "code",
    "reference_num": "address",
    "read_reference_num": "address",
    "write_reference_num": "write_address",
    "bit_cnt": "quantity",
    "word_cnt": "quantity",
    "read_word_cnt": "quantity",
    "write_word_cnt": "write_quantity",
    "diagnostic_code": "subfunction",
    "mei": "interface",
    "read_device_id": "access",
    "object_id": "object",
}
"""tshark's field -> ours."""

Frames = dict[tuple[int, str], list[dict[str, Any]]]


def in_order(frames: Frames) -> Frames:
    """The same with the conversations numbered among those that have any frame."""
    numbers = {number: rank for rank, number in enumerate(sorted({key[0] for key, found in frames.items() if found}))}
    return {(numbers[number], direction): found for (number, direction), found in frames.items() if found}


def of_oracle(path: Path) -> Frames:
    """(stream, direction) -> its frames, without those of the table."""
    found: Frames = defaultdict(list)
    for line in (SHARED_DATA / "oracle" / f"{path.name}.modbus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if (path.name, entry["frame"]) not in DIFFERENCES:
            found[entry["stream"], entry["dir"]].append(entry)
    return in_order(found)


def of_flows(flows: dict[int, FlowResult]) -> Frames:
    found: Frames = defaultdict(list)
    for number, flow in flows.items():
        for event in flow.events:
            if event.name in ("request", "response", "exception"):
                assert event.direction is not None
                found[number, event.direction.value].append(event.payload() | {"offset": event.offset})
    return found


def listed(value: object) -> list[int]:
    return [int(item) for item in value] if isinstance(value, list) else [int(str(value))]


def octets(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def check_sizes(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """That of the frame behind its length, and of the values in it."""
    begin, end = ours["offset"]
    assert end - begin == 6 + int(theirs["len"]), theirs["frame"]
    if "byte_cnt" in theirs:
        values = (ours.get("registers"), ours.get("coils"), ours.get("data"))
        sizes = [len(value) for value in values if value is not None]
        octets = {0: 2 * sizes[0], 1: (sizes[0] + 7) // 8, 2: sizes[0]}[
            [value is not None for value in values].index(True)
        ]
        assert octets == int(theirs["byte_cnt"]), theirs["frame"]
    if "bitnum" in theirs:  # the number of the coil, from the address of the request on
        numbers = listed(theirs["bitnum"])
        assert numbers == list(range(numbers[0], numbers[0] + len(ours["coils"])))


def check_data(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """What a function carries, in the form that tshark has for it."""
    if "bitval" in theirs:
        assert ours["coils"] == [bit == 1 for bit in listed(theirs["bitval"])]
    if "regval_uint16" in theirs:
        assert ours["registers"] == listed(theirs["regval_uint16"])
    for name in ("diagnostic.restart_communication_option", "diagnostic.clear_ctr_diag_reg"):
        if name in theirs:
            assert int.from_bytes(ours["data"], "big") == int(theirs[name], 0)
    if "data" not in theirs:
        return
    data = octets(theirs["data"])
    match int(theirs["func_code"]):
        case 5 | 6:
            assert ours["value"] == int.from_bytes(data, "big")
        case 15:
            assert ours["coils"] == flags_of(data, ours["quantity"], "little")
        case 17:  # with the count of octets before it
            assert ours["data"] == data[1:]
        case _:
            assert ours["data"] == data


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_frames_equal_the_oracle(path: Path) -> None:
    expected, flows = of_oracle(path), of_flows(dissect(path, shipped("modbus")))
    # requests with the exception bit are those of the table
    usual = {key: [frame for frame in frames if frame["function"] < 128] for key, frames in flows.items()}
    odd = sum(map(len, flows.values())) - sum(map(len, usual.values()))
    assert odd == sum(1 for (name, _), row in DIFFERENCES.items() if name == path.name and row[1] is EXCEPTION_BIT)
    found = in_order(usual)
    assert set(found) == set(expected)
    for key in expected:
        assert len(found[key]) == len(expected[key]), key
        for theirs, ours in zip(expected[key], found[key], strict=True):
            for name, field in NUMBERS.items():
                if name in theirs:
                    assert ours[field] == int(theirs[name]), (theirs["frame"], name)
            check_sizes(theirs, ours)
            check_data(theirs, ours)


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_byte_is_counted_and_nothing_fails(path: Path) -> None:
    for flow in dissect(path, shipped("modbus")).values():
        assert not flow.summary["failed"]
        for direction in (UP, DOWN):
            counts = dict(flow.summary["bytes"][direction.value])
            total = counts.pop("total")
            assert sum(counts.values()) == total


@needs_data
def test_the_table_has_no_row_too_many_and_says_what_ours_says() -> None:
    assert len(DIFFERENCES) <= 8
    for (name, frame), (ours, why) in DIFFERENCES.items():
        path = SHARED_DATA / "modbus" / name
        events = reported(dissect(path, shipped("modbus")).values(), frame)
        assert [described(event) for event in events] == ours
        requests = [(event.function, event.data) for event in events if event.name == "request"]
        assert requests == ([(129, b"\6\0")] if why is EXCEPTION_BIT else [])
        lines = (SHARED_DATA / "oracle" / f"{name}.modbus.jsonl").read_text(encoding="utf-8").splitlines()
        assert frame in {json.loads(line)["frame"] for line in lines}
