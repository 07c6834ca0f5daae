"""Recorded captures as JSON Lines of the shipped specs, which are compiled anew: nothing depends on `generated/`."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, TypeAlias

from click.testing import CliRunner

from dissgen.cli import cli

HERE = Path(__file__).resolve().parent
SPECS = HERE.parents[1] / "specs"

Line: TypeAlias = dict[str, Any]


def dissected(capture: str, spec: str | Path) -> list[Line]:
    """The JSON Lines of a capture of this folder with one spec: a shipped one by its name, another one by its file."""
    file = spec if isinstance(spec, Path) else SPECS / f"{spec}.yaml"
    command = ["dissect", "--format", "jsonl", "-d", str(file), str(HERE / f"{capture}.pcap")]
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def payloads(lines: list[Line], event: str) -> list[Line]:
    """What the events of a name carried, in their order."""
    return [line["payload"] for line in lines if line["event"] == event]


def alerts(lines: list[Line]) -> list[tuple[int, str]]:
    """The number of the flow and the name of each alert."""
    return [(line["flow"], line["alert"]["id"]) for line in lines if line["event"] == "alert"]


def streamed(lines: list[Line], event: str) -> list[tuple[str, bytes]]:
    """The direction and the content of every stream of a name, in the order in which they began."""
    found: dict[tuple[object, ...], bytes] = {}
    for line in lines:
        if line["event"] == event:
            key = (line["flow"], line["direction"], line["payload"]["stream"])
            found[key] = found.get(key, b"") + base64.b64decode(line["payload"]["data"]["base64"])
    return [(str(direction), data) for (_, direction, _), data in found.items()]


def flows(lines: list[Line]) -> list[list[Line]]:
    """The lines of each flow."""
    numbers = sorted({line["flow"] for line in lines})
    return [[line for line in lines if line["flow"] == number] for number in numbers]


def octets(value: Line) -> bytes:
    """The bytes of a field."""
    return base64.b64decode(value["base64"])
