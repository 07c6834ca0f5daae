"""Writes `PROTOCOL/tshark_fields.json`: the values of tshark's fields in the captures of ../shared/data, frame by frame.

    python tests/protocols/peers/record_tshark.py [PROTOCOL ...]

capture -> frame -> field -> its values in their order. Needs tshark (the committed files are of 4.0.17). Streams are put in order
(`tcp.reassemble_out_of_order`), as ours are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from protocols.peers.tshark_fields import FIELDS, FILTERS, captures, shortened

HERE = Path(__file__).resolve().parent
BETWEEN = "\x1f"

Frames = dict[str, dict[str, list[str]]]


def frames(capture: Path, protocol: str) -> Frames:
    """The frames that have any of the fields."""
    command = [
        "tshark",
        "-n",
        "-r",
        str(capture),
        "-o",
        "tcp.reassemble_out_of_order:TRUE",
        "-Y",
        FILTERS.get(protocol, protocol),
    ]
    command += ["-T", "fields", "-E", "separator=/t", "-E", f"aggregator={BETWEEN}", "-e", "frame.number"]
    command += [part for name in FIELDS[protocol] for part in ("-e", name)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    found: Frames = {}
    for line in run.stdout.splitlines():
        number, *cells = line.split("\t")
        values = zip(
            FIELDS[protocol],
            ([shortened(text) for text in cell.split(BETWEEN)] if cell else [] for cell in cells),
            strict=True,
        )
        found[number] = {name: texts for name, texts in values if texts}
    return {number: entry for number, entry in found.items() if entry}


def main() -> None:
    for protocol in sys.argv[1:] or FIELDS:
        everything = {path.name: frames(path, protocol) for path in captures(protocol)}
        kept = {name: entry for name, entry in everything.items() if entry}
        lines = [
            f"{json.dumps(name)}: {{\n"
            + ",\n".join(
                f" {json.dumps(number)}: {json.dumps(entry, separators=(',', ':'))}" for number, entry in found.items()
            )
            + "\n}"
            for name, found in kept.items()
        ]
        target = HERE.parent / protocol / "tshark_fields.json"
        target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
