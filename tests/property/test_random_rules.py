"""Rules of random specs read what the reference interpreter reads: by their frames, and by their scans where those accept.

A failure is repeated by the number of its spec alone (`spec_generator.Generator`); DISSGEN_SPECS asks for more of them.
"""

from __future__ import annotations

import inspect
import itertools
import os
import random
from types import ModuleType
from typing import Any

from reference_interpreter import Failure, Interpreter
from spec_generator import Generator, write
from support import ALL_PASSES, ROOT

from dissgen.diagnostics import Diagnostics
from dissgen.memory import load
from dissgen.pipeline import analyse, compile_source
from dissgen.sema.model import Model, RuleModel
from dissgen.testing.outcome import plain
from dissgen.text import SourceFile
from dissgen_runtime import ParseError, StreamEvent

COUNT = int(os.environ.get("DISSGEN_SPECS", "150"))
INPUTS = 12
ITEMS, TOKEN = 9, 1024
_tags = itertools.count()

Result = tuple[object, ...]


def spec(seed: int) -> tuple[Generator, str]:
    generator = Generator(seed)
    made = generator.spec()
    made["limits"] = {"items": ITEMS, "token": f"{TOKEN} B"}
    return generator, write(made)


def model_of(text: str) -> Model | None:
    diagnostics = Diagnostics()
    model = analyse(SourceFile("random.yaml", text), ROOT, diagnostics)
    return None if diagnostics.has_errors else model


def module_of(text: str, off: tuple[str, ...]) -> ModuleType:
    compiled = compile_source(SourceFile("random.yaml", text), Diagnostics(), off=off, formatted=False)
    assert compiled is not None
    return load(compiled.source, compiled.protocol, tag=f"_ref{next(_tags)}")


def meant(model: Model, rule: str, data: bytes, arguments: dict[str, Any]) -> Result:
    reference = Interpreter(model, data, ITEMS, TOKEN)
    try:
        value = reference.parse(rule, dict(arguments))
    except Failure as failure:
        return ("error", failure.kind, failure.field, failure.offset)
    return ("value", value, reference.at, {name: data for name, data in reference.streams.items() if data})


def read_by_frame(module: ModuleType, rule: str, data: bytes, arguments: dict[str, Any]) -> Result:
    try:
        value, size, events = getattr(module, f"parse_{rule}")(data, *arguments.values())
    except ParseError as error:
        return ("error", error.kind, error.field, error.offset)
    streams: dict[str, bytes] = {}
    for event in events:
        if not isinstance(event, StreamEvent):
            continue
        streams[event.name] = streams.get(event.name, b"") + event.data
    return ("value", plain(value), size, {name: data for name, data in streams.items() if data})


def agree(got: Result, wanted: Result) -> bool:
    if wanted[0] == "error" and wanted[1] == "mismatch or truncated":
        return got[0] == "error" and got[1] in ("mismatch", "truncated") and got[2:] == wanted[2:]
    return repr(got) == repr(wanted)  # a NaN is unequal to itself


def samples(generator: Generator, rule: RuleModel, rng: random.Random) -> list[bytes]:
    """Input that often fits the rule, cut short or with another byte in it now and then, and some for other rules."""
    found = []
    for number in range(INPUTS):
        data = generator.sample(generator.grammar[rule.name]) if number % 4 else generator.input(20)
        if data and rng.random() < 0.3:
            place = rng.randrange(len(data))
            data = (
                data[:place]
                if rng.random() < 0.5
                else data[:place] + rng.choice(b"a1 \n.;").to_bytes() + data[place + 1 :]
            )
        found.append(data + rng.choice((b"", b"", b"abc", b"\r\n")))
    return found


def test_rules_read_what_they_mean() -> None:
    accepted = values = errors = scanned = 0
    for seed in range(COUNT):
        generator, text = spec(seed)
        model = model_of(text)
        if model is None:
            continue
        accepted += 1
        fused, unfused = module_of(text, ()), module_of(text, ALL_PASSES)
        rng = random.Random(seed)
        for rule in model.rules:
            if rule.anonymous or rule.name not in generator.grammar:
                continue
            frames = {kind.RULE: kind for kind in vars(fused).values() if isinstance(getattr(kind, "RULE", None), str)}
            scan = getattr(frames.get(rule.name), "scan", None)
            if scan is not None and len(inspect.signature(scan).parameters) != 3 + len(rule.parameters):
                scan = None  # it needs an origin, which the frame gives it
            for data in samples(generator, rule, rng):
                arguments = {name: rng.randint(0, 4) for name, _ in rule.parameters}
                wanted = meant(model, rule.name, data, arguments)
                where = f"spec {seed}, rule {rule.name}, {data!r} {arguments}"
                for module in (fused, unfused):
                    got = read_by_frame(module, rule.name, data, arguments)
                    assert agree(got, wanted), f"{where}: got {got}, wanted {wanted}"
                values += wanted[0] == "value"
                errors += wanted[0] == "error"
                found = scan(data, 0, len(data), *arguments.values()) if scan is not None else None
                if found is not None:
                    scanned += 1
                    assert repr(("value", plain(found[0]), found[1])) == repr(wanted[:3]), f"{where}: scan gave {found}"
    assert accepted >= COUNT // 2
    assert min(values, errors) > accepted * 2
    assert scanned > accepted
