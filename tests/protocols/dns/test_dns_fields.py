"""Every field of tshark's that `specs/dns.yaml` and `specs/mdns.yaml` know too, in every frame: header, questions, records, data.

`peers/record_tshark.py` has written down what tshark says; `tshark_fields.json` is what it wrote.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from protocols.captures import dissect
from protocols.dns.differences import DIFFERENCES as UNREAD
from protocols.dns.field_differences import DIFFERENCES
from protocols.dns.tshark_terms import Told, message
from protocols.peers.tshark_fields import FIELDS, captures, said
from support import needs_data, shipped

SAID = {protocol: said(protocol) for protocol in ("dns", "mdns")}

HIDDEN = ("dns.flags.authenticated",)  # tshark shows it in some queries only


def frames(path: Path, protocol: str) -> dict[int, Told]:
    """What ours says, by the frame that ends a message."""
    found: dict[int, Told] = {}
    for flow in dissect(path, shipped(protocol)).values():
        for event, frame in zip(flow.events, flow.frames, strict=True):
            if event.name in ("query", "response"):
                told = found.setdefault(frame, defaultdict(list))
                for field, values in message(event).items():
                    told[field] += values
    return found


def differences(path: Path, protocol: str = "dns") -> dict[tuple[int, str], tuple[list[str], list[str]]]:
    """Frame and field -> ours and theirs, where they are not the same."""
    ours, theirs = frames(path, protocol), SAID[protocol].get(path.name, {})
    odd = {frame for name, frame in UNREAD if name == path.name}
    return {
        (frame, field): (mine, other)
        for frame in {*ours, *theirs} - odd
        for field in FIELDS[protocol]
        if field not in HIDDEN or field in theirs.get(frame, {})
        if (mine := ours.get(frame, {}).get(field, [])) != (other := theirs.get(frame, {}).get(field, []))
    }


CAPTURES = captures("dns")


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_the_fields_are_those_of_tshark(path: Path) -> None:
    found = differences(path)
    explained = {key[1:]: ours for key, (ours, _) in DIFFERENCES.items() if key[0] == path.name}
    assert {place: ours for place, (ours, _) in found.items()} == explained, found


@needs_data
def test_the_fields_of_multicast_dns_are_those_of_tshark() -> None:
    paths = captures("mdns")
    assert paths
    for path in paths:
        assert differences(path, "mdns") == {}


@pytest.mark.parametrize("protocol", SAID)
def test_every_field_is_said_of_some_frame(protocol: str) -> None:
    frames = [entry for capture in SAID[protocol].values() for entry in capture.values()]
    assert {field for entry in frames for field in entry} == set(FIELDS[protocol])
    assert len(frames) >= {"dns": 250, "mdns": 25}[protocol]


def test_every_row_is_about_a_capture() -> None:
    assert {key[0] for key in (*DIFFERENCES, *UNREAD)} <= set(SAID["dns"])
