"""Names that are keywords of Python: expressions write them with a trailing underscore."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container
from typing import Final

_BETWEEN: Final = frozenset({"and", "or", "in", "is", "if", "else", "for"})
_SPOKEN: Final = _BETWEEN | {"not", "None", "True", "False"}
"""Keywords that expressions have themselves; the first ones never begin one."""
_WORD: Final = re.compile(r"(\.\s*)?\b([A-Za-z]+)\b")


def meant(word: str, known: Container[str] = ()) -> str:
    """The name that a word of an expression stands for; one that is `known` as it is written stands for itself."""
    plain = word[:-1]
    return plain if word.endswith("_") and keyword.iskeyword(plain) and word not in known else word


def misused(line: str, at: int) -> str | None:
    """The keyword at this place of an expression that cannot be read, if a name was meant."""
    for match in _WORD.finditer(line):
        name = match[2]
        if match.start() <= at < match.end() and keyword.iskeyword(name):
            begins = not line[: match.start()].strip() and name in _BETWEEN
            return name if match[1] is not None or begins or name not in _SPOKEN else None
    return None
