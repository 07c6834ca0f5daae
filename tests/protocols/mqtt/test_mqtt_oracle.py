"""The control packets of every MQTT capture equal what tshark found: types, flags, names, properties, what is carried.

There are no differences to explain.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import FlowResult, dissect
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import DOWN, UP, StreamEvent

CAPTURES = sorted(SHARED_DATA.glob("mqtt/*.pcap")) if SHARED_DATA.is_dir() else []
NAMES = {
    "msgtype": "type",
    "protoname": "protocol_name",
    "ver": "protocol_version",
    "kalive": "keep_alive",
    "clientid": "client_id",
    "username": "user_name",
    "msgid": "packet_id",
    "conack.val": "return_code",
    "connack.reason_code": "reason",
    "disconnect.reason_code": "reason",
    "conack.flags.sp": "session_present",
    "conflag.uname": "user_name_flag",
    "conflag.passwd": "password_flag",
    "conflag.retain": "will_retain",
    "conflag.qos": "will_qos",
    "conflag.willflag": "will_flag",
    "conflag.cleansess": "clean_start",
}
"""tshark's field -> ours."""
OF_PUBLISH = {"dupflag": "dup", "qos": "qos", "retain": "retain", "topic": "topic"}

Packets = dict[tuple[int, str], list[dict[str, Any]]]


def of_oracle(path: Path) -> Packets:
    found: Packets = defaultdict(list)
    for line in (SHARED_DATA / "oracle" / f"{path.name}.mqtt.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found[entry["stream"], entry["dir"]].append(entry)
    return found


def of_flows(flows: dict[int, FlowResult]) -> Packets:
    """The packets; a PUBLISH with what it carried."""
    found: Packets = defaultdict(list)
    for number, flow in flows.items():
        carried: dict[Any, bytes] = defaultdict(bytes)
        for event in flow.events:
            if isinstance(event, StreamEvent):
                carried[event.direction] += event.data
            elif event.name == "packet":
                assert event.direction is not None
                payload = event.payload() | {"offset": event.offset}
                payload["msg"] = carried.pop(event.direction, b"")
                found[number, event.direction.value].append(payload)
    return found


def listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def check(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    kind = int(theirs["msgtype"])
    check_lengths(theirs, ours)
    for name, field in {**NAMES, **(OF_PUBLISH if kind == 3 else {})}.items():
        if name in theirs:
            value = ours[field]
            assert str(int(value) if isinstance(value, int) else value) == theirs[name], (theirs["frame"], name)
    if "passwd" in theirs:
        assert ours["password"] == theirs["passwd"].encode()
    if "msg" in theirs:
        assert ours["msg"] == bytes.fromhex(theirs["msg"].replace(":", ""))
    if "willtopic" in theirs:
        assert ours["will"].topic == theirs["willtopic"]
        assert ours["will"].payload == bytes.fromhex(theirs["willmsg"].replace(":", ""))
    if kind == 8:
        assert [item.topic for item in ours["subscriptions"]] == listed(theirs["topic"])
        qos = theirs.get("sub.qos", theirs.get("subscription_options_qos"))
        assert [str(item.qos) for item in ours["subscriptions"]] == listed(qos)
        options = {"retain": "retain_handling", "rap": "retain_as_published", "nl": "no_local"}
        for name, field in options.items():
            if f"subscription_options_{name}" in theirs:
                found = [str(int(getattr(item, field))) for item in ours["subscriptions"]]
                assert found == listed(theirs[f"subscription_options_{name}"])
    if kind == 9:
        codes = theirs.get("suback.qos", theirs.get("suback.reason_code"))
        assert [str(code) for code in ours["reasons"]] == listed(codes)
    if kind == 10:
        assert ours["topics"] == listed(theirs["topic"])
    check_properties(theirs, ours)


def check_lengths(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """That of the packet behind its fixed header, and of the texts; of topics and user properties all."""
    begin, end = ours["offset"]
    rest = int(theirs["len"])
    octets = 1 + (rest >= 128) + (rest >= 16384)  # of the length itself (MQTT 5.0, section 1.5.5)
    assert end - begin == 1 + octets + rest, theirs["frame"]
    texts = {
        "proto_len": "protocol_name",
        "clientid_len": "client_id",
        "username_len": "user_name",
        "passwd_len": "password",
    }
    for name, field in texts.items():
        if name in theirs:
            assert int(theirs[name]) == len(ours[field]), (theirs["frame"], name)
    if "conack.flags" in theirs:
        assert int(ours["session_present"]) == int(theirs["conack.flags"], 0)


def check_properties(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """Those of the packet, then those of the will, as tshark lists them."""
    will = ours["will"]
    properties = [*(ours["properties"] or []), *((will.properties or []) if will is not None else [])]
    if "property_id" in theirs:
        assert [f"0x{item.id:02x}" for item in properties] == listed(theirs["property_id"])
    if "prop_number" in theirs:
        assert [str(item.value) for item in properties if item.value is not None] == listed(theirs["prop_number"])
    if "property.content_type" in theirs:
        assert [item.text for item in properties if item.id == 3] == listed(theirs["property.content_type"])
    if "prop_string" in theirs:
        others = [item for item in properties if item.name is None and item.id != 3]
        texts = [item.text if item.data is None else item.data.decode() for item in others if item.value is None]
        assert texts == listed(theirs["prop_string"])
    if "prop_key" in theirs:
        pairs = [(item.name, item.text) for item in properties if item.name is not None]
        assert pairs == list(zip(listed(theirs["prop_key"]), listed(theirs["prop_value"]), strict=True))


def in_order(packets: Packets) -> Packets:
    """The same with the conversations numbered among those that have any packet."""
    numbers = {number: rank for rank, number in enumerate(sorted({number for number, _ in packets}))}
    return {(numbers[number], direction): found for (number, direction), found in packets.items()}


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_packets_equal_the_oracle(path: Path) -> None:
    expected, found = in_order(of_oracle(path)), in_order(of_flows(dissect(path, shipped("mqtt"))))
    assert set(found) == set(expected)
    for key, packets in expected.items():
        assert len(found[key]) == len(packets), key
        for theirs, ours in zip(packets, found[key], strict=True):
            check(theirs, ours)


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_byte_is_counted_and_nothing_fails(path: Path) -> None:
    for flow in dissect(path, shipped("mqtt")).values():
        assert not flow.summary["failed"]
        for direction in (UP, DOWN):
            counts = dict(flow.summary["bytes"][direction.value])
            total = counts.pop("total")
            assert sum(counts.values()) == total
