"""The public captures, where they are at hand: all can be read, whole and cut."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
from pathlib import Path

import lines_dissector
import pytest

from dissgen_runtime.net.capture import CaptureError, read_packets
from dissgen_runtime.net.dissect import Dissection
from dissgen_runtime.net.flows import FlowTable
from dissgen_runtime.net.registry import Dissectors, as_dissector

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public captures (../shared/data) are not here")


def manifest() -> list[dict[str, str]]:
    with (DATA / "MANIFEST.tsv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_all_are_read_whole() -> None:
    rows = manifest()
    assert len(rows) == 317
    for row in rows:
        table = FlowTable()
        with (DATA / row["file"]).open("rb") as stream:
            for _ in table.events(read_packets(stream, row["file"])):
                pass
        assert table.statistics.packets == int(row["packets"]), row["file"]
        assert table.statistics.ignored["malformed"] == 0, row["file"]


@pytest.mark.skipif(shutil.which("capinfos") is None, reason="capinfos (of Wireshark) is not installed")
def test_packets_are_as_many_as_capinfos_counts() -> None:
    """`-T`: a table, `-M`: exact numbers, `-c`: packets; without its header (`-r`)."""
    files = [row["file"] for row in manifest()]
    found = subprocess.run(
        ["capinfos", "-TMcr", *files], cwd=DATA, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout
    counted = dict(line.split("\t")[:2] for line in found.splitlines())
    ours = {}
    for file in counted:
        with (DATA / file).open("rb") as stream:
            ours[file] = str(sum(1 for _ in read_packets(stream, file)))
    assert ours == counted
    assert set(counted) == set(files)


def test_cut_anywhere_they_end_with_a_capture_error() -> None:
    chance = random.Random(4)
    dissectors = Dissectors([as_dissector(lines_dissector, "lines")])
    errors = 0
    for row in manifest():
        data = (DATA / row["file"]).read_bytes()
        for _ in range(20):
            cut = io.BytesIO(data[: chance.randrange(min(len(data), 200_000))])
            try:
                for _ in Dissection(dissectors).items(read_packets(cut, row["file"])):
                    pass
            except CaptureError as error:
                errors += 0 <= error.offset <= len(data)
    assert errors > 6000
