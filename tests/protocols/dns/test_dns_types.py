"""Each type of record that dns.yaml has a form for, in a message, by the whole rule and by the scan; made by hand."""

from __future__ import annotations

import pytest
from support import shipped

NAME = b"\x01a\x02bc\0"
TYPES: dict[str, tuple[int, bytes, object]] = {
    "A": (1, b"\xc0\x00\x02\x01", "192.0.2.1"),
    "NS": (2, NAME, "a.bc"),
    "CNAME": (5, NAME, "a.bc"),
    "PTR": (12, NAME, "a.bc"),
    "TXT": (16, b"\x01x\0", ["x", ""]),
    "AAAA": (28, bytes(15) + b"\x01", "::1"),
    "DNAME": (39, NAME, "a.bc"),
    "SPF": (99, b"\x02-a", ["-a"]),
    "unknown": (65280, b"\xff\0", b"\xff\0"),
}
RECORDS: dict[str, tuple[int, bytes, dict[str, object]]] = {
    "SOA": (6, NAME + NAME + bytes(19) + b"\x01", {"mname": "a.bc", "rname": "a.bc", "serial": 0, "minimum": 1}),
    "HINFO": (13, b"\x01c\x01o", {"cpu": "c", "os": "o"}),
    "MX": (15, b"\0\x05" + NAME, {"preference": 5, "exchange": "a.bc"}),
    "SRV": (33, b"\0\x01\0\x02\0\x35" + NAME, {"priority": 1, "weight": 2, "port": 53, "target": "a.bc"}),
    "NAPTR": (35, b"\0\x01\0\x02\x01s\x01x\0" + NAME, {"order": 1, "flags": "s", "regexp": "", "replacement": "a.bc"}),
    "DS": (43, b"\0\x07\x08\x02\xab", {"key_tag": 7, "algorithm": 8, "digest_type": 2, "digest": "ab"}),
    "CDS": (59, b"\0\x07\x08\x02\xab", {"key_tag": 7, "algorithm": 8, "digest_type": 2, "digest": "ab"}),
    "RRSIG": (46, b"\0\x01\x08\x02" + bytes(12) + b"\0\x07" + NAME + b"\xff", {"key_tag": 7, "signer": "a.bc"}),
    "NSEC": (47, NAME + b"\0\x01\x40", {"next": "a.bc", "types": [[1]]}),
    "DNSKEY": (48, b"\x01\x01\x03\x08\xff", {"flags": 257, "protocol": 3, "algorithm": 8, "key": b"\xff"}),
    "CDNSKEY": (60, b"\x01\x01\x03\x08\xff", {"flags": 257, "protocol": 3, "algorithm": 8, "key": b"\xff"}),
    "NSEC3": (50, b"\x01\x01\0\x05\x01\xab\x01\xff\0\x01\x40", {"opt_out": True, "salt": "ab", "types": [[1]]}),
    "NSEC3PARAM": (51, b"\x01\0\0\x05\0", {"hash_algorithm": 1, "iterations": 5, "salt": ""}),
    "TLSA": (52, b"\x03\x01\x01\xab", {"certificate_usage": 3, "selector": 1, "association": "ab"}),
    "SVCB": (64, b"\0\x01" + NAME, {"priority": 1, "target": "a.bc", "parameters": []}),
    "HTTPS": (65, b"\0\0" + NAME, {"priority": 0, "target": "a.bc", "parameters": []}),
    "CAA": (257, b"\x80\x05issueca", {"critical": True, "tag": "issue", "value": "ca"}),
}


def data_of(number: int, octets: bytes) -> object:
    """What a response with this one record has as its data."""
    module = shipped("dns")
    record = b"\0" + number.to_bytes(2, "big") + b"\0\x01" + bytes(4) + len(octets).to_bytes(2, "big") + octets
    message = bytes.fromhex("000184000000000100000000") + record
    value, size, _ = module.parse_message(message)
    assert size == len(message)
    assert module._scan_message(message, 0, size) == (value, size)
    assert int(value.answers[0].type) == number
    found: object = value.answers[0].data
    return found


@pytest.mark.parametrize("name", TYPES)
def test_a_type_whose_data_is_one_value(name: str) -> None:
    number, octets, expected = TYPES[name]
    assert data_of(number, octets) == expected


@pytest.mark.parametrize("name", RECORDS)
def test_a_type_whose_data_is_a_record(name: str) -> None:
    number, octets, expected = RECORDS[name]
    data = data_of(number, octets)
    assert {field: getattr(data, field) for field in expected} == expected
