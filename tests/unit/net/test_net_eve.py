"""Alerts as EVE: the keys that its readers need, in Suricata's forms."""

from __future__ import annotations

import json

import pytest
from test_net_output import make_conversation, stamped

from dissgen_runtime.events import UP, Alert
from dissgen_runtime.net.dissect import Finished, Reported
from dissgen_runtime.net.eve import EveLines, signature_id, timestamp
from dissgen_runtime.net.identity import community_id, flow_id


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (1_254_722_770_692_743_999, "2009-10-05T06:06:10.692743+0000"),
        (0, "1970-01-01T00:00:00.000000+0000"),
        (1 << 80, "9999-12-31T23:59:59.999999+0000"),
        (-(1 << 80), "0001-01-01T00:00:00.000000+0000"),
    ],
)
def test_timestamp(time: int, text: str) -> None:
    assert timestamp(time) == text


def test_alert() -> None:
    conversation = make_conversation()
    alert = Alert(
        "smuggling", "high", "two\nlines", references=("CVE-1",), guard={"verb": b"X"}, data=b"raw", spec="a:1"
    )
    line = EveLines("mail.pcap").line(Reported(conversation, stamped(alert)))
    assert line is not None
    assert "\n" not in line
    assert json.loads(line) == {
        "timestamp": "2009-10-05T06:06:10.692743+0000",
        "flow_id": flow_id(conversation.flow),
        "pcap_filename": "mail.pcap",
        "event_type": "alert",
        "src_ip": "2001:db8::2",
        "src_port": 25,
        "dest_ip": "2001:db8::1",
        "dest_port": 40000,
        "proto": "TCP",
        "community_id": community_id(conversation.flow),
        "alert": {
            "action": "allowed",
            "gid": 1,
            "signature_id": signature_id("lines", "smuggling"),
            "rev": 1,
            "signature": "dissgen lines smuggling",
            "category": "Potentially Bad Traffic",
            "severity": 1,
            "metadata": {
                "description": ["two\nlines"],
                "confidence": ["high"],
                "state": ["greeting"],
                "references": ["CVE-1"],
                "spec": ["a:1"],
                "guard": ['verb={"base64": "WA=="}'],
            },
        },
        "app_proto": "lines",
        "direction": "to_client",
        "payload": "cmF3",
    }


def test_built_in_alert_of_the_client() -> None:
    alert = stamped(Alert("conflict", "medium", "d"))
    alert.direction = UP
    line = EveLines("c").line(Reported(make_conversation(), alert))
    assert line is not None
    data = json.loads(line)
    assert (data["src_ip"], data["direction"], "payload" in data) == ("2001:db8::1", "to_server", False)
    assert (data["alert"]["severity"], data["alert"]["category"]) == (2, "Generic Protocol Command Decode")


def test_other_events_are_left_out() -> None:
    conversation = make_conversation()
    assert EveLines("c").line(Finished(conversation, 0, {})) is None


def test_signatures_are_stable_and_differ() -> None:
    assert signature_id("smtp", "parse_error") == 1869911447
    numbers = {signature_id(protocol, alert) for protocol in ("smtp", "http", "dns") for alert in ("gap", "conflict")}
    assert len(numbers) == 6
    assert all(0 < number < 1 << 31 for number in numbers)
