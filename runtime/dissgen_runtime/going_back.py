"""Going back to bytes that were read (`union`, `try`), and how much work that may be.

What is read again counts against `limits.work`: so many bytes for each byte of the message. A straight-line variant
counts nothing; the compiler makes one only where it could not come near that limit.
"""

from __future__ import annotations

from dissgen_runtime.events import Direction
from dissgen_runtime.limits import Limits
from dissgen_runtime.values import Values


class GoingBack(Values):
    """Marks, to which reading comes back."""

    __slots__ = ("_again", "_furthest", "message_start")

    message_start: int

    def __init__(self, direction: Direction, limits: Limits) -> None:
        super().__init__(direction, limits)
        self._again = 0  # bytes of the message that are read again
        self._furthest = 0  # how far the message was read, where reading has gone back from there

    def begin_work(self) -> None:
        """A message begins."""
        self._again = self._furthest = 0

    def mark(self) -> int:
        """Keep the bytes from here on joined, to come back to them."""
        if self._marks is None:
            self._marks = []
        self._marks.append(self.offset)
        return self.offset

    def go_to(self, offset: int) -> None:
        """To an absolute offset between the mark and what has been read."""
        self.pos = offset - self.base

    def go_back(self, offset: int) -> None:
        """The same, to read on from there once more."""
        self.count_again(offset, self.offset)
        self.go_to(offset)

    def count_again(self, begin: int, end: int) -> None:
        """The bytes between the offsets are read again. Raises ParseError where they are too many."""
        self._again += end - begin
        self._furthest = max(self._furthest, end)
        allowed = self.limits.work * (self._furthest - self.message_start)
        if self._again > allowed:
            self.fail("limit", None, f"at most {allowed} bytes read again", offset=begin)

    def release(self) -> None:
        """The innermost mark is not needed any more."""
        assert self._marks
        self._marks.pop()
        if not self._marks:
            self._marks = None
