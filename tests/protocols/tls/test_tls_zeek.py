"""`specs/tls.yaml` against the logs that Zeek's tests expect: hellos, certificates, and the course of the handshakes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import FlowResult, dissect_all
from protocols.peers.zeek import Row, by_conversation, capture_of, conversations, logs
from protocols.tls.zeek_differences import DIFFERENCES
from support import needs_data, shipped

from dissgen_runtime import UP

LOGS = [*logs("tls", "ssl"), *logs("smtp", "ssl")]
VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv10", 0x0302: "TLSv11", 0x0303: "TLSv12", 0x0304: "TLSv13"}
VERSIONS |= {0x7F00 | draft: f"TLSv13-draft{draft}" for draft in range(10, 30)}
LETTERS = {0: "h", 1: "c", 2: "s", 4: "t", 11: "x", 12: "k", 13: "r", 14: "n", 15: "y", 16: "g", 20: "f", 22: "u"}
EXPLAINED = {key: ours for key, (ours, _) in DIFFERENCES.items()}


def named(enum: str, number: int) -> str:
    """The name of a number, or nothing."""
    members = {int(member): member.name for member in getattr(shipped("tls"), enum)}
    return members.get(int(number), "")


def cipher(name: str | None) -> str:
    """A cipher suite of Zeek as the spec names it: without `TLS_` and `WITH_`."""
    return (name or "").removeprefix("TLS_").replace("WITH_", "")


def numbers(values: Any) -> str:
    return ",".join(str(int(value)) for value in values)


def told(flow: FlowResult) -> dict[str, str]:
    """What ours says of a conversation, in the columns of Zeek."""
    found: dict[str, str] = {"ssl_history": _history(flow)}
    certificates: dict[str, list[bytes]] = {}
    for event in flow.of("handshake"):
        if event.type == 1 and "client_version" not in found:
            found |= _client(event)
        elif event.type == 2 and "server_version" not in found and not event.retry:
            found |= _server(event)
        elif event.type == 11:
            column = "client_cert_chain_fps" if event.direction is UP else "cert_chain_fps"
            certificates.setdefault(column, event.certificates)
    for column, chain in certificates.items():
        found[column] = ",".join(hashlib.sha256(one).hexdigest() for one in chain)
    alerts = flow.of("alert_message")
    if alerts:
        found["last_alert"] = named("Description", alerts[-1].description).lower()
    return {name: value for name, value in found.items() if value}


def _client(event: Any) -> dict[str, str]:
    extensions = event.extensions or []
    return {
        "client_version": str(int(event.version)),
        "client_random": event.random[4:].hex(),
        "client_ciphers": numbers(event.cipher_suites),
        "server_name": event.server_name or "",
        "ssl_client_exts": numbers(one.type for one in extensions),
        "orig_alpn": ",".join(event.alpn or ()),
        "client_curves": numbers(group for one in extensions for group in one.groups or ()),
        "client_supported_versions": numbers(event.supported_versions or ()),
        "client_key_share_groups": numbers(share.group for one in extensions for share in one.shares or ()),
        "client_comp_methods": numbers(event.compression_methods),
        "point_formats": numbers(octet for one in extensions if one.type == 11 for octet in (one.data or b"")[1:]),
        "psk_key_exchange_modes": numbers(
            octet for one in extensions if one.type == 45 for octet in (one.data or b"")[1:]
        ),
        "sigalgs": numbers(number & 0xFF for one in extensions if one.type == 13 for number in one.algorithms or ()),
        "hashalgs": numbers(number >> 8 for one in extensions if one.type == 13 for number in one.algorithms or ()),
    }


def _server(event: Any) -> dict[str, str]:
    extensions = event.extensions or []
    shares = [share.group for one in extensions for share in one.shares or ()]
    return {
        "version": VERSIONS.get(int(event.version), f"unknown-{int(event.version)}"),
        "cipher": named("Cipher", event.cipher_suite),
        "next_protocol": ",".join(event.alpn or ()),
        "server_version": str(int(event.legacy_version)),
        "server_random": event.random.hex(),
        "ssl_server_exts": numbers(one.type for one in extensions),
        "server_supported_version": numbers(event.supported_versions or ()),
        "server_key_share_group": numbers(shares),
    }


def _history(flow: FlowResult) -> str:
    """The letters of Zeek: large ones of the client."""
    letters = ""
    for event in flow.events:
        if event.name == "handshake":
            letter = "j" if event.type == 2 and event.retry else LETTERS.get(int(event.type), "?")
        elif event.name == "record" and int(event.type) == 20:
            letter = "i"
        elif event.name == "alert_message":
            letter = "l"
        else:
            continue
        letters += letter.upper() if event.direction is UP else letter
    return letters


def columns(row: Row) -> dict[str, str]:
    """The columns of a row that both know."""
    return {name: cipher(value) if name == "cipher" else value for name, value in row.items() if name in KNOWN}


KNOWN = frozenset(
    {
        *("ssl_history", "client_version", "client_random", "client_ciphers", "server_name", "ssl_client_exts"),
        *("orig_alpn", "client_curves", "client_supported_versions", "client_key_share_groups", "client_comp_methods"),
        *("point_formats", "psk_key_exchange_modes", "sigalgs", "hashalgs"),
        *("version", "cipher", "next_protocol", "server_version", "server_random", "ssl_server_exts"),
        *(
            "server_supported_version",
            "server_key_share_group",
            "cert_chain_fps",
            "client_cert_chain_fps",
            "last_alert",
        ),
    }
)


def differences(log: Path) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """Client and column -> what ours and what Zeek says, where they differ."""
    flows = conversations(dissect_all(capture_of(log), ("smtp", "tls")).values())
    found: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for key, rows in by_conversation(log).items():
        if key not in flows:
            continue  # a log of several captures
        assert len(rows) == len(flows[key]) == 1, key
        ours: Mapping[str, str] = told(flows[key][0])
        theirs = columns(rows[0])
        for name in sorted(KNOWN & (set(theirs) | (set(ours) & set(rows[0])))):
            if ours.get(name) != theirs.get(name):
                found[key[0], name] = (ours.get(name), theirs.get(name))
    return found


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}-{log.name.split('__')[1]}")
def test_the_logs_are_those_of_zeek(log: Path) -> None:
    found = {(log.parent.name, *key): value for key, value in differences(log).items()}
    assert {key: ours for key, (ours, _) in found.items()}.items() <= EXPLAINED.items(), found


@needs_data
def test_every_difference_is_one() -> None:
    found = {(log.parent.name, *key) for log in LOGS for key in differences(log)}
    assert found == set(DIFFERENCES)


@needs_data
def test_the_logs_say_something() -> None:
    """The columns that are compared, and how often: a change of names would compare nothing."""
    counts = Counter(
        name for log in LOGS for rows in by_conversation(log).values() for row in rows for name in columns(row)
    )
    assert {name for name in KNOWN if not counts[name]} <= {"last_alert", "client_cert_chain_fps"}
    assert counts["ssl_history"] >= 30
