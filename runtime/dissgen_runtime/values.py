"""What becomes of an element that was read: numbers of its digits, and values that cannot be made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dissgen_runtime.elements import ANY, Elements
from dissgen_runtime.numbers import parse_float, parse_int

T = TypeVar("T")
V = TypeVar("V")


class Values(Elements):
    """Conversions of the element just read. Each raises ParseError at its first byte where there is no value."""

    __slots__ = ()

    def convert(self, function: Callable[[V], T], value: V, field: str | None, size: int = 0) -> T:
        """What a function makes of the value that was read just now; of bytes, or of a number of so many bytes."""
        try:
            return function(value)
        except (ValueError, KeyError):
            size = len(value) if isinstance(value, bytes | str) else size
            self.fail("value", field, "a value that converts", size=size, offset=self.offset - size)

    def settle(self) -> None:
        """What was read is made into another value: what cannot be is an error here, behind it."""
        self.decoded = (self.offset, self.offset, ANY)

    def measured(self, data: bytes, field: str | None) -> bytes:
        """The bytes of the field just read, which become a text of another length before they are converted."""
        self.decoded = (self.offset - len(data), self.offset, field)
        return data

    def to_int(self, value: bytes, base: int, signed: bool, field: str | None) -> int:
        """ASCII digits of the base as a number."""
        number = parse_int(value, base, signed)
        if number is not None:
            return number
        self.fail("value", field, f"a number in base {base}", size=len(value), offset=self.offset - len(value))

    def to_float(self, value: bytes, field: str | None) -> float:
        """ASCII digits, a fraction and an exponent as a number."""
        number = parse_float(value)
        if number is not None:
            return number
        self.fail("value", field, "a number", size=len(value), offset=self.offset - len(value))
