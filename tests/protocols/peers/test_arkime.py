"""What Arkime's tests expect of its sessions: heads and hashes of contents, DNS answers, JA3 and certificates, mail addresses, bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from protocols.captures import dissect_all
from protocols.peers.arkime import captures, sessions, told
from protocols.peers.arkime_differences import DIFFERENCES
from support import needs_data

CAPTURES = captures()


def compared(path: Path) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """Client and field -> ours and theirs, of every conversation that both have."""
    flows = {flow.client: flow for flow in dissect_all(path, ("dns", "http", "smtp", "tls")).values()}
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for session in sessions(path):
        if session.client in flows:
            ours = told(flows[session.client])
        elif session.client in (answered := {flow.server: flow for flow in flows.values()}):
            ours = told(answered[session.client])  # the response is in the capture before its query
            ours["bytes"] = [" ".join(reversed(ours["bytes"][0].split()))]
        else:
            assert not session.protocols & {"dns", "http", "smtp", "tls"}, session.client
            continue
        for field in {*ours, *session.facts}:
            found[session.client, field] = ours.get(field, []), session.facts.get(field, [])
    return found


def differences(path: Path) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    return {place: pair for place, pair in compared(path).items() if pair[0] != pair[1]}


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_the_sessions_are_those_of_arkime(path: Path) -> None:
    found = differences(path)
    explained = {key[1:]: ours for key, (ours, _) in DIFFERENCES.items() if key[0] == path.name}
    assert {place: ours for place, (ours, _) in found.items()} == explained, found


@needs_data
def test_the_sessions_say_something() -> None:
    places = [place for path in CAPTURES for place in compared(path)]
    assert len(places) > 150
    assert {key[0] for key in DIFFERENCES} <= {path.name for path in CAPTURES}
