"""Logs that Zeek's own tests expect for a capture, as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support import SHARED_DATA

PEERS = SHARED_DATA / "peer"

Row = dict[str, str]
"""Column -> text; what is not set or empty is ''."""
Connection = tuple[str, str]
"""Client and server, each "address:port"."""

KINDS = {
    "dns": "dns",
    "http": "http",
    "smtp": "smtp",
    "ssl": "tls",
    "mqtt_connect": "mqtt",
    "mqtt_publish": "mqtt",
    "mqtt_subscribe": "mqtt",
}
"""What the name of a log begins with -> the protocol that knows its fields."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log of a test of Zeek. `test` may have read other captures too: their rows are in it as well."""

    capture: Path
    test: str
    kind: str
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return f"{self.test}/{self.kind}"


def logs() -> Iterator[Log]:
    """Each log of the kinds above, with the capture that it is kept for."""
    for path in sorted(PEERS.glob("*/*/zeek-baseline__*")):
        test, _, name = path.name.removeprefix("zeek-baseline__").partition("__")
        kind = name.split(".")[0].split("-")[0]
        capture = SHARED_DATA / path.parent.parent.name / path.parent.name
        if kind in KINDS and ".log" in name:
            yield Log(capture, f"{test}__{name}", kind, tuple(rows(path)))


def rows(path: Path) -> Iterator[Row]:
    columns: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[0] == "#fields":
            columns = cells[1:]
        elif cells[0] in ("ts", "uid") and not columns:
            columns = cells
        elif columns and not line.startswith("#"):
            yield {name: "" if cell in ("-", "(empty)") else cell for name, cell in zip(columns, cells, strict=True)}


def connection(row: Row) -> Connection | None:
    """None where the log was cut down to other columns."""
    if "id.orig_h" not in row:
        return None
    return endpoint(row["id.orig_h"], row["id.orig_p"]), endpoint(row["id.resp_h"], row["id.resp_p"])


def endpoint(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
