"""TCP streams of the public captures against tshark's, byte for byte; gaps stand at the same places, of the same size.

tshark is given `tcp.reassemble_out_of_order`: without it the streams are in the order of arrival, as in the files of
the `oracle` folder. It writes a gap into the stream as text, and so is it written here. Every eighth capture is
compared; all of them where the environment variable DISSGEN_ALL_CAPTURES is set.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from differences import DIFFERENCES, Difference
from support import SHARED_DATA, needs_data

from dissgen_runtime.net.capture import open_capture
from dissgen_runtime.net.flows import Flow, FlowTable
from dissgen_runtime.net.tcp import Data, Gap

TSHARK = shutil.which("tshark")
ALL = bool(os.environ.get("DISSGEN_ALL_CAPTURES"))
Streams = tuple[bytearray, bytearray]
FOLLOWED = re.compile(
    r"Follow: tcp,raw\nFilter: tcp\.stream eq (\d+)\nNode 0: (.*)\nNode 1: (.*)\n((?:\t?[0-9a-f]*\n)*)"
)
pytestmark = [needs_data, pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")]


def captures() -> list[str]:
    if not SHARED_DATA.is_dir():
        return []
    with (SHARED_DATA / "MANIFEST.tsv").open(newline="", encoding="utf-8") as stream:
        found = [row["file"] for row in csv.DictReader(stream, delimiter="\t")]
    explained = {name for name, _ in DIFFERENCES}
    return [name for number, name in enumerate(found) if ALL or number % 8 == 0 or name in explained]


def ours(path: Path) -> list[tuple[Flow, Streams]]:
    flows: dict[int, tuple[Flow, Streams]] = {}
    with open_capture(str(path)) as packets:
        for flow, event in FlowTable().events(packets):
            if flow.transport == "tcp":
                _, streams = flows.setdefault(flow.number, (flow, (bytearray(), bytearray())))
                if isinstance(event, Data):
                    streams[event.side].extend(event.data)
                elif isinstance(event, Gap):
                    streams[event.side].extend(b"[%d bytes missing in capture file]\0" % event.size)
    return [flows[number] for number in sorted(flows)]


def theirs(path: Path, count: int) -> list[tuple[str, Streams]]:
    """The first node and the streams of each conversation; one more is asked for, to see that there is none."""
    assert TSHARK is not None
    command = [TSHARK, "-n", "-q", "-r", str(path), "-o", "tcp.reassemble_out_of_order:TRUE"]
    for number in range(count + 1):
        command += ["-z", f"follow,tcp,raw,{number}"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: dict[int, tuple[str, Streams]] = {}
    for match in FOLLOWED.finditer(output):
        streams = bytearray(), bytearray()
        for line in match[4].splitlines():
            streams[line.startswith("\t")].extend(bytes.fromhex(line))
        if match[2] != ":0":
            found[int(match[1])] = match[2], streams
    return [found[number] for number in sorted(found)]


def first_difference(one: Streams, other: Streams) -> Difference | None:
    for side, (a, b) in enumerate(zip(one, other, strict=True)):
        if a != b:
            size = min(len(a), len(b))
            at = next((i for i in range(size) if a[i] != b[i]), size)
            return Difference("", side, at, bytes(a[at : at + 24]), bytes(b[at : at + 24]))
    return None


@pytest.mark.parametrize("name", captures())
def test_streams_equal_those_of_tshark(name: str) -> None:
    path = SHARED_DATA / name
    flows = ours(path)
    followed = theirs(path, len(flows))
    assert len(followed) == len(flows)
    for number, ((flow, streams), (node, other)) in enumerate(zip(flows, followed, strict=True)):
        assert node in (flow.endpoint(0), flow.endpoint(1))
        if node != flow.endpoint(0):
            other = other[1], other[0]
        found = first_difference(streams, other)
        known = DIFFERENCES.get((name, number))
        assert (found and found[1:]) == (known and known[1:]), f"conversation {number}"
