"""Errors that input causes, and misuse of the API.

Input never raises out of a session: a `ParseError` becomes the machine's `parse_error` event. It is raised only by the
`parse_<rule>` functions, whose input is complete.
"""

from __future__ import annotations

from typing import Literal

ErrorKind = Literal[
    "mismatch", "truncated", "limit", "value", "verify", "const", "recursion", "missing_grammar", "hook"
]

FOUND_LIMIT = 64


class ParseError(Exception):
    """Input that a rule does not match.

    `kind` says what went wrong, `rule` and `field` where in the grammar (field None = unnamed element), `offset` the
    first byte of the element that failed, counted from the start of the direction, `expected` what could have stood
    there, `found` the bytes of the element up to and with the one that made the match impossible (its last 64).
    Of a hook that has failed (`kind` hook) they are the state, its name, the place of the event, and what was wrong.
    """

    def __init__(
        self,
        kind: ErrorKind,
        rule: str,
        field: str | None,
        offset: int,
        expected: str,
        found: bytes,
    ) -> None:
        super().__init__(kind, rule, field, offset, expected, found)
        self.kind: ErrorKind = kind
        self.rule = rule
        self.field = field
        self.offset = offset
        self.expected = expected
        self.found = found[-FOUND_LIMIT:]

    def key(self) -> tuple[object, ...]:
        """Everything, for comparison."""
        return (self.kind, self.rule, self.field, self.offset, self.expected, self.found)

    def __str__(self) -> str:
        where = f"{self.rule}.{self.field}" if self.field else self.rule
        if self.kind == "hook":
            return f"the hook `{self.field}` {self.expected}"
        if self.kind == "truncated":
            return f"{where} at byte {self.offset}: the input ends inside it, expected {self.expected}"
        found = self.found.decode("ascii", "backslashreplace")
        return f"{where} at byte {self.offset}: expected {self.expected}, found {found!r}"


class ApiVersionError(ImportError):
    """A generated module was built for another version of the runtime's interface."""


# What the evaluation of a checked expression can raise; everything else is a fault of the program itself.
EVALUATION_ERRORS = (IndexError, KeyError, ZeroDivisionError, ValueError, OverflowError)
