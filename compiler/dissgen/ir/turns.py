"""Machines that take turns: whatever the two directions' order of arrival, the events are the same (rule 14 (b)).

That holds where every state reads one direction and holds the other, and nothing looks at the time or at what waits,
as long as `limits.hold` is not reached and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Constant, Name, Typed, walk
from dissgen.ir.leaves import Place
from dissgen.ir.walk import verb_expressions

_SEEN = {BindingKind.HELD_UP: "reads held.up", BindingKind.HELD_DOWN: "reads held.down", BindingKind.NOW: "reads now"}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the order of arrival can matter: what is at fault (a state or a variable), and how."""

    what: str
    reason: str
    place: Place


def obstacles(module: ops.Module) -> tuple[Obstacle, ...]:
    """What keeps the machine from giving the same for every interleaving; empty: nothing does."""
    found = [
        Obstacle(f"state `{state.name}`", reason, state.place)
        for state in (module.machine.states if module.machine is not None else ())
        for reason in dict.fromkeys(_reasons(state))
    ]
    expiring = (item for item in module.variables if item.expires is not None)
    found += [Obstacle(f"variable `{item.name}`", "has entries that expire", item.place) for item in expiring]
    return tuple(found)


def _reasons(state: ops.State) -> Iterator[str]:
    if not any(_reads(one) and _holds(other) for one, other in ((state.up, state.down), (state.down, state.up))):
        yield "does not read one direction and hold the other"
    for handler in state.handlers:
        if handler.timer is not None or handler.map is not None:
            yield f"has {handler.event}"
        for row in handler.rows:
            if row.when is not None:
                yield from _seen(row.when)
            for verb in row.execute:
                for value in verb_expressions(verb):
                    yield from _seen(value)


def _reads(side: ops.Side) -> bool:
    return all(part.kind == "rule" and part.hold is None for part in side.alternatives)


def _holds(side: ops.Side) -> bool:
    return all(
        part.kind in ("hold", "rule") and part.hold is not None and _true(part.hold) for part in side.alternatives
    )


def _true(test: Typed) -> bool:
    return isinstance(test, Constant) and test.value is True


def _seen(tree: Typed) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Name):
            if node.binding.kind in _SEEN:
                yield _SEEN[node.binding.kind]
            if node.binding.definition is not None:
                yield from _seen(node.binding.definition)
