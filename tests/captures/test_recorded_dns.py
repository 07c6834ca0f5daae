"""The recorded DNS captures with the shipped specs, against the zone that BIND served."""

from __future__ import annotations

import pytest
from record_dns import LARGE, NAMES, TYPES
from recorded import Line, alerts, dissected, flows, octets, payloads

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

# The first answer to each question of the capture of types: what the zone says of it.
DATA: dict[str, object] = {
    "NS": "ns.example.org",
    "A": "192.0.2.1",
    "AAAA": "2001:db8::1",
    "MX": {"preference": 10, "exchange": "mail.example.org"},
    "TXT": ["one text", 'and "another"'],
    "HINFO": {"cpu": "PC", "os": "Debian"},
    "SRV": {"priority": 1, "weight": 2, "port": 5060, "target": "sip.host.example.org"},
    "PTR": "host.example.org",
}
PARTS: dict[str, dict[str, object]] = {
    "SOA": {"mname": "ns.example.org", "serial": 2026010501, "minimum": 300},
    "CAA": {"tag": "issue", "value": "ca.example.net"},
    "NAPTR": {"order": 10, "services": "SIP+D2U", "replacement": "_sip._udp.example.org"},
    "DNSKEY": {"flags": 257, "protocol": 3, "algorithm": 13},
    "HTTPS": {"priority": 1, "target": ""},
    "SVCB": {"priority": 1, "target": "ns.example.org"},
    "TLSA": {"certificate_usage": 3, "selector": 1, "matching_type": 1, "association": DIGEST},
    "SSHFP": {"algorithm": 4, "kind": 2, "fingerprint": DIGEST},
}
PARAMETERS = {
    "HTTPS": [("ALPN", ["h2", "h3"]), ("PORT", 8443), ("IPV4HINT", ["192.0.2.1"]), ("IPV6HINT", ["2001:db8::1"])],
    "SVCB": [("ALPN", ["dot"]), ("PORT", 853)],
}


@pytest.fixture(scope="module")
def answered() -> dict[tuple[str, str], Line]:
    """The responses of the capture of types by what was asked."""
    found = {}
    for response in payloads(dissected("dns-types", "dns"), "response"):
        (question,) = response["questions"]
        found[question["name"], question["type_name"] or f"TYPE{question['type']}"] = response
    return found


def test_every_question_was_answered(answered: dict[tuple[str, str], Line]) -> None:
    asked = [("example.org", type_) for type_ in TYPES]
    asked += [(f"{name}.example.org", type_) for name, type_ in (question.split() for question in NAMES)]
    assert list(answered) == asked


def test_the_data_of_every_type(answered: dict[tuple[str, str], Line]) -> None:
    seen = set()
    for (name, type_), response in answered.items():
        if not response["answers"] or name.startswith("www"):
            continue
        data = response["answers"][0]["data"]
        seen.add(type_)
        if type_ in DATA:
            assert data == DATA[type_]
        elif type_ in PARTS:
            assert {key: data[key] for key in PARTS[type_]} == PARTS[type_]
            if type_ in PARAMETERS:
                assert [(entry["key_name"], entry["value"]) for entry in data["parameters"]] == PARAMETERS[type_]
        else:
            assert (type_, octets(data)) == ("TYPE65280", bytes((10, 0, 0, 1)))
    assert seen == {*DATA, *PARTS, "TYPE65280"}


def test_other_names_and_names_that_are_not_there(answered: dict[tuple[str, str], Line]) -> None:
    chain = [(entry["type_name"], entry["data"]) for entry in answered["www.example.org", "A"]["answers"]]
    assert chain == [("CNAME", "example.org"), ("A", "192.0.2.1")]
    chain = [(entry["type_name"], entry["data"]) for entry in answered["www.old.example.org", "A"]["answers"]]
    assert chain == [("DNAME", "new.example.org"), ("CNAME", "www.new.example.org")]
    nothing, no_such = answered["nothing.example.org", "A"], answered["ns.example.org", "MX"]
    assert (nothing["rcode_name"], no_such["rcode_name"]) == ("NXDOMAIN", "NOERROR")
    assert [response["authorities"][0]["type_name"] for response in (nothing, no_such)] == ["SOA", "SOA"]


def test_signatures_and_the_proof_that_a_name_is_not_there() -> None:
    signed, denied, parameters = payloads(dissected("dns-dnssec", "dns"), "response")
    assert [entry["type_name"] for entry in signed["answers"]] == ["A", "RRSIG"]
    signature = signed["answers"][1]["data"]
    assert {key: signature[key] for key in ("type_covered_name", "signer", "inception", "expiration")} == {
        "type_covered_name": "A",
        "signer": "example.org",
        "inception": "2026-01-01T00:00:00Z",
        "expiration": "2036-01-01T00:00:00Z",
    }
    proofs = [entry["data"] for entry in denied["authorities"] if entry["type_name"] == "NSEC3"]
    assert denied["rcode_name"] == "NXDOMAIN"
    assert proofs
    assert {proof["salt"] for proof in proofs} == {"abcd"}
    data = parameters["answers"][0]["data"]
    assert (data["hash_algorithm"], data["iterations"], data["salt"]) == (1, 0, "abcd")


def test_options_of_edns() -> None:
    lines = dissected("dns-options", "dns")
    first, second, *_ = payloads(lines, "query")
    options = {option["code_name"]: option["value"] for option in first["additionals"][0]["data"]}
    assert {"NSID", "CLIENT_SUBNET", "COOKIE", "PADDING", "EXPIRE"} == set(options)
    subnet = options["CLIENT_SUBNET"]
    assert (subnet["family"], subnet["source_prefix"], octets(subnet["address"])) == (1, 24, bytes((198, 51, 100)))
    assert [octets(option["value"]) for option in second["additionals"][0]["data"] if option["code"] == 65001] == [
        b"\1\2"
    ]
    answer = payloads(lines, "response")[0]
    names = {option["code_name"]: option["value"] for option in answer["additionals"][-1]["data"]}
    assert octets(names["NSID"]) == b"one"
    codes = [
        (response["rcode_name"], response["additionals"][-1]["ttl"] >> 24) for response in payloads(lines, "response")
    ]
    assert ("NOERROR", 1) in codes  # BADVERS is 16: the upper bits of the code are in the record of EDNS
    assert ("REFUSED", 0) in codes
    (chaos,) = [response for response in payloads(lines, "response") if response["questions"][0]["class_name"] == "CH"]
    assert chaos["answers"][0]["data"] == ["a name server"]


def test_a_long_answer_comes_again_over_tcp() -> None:
    cut, whole, three, zone = flows(dissected("dns-tcp", "dns"))[:4]
    assert payloads(cut, "response")[0]["tc"] is True
    texts = payloads(whole, "response")[0]["answers"][0]["data"]
    assert " ".join(f'"{text}"' for text in texts) == LARGE
    assert [response["id"] for response in payloads(three, "response")] == [1, 2, 3]
    records = [entry["type_name"] for response in payloads(zone, "response") for entry in response["answers"]]
    assert (records[0], records[-1], records.count("SOA")) == ("SOA", "SOA", 2)
    assert len(records) > 50


def test_nobody_answers() -> None:
    lines = dissected("dns-silent", "dns")
    assert len({query["id"] for query in payloads(lines, "query")}) == 1
    assert payloads(lines, "response") == []


def test_a_service_is_announced_and_taken_back() -> None:
    lines = dissected("dns-mdns", "mdns")
    announced = [entry for response in payloads(lines, "response") for entry in response["answers"]]
    pointers = [(entry["ttl"], entry["data"]) for entry in announced if entry["type_name"] == "PTR"]
    assert {name for _, name in pointers} == {"Printer._ipp._tcp.local"}
    assert (pointers[0][0], pointers[-1][0]) == (4500, 0)
    services = [entry for entry in announced if entry["type_name"] == "SRV"]
    assert services[0]["cache_flush"] is True
    assert services[0]["data"]["port"] == 631
    assert alerts(lines) == []
