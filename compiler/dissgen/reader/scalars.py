"""The core schema of YAML 1.2: what a plain scalar means (YAML 1.2.2, section 10.3.2)."""

from __future__ import annotations

import re
from typing import Final

from dissgen.reader.nodes import Value

MAXIMUM_DIGITS: Final = 100
"""Longer numbers are refused: no protocol has them, and reading them takes quadratic time."""

_WORDS: Final[dict[str, Value]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY: Final = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER: Final = re.compile(r"\.(?:nan|NaN|NAN)")


def resolve(text: str) -> Value:
    """The value of a plain scalar. Raises ValueError for a number of more than `MAXIMUM_DIGITS` digits."""
    if text in _WORDS:
        return _WORDS[text]
    if _FLOAT.fullmatch(text) or _HEXADECIMAL.fullmatch(text) or _OCTAL.fullmatch(text):
        if len(text) > MAXIMUM_DIGITS:
            raise ValueError(f"a number of {len(text)} digits")
        return _number(text)
    infinity = _INFINITY.fullmatch(text)
    if infinity is not None:
        return float(f"{infinity.group(1)}inf")
    return float("nan") if _NOT_A_NUMBER.fullmatch(text) else text


def _number(text: str) -> int | float:
    if _DECIMAL.fullmatch(text):
        return int(text, 10)
    if text.startswith("0x"):
        return int(text, 16)
    return int(text, 8) if text.startswith("0o") else float(text)
