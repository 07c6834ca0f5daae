"""Alerts as Suricata's EVE has them: one object a line, `event_type` `alert`; other events are left out.

Source: docs.suricata.io, "EVE JSON Format", common section and `alert`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

from dissgen_runtime.events import DOWN, Alert
from dissgen_runtime.net.dissect import Conversation, Finished, Item
from dissgen_runtime.net.identity import community_id, flow_id
from dissgen_runtime.net.jsontext import json_text

SEVERITIES = {"high": 1, "medium": 2, "low": 3}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Suricata's own words (classification.config) for traffic that violates its protocol, and for what a rule author found.
BUILT_IN_CATEGORY = "Generic Protocol Command Decode"
CATEGORY = "Potentially Bad Traffic"
SIGNATURES = 1_000_000_000  # identifiers from here, and as many: they fit 31 bits and no published rule set is there

_encode = json.JSONEncoder().encode


def timestamp(time: int) -> str:
    """Integer nanoseconds as `2010-10-05T12:01:12.692743+0000`; what no calendar has is the last or first day."""
    try:
        moment = EPOCH + timedelta(microseconds=time // 1000)
    except OverflowError:
        moment = (datetime.max if time > 0 else datetime.min).replace(tzinfo=UTC)
    return moment.strftime(f"{moment.year:04}-%m-%dT%H:%M:%S.%f%z")


def signature_id(protocol: str, alert_id: str) -> int:
    """A number for an alert of a protocol: the same in every run and release, as long as neither name changes."""
    digest = hashlib.sha256(f"{protocol}/{alert_id}".encode()).digest()
    return SIGNATURES + int.from_bytes(digest[:8], "big") % SIGNATURES


class EveLines:
    """Makes the lines of one capture, without the line ends."""

    def __init__(self, capture: str) -> None:
        self._capture = capture

    def line(self, item: Item) -> str | None:
        """The line of an alert; None for everything else."""
        if isinstance(item, Finished) or not isinstance(item.event, Alert):
            return None
        conversation, alert = item.conversation, item.event
        down = alert.direction is DOWN
        source, destination = _sides(conversation)
        if down:
            source, destination = destination, source
        data: dict[str, object] = {
            "timestamp": timestamp(alert.time),
            "flow_id": flow_id(conversation.flow),
            "pcap_filename": self._capture,
            "event_type": "alert",
            "src_ip": source[0],
            "src_port": source[1],
            "dest_ip": destination[0],
            "dest_port": destination[1],
            "proto": conversation.flow.transport.upper(),
            "community_id": community_id(conversation.flow),
            "alert": _alert(conversation.protocol, alert),
            "app_proto": conversation.protocol,
            "direction": "to_client" if down else "to_server",
        }
        if alert.data:
            data["payload"] = base64.b64encode(alert.data).decode("ascii")
        return _encode(data)


def _sides(conversation: Conversation) -> tuple[tuple[str, int], tuple[str, int]]:
    """Address and port of the client and of the server; IPv6 without brackets."""
    flow = conversation.flow
    client = flow.client or 0
    return (flow.address(client), flow.port(client)), (flow.address(1 - client), flow.port(1 - client))


def _alert(protocol: str, alert: Alert) -> dict[str, object]:
    """`signature` depends on the identifier only, as in rule sets; what belongs to this alert is `metadata`."""
    metadata = {"description": [alert.description], "confidence": [alert.confidence], "state": [alert.state]}
    if alert.references:
        metadata["references"] = list(alert.references)
    for name, side in (("sources", alert.sources), ("targets", alert.targets)):
        if side:
            metadata[name] = [f"{kind} {one}" for party in side for kind, names in party.items() for one in names]
    if alert.spec is not None:
        metadata["spec"] = [alert.spec]
    if alert.guard:
        metadata["guard"] = [f"{name}={json_text(value)}" for name, value in alert.guard.items()]
    return {
        "action": "allowed",  # a capture is only read
        "gid": 1,
        "signature_id": signature_id(protocol, alert.id),
        "rev": 1,
        "signature": f"dissgen {protocol} {alert.id}",
        "category": BUILT_IN_CATEGORY if alert.spec is None else CATEGORY,
        "severity": SEVERITIES[alert.severity],
        "metadata": metadata,
    }
