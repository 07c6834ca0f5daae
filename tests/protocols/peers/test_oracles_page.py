"""The numbers of docs/oracles.md are those of the tests: captures, what is compared, explained differences.

`DISSGEN_UPDATE=1` writes the table anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from protocols.dns import differences as dns_tshark
from protocols.dns import field_differences as dns_fields
from protocols.dns import test_dns_zeek as dns_zeek
from protocols.dns import zeek_differences as dns_zeek_table
from protocols.dns.test_dns_oracle import JUDGED
from protocols.http import differences as http_tshark
from protocols.http import llhttp_differences
from protocols.http import test_http_oracle as http_oracle
from protocols.http import test_http_zeek as http_zeek
from protocols.http import test_llhttp as llhttp
from protocols.http import zeek_differences as http_zeek_table
from protocols.modbus import differences as modbus_tshark
from protocols.modbus import test_modbus_oracle as modbus_oracle
from protocols.modbus import test_modbus_zeek as modbus_zeek
from protocols.mqtt import test_mqtt_oracle as mqtt_oracle
from protocols.mqtt import test_mqtt_zeek as mqtt_zeek
from protocols.peers import arkime_differences, suricata_differences, zeek, zeek_lists
from protocols.peers import test_arkime as arkime
from protocols.peers import test_suricata_checks as suricata
from protocols.peers.tshark_fields import FIELDS, said
from protocols.smtp import differences as smtp_tshark
from protocols.smtp import test_oracle as smtp_oracle
from protocols.smtp import test_smtp_zeek as smtp_zeek
from protocols.tls import differences as tls_tshark
from protocols.tls import field_differences as tls_fields
from protocols.tls import test_tls_oracle as tls_oracle
from protocols.tls import test_tls_zeek as tls_zeek
from protocols.tls import zeek_differences as tls_zeek_table
from protocols.wire import differences as wire_table
from protocols.wire import test_wire_oracle as wire
from support import ROOT, SHARED_DATA, needs_data

PAGE = ROOT / "docs" / "oracles.md"
BEGIN, END = "<!-- numbers -->", "<!-- end of the numbers -->"
FIELDS_EXPLAINED = {"dns": len(dns_fields.DIFFERENCES), "mdns": 0, "tls": len(tls_fields.DIFFERENCES)}
HEAD = ("Protocol", "Judge", "Captures", "Compared", "Explained differences")

Row = tuple[str, str, int, str, int]


def entries(paths: list[Path], protocol: str, *kinds: str) -> int:
    """How many lines of the oracle are of these kinds."""
    files = [SHARED_DATA / "oracle" / f"{path.name}.{protocol}.jsonl" for path in paths]
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return sum(line["kind"] in kinds for line in lines)


def of_tshark() -> Iterator[Row]:
    yield "dns", "tshark", len(JUDGED), f"{entries(JUDGED, 'dns', 'message')} messages", len(dns_tshark.DIFFERENCES)
    for protocol, explained in FIELDS_EXPLAINED.items():
        frames = [entry for capture in said(protocol).values() for entry in capture.values()]
        values = sum(len(texts) for entry in frames for texts in entry.values())
        found = f"{len(frames)} frames: {values} values of {len(FIELDS[protocol])} fields"
        yield protocol, "tshark", len(said(protocol)), found, explained
    paths = http_oracle.CAPTURES
    found = f"{entries(paths, 'http', 'request', 'response')} heads"
    yield "http", "tshark", len(paths), found, len(http_tshark.DIFFERENCES)
    sizes = [theirs[2] for path in paths for _, theirs in http_oracle.contents(path).values()]
    found = f"{sum(size is not None for size in sizes)} sizes of contents"
    yield "http", "tshark", len(paths), found, len(http_tshark.BODIES)
    paths = modbus_oracle.CAPTURES
    yield "modbus", "tshark", len(paths), f"{entries(paths, 'modbus', 'adu')} frames", len(modbus_tshark.DIFFERENCES)
    paths = mqtt_oracle.CAPTURES
    yield "mqtt", "tshark", len(paths), f"{entries(paths, 'mqtt', 'packet')} packets", 0
    paths = smtp_oracle.CAPTURES
    found = f"{entries(paths, 'smtp', 'command', 'reply')} commands and replies"
    yield "smtp", "tshark", len(paths), found, len(smtp_tshark.DIFFERENCES)
    messages = sum(len(entry.get("types", ())) for one in tls_oracle.EXPECTED.values() for entry in one.values())
    explained = sum(map(len, tls_tshark.DIFFERENCES.values()))
    yield "tls", "tshark", len(tls_oracle.EXPECTED), f"{messages} handshake messages", explained
    packets = sum(1 for path in wire.CAPTURES for _ in wire.read(path))
    found = f"{packets} packets, {len(wire.FIELDS) + len(wire.QUOTED) - 1} fields"
    yield "ipv4 ipv6 icmp tcp udp", "tshark", len(wire.CAPTURES), found, len(wire_table.DIFFERENCES)


def of_zeek() -> Iterator[Row]:
    tables = (
        ("dns", dns_zeek.LOGS, len(dns_zeek.KNOWN), len(dns_zeek_table.DIFFERENCES)),
        ("http", http_zeek.LOGS, len(http_zeek.KNOWN), len(http_zeek_table.DIFFERENCES)),
        ("mqtt", mqtt_zeek.LOGS, 14, 0),
        ("smtp", smtp_zeek.LOGS, 5, 0),
        ("tls", tls_zeek.LOGS, len(tls_zeek.KNOWN), len(tls_zeek_table.DIFFERENCES)),
    )
    for protocol, logs, columns, explained in tables:
        captures = {zeek.capture_of(log) for log in logs}
        yield protocol, "Zeek", len(captures), f"{len(logs)} logs, {columns} columns", explained
    lines = modbus_zeek.OUTPUT.read_text(encoding="utf-8").splitlines()
    yield "modbus", "Zeek", 1, f"{sum(bool(modbus_zeek.LINE.match(line)) for line in lines)} messages", 0


def of_lists() -> Iterator[Row]:
    for protocol in sorted({case.protocol for case in zeek_lists.CASES}):
        cases = [case for case in zeek_lists.CASES if case.protocol == protocol]
        lines = sum(len(case.said()) for case in cases)
        yield protocol, "Zeek", len({case.capture for case in cases}), f"{len(cases)} lists, {lines} lines", 0


def of_others() -> Iterator[Row]:
    pairs = [arkime.compared(path) for path in arkime.CAPTURES]
    names = {field for found in pairs for _, field in found}
    found = f"{sum(map(len, pairs))} values of {len(names)} fields"
    yield "dns http smtp tls", "Arkime", len(arkime.CAPTURES), found, len(arkime_differences.DIFFERENCES)
    for protocol in suricata.RECORDS:
        checks = [check for check in suricata.CHECKS if check.kind == protocol]
        places = {(check.capture.name, check.number) for check in checks}
        explained = len(places & set(suricata_differences.DIFFERENCES))
        yield protocol, "Suricata", len({name for name, _ in places}), f"{len(checks)} checks", explained
    yield "http", "llhttp", 0, f"{len(llhttp.CASES)} cases", len(llhttp_differences.DIFFERENCES)


def table() -> str:
    rows = sorted(
        [*of_tshark(), *of_zeek(), *of_lists(), *of_others()],
        key=lambda row: (row[0].partition(" ")[0], row[1] != "tshark"),
    )
    lines = [HEAD, ("---",) * len(HEAD), *((*row[:2], row[2] or "", *row[3:]) for row in rows)]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


@needs_data
def test_the_numbers_of_the_page_are_those_of_the_tests() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    inside, _, after = rest.partition(END)
    if os.environ.get("DISSGEN_UPDATE"):
        PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
        return
    assert inside.strip() == table()
