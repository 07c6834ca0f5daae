"""Did you mean ...?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that looks most like a name, or None when none is near; the order of candidates does not matter."""
    others = sorted(set(candidates) - {name})
    for other in others:
        if other.casefold() == name.casefold():
            return other
    matches = difflib.get_close_matches(name, others, n=1, cutoff=0.65)
    return matches[0] if matches else None
