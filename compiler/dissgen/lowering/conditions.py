"""Named conditions are expanded where they stand: what runs has no names of guards."""

from __future__ import annotations

import dataclasses
from typing import TypeVar, cast

from dissgen.ir import ops
from dissgen.ir.expressions import Binding, Name, Typed

T = TypeVar("T")


def expand(expression: Typed) -> Typed:
    """The tree with the definitions of conditions in place of their names."""
    if isinstance(expression, Name):
        return expression if expression.binding.definition is None else expand(expression.binding.definition)
    changes: dict[str, object] = {}
    for field in dataclasses.fields(expression):
        value = getattr(expression, field.name)
        changed = _expanded(value)
        if changed is not value:
            changes[field.name] = changed
    return dataclasses.replace(expression, **changes) if changes else expression  # type: ignore[arg-type]


def expand_optional(expression: Typed | None) -> Typed | None:
    return None if expression is None else expand(expression)


def expand_verb(verb: ops.Verb) -> ops.Verb:
    """The verb with the conditions in its guard and values expanded."""
    changes = {}
    for field in dataclasses.fields(verb):
        value = getattr(verb, field.name)
        changed = _expanded(value)
        if changed is not value:
            changes[field.name] = changed
    return dataclasses.replace(verb, **changes) if changes else verb


def _expanded(value: T) -> T:
    if isinstance(value, Binding):
        return value
    if isinstance(value, Typed):
        return cast(T, expand(value))
    if isinstance(value, tuple):
        items = tuple(_expanded(item) for item in value)
        return cast(T, items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value
