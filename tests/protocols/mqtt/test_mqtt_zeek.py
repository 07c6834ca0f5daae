"""`specs/mqtt.yaml` against the logs that Zeek's tests expect: connections, publications, subscriptions."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from protocols.captures import dissect
from protocols.peers.zeek import Row, capture_of, endpoint, logs, rows, text
from support import needs_data, shipped

from dissgen_runtime import UP

LOGS = logs("mqtt", "mqtt_(connect|publish|subscribe)")
VERSIONS = {3: "3.1", 4: "3.1.1", 5: "5.0"}
CHOICES = {0: "at most once", 1: "at least once", 2: "exactly once"}


def told(capture: Path) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Per log and client the rows of Zeek, made of our events."""
    found: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for flow in dissect(capture, shipped("mqtt")).values():
        payload = b""
        for event in flow.events:
            if event.name == "payload":
                payload += event.data
            if event.name != "packet":
                continue
            if event.type == 1:
                name, version = event.protocol_name, VERSIONS[event.protocol_version]
                found["mqtt_connect", flow.client].append(
                    {"proto_name": name, "proto_version": version, "client_id": event.client_id}
                )
            elif event.type == 2 and event.return_code == 0:
                found["mqtt_connect", flow.client][-1]["connect_status"] = "Connection Accepted"
            elif event.type == 3:
                found["mqtt_publish", flow.client].append(
                    {
                        "from_client": "FT"[event.direction is UP],
                        "retain": "FT"[event.retain],
                        "qos": CHOICES[event.qos],
                        "topic": event.topic,
                        "payload": payload.decode("latin-1"),
                        "payload_len": str(len(payload)),
                    }
                )
                payload = b""
            elif event.type == 8:
                found["mqtt_subscribe", flow.client].append(
                    {
                        "action": "MQTT::SUBSCRIBE",
                        "topics": ",".join(one.topic for one in event.subscriptions),
                        "qos_levels": ",".join(str(one.qos) for one in event.subscriptions),
                    }
                )
            elif event.type == 9:
                row = found["mqtt_subscribe", flow.client][-1]
                row |= {"granted_qos_level": str(int(event.reasons[0])), "ack": "T"}
    return found


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name.split(".")[-2])
def test_the_logs_are_those_of_zeek(log: Path) -> None:
    name = log.name.rpartition("__")[2].removesuffix(".log")
    expected: dict[str, list[Row]] = defaultdict(list)
    for row in rows(log):
        expected[endpoint(row, "orig")].append({key: text(row[key]) for key in row if key not in OURS_HAS_NOT})
    ours = told(capture_of(log))
    assert sum(map(len, expected.values())) >= 1
    for client, theirs in expected.items():
        mine = ours[name, client]
        if "payload-cap" in log.name:  # a test of Zeek's that cuts what it logs
            mine = [
                row | {"payload": row["payload"][: len(wanted["payload"])]}
                for row, wanted in zip(mine, theirs, strict=True)
            ]
        assert mine == theirs


OURS_HAS_NOT = ("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "status")
