"""What an example expects, compared with what happened; differences are shown as a diff."""

from __future__ import annotations

import difflib
from typing import Any, Final

from dissgen.sema.examples import BUILT_IN_EVENTS
from dissgen.testing.hooks import wrong_calls
from dissgen.testing.outcome import Outcome

MOST_ALERTS: Final = 4
"""That a failed example shows."""


def wrong(expect: dict[str, Any], result: Outcome) -> str | None:
    """The first thing that is not as expected, as a diff."""
    for key, got in (("state", result.state), ("verdict", result.verdict), ("alerts", result.alerts)):
        if key in expect and expect[key] != got:
            return f"  {key}:\n{diff([expect[key]], [got])}"
    if "variables" in expect:
        wanted = {name: value_of(value) for name, value in expect["variables"].items()}
        got_variables = {name: _variable(name, value, result) for name, value in wanted.items()}
        if wanted != got_variables:
            return f"  variables:\n{diff([wanted], [got_variables])}"
    if "calls" in expect:
        calls = wrong_calls(expect["calls"], result.calls)
        if calls is not None:
            return f"  calls:\n{diff(*calls)}"
    return _wrong_events(expect.get("events"), result) or _wrong_streams(expect.get("streams"), result)


def unexpected_alerts(expect: dict[str, Any], result: Outcome) -> str:
    """Where and why the alerts were raised, if they are not those that are expected: mostly they tell what is wrong."""
    if not result.raised or result.alerts == expect.get("alerts"):
        return ""
    shown = result.raised[:MOST_ALERTS]
    rest = len(result.raised) - len(shown)
    return "\n  alerts:" + "".join(f"\n    {line}" for line in shown) + (f"\n    and {rest} more" if rest else "")


def _variable(name: str, wanted: Any, result: Outcome) -> Any:
    """Those of a direction are a mapping, of which the named ones are compared; all else is compared as a whole."""
    got = result.variables.get(name)
    if name in ("up", "down") and isinstance(wanted, dict) and isinstance(got, dict):
        return {key: got.get(key) for key in wanted}
    return got


def _wrong_events(expected: Any, result: Outcome) -> str | None:
    if isinstance(expected, dict):
        counts = {name: sum(event == name for event, _ in result.events) for name in expected}
        return None if counts == expected else f"  events:\n{diff([expected], [counts])}"
    if isinstance(expected, list):
        named = {entry["event"] for entry in expected} or {name for name, _ in result.events} - set(BUILT_IN_EVENTS)
        got = [(name, payload) for name, payload in result.events if name in named]
        wanted = [(entry["event"], {k: value_of(v) for k, v in entry.items() if k != "event"}) for entry in expected]
        shown = []
        for index, (name, payload) in enumerate(got):
            comparable = index < len(wanted) and wanted[index][0] == name
            keys = wanted[index][1] if comparable else payload
            shown.append((name, {key: subset(keys[key], payload.get(key)) for key in keys}))
        return None if shown == wanted else f"  events:\n{diff(wanted, shown)}"
    return None


def _wrong_streams(expected: Any, result: Outcome) -> str | None:
    if not isinstance(expected, dict):
        return None
    wanted = {name: [stream_bytes(item) for item in items] for name, items in expected.items()}
    got = {name: result.streams.get(name, []) for name in wanted}
    return None if wanted == got else f"  streams:\n{diff([wanted], [got])}"


def stream_bytes(item: Any) -> bytes:
    value = value_of(item)
    return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")


def value_of(value: Any) -> Any:
    """`{hex: ...}` stands for bytes."""
    if isinstance(value, dict):
        if set(value) == {"hex"}:
            return bytes.fromhex(str(value["hex"]))
        return {key: value_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [value_of(item) for item in value]
    return value


def subset(wanted: Any, got: Any) -> Any:
    """The part of `got` that `wanted` speaks of."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return {key: subset(item, got.get(key)) for key, item in wanted.items()}
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return [subset(one, other) for one, other in zip(wanted, got, strict=True)]
    return got


def diff(expected: list[Any], got: list[Any]) -> str:
    lines = difflib.unified_diff([repr(x) for x in expected], [repr(x) for x in got], "expected", "got", lineterm="")
    return "\n".join(f"    {line}" for line in lines)
