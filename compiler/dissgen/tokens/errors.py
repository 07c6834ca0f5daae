"""What is wrong with a regular expression, with places inside its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A second place of interest: a half-open range of characters of the expression, and what is there."""

    start: int
    end: int
    label: str


class TokenError(ValueError):
    """An expression that is no token.

    `start` and `end` are a half-open range of characters of the expression's text; `label` says what is there, `also`
    marks the second place where there are two; `help` says what to write instead, or is "".
    """

    def __init__(
        self, start: int, end: int, message: str, *, label: str = "", also: Mark | None = None, help: str = ""
    ) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.message = message
        self.label = label
        self.also = also
        self.help = help
