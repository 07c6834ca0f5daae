"""Words that the language has and this version has not: one table, so that each gives its own error.

The key is the area of the schema (its `$comment`) in which the word would stand.
"""

from __future__ import annotations

from typing import Final

LATER: Final[dict[str, frozenset[str]]] = {
    "top": frozenset(),
    "element": frozenset(),
    "extent": frozenset(),
    "conversion": frozenset(),
    "transform": frozenset(),
    "limits": frozenset(),
    "event": frozenset(),
    "verb": frozenset(),
    "upgrade": frozenset(),
}

COMPOSITES: Final = frozenset({"use", "record", "sequence", "branch", "optional", "array", "union"})
"""Kinds that will take the modifiers of values, but do not yet."""


def is_later(area: str, word: str, kind: str = "") -> bool:
    """Whether a word is known to the language in an area (and, for an element, beside a kind), but not supported."""
    if area in ("case", "rule") and word in LATER["element"]:
        return True
    if area in ("element", "case", "rule") and kind in COMPOSITES and word in _VALUE_MODIFIERS:
        return kind in ("union", "sequence", "optional", "branch") or word not in ("stream", "transform")
    return word in LATER.get(area, frozenset())


_VALUE_MODIFIERS: Final = frozenset({"field", "convert", "const", "stream", "transform"})
