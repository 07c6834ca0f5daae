"""Runs of fixed-width binary fields: one structure, and the places of the fields in it."""

from __future__ import annotations

import struct
from typing import TypeAlias

FieldPlace: TypeAlias = tuple[str | None, int, int]
"""A field's name (None: it has none), and where its bytes begin and end in the run."""


class Fixed:
    """A run of fields that are read at once; `advance` is less than `size` where the last byte is not used up."""

    __slots__ = ("advance", "fields", "size", "unpack")

    def __init__(self, format: str, fields: tuple[FieldPlace, ...], advance: int | None = None) -> None:
        form = struct.Struct(format)
        self.fields = fields
        self.size = form.size
        self.advance = form.size if advance is None else advance
        self.unpack = form.unpack_from

    def first_beyond(self, size: int) -> FieldPlace:
        """The first field that needs more than `size` bytes."""
        return next(place for place in self.fields if place[2] > size)
