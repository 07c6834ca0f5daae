"""Where our TCP streams and tshark's differ, and why ours is right.

(capture, number of the conversation) -> the reason, and where the first difference is: side, position, ours, theirs.
"""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`ours` and `theirs` are the bytes of the two streams from `position` on, as many as it takes to tell."""

    reason: str
    side: int
    position: int
    ours: bytes
    theirs: bytes


DIFFERENCES: dict[tuple[str, int], Difference] = {}
