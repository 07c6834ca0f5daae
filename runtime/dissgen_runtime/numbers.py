"""Numbers from text, strictly.

Python's own conversions also take spaces, underscores, the digits of all scripts, `nan` and `inf`.
"""

from __future__ import annotations

import math
import re
from typing import Final

_FLOAT: Final = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
DIGITS: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"


def parse_int(value: bytes, base: int, signed: bool) -> int | None:
    """ASCII digits of the base, a sign only if `signed`; None where they are no such number (or over 4,300 digits)."""
    digits = value[1:] if signed and value[:1] in (b"+", b"-") else value
    alphabet = DIGITS[:base] if base <= 10 else DIGITS[:base] + DIGITS[:base].upper()
    if not digits or len(digits) > 4300 or digits.strip(alphabet):
        return None
    return int(value, base)


def parse_float(value: bytes) -> float | None:
    """ASCII digits, perhaps with a sign, a fraction, an exponent; None for anything else, and for what is too large.

    `1`, `-1.5`, `.5`, `5.` and `6e23` are numbers; `nan`, `inf`, `1_0`, ` 1` and `1e999` are none.
    """
    if _FLOAT(value) is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def read_float(value: bytes) -> float:
    """As `parse_float`. Raises ValueError."""
    number = parse_float(value)
    if number is None:
        raise ValueError(f"no number: {value[:64]!r}")
    return number


def text_float(text: str) -> float:
    """As `parse_float`. Raises ValueError."""
    return read_float(text.encode("latin-1", "replace"))


def read_int(value: bytes, base: int, signed: bool) -> int:
    """As `parse_int`. Raises ValueError."""
    number = parse_int(value, base, signed)
    if number is None:
        raise ValueError(f"no number in base {base}: {value[:64]!r}")
    return number


def text_int(text: str, base: int = 10) -> int:
    """ASCII digits of the base, perhaps with a sign. Raises ValueError."""
    return read_int(text.encode("latin-1", "replace"), base, True)
