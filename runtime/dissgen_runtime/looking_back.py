"""Rules read at offsets before the place where reading is (`at`), and what offsets count from."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from dissgen_runtime.elements import NeedMore
from dissgen_runtime.errors import ParseError
from dissgen_runtime.going_back import GoingBack
from dissgen_runtime.origins import FIRST, Origin

if TYPE_CHECKING:
    from dissgen_runtime.reader import Frame

T = TypeVar("T")


class LookingBack(GoingBack):
    """A buffer with origins; `root` is the one whose bytes it looks at, where it is the reader of an `at`."""

    __slots__ = ("origins", "root")

    origins: list[tuple[int, Origin]] | None  # offset and memory, the innermost last
    root: LookingBack | None

    def _reset_element(self) -> None:
        super()._reset_element()
        self.origins = None

    def position(self) -> int:
        return self.offset - (self.origins[-1][0] if self.origins else self.message_start)

    def between(self, begin: int, end: int) -> bytes:
        """The bytes of the message between two places (`position`) that were read."""
        origin = self.offset - self.position()
        return self._between(origin + begin, origin + end)

    def begin_origin(self) -> None:
        """Offsets count from here until `end_origin`."""
        if self.origins is None:
            self.origins = []
        self.origins.append((self.offset, Origin(0, self.limits)))

    def end_origin(self) -> None:
        assert self.origins
        self.origins.pop()
        if not self.origins:
            self.origins = None

    def _origin(self) -> tuple[int, Origin]:
        """The innermost; without one the message's first byte."""
        if self.origins is None:
            self.origins = [(self.message_start, Origin(0, self.limits))]
        return self.origins[-1]

    def know_origin(self) -> None:
        """Offsets count from the innermost origin, whatever fails and is tried again from here on."""
        self._origin()

    def origin_of_scan(self) -> Origin | None:
        """For a scan of the joined data: where the origin stands in it; None: before it."""
        at, origin = self._origin()
        origin.begin = at - self.base
        return origin if origin.begin >= 0 and self.root is None else None

    def read_in_place(self, rule: str | None, begin: int, value: T) -> T:
        """Remember a value that was read at the absolute offset `begin`, for an `at`; `rule`: where several are."""
        origin_at, origin = self._origin()
        if origin.depth == 0:
            offset = begin - origin_at
            origin.seen[offset if rule is None else (rule, offset)] = value
        return value

    def at(
        self, rule: type[Frame[T]], offset: int, begin: int, key: Hashable, field: str | None, *arguments: object
    ) -> T:
        """What the rule reads `offset` bytes behind the origin, which is before `begin`, where the caller's rule began.

        Remembered under `key` (None: not). Nothing behind the place of the `at` is seen, so it never waits.
        """
        origin_at, origin = self._origin()
        if not 0 <= offset < begin - origin_at:
            self.fail("value", field, f"an offset below {begin - origin_at}, not {offset}")
        if key is not None and key in origin.seen:
            known: T = origin.seen[key]
            return known
        if not origin.enter(self.offset - origin_at):
            self.fail("limit", field, f"offsets at most {self.limits.depth} deep")
        root = self.root or self
        value, size = root._read_back(rule, origin_at, origin, origin_at + offset, self.offset, arguments)
        if not origin.leave(size):
            self.fail("limit", field, f"at most {origin.allowed} bytes read again")
        if key is not None:
            origin.seen[key] = value
        return value

    def _read_back(
        self,
        rule: type[Frame[T]],
        origin_at: int,
        origin: Origin,
        start: int,
        here: int,
        arguments: tuple[object, ...],
    ) -> tuple[T, int]:
        """The value of the rule at the absolute offset `start`, of the bytes before `here`, and its size."""
        if origin_at >= self.base:
            origin.begin = origin_at - self.base
            more = (*arguments, origin) if rule.LOOKS_BACK else arguments
            got = rule.scan(self.data, start - self.base, here - self.base, *more)
            if got is not None:
                value: T = got[0]
                return value, self.base + got[1] - start
        return self._read_step_by_step(rule, (origin_at, origin), start, here, arguments)

    def _read_step_by_step(
        self, rule: type[Frame[T]], origin: tuple[int, Origin], start: int, here: int, arguments: tuple[object, ...]
    ) -> tuple[T, int]:
        """Bytes are copied as they are needed, so that all looks together cost what they read."""
        inner = self._inner(origin, start)
        frame = rule(*arguments)
        given, size = start, FIRST
        while True:
            piece = self._between(given, min(given + size, here))
            given += len(piece)
            size *= 2
            inner.append(piece, 0)
            inner.final = given >= here
            try:
                value = frame.run(inner)
            except NeedMore:
                continue
            except ParseError as error:
                if not error.rule:
                    error.rule = rule.RULE
                raise
            return value, inner.offset - start

    def _inner(self, origin: tuple[int, Origin], start: int) -> Any:
        """A reader for the bytes from `start` on."""
        raise NotImplementedError  # the reader knows its class

    def append(self, data: bytes, run: int) -> None:
        raise NotImplementedError

    def _between(self, begin: int, end: int) -> bytes:
        """The bytes between two offsets of the message, which are all kept."""
        if begin >= self.base:
            return self.data[begin - self.base : end - self.base]
        found: list[bytes] = []
        at = self.start
        for piece in (*(self.kept or ()), self.data):
            if at + len(piece) > begin and at < end:
                found.append(piece[max(begin - at, 0) : end - at])
            at += len(piece)
        return b"".join(found)
