"""`specs/modbus.yaml` against the events that a test of Zeek expects: the header of every message."""

from __future__ import annotations

import re

from protocols.captures import dissect
from protocols.peers.zeek import PEERS
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import UP

NAME = "zeek__modbus__modbusSmall.pcap"
OUTPUT = PEERS / "modbus" / NAME / "zeek-baseline__scripts.base.protocols.modbus.coil_parsing_small__output"
LINE = re.compile(
    r"1 modbus_message, \[orig_h=([\d.]+), orig_p=(\d+)/tcp, .*\[tid=(\d+), pid=0, uid=(\d+), function_code=(\d+), len=(\d+)\], ([FT])"
)  # `len` is that of the header: what follows it


@needs_data
def test_the_messages_are_those_of_zeek() -> None:
    theirs = [found.groups() for line in OUTPUT.read_text(encoding="utf-8").splitlines() if (found := LINE.match(line))]
    assert len(theirs) >= 32
    ours = []
    for flow in dissect(SHARED_DATA / "modbus" / NAME, shipped("modbus")).values():
        host, _, port = flow.client.rpartition(":")
        for event in flow.events:
            if event.name in ("request", "response"):
                size = event.offset[1] - event.offset[0] - 6
                head = (str(event.transaction), str(event.unit), str(int(event.function)), str(size))
                ours.append((host, port, *head, "FT"[event.direction is UP]))
    assert sorted(ours) == sorted(theirs)
