"""Values of events as JSON text, written at once: no objects are built on the way."""

from __future__ import annotations

import enum
import math
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any, Final, TypeAlias

from dissgen_runtime.events import Event, Record, member_name

Writer: TypeAlias = Callable[[Any], str]
# The name of a field as Python has it, `"name": `, and where it is a number with names the enum and `"name_name": `.
Field: TypeAlias = tuple[str, str, type[enum.IntEnum] | None, str]

string_text: Final[Callable[[str], str]] = encode_basestring_ascii


def json_text(value: object) -> str:
    """A value: bytes as `{"base64": ...}`, records without what is None, what JSON lacks as null or text."""
    writer = _WRITERS.get(type(value))
    return writer(value) if writer is not None else _other(value)


def base64_text(data: bytes) -> str:
    """`{"base64": "..."}`."""
    return f'{{"base64": "{b2a_base64(data, newline=False).decode("ascii")}"}}'


def object_text(values: Mapping[Any, object]) -> str:
    """An object of named values; beside the number of an enum stands its name, as `NAME_name`."""
    parts = []
    for name, value in values.items():
        key = _name(str(name))
        parts.append(f"{string_text(key)}: {json_text(value)}")
        if isinstance(value, enum.IntEnum):
            parts.append(f"{string_text(key + '_name')}: {string_text(value.name)}")
    return "{" + ", ".join(parts) + "}"


def payload_text(event: Event) -> str:
    """The fields of an event, those that are None too unless their path has not set them."""
    kind = type(event)
    return _fields_text(event, _FIELDS.get(kind) or _fields(kind, kind.PAYLOAD), kind.SPARSE)


def _record_text(record: Record) -> str:
    kind = type(record)
    return _fields_text(record, _FIELDS.get(kind) or _fields(kind, kind.__slots__), None)


def _fields_text(owner: Event | Record, fields: tuple[Field, ...], sparse: frozenset[str] | None) -> str:
    """`sparse`: the fields that are left out where they are None; None: all of them."""
    parts = []
    for name, key, names, name_key in fields:
        value = getattr(owner, name)
        if value is None:
            if sparse is not None and name not in sparse:
                parts.append(key + "null")
            continue
        writer = _WRITERS.get(type(value))
        parts.append(key + (writer(value) if writer is not None else _other(value)))
        if isinstance(value, enum.IntEnum):
            parts.append(name_key + string_text(value.name))
        elif names is not None:
            parts.append(name_key + json_text(member_name(names, value)))
    return "{" + ", ".join(parts) + "}"


def _fields(kind: type[Event] | type[Record], names: tuple[str, ...]) -> tuple[Field, ...]:
    fields = tuple(
        (name, string_text(_name(name)) + ": ", kind.ENUMS.get(name), string_text(_name(name) + "_name") + ": ")
        for name in names
    )
    _FIELDS[kind] = fields
    return fields


_FIELDS: dict[type[Event] | type[Record], tuple[Field, ...]] = {}


def _name(name: str) -> str:
    """As the spec has it: what is a keyword of Python has an underscore behind it in the generated module."""
    return name[:-1] if name.endswith("_") else name


def _float(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else "null"


def _items(values: list[object] | tuple[object, ...]) -> str:
    return "[" + ", ".join([json_text(value) for value in values]) + "]"


def _set(values: set[object] | frozenset[object]) -> str:
    """In the order of the items as text, so that it is the same in each run."""
    return _items([value for _, value in sorted((str(value), value) for value in values)])


def _other(value: object) -> str:
    """A class that is met for the first time: it is written as the first of its bases that is known."""
    if isinstance(value, enum.Enum):
        return json_text(value.value)
    for kind in type(value).__mro__:
        writer = _WRITERS.get(kind)
        if writer is not None:
            _WRITERS[type(value)] = writer
            return writer(value)
    return string_text(str(value))  # addresses


_WRITERS: Final[dict[type, Writer]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: string_text,
    float: _float,
    bytes: base64_text,
    bytearray: base64_text,
    list: _items,
    tuple: _items,
    dict: object_text,
    set: _set,
    frozenset: _set,
    Record: _record_text,
}
