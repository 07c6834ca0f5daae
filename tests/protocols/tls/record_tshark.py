"""Writes `tshark.json`: what tshark says of the handshakes in the captures of ../shared/data/tls.

    python tests/protocols/tls/record_tshark.py

For each capture and each sender ("address:port") the types and lengths of the messages that are readable, in order, the
cipher suites as hexadecimal digits, server names and protocols. Needs tshark (the committed file is of 4.0).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parents[2].parent / "shared" / "data" / "tls"
FIELDS = {
    "types": "tls.handshake.type",
    "lengths": "tls.handshake.length",
    "suites": "tls.handshake.ciphersuite",
    "names": "tls.handshake.extensions_server_name",
    "alpn": "tls.handshake.extensions_alpn_str",
    "alerts": "tls.alert_message.desc",
}


def facts(capture: Path) -> dict[str, dict[str, list[str]]]:
    """Sender -> the values of each field."""
    columns = ["ip.src", "ipv6.src", "tcp.srcport", *FIELDS.values()]
    command = ["tshark", "-r", str(capture), "-Y", "tls.handshake.type or tls.alert_message", "-T", "fields"]
    command += ["-E", "separator=/t", "-E", "aggregator=;", *(part for name in columns for part in ("-e", name))]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, list[str]]] = {}
    for line in text.splitlines():
        v4, v6, port, *values = line.split("\t")
        sender = f"{v4}:{port}" if v4 else f"[{v6}]:{port}"
        entry = found.setdefault(sender, {name: [] for name in FIELDS})
        for name, value in zip(FIELDS, values, strict=True):
            entry[name] += [item.removeprefix("0x") for item in value.split(";") if item]
    return {sender: {name: items for name, items in entry.items() if items} for sender, entry in sorted(found.items())}


def main() -> None:
    everything = {capture.name: facts(capture) for capture in sorted(CAPTURES.glob("*.pcap"))}
    for entries in everything.values():
        for entry in entries.values():
            if "suites" in entry:
                entry["suites"] = ["".join(entry["suites"])]
    (HERE / "tshark.json").write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
