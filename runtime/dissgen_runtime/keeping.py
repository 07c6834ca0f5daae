"""What variables keep is bounded, so that nothing grows from message to message."""

from __future__ import annotations

from typing import Any, TypeVar

from dissgen_runtime.limits import Limits

T = TypeVar("T", bound="list[Any] | str | bytes | None")
V = TypeVar("V")


def bounded(value: T, limits: Limits) -> T:
    """A list or text within the limits. Raises ValueError."""
    size = 0 if value is None else len(value)
    limit = limits.items if isinstance(value, list) else limits.message
    if size > limit:
        raise ValueError(f"a value of {size} entries or bytes, more than {limit}")
    return value


def numbers(value: V) -> V:
    """A number, or a list of them, of at most 64 bits, signed or not. Raises ValueError."""
    if isinstance(value, list):
        for item in value:
            numbers(item)
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise ValueError("a number of more than 64 bits")
    return value
