"""The checks of suricata-verify: how many records of EVE, Suricata's log, have these values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from protocols.peers.zeek import PEERS
from support import SHARED_DATA

Record = Mapping[str, Any]
"""A record of EVE: `dns.queries[0].rrname` -> its value."""


@dataclass(frozen=True, slots=True)
class Check:
    """`count` records have the values of `match`. `absent` are keys that they must not have, `present` keys they must."""

    capture: Path
    number: int
    count: int
    kind: str
    match: Mapping[str, Any]
    present: tuple[str, ...]
    absent: tuple[str, ...]

    def known(self, keys: frozenset[str]) -> Mapping[str, Any]:
        """What of `match` both know. A key is known by its name without numbers."""
        return {key: value for key, value in self.match.items() if plain(key) in keys}


def plain(key: str) -> str:
    """`dns.queries[0].rrname` -> `dns.queries.rrname`; names of MQTT's user properties are `userprop`."""
    name = "".join(part.partition("[")[0] + part.partition("]")[2] for part in _split(key))
    head, _, last = name.rpartition(".")
    return f"{head}.userprop" if last.startswith("userprop") else name


def _split(key: str) -> list[str]:
    return [f".{part}" if at else part for at, part in enumerate(key.split("."))]


def listed(value: object) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def checks(protocol: str) -> Iterator[Check]:
    """The checks about records of a protocol, of Suricata's newest version and its usual configuration."""
    for path in sorted((PEERS / protocol).glob("*/suricata-test.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, entry in enumerate(document.get("checks") or ()):
            found = entry.get("filter")
            if (
                found is None
                or "lt-version" in found.get("requires", {})
                or found.get("filename", "eve.json") != "eve.json"
            ):
                continue
            match = dict(found["match"])
            if match.pop("event_type", None) != protocol:
                continue
            present, absent = listed(match.pop("has-key", None)), listed(match.pop("not-has-key", None))
            capture = SHARED_DATA / protocol / path.parent.name
            yield Check(capture, number, found["count"], protocol, match, present, absent)


def matching(check: Check, records: list[Record], keys: frozenset[str]) -> int:
    """How many of our records the check is about."""
    wanted = check.known(keys)
    return sum(
        all(same(record.get(key), value) for key, value in wanted.items())
        and all(has(record, key) for key in check.present)
        and not any(has(record, key) for key in check.absent if plain(key) in keys)
        for record in records
    )


def same(ours: object, theirs: object) -> bool:
    return str(ours) == theirs if isinstance(theirs, str) else ours == theirs


def has(record: Record, key: str) -> bool:
    return any(name == key or name.startswith((f"{key}.", f"{key}[")) for name in record)
