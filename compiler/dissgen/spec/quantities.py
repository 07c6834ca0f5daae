"""Sizes and durations as people write them: `64 KiB`, `5 min`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_SIZE_UNITS: Final[Mapping[str, int]] = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_DURATION_UNITS: Final[Mapping[str, int]] = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60 * 1_000_000_000,
    "h": 3_600 * 1_000_000_000,
    "d": 86_400 * 1_000_000_000,
}
_QUANTITY: Final = re.compile(r"\s*([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)\s*")


def size(text: str | int) -> int | None:
    """Bytes or a plain count: `64 KiB`, `4096`; None for what is no size."""
    return _resolve(str(text), _SIZE_UNITS)


def duration(text: str) -> int | None:
    """Nanoseconds: `5 min`, `0.5 s`; None for what is no duration. A bare number has no unit and is none."""
    return _resolve(text, _DURATION_UNITS)


def _resolve(text: str, units: Mapping[str, int]) -> int | None:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in units:
        return None
    value = Decimal(match[1]) * units[match[2]]
    return int(value) if value == int(value) else None
