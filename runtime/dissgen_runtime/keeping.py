"""What variables keep is bounded, so that nothing grows from message to message."""

from __future__ import annotations

from typing import Any, TypeVar

from dissgen_runtime.events import Record
from dissgen_runtime.limits import Limits

OBJECT = 72
ENTRY = 16
NUMBER = 32

_TEXTS = frozenset({str, bytes})

T = TypeVar("T", bound="list[Any] | str | bytes | None")
V = TypeVar("V")


def bounded(value: T, limits: Limits) -> T:
    """A list or text within the limits. Raises ValueError."""
    size = 0 if value is None else len(value)
    limit = limits.items if isinstance(value, list) else limits.message
    if size > limit:
        raise ValueError(f"a value of {size} entries or bytes, more than {limit}")
    if isinstance(value, list) and _weight(value) > limits.variable:
        raise ValueError(f"a list that weighs more than {limits.variable} bytes")
    return value


def _weight(entries: list[Any]) -> int:
    """What the entries count together; lists of text or bytes are the usual ones."""
    if _TEXTS.issuperset(map(type, entries)):
        return OBJECT * len(entries) + sum(map(len, entries))
    return sum(map(weigh, entries))


def weigh(value: object) -> int:
    """What an entry counts for `limits.variable`: its characters or bytes, and something for every object in it."""
    if isinstance(value, str | bytes):
        return OBJECT + len(value)
    if isinstance(value, list):
        return OBJECT + sum(ENTRY + weigh(item) for item in value)
    if isinstance(value, Record):
        return OBJECT + sum(ENTRY + weigh(field) for field in value.fields().values())
    return NUMBER


def surplus(weights: list[int], most: int) -> int:
    """How many of the first entries have to leave, that the rest weighs at most so much."""
    total, count = sum(weights), 0
    while total > most:
        total -= weights[count]
        count += 1
    return count


def numbers(value: V) -> V:
    """A number, or a list of them, of at most 64 bits, signed or not. Raises ValueError."""
    if isinstance(value, list):
        for item in value:
            numbers(item)
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise ValueError("a number of more than 64 bits")
    return value
