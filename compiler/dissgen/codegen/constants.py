"""Constants of a generated module: limits, automata, terminators, tables."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.codegen import naming
from dissgen.codegen.pysource import literal, regex_literal, tuple_literal
from dissgen.ir import ops
from dissgen.ir.walk import every
from dissgen.tokens import CompiledTerminator, CompiledToken


@dataclass(frozen=True, slots=True)
class ConstantView:
    name: str
    value: str
    comment: str
    annotation: str = ""


def limits(limits: ops.Limits) -> str:
    default = ops.Limits()
    names = ("message", "token", "hold", "items", "depth", "transitions", "work", "expansion", "variable")
    changed = [f"{name}={getattr(limits, name)}" for name in names if getattr(limits, name) != getattr(default, name)]
    return f"Limits({', '.join(changed)})"


_STATEFUL = ("zlib", "gzip", "deflate")
"""Transforms whose state cannot be pickled."""


def picklable_comment(module: ops.Module) -> str:
    """What is to be said of pickling a session; "" for one that can be pickled at any point."""
    used = {
        transform.name
        for rule in module.rules
        for op in every(rule.body)
        if isinstance(op, ops.StreamRead | ops.OpenDecoders)
        for transform in op.transforms
    }
    names = " or ".join(name for name in _STATEFUL if name in used)
    return f" A session in the midst of a {names} stream cannot be pickled." if names else ""


def limits_comment(limits: ops.Limits) -> str:
    return (
        f"At most {limits.message} bytes a message (streams do not count), {limits.token} a token, {limits.hold} held "
        f"a direction, {limits.items} items a list, {limits.depth} rules deep."
    )


def automaton(compiled: CompiledToken) -> str:
    states = []
    for accepting, moves in compiled.automaton:
        arms = tuple_literal(f"({regex_literal(chars)}, {target})" for chars, target in moves)
        states.append(f"({accepting}, {arms})")
    return tuple_literal(states)


def terminator_literal(name: str, compiled: CompiledTerminator) -> str:
    extras = f", factor={compiled.factor!r}, lead={compiled.lead}" if compiled.factor else ""
    if compiled.at_start is not None and compiled.prefix_at_start is not None:
        extras += f", at_start={regex_literal(compiled.at_start)}"
        extras += f", prefix_at_start={regex_literal(compiled.prefix_at_start)}"
    if compiled.extensions:
        extras += f", extensions={compiled.extensions!r}"
    patterns = f"{regex_literal(compiled.anywhere)}, {regex_literal(compiled.prefix)}"
    return f"Terminator({literal(name)}, {patterns}, length={compiled.length}{extras})"


def table_constant(table: ops.Table) -> ConstantView:
    keys = [literal(key) for key, _ in table.entries]
    if table.kind == "set":
        value = f"frozenset({{{', '.join(keys)}}})" if keys else "frozenset()"
    else:
        value = "{" + ", ".join(f"{key}: {literal(v)}" for key, (_, v) in zip(keys, table.entries, strict=True)) + "}"
    return ConstantView(naming.table(table.name), value, str(table.place))
