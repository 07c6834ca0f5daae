"""DG28x: elements at offsets."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG280",
        "an `at` into bytes that may be gone",
        "`at` reads bytes of the message again. What is streamed, passed in a `sequence`, or stands before a `trigger` "
        "or a `raise` is not kept, so none of them is in the rules around an `at`, up to the one that has "
        "`origin: true`, or to the message.",
        "record: [{bytes: {size: 4}, stream: s}, {field: a, at: 0, of: name}]",
        "record: [{field: head, bytes: {size: 4}}, {field: a, at: 0, of: name}]",
    ),
    Code(
        "DG281",
        "a rule with an origin of its own is merged",
        "Offsets in a rule with `origin: true` count from its first byte. Without a field it would have no first "
        "byte of its own: it would be a part of the rule that uses it.",
        "datagram: {record: [{number: 16}, {use: message}]}",
        "datagram: {value: inner, record: [{number: 16}, {field: inner, use: message}]}",
    ),
)
"""In ascending order."""
