"""The logs that Zeek's own tests expect of the captures: rows of the conversations that a capture has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from protocols.captures import FlowResult
from support import SHARED_DATA

PEERS = SHARED_DATA / "peer"
UNSET = ("-", "(empty)")

Row = Mapping[str, str]


def logs(protocol: str, name: str) -> list[Path]:
    """The files of a log of Zeek (`dns`, `http`, `ssl`) for the captures of a protocol."""
    pattern = re.compile(rf"zeek-baseline__.*__{name}(-[a-z0-9]+)?\.log(\.cut)?")
    found = sorted((PEERS / protocol).glob("*/zeek-baseline__*"))
    return [path for path in found if pattern.fullmatch(path.name)]


def capture_of(log: Path) -> Path:
    """The capture that a log is about."""
    return SHARED_DATA / log.parent.parent.name / log.parent.name


def rows(log: Path) -> Iterator[Row]:
    """Each row as a mapping of the columns that are set; text with `\\x2c` and the like is decoded."""
    columns: list[str] = []
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("#fields"):
            columns = line.split("\t")[1:]
        elif line.startswith("#") or not line:
            continue
        elif not columns:
            columns = line.split("\t")  # of a log that was cut, the first line has the names
        elif len(cells := line.split("\t")) == len(columns):
            yield {name: cell for name, cell in zip(columns, cells, strict=True) if cell not in UNSET}


def by_conversation(log: Path) -> dict[tuple[str, str], list[Row]]:
    """The rows of a log by client and server, as `address:port`, in their order."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows(log):
        if "id.orig_h" in row:
            found.setdefault((endpoint(row, "orig"), endpoint(row, "resp")), []).append(row)
    return found


def endpoint(row: Row, side: str) -> str:
    host = row[f"id.{side}_h"]
    return f"[{host}]:{row[f'id.{side}_p']}" if ":" in host else f"{host}:{row[f'id.{side}_p']}"


def conversations(flows: Iterable[FlowResult]) -> dict[tuple[str, str], list[FlowResult]]:
    """The flows of a capture by client and server."""
    found: dict[tuple[str, str], list[FlowResult]] = {}
    for flow in flows:
        found.setdefault((flow.client, flow.server), []).append(flow)
    return found


def text(value: str) -> str:
    """A value as it was before Zeek wrote what is not ASCII as `\\xNN`."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), value)
