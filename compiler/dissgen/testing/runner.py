"""Runs examples whole, byte by byte, and cut at every point, and compares."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dissgen.codegen.naming import REACHED
from dissgen.diagnostics import Diagnostics
from dissgen.ir.ops import Upgrade
from dissgen.memory import load
from dissgen.pipeline import compile_spec
from dissgen.testing.custom import events_of, is_custom, prepare
from dissgen.testing.hooks import answers_of, calls_without_hooks, run_with_hooks, wrong_calls
from dissgen.testing.outcome import Outcome, plain
from dissgen.testing.script import ScriptError, ScriptReader, Send, Step
from dissgen_runtime import ParseError

if TYPE_CHECKING:
    from dissgen.pipeline import Compiled


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """`failure` None: all runs gave what the example expects; else a text that shows the difference."""

    name: str
    place: str
    runs: int
    failure: str | None


def run_examples(compiled: Compiled, diagnostics: Diagnostics, names: Collection[str] = ()) -> Iterator[ExampleResult]:
    """Every example of a spec, in order; with `names` those whose name contains one of them.

    A wrong script is a located error in `diagnostics`.
    """
    module = load(compiled.source, compiled.protocol)
    dissectors = _neighbours(compiled)
    reader = _reader(compiled)
    for example in compiled.examples:
        entry = example.value
        name = str(entry.get("name", "unnamed"))
        if names and not any(part in name for part in names):
            continue
        try:
            steps = reader.steps(entry.get("talk", ""))
        except ScriptError as error:
            diagnostics.error("DG730", f"example `{name}`: {error}", example.span)
            continue
        expect = entry.get("expect", {})
        runs = 0
        failure = _pointless(expect, "rule" in entry) or calls_without_hooks(entry) or _unknown_events(expect, compiled)
        if failure is not None:
            pass
        elif "rule" in entry:
            runs, failure = _run_rule(module, entry, steps, expect)
        else:
            transports = [name for name, _ in compiled.module.transport]
            transport = entry.get("transport", transports[0] if transports else None)
            if "transport" in entry and transport not in transports:
                failure = f"  the spec has no transport `{transport}`"
            else:
                options: dict[str, Any] = {"transport": transport, "dissectors": dissectors}
                try:
                    steps, more = prepare(compiled, module, entry, steps, transport)
                    more |= answers_of(compiled, entry)
                except (ScriptError, ParseError) as error:
                    diagnostics.error("DG730", f"example `{name}`: {error}", example.span)
                    continue
                whole = transport == "udp" or is_custom(compiled)
                schedules = [("as written", steps)] if whole else cuts(steps)
                runs, failure = _run_session(module, schedules, expect, options | more)
        yield ExampleResult(name, example.span.location, runs, failure)


def _reader(compiled: Compiled) -> ScriptReader:
    return ScriptReader(compiled.directions, Path(compiled.folder), compiled.module.encoding, events_of(compiled))


def _neighbours(compiled: Compiled) -> dict[str, Any]:
    """The dissectors to which a spec upgrades, as far as their specs stand beside it."""
    found = {}
    for protocol in sorted(_upgrades(compiled)):
        path = Path(compiled.folder) / f"{protocol}.yaml"
        inside = compile_spec(path, path.parent, Diagnostics(), formatted=False) if path.is_file() else None
        if inside is not None:
            found[protocol] = load(inside.source, inside.protocol, tag="_inside")
    return found


def _upgrades(compiled: Compiled) -> set[str]:
    machine = compiled.module.machine
    states = machine.states if machine is not None else ()
    verbs = (verb for state in states for handler in state.handlers for row in handler.rows for verb in row.execute)
    return {name for verb in verbs if isinstance(verb, Upgrade) for name in verb.protocols}


def measure(compiled: Compiled, reached: set[str]) -> None:
    """Run every example once with a module that notes what it reaches (`Coverage.change`), and collect that.

    What the examples expect is not looked at: that is what `run_examples` is for.
    """
    module = load(compiled.source, compiled.protocol, tag="_measured")
    dissectors = _neighbours(compiled)
    setattr(module, REACHED, reached)
    reader = _reader(compiled)
    for example in compiled.examples:
        entry = example.value
        with suppress(ScriptError, ParseError, TypeError, ValueError):
            steps = reader.steps(entry.get("talk", ""))
            if "rule" in entry:
                for step in steps:
                    with suppress(ParseError):
                        getattr(module, f"parse_{entry['rule']}")(getattr(step, "data", b""), **entry.get("with", {}))
            else:
                transport = entry.get("transport", next((name for name, _ in compiled.module.transport), None))
                steps, more = prepare(compiled, module, entry, steps, transport)
                more |= answers_of(compiled, entry)
                options = {"transport": transport, "dissectors": dissectors, **more}
                reached.update(run_with_hooks(module, steps, options).alerts)


def _pointless(expect: dict[str, Any], of_rule: bool) -> str | None:
    """What is expected but would not be looked at."""
    keys = sorted(key for key in expect if (key in ("value", "error")) is not of_rule)
    kind = "a rule" if of_rule else "a conversation"
    return f"  an example of {kind} expects no {', '.join(keys)}" if keys else None


def cuts(steps: list[Step]) -> Iterator[tuple[str, list[Step]]]:
    """The same schedule, cut in every way that is tried, each with its name."""
    yield "whole", _runs(steps)
    yield "as written", steps
    yield (
        "byte by byte",
        [
            piece
            for step in steps
            for piece in (
                [Send(step.direction, step.data[i : i + 1]) for i in range(len(step.data))]
                if isinstance(step, Send)
                else [step]
            )
        ],
    )
    whole = _runs(steps)
    for index, step in enumerate(whole):
        if isinstance(step, Send):
            for at in range(1, len(step.data)):
                halves = [Send(step.direction, step.data[:at]), Send(step.direction, step.data[at:])]
                yield f"step {index + 1} cut at byte {at}", [*whole[:index], *halves, *whole[index + 1 :]]


def _runs(steps: list[Step]) -> list[Step]:
    """What one side says without being interrupted, in one piece."""
    joined: list[Step] = []
    for step in steps:
        last = joined[-1] if joined else None
        if isinstance(step, Send) and isinstance(last, Send) and last.direction is step.direction:
            joined[-1] = Send(step.direction, last.data + step.data)
        else:
            joined.append(step)
    return joined


def _run_session(
    module: Any, schedules: Iterable[tuple[str, list[Step]]], expect: dict[str, Any], options: dict[str, Any]
) -> tuple[int, str | None]:
    runs = 0
    first: Outcome | None = None
    for name, schedule in schedules:
        runs += 1
        try:
            result = run_with_hooks(module, schedule, options)
        except Exception as error:
            return runs, f"  {name}: {type(error).__name__}: {error}"
        wrong = result.unbalanced or _wrong(expect, result)
        if wrong:
            return runs, f"  {name}:\n{wrong}"
        if first is None:
            first = result
        elif first.keys != result.keys:
            return runs, f"  {name}: other events than whole:\n{_diff(first.keys, result.keys)}"
    return runs, None


# Reported by every session, whatever its spec declares.
_BUILT_IN = ("alert", "gap", "end", "verdict", "log")


def _unknown_events(expect: dict[str, Any], compiled: Compiled) -> str | None:
    """An expectation about an event that does not exist could never fail."""
    declared = {event.name for event in compiled.module.events}
    streams = {event.name for event in compiled.module.events if event.stream}
    events = expect.get("events") or {}
    named = list(events) if isinstance(events, dict) else [entry.get("event") for entry in events]
    wrong = [str(name) for name in named if name not in declared and name not in _BUILT_IN]
    wrong += [str(name) for name in expect.get("streams") or {} if name not in streams]
    return f"  there is no such event: {', '.join(wrong)}" if wrong else None


def _wrong(expect: dict[str, Any], result: Outcome) -> str | None:
    """The first thing that is not as expected, as a diff."""
    for key, got in (("state", result.state), ("verdict", result.verdict), ("alerts", result.alerts)):
        if key in expect and expect[key] != got:
            return f"  {key}:\n{_diff([expect[key]], [got])}"
    if "variables" in expect:
        wanted = {name: _value(value) for name, value in expect["variables"].items()}
        got_variables = {name: result.variables.get(name) for name in wanted}
        if wanted != got_variables:
            return f"  variables:\n{_diff([wanted], [got_variables])}"
    if "calls" in expect:
        calls = wrong_calls(expect["calls"], result.calls)
        if calls is not None:
            return f"  calls:\n{_diff(*calls)}"
    return _wrong_events(expect.get("events"), result) or _wrong_streams(expect.get("streams"), result)


def _wrong_events(expected: Any, result: Outcome) -> str | None:
    if isinstance(expected, dict):
        counts = {name: sum(event == name for event, _ in result.events) for name in expected}
        return None if counts == expected else f"  events:\n{_diff([expected], [counts])}"
    if isinstance(expected, list):
        named = {entry["event"] for entry in expected} or {name for name, _ in result.events} - set(_BUILT_IN)
        got = [(name, payload) for name, payload in result.events if name in named]
        wanted = [(entry["event"], {k: _value(v) for k, v in entry.items() if k != "event"}) for entry in expected]
        shown = []
        for index, (name, payload) in enumerate(got):
            comparable = index < len(wanted) and wanted[index][0] == name
            keys = wanted[index][1] if comparable else payload
            shown.append((name, {key: _subset(keys[key], payload.get(key)) for key in keys}))
        return None if shown == wanted else f"  events:\n{_diff(wanted, shown)}"
    return None


def _wrong_streams(expected: Any, result: Outcome) -> str | None:
    if not isinstance(expected, dict):
        return None
    wanted = {name: [_stream_bytes(item) for item in items] for name, items in expected.items()}
    got = {name: result.streams.get(name, []) for name in wanted}
    return None if wanted == got else f"  streams:\n{_diff([wanted], [got])}"


def _stream_bytes(item: Any) -> bytes:
    value = _value(item)
    return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")


def _value(value: Any) -> Any:
    """`{hex: ...}` stands for bytes."""
    if isinstance(value, dict):
        if set(value) == {"hex"}:
            return bytes.fromhex(str(value["hex"]))
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value


def _subset(wanted: Any, got: Any) -> Any:
    """The part of `got` that `wanted` speaks of."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return {key: _subset(item, got.get(key)) for key, item in wanted.items()}
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return [_subset(one, other) for one, other in zip(wanted, got, strict=True)]
    return got


def _run_rule(module: Any, entry: dict[str, Any], steps: list[Step], expect: dict[str, Any]) -> tuple[int, str | None]:
    function = getattr(module, f"parse_{entry['rule']}", None)
    if function is None:
        return 0, f"  there is no rule `{entry['rule']}`"
    for number, step in enumerate(steps, 1):
        if not isinstance(step, Send):
            return number, "  an example of a rule has data only"
        try:
            value, _, _ = function(step.data, **entry.get("with", {}))
        except ParseError as error:
            if "error" not in expect:
                return number, f"  {error}"
            keys = expect["error"]
            got: Any = {key: _subset(keys[key], getattr(error, key, None)) for key in keys}
            if got != _value(keys):
                return number, f"  error:\n{_diff([_value(keys)], [got])}"
        except Exception as error:
            return number, f"  {type(error).__name__}: {error}"
        else:
            if "error" in expect:
                return number, f"  an error was expected, got {value!r}"
            wanted = _value(expect.get("value", {}))
            found = _subset(wanted, plain(value))
            if found != wanted:
                return number, f"  value:\n{_diff([wanted], [found])}"
    return len(steps), None


def _diff(expected: list[Any], got: list[Any]) -> str:
    lines = difflib.unified_diff([repr(x) for x in expected], [repr(x) for x in got], "expected", "got", lineterm="")
    return "\n".join(f"    {line}" for line in lines)
