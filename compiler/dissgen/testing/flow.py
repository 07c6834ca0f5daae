"""Values as YAML in flow style, as people write it in a spec: plain where that is possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dissgen.reader.scalars import resolve

_PLAIN: Final = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*")


def flow(value: object) -> str:
    """The text of a value; bytes are `{hex: '...'}`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case bytes():
            return "{hex: '" + value.hex() + "'}"
        case int() | float():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{flow(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and isinstance(resolve(text), str):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(char)
    return named.get(char) or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
