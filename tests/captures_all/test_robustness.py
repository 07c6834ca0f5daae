"""Every public capture through the whole of `dissect`, with the shipped dissectors, whole and cut at random places."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest
from support import ROOT, SHARED_DATA, needs_data

from dissgen_runtime.net.command import run_dissect
from dissgen_runtime.net.registry import Dissectors, load_dissectors
from dissgen_runtime.net.run import Format

CUTS = 3
LARGEST = 150_000  # cuts are within the first so many bytes
pytestmark = needs_data


def dissect(path: Path, form: Format) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    dissectors = Dissectors(load_dissectors(ROOT / "generated"))
    return run_dissect([str(path)], dissectors, format=form, stdout=out, stderr=err), out.getvalue(), err.getvalue()


def manifest() -> list[tuple[Path, int]]:
    with (SHARED_DATA / "MANIFEST.tsv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [(SHARED_DATA / row["file"], int(row["packets"])) for row in rows]


def test_whole() -> None:
    """The packets are as many as `capinfos` counts."""
    for path, packets in manifest():
        status, text, errors = dissect(path, "text")
        assert (status, errors) == (0, ""), path
        [line] = [line for line in text.splitlines() if line.startswith("packets  ")]
        assert int(line.split()[1].replace(",", "")) == packets, path


@pytest.mark.parametrize("form", ["text", "jsonl", "eve"])
def test_cut(form: Format, tmp_path: Path) -> None:
    """What is cut between two packets is a capture; anything else is damaged, or too short to be one."""
    chance = random.Random(form)
    statuses = set()
    for path, _ in manifest():
        data = path.read_bytes()
        for _ in range(CUTS):
            cut = tmp_path / "cut.pcap"
            cut.write_bytes(data[: chance.randrange(min(len(data), LARGEST))])
            status, out, errors = dissect(cut, form)
            statuses.add(status)
            assert (status == 0) == (errors == ""), path
            assert out == "" or out.endswith("\n"), path
    assert {1, 2} <= statuses <= {0, 1, 2}
