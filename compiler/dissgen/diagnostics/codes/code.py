"""One row of the table of codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """What a diagnostic's code means."""

    code: str
    """`DG` and three digits, or the slug of a lint rule."""
    title: str
    """One line without a full stop."""
    explanation: str
    """Why it is refused and what to do, in a few sentences."""
    bad_example: str
    """A piece of a spec that gives it; empty where no spec can show it."""
    good_example: str
    """What to write instead."""
