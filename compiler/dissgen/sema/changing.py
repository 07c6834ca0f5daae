"""What the tests of a row have shown, as far as its verbs leave it so."""

from __future__ import annotations

from dissgen.ir import ops
from dissgen.sema.expressions import Fact, subject
from dissgen.types import NONE, OptionalType


def behind(verb: ops.Verb, known: frozenset[Fact]) -> frozenset[Fact]:
    """What is known behind a verb: of a variable that it has changed only that it has a value, if it was given one."""
    changed = _changed(verb)
    if not changed:
        return known
    left = {fact for fact in known if subject(fact) not in changed}
    for name, present in changed.items():
        if present and (verb.when is None or (name,) in known):
            left.add((name,))
    return frozenset(left)


def _changed(verb: ops.Verb) -> dict[str, bool]:
    """The variables that a verb gives another value, and whether that is certainly not None."""
    match verb:
        case ops.SetVariables():
            types = ((name, value.type) for name, value in verb.values)
            return {name: type_ != NONE and not isinstance(type_, OptionalType) for name, type_ in types}
        case ops.CallHook(into=str(name)):
            return {name: False}
        case _:
            return {}
