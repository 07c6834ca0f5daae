"""DG1xx: the shape of a spec: keys and the kinds of their values."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG101",
        "an unknown key",
        "The language has no such key at this place. Every key is checked, so that a misspelt one"
        " is never passed over.",
        "grammer:\n  message: {token: '[a-z]+'}",
        "grammar:\n  message: {token: '[a-z]+'}",
    ),
    Code(
        "DG102",
        "a missing key",
        "A mapping lacks a key that it must have.",
        "alerts:\n  bad_line: {severity: low}",
        "alerts:\n  bad_line: {severity: low, description: 'invalid line: {error}'}",
    ),
    Code(
        "DG103",
        "a value of the wrong kind",
        "The key takes another kind of value: a text, a number, a list or a mapping.",
        "states: [greeting, conversation]",
        "states:\n  greeting: {down: reply}\n  conversation: {up: command}",
    ),
    Code(
        "DG104",
        "a word that is not in the list",
        "The value is one of a fixed list of words.",
        "severity: severe",
        "severity: high",
    ),
    Code(
        "DG105",
        "a malformed value",
        "The value has a form of its own (a name, a size, hexadecimal digits, a number in a range) that this one"
        " has not.",
        "limits: {hold: 64 KB}",
        "limits: {hold: 64 KiB}",
    ),
    Code(
        "DG106",
        "a mapping without its kind",
        "An element, an item of `execute`, a side of a state and an extent have exactly one key that says"
        " what they are.",
        "record:\n  - {field: verb}",
        "record:\n  - {field: verb, token: WORD}",
    ),
    Code(
        "DG107",
        "keys that exclude each other",
        "Only one of these keys may stand in one mapping.",
        "{token: WORD, literal: 'QUIT'}",
        "{literal: 'QUIT'}",
    ),
    Code(
        "DG110",
        "a backslash in double quotes",
        "In double quotes YAML reads a backslash as the beginning of its own escapes, so that an expression or a token"
        " would see another text than the one that stands there. Single quotes leave it alone.",
        'tokens: {LINE_END: "\\r?\\n"}',
        "tokens: {LINE_END: '\\r?\\n'}",
    ),
    Code(
        "DG111",
        "a key that is no name",
        "Names of tokens, rules, variables, events, alerts and states have letters, digits and `_`,"
        " and no digit first.",
        "tokens: {line-end: '\\r?\\n'}",
        "tokens: {LINE_END: '\\r?\\n'}",
    ),
    Code(
        "DG112",
        "an empty value",
        "Something must stand here.",
        "grammar:\n  message: {record: []}",
        "grammar:\n  message: {empty: true}",
    ),
)
"""In ascending order."""
