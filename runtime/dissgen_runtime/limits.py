"""The bounds of everything that input can make grow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes (message, token, hold), entries (items), nesting (depth), moves without a byte consumed (transitions),
    bytes read again for each byte of the message (work), output of a decompressor for each byte of its
    input (expansion), what the entries of a list or map variable may weigh together (variable).
    """

    message: int = 1024 * 1024
    token: int = 8 * 1024
    hold: int = 64 * 1024
    items: int = 4096
    depth: int = 16
    transitions: int = 64
    work: int = 64
    expansion: int = 100
    variable: int = 1024 * 1024
