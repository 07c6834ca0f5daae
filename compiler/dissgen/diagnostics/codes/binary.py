"""DG25x: bits, budgets and other things of binary formats."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG250",
        "an element stands inside a byte",
        "Only `number` and `flag` are packed into bits. Tokens, text, bytes, arrays and rules that are read as a whole "
        "begin at a byte, and such a rule ends at one; a rule that is merged may end inside a byte.",
        "record: [{field: kind, number: 4}, {field: size, float: 32}]",
        "record: [{field: kind, number: 4}, {number: 4}, {field: size, float: 32}]",
    ),
    Code(
        "DG251",
        "the order of bits changes inside a byte",
        "`bits: msb` takes the most significant bits of a byte first, `bits: lsb` the least significant. Inside a byte "
        "the order cannot change.",
        "record: [{field: a, number: 4}, {field: b, number: 4, bits: lsb}]",
        "record: [{field: a, number: 4, bits: lsb}, {field: b, number: 4, bits: lsb}]",
    ),
    Code(
        "DG252",
        "alternatives end at different bits",
        "The cases of a branch, and an optional element that may be absent, leave the same number of bits of the last "
        "byte read, so that what follows is in one place.",
        "{optional: {field: kind, number: 4}, when: long}",
        "{optional: {record: [{field: kind, number: 4}, {number: 4}]}, when: long}",
    ),
    Code(
        "DG253",
        "an array of bits of this kind",
        "Items that are no whole bytes are read all at once: such an array ends by `count`, `size` or `rest`, and its "
        "items have no conversions.",
        "{field: coils, array: {flag: true}, until: item}",
        "{field: coils, array: {flag: true}, count: quantity}",
    ),
    Code(
        "DG254",
        "this is no boundary",
        "`align` goes to a multiple of 8, 16, 32 ... bits, counted from the beginning of the message.",
        "{align: 4}",
        "{align: 8}",
    ),
)
"""In ascending order."""
