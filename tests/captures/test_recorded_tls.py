"""The recorded TLS captures with the shipped spec, against what OpenSSL was told to offer and to refuse."""

from __future__ import annotations

import pytest
from recorded import Line, alerts, dissected, flows, octets, payloads


def handshakes(lines: list[Line]) -> list[str]:
    """The types of the handshake messages; those of the server in lower case."""
    found = [(line["direction"], line["payload"]["type_name"]) for line in lines if line["event"] == "handshake"]
    return [name if direction == "up" else name.lower() for direction, name in found]


def hello(lines: list[Line], type_: str) -> Line:
    return next(message for message in payloads(lines, "handshake") if message["type_name"] == type_)


@pytest.mark.parametrize("name", ["version12", "version13", "retry"])
def test_every_hello_names_the_server(name: str) -> None:
    for lines in flows(dissected(f"tls-{name}", "tls")):
        assert hello(lines, "CLIENT_HELLO")["server_name"] == "www.example.org"
        assert alerts(lines) == []


def test_of_version_13_only_the_hellos_can_be_read() -> None:
    first, again = flows(dissected("tls-version13", "tls"))
    for lines in (first, again):
        assert handshakes(lines) == ["CLIENT_HELLO", "server_hello"]
        assert hello(lines, "SERVER_HELLO")["version_name"] == "TLS_1_3"
    assert hello(first, "CLIENT_HELLO")["alpn"] == ["h2", "http/1.1"]
    kept = [[e["type_name"] for e in hello(lines, "CLIENT_HELLO")["extensions"]] for lines in (first, again)]
    assert ["PRE_SHARED_KEY" in names for names in kept] == [False, True]


def test_a_server_that_wants_another_key() -> None:
    (lines,) = flows(dissected("tls-retry", "tls"))
    assert handshakes(lines) == ["CLIENT_HELLO", "server_hello", "CLIENT_HELLO", "server_hello"]
    answers = [message for message in payloads(lines, "handshake") if message["type_name"] == "SERVER_HELLO"]
    assert [answer["retry"] for answer in answers] == [True, False]


def test_version_12_shows_the_certificates() -> None:
    whole, again, both = flows(dissected("tls-version12", "tls"))
    assert handshakes(whole)[:5] == [
        "CLIENT_HELLO",
        "server_hello",
        "certificate",
        "server_key_exchange",
        "server_hello_done",
    ]
    assert hello(whole, "SERVER_HELLO")["alpn"] == ["http/1.1"]
    assert handshakes(again) == ["CLIENT_HELLO", "server_hello"]  # the session is taken up, the rest is sealed
    assert "certificate_request" in handshakes(both)
    shown = [octets(der) for m in payloads(both, "handshake") for der in m.get("certificates") or []]
    assert len(shown) == 2
    assert shown[0] == shown[1]
    assert b"www.example.org" in shown[0]


def test_what_is_refused() -> None:
    lines = dissected("tls-refused", "tls")
    fatal = [(message["level_name"], message["description_name"]) for message in payloads(lines, "alert_message")]
    assert fatal == [("FATAL", "INTERNAL_ERROR"), ("FATAL", "HANDSHAKE_FAILURE"), ("FATAL", "HANDSHAKE_FAILURE")]
    told = [(0, "fatal"), (1, "fatal"), (2, "fatal"), (3, "malformed"), (3, "one_sided")]
    assert sorted(alerts(lines)) == told
    versions = [hello(part, "CLIENT_HELLO")["version_name"] for part in flows(lines)[:3]]
    assert versions == ["TLS_1_1", "TLS_1_2", "TLS_1_2"]
