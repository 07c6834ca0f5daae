"""What rules read at offsets before them (`at`): remembered by offset, bounded in depth and work."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from dissgen_runtime.limits import Limits

FIRST = 256  # bytes of what stands at an offset that are looked at first; twice as many each further time


class Origin:
    """Where offsets count from, what was read at them, and how much.

    `begin` is the place of the origin in the data that a scan looks at. `work` counts the bytes that were read again,
    `allowed` is the bound that the outermost `at` has: so many for each byte between the origin and it.
    """

    __slots__ = ("allowed", "begin", "depth", "limits", "seen", "work")

    def __init__(self, begin: int, limits: Limits) -> None:
        self.begin = begin
        self.limits = limits
        self.seen: dict[Hashable, Any] = {}
        self.depth = 0
        self.work = 0
        self.allowed = 0

    def enter(self, extent: int) -> bool:
        """One `at` deeper, `extent` bytes behind the origin; False where that is too deep."""
        if self.depth >= self.limits.depth:
            return False
        if self.depth == 0:
            self.allowed = self.limits.work * extent
        self.depth += 1
        return True

    def leave(self, size: int) -> bool:
        """Back from an `at` that read so many bytes; False where they are too many."""
        self.depth -= 1
        self.work += size
        return self.work <= self.allowed

    def look(
        self,
        scan: Callable[..., tuple[Any, int] | None],
        data: bytes,
        offset: int,
        here: int,
        key: Hashable,
        *arguments: object,
    ) -> Any:
        """What the scan reads at the offset, which is remembered under the key; None: let the frame decide.

        Nothing behind `here`, where the `at` stands, is seen.
        """
        if not self.enter(here - self.begin):
            return None
        begin = self.begin + offset
        got = scan(data, begin, here, *arguments)
        if got is None:
            self.depth -= 1
            return None
        if not self.leave(got[1] - begin):
            return None
        if key is not None:
            self.seen[key] = got[0]
        return got[0]
