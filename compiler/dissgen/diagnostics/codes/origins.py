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
    Code(
        "DG290",
        "a derivation that cannot be",
        "`derive` says how a field follows from others of its record: a checksum over the bytes from one field to "
        "another one, the size of a field, the number of its items. `derived(field)` behind them is what it "
        "should hold.",
        "record: [{field: sum, number: 16, derive: {checksum: inet, over: {from: kind, to: data}}},\n"
        "         {field: kind, number: 8}, {field: data, bytes: {rest: true}}]",
        "record: [{field: kind, number: 16},\n"
        "         {field: sum, number: 16, derive: {checksum: inet, over: {from: kind, to: data}}},\n"
        "         {field: data, bytes: {rest: true}}, {let: intact, value: sum == derived(sum)}]",
    ),
    Code(
        "DG291",
        "what cannot stand in a pseudo-header",
        "A pseudo-header is never sent. Its bytes are built from a rule of numbers of whole bytes, addresses (`convert"
        ": ipv4` or `ipv6`) and branches of these, an even number in all. What a field of it is called is a field or "
        "parameter of the rule that derives.",
        "pseudo: {record: [{field: source, token: '[a-z]+'}]}",
        "pseudo: {record: [{field: source, bytes: {size: 4}, convert: ipv4}, {number: 8, const: 0},\n"
        "                  {field: protocol, number: 8}]}",
    ),
)
"""In ascending order."""
