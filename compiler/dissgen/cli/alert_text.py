"""An alert as `dissgen dissect --format jsonl` has written it, in words. Nothing is run again for it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

WIDTH = 16
"""Bytes in a line of a dump."""
LONGEST = 16
"""Lines of a spec that are shown for one place."""
LONGEST_NUMBER = 9
"""Digits of a line's number."""


class AlertError(ValueError):
    """What was given is no alert; the text says why."""


def read_alerts(text: str) -> list[dict[str, Any]]:
    """The alerts in JSON Lines, or the one in a JSON document; other events are passed over. Raises AlertError."""
    try:
        entries = [json.loads(text)]
    except (ValueError, RecursionError):  # lines, or none of it is JSON
        entries = [_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("alert"), dict)]
    if not found:
        raise AlertError('no alert in it: an alert is an object with the key "alert", as `--format jsonl` writes it')
    return found


def _line(number: int, line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise AlertError(f"line {number} is no JSON: {error}") from error
    except RecursionError as error:
        raise AlertError(f"line {number} is no alert: it is nested too deep") from error
    except ValueError as error:
        raise AlertError(f"line {number} is no alert: it has a number with too many digits") from error


def explained(entry: dict[str, Any], specs: list[Path]) -> str:
    """The alert in words; `specs` are the files in which the lines that it names may stand."""
    alert: dict[str, Any] = entry["alert"]
    # Files of one name may describe several protocols. A line of a protocol inside, or of one that is extended, stands
    # in the file of another.
    specs = sorted(specs, key=lambda path: not _is_of(path, str(entry.get("protocol"))))
    lines = [f"{alert.get('id')}: {alert.get('description')}", ""]
    lines += [f"  {text}" for text in _circumstances(entry, alert)]
    lines += _transition(alert, specs)
    path = alert.get("path")
    if isinstance(path, list) and path:
        lines += ["", f"The session came here by the states {' -> '.join(map(str, path))}."]
    lines += _bytes(entry, alert)
    if _items(alert.get("references")):
        lines += ["", f"See {', '.join(map(str, alert['references']))}."]
    return "\n".join(lines)


def _is_of(path: Path, protocol: str) -> bool:
    """Whether a spec describes the protocol; files of one name may describe several."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.search(rf"^protocol: *{re.escape(protocol)} *(#.*)?$", text, re.MULTILINE) is not None


def _circumstances(entry: dict[str, Any], alert: dict[str, Any]) -> Iterator[str]:
    level = f"severity {alert.get('severity')}, confidence {alert.get('confidence')}"
    for name in ("completion", "method"):
        if alert.get(name):
            level += f", {name} {alert[name]}"
    yield level
    if isinstance(entry.get("time"), int | float):
        with suppress(OverflowError, ValueError, OSError):  # no time that a calendar has
            yield f"at {datetime.fromtimestamp(entry['time'], UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    who = f"{entry.get('protocol')} session {entry.get('client')} - {entry.get('server')}"
    yield f"in the {who}" + (f", capture {entry['capture']}" if entry.get("capture") else "")
    for name in ("sources", "targets"):
        parties = [party for party in _items(alert.get(name)) if isinstance(party, dict)]
        found = [str(one) for party in parties for names in party.values() for one in _items(names)]
        if found:
            yield f"{name}: {', '.join(found)}"
    if entry.get("direction"):
        yield f"direction {entry['direction']}, in the state `{entry.get('state')}`"


def _items(value: object) -> list[Any]:
    """The items of a list; none of what should be one and is not."""
    return value if isinstance(value, list) else []


def _transition(alert: dict[str, Any], specs: list[Path]) -> list[str]:
    if not alert.get("transition"):
        return ["", "No transition raised it: it is built in, and reports what no transition has handled."]
    lines = ["", f"The transition at {alert['transition']} raised it:", *_quoted(str(alert["transition"]), specs)]
    guard = alert.get("guard")
    if isinstance(guard, dict) and guard:
        lines += ["", "Its guard and its verbs had read:"]
        lines += [f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in guard.items()]
    if alert.get("spec") and alert["spec"] != alert["transition"]:
        lines += ["", f"The alert is defined at {alert['spec']}:", *_quoted(str(alert["spec"]), specs)]
    return lines


def _quoted(place: str, specs: list[Path]) -> list[str]:
    """The lines of an entry of a spec, if there is one; they are those of the spec as it is now."""
    name, _, number = place.rpartition(":")
    for path in specs:
        if path.name == Path(name).name and number.isdecimal() and len(number) <= LONGEST_NUMBER:
            text = path.read_text(encoding="utf-8", errors="replace").splitlines()
            if 0 < int(number) <= len(text):
                return [f"  {line} | {text[line - 1].rstrip()}" for line in _entry(text, int(number))]
            return [f"  {path.name} has no such line now: it was changed since"]
    return ["  (the spec is not at hand)"]


def _entry(text: list[str], number: int) -> range:
    """The numbers of the lines of an entry that begins at `number`: those behind it that stand further in."""
    indent = len(text[number - 1]) - len(text[number - 1].lstrip())
    end = number
    while end < len(text) and end - number < LONGEST - 1:
        line = text[end]
        if not line.strip() or len(line) - len(line.lstrip()) <= indent:
            break
        end += 1
    return range(number, end + 1)


def _bytes(entry: dict[str, Any], alert: dict[str, Any]) -> list[str]:
    """A dump of the bytes, with their offsets in the direction."""
    holder = alert.get("bytes")
    try:
        data = base64.b64decode(holder["base64"], validate=True) if isinstance(holder, dict) else b""
    except (KeyError, TypeError, binascii.Error):
        return ["", "Its bytes cannot be read."]
    offset = entry.get("offset")
    start = offset[0] if isinstance(offset, list) and offset and isinstance(offset[0], int) else 0
    if not data:
        return []
    end = offset[1] if isinstance(offset, list) and len(offset) == 2 and isinstance(offset[1], int) else start
    end = max(end, start + len(data))
    lines = [
        "",
        f"The bytes {start} to {end} of the direction" + (", of which the first:" if end - start > len(data) else ":"),
    ]
    for at in range(0, len(data), WIDTH):
        part = data[at : at + WIDTH]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"  {start + at:>8}  {part.hex(' '):<{WIDTH * 3 - 1}}  {shown}")
    return lines
