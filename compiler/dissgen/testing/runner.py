"""Runs examples whole, byte by byte, cut at every point and interleaved anew, and compares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dissgen.codegen import naming
from dissgen.diagnostics import Diagnostics
from dissgen.ir.ops import Upgrade
from dissgen.ir.turns import obstacles
from dissgen.memory import load
from dissgen.pipeline import compile_spec
from dissgen.reader import ScalarNode, SequenceNode
from dissgen.testing.custom import events_of, is_custom, prepare, typed
from dissgen.testing.expectations import diff, subset, unexpected_alerts, value_of, wrong
from dissgen.testing.hooks import answers_of, calls_without_hooks, run_with_hooks
from dissgen.testing.outcome import Outcome, plain
from dissgen.testing.schedules import Schedule, cuts, interleavings
from dissgen.testing.script import ScriptError, ScriptReader, Send, Step, lines_of
from dissgen_runtime import ParseError

if TYPE_CHECKING:
    from dissgen.pipeline import Compiled, Example
    from dissgen.text import Span

Parsed: TypeAlias = tuple[object, ParseError | None]
"""What a rule made of an entry: its value, or an error."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """`failure` None: all runs gave what the example expects; else a text that shows the difference.

    `found` is what the first run gave: of a conversation its outcome, of a rule what it made of each entry.
    """

    name: str
    place: str
    runs: int
    failure: str | None
    example: Example
    found: Outcome | tuple[Parsed, ...] | None = None


def run_examples(compiled: Compiled, diagnostics: Diagnostics, names: Collection[str] = ()) -> Iterator[ExampleResult]:
    """Every example of a spec, in order; with `names` those whose name contains one of them.

    A wrong script is a located error in `diagnostics`.
    """
    module = load(compiled.source, compiled.protocol)
    dissectors = _neighbours(compiled)
    reader = _reader(compiled)
    hold = None if obstacles(compiled.module) else compiled.module.limits.hold
    for example in compiled.examples:
        name = str(example.value.get("name", "unnamed"))
        if names and not any(part in name for part in names):
            continue
        try:
            steps = reader.steps(example.value.get("talk", ""))
            if "rule" in example.value:
                yield _run_rule(module, compiled, example, steps)
                continue
            transport = example.value.get("transport", next((name for name, _ in compiled.module.transport), None))
            steps, more = prepare(compiled, module, example.value, steps, transport)
            more |= answers_of(compiled, example.value)
            calls_without_hooks(example.value)
        except (ScriptError, ParseError) as error:
            diagnostics.error("DG730", f"example `{name}`: {error}", _place(example, error))
            continue
        schedules: Iterable[Schedule] = cuts(steps)
        if transport == "udp" or is_custom(compiled):
            schedules = [("as written", steps)]
        elif hold is not None:
            schedules = chain(schedules, interleavings(steps, hold))
        yield _run_session(module, example, schedules, {"transport": transport, "dissectors": dissectors, **more})


def _place(example: Example, error: Exception) -> Span:
    """Where the step stands that is at fault, or the example."""
    index = error.index if isinstance(error, ScriptError) else None
    talk = example.node.get("talk")
    if index is None or talk is None:
        return example.span
    if isinstance(talk, ScalarNode) and isinstance(talk.value, str):
        lines = lines_of(talk.value)
        start = sum(len(line) + 1 for line in lines[:index])
        return talk.inner_span(start, start + len(lines[index]))
    return talk.items[index].span if isinstance(talk, SequenceNode) else talk.span


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
    setattr(module, naming.REACHED, reached)
    reader = _reader(compiled)
    for example in compiled.examples:
        entry = example.value
        with suppress(ScriptError, ParseError, TypeError, ValueError):
            steps = reader.steps(entry.get("talk", ""))
            if "rule" in entry:
                _run_rule(module, compiled, example, steps)
            else:
                transport = entry.get("transport", next((name for name, _ in compiled.module.transport), None))
                steps, more = prepare(compiled, module, entry, steps, transport)
                more |= answers_of(compiled, entry)
                options = {"transport": transport, "dissectors": dissectors, **more}
                reached.update(run_with_hooks(module, steps, options).alerts)


def _run_session(
    module: Any, example: Example, schedules: Iterable[Schedule], options: dict[str, Any]
) -> ExampleResult:
    expect = example.value.get("expect", {})
    runs = 0
    first: Outcome | None = None
    failure: str | None = None
    for name, schedule in schedules:
        runs += 1
        try:
            result = run_with_hooks(module, schedule, options)
        except Exception as error:
            failure = f"  {name}: {type(error).__name__}: {error}"
            break
        different = result.unbalanced or wrong(expect, result)
        if different:
            failure = f"  {name}:\n{different}{unexpected_alerts(expect, result)}"
        elif first is not None and first.keys != result.keys:
            failure = f"  {name}: other events than whole:\n{diff(first.keys, result.keys)}"
        first = first or result
        if failure is not None:
            break
    return ExampleResult(_name(example), example.span.location, runs, failure, example, first)


def _name(example: Example) -> str:
    return str(example.value.get("name", "unnamed"))


def _run_rule(module: Any, compiled: Compiled, example: Example, steps: list[Step]) -> ExampleResult:
    """Raises ScriptError."""
    arguments = _arguments(module, compiled, example)
    function = getattr(module, naming.parse_function(str(example.value["rule"])))
    found: list[Parsed] = []
    failure: str | None = None
    for index, step in enumerate(steps):
        if not isinstance(step, Send):
            unfit = ScriptError("an example of a rule has data only")
            unfit.index = index
            raise unfit
        try:
            parsed: Parsed = (function(step.data, **arguments)[0], None)
        except ParseError as error:
            parsed = (None, error)
        except Exception as error:
            failure = f"  {type(error).__name__}: {error}"
            break
        found.append(parsed)
        failure = failure or _wrong_value(example.value.get("expect", {}), *parsed)
    return ExampleResult(_name(example), example.span.location, len(found), failure, example, tuple(found))


def _arguments(module: Any, compiled: Compiled, example: Example) -> dict[str, object]:
    """What `with` gives, as the rule takes it. Raises ScriptError."""
    rule = next(rule for rule in compiled.module.rules if rule.name == example.value["rule"])
    types = dict(rule.parameters)
    given = example.value.get("with", {})
    return {naming.parameter(name): typed(value, types[name], name, module, {}) for name, value in given.items()}


def _wrong_value(expect: dict[str, Any], value: object, error: ParseError | None) -> str | None:
    if error is not None:
        if "error" not in expect:
            return f"  {error}"
        keys = expect["error"]
        got: Any = {key: subset(keys[key], getattr(error, key)) for key in keys}
        return f"  error:\n{diff([value_of(keys)], [got])}" if got != value_of(keys) else None
    if "error" in expect:
        return f"  an error was expected, got {value!r}"
    wanted = value_of(expect.get("value", {}))
    found = subset(wanted, plain(value))
    return f"  value:\n{diff([wanted], [found])}" if "value" in expect and found != wanted else None
