"""The end of a field that is a value of the message itself, such as the boundary of a multipart body."""

from __future__ import annotations

from collections.abc import Callable

from dissgen_runtime.tokens import Terminator

LONGEST = 256


class Exact(Terminator):
    """Exactly these bytes."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        """Raises ValueError where there are none, or too many."""
        if not 0 < len(value) <= LONGEST:
            raise ValueError(f"a value of 1 to {LONGEST} bytes")
        self._value = value
        self.name = repr(value)[1:]
        self.length = len(value)

    def __reduce__(self) -> tuple[Callable[..., Exact], tuple[object, ...]]:
        return (Exact, (self._value,))

    def find(self, data: bytes, start: int, at_start: bool, final: bool) -> tuple[int, int]:
        value = self._value
        at = data.find(value, start)
        if at >= 0:
            return at, at + len(value)
        if final:
            return len(data), -1
        hold = data.find(value[:1], max(start, len(data) - len(value) + 1))
        while hold >= 0 and not value.startswith(data[hold:]):
            hold = data.find(value[:1], hold + 1)
        return (len(data) if hold < 0 else hold), -1
