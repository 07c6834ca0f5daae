"""`try`: rules read from the same start, one after the other, until one matches."""

from __future__ import annotations

from typing import Any, Final

from dissgen_runtime.errors import EVALUATION_ERRORS, ParseError
from dissgen_runtime.origins import Origin
from dissgen_runtime.reader import Frame, Reader

_FATAL: Final = ("limit", "recursion")
"""What says nothing of the form of the input: no other alternative is tried."""


class Attempt(Frame[tuple[int, Any]]):
    """The alternatives of a `try`, of which number `index` is being read; `failure`: the one that got furthest so far.

    The other attributes are what the reader comes back to.
    """

    __slots__ = ("alternatives", "budgets", "failure", "index", "marks", "origins", "start")

    def __init__(self, reader: Reader, depth: int, alternatives: tuple[tuple[Any, ...], ...]) -> None:
        super().__init__()
        self.depth_ = depth
        self.alternatives = alternatives
        self.index = 0
        self.failure: ParseError | None = None
        if any(rule.LOOKS_BACK for rule, *_ in alternatives):
            reader.know_origin()
        self.start = reader.mark()
        self.marks = tuple(reader._marks or ())
        self.budgets = len(reader.budgets or ())
        origins = reader.origins
        self.origins: list[tuple[int, Origin, int]] | None = None
        if origins is not None:
            self.origins = [(at, origin, origin.depth) for at, origin in origins]

    def run(self, reader: Reader) -> tuple[int, Any]:
        while True:
            rule, *arguments = self.alternatives[self.index]
            try:
                value = reader.call(self, rule, *arguments)
            except ParseError as error:
                if error.kind in _FATAL:
                    raise
                failure, end = error, max(reader.examined, reader.offset)
            except EVALUATION_ERRORS as fault:
                reason = f"an expression with a value ({type(fault).__name__}: {fault})"
                failure, end = ParseError("value", rule.RULE, None, reader.offset, reason, b""), reader.offset
            else:
                reader.release()
                return self.index, value
            self._fail(reader, failure, end)

    def _fail(self, reader: Reader, failure: ParseError, end: int) -> None:
        """The alternative does not match: back to the start, for the next one. Raises ParseError behind the last."""
        if self.failure is None or failure.offset > self.failure.offset:
            self.failure = failure
        self.child_ = None
        self.index += 1
        if self.index == len(self.alternatives):
            raise self.failure
        reader._reset_element()
        reader.examined = 0
        while len(reader.budgets or ()) > self.budgets:
            reader.end_budget()
        if not reader.budgets:
            reader.outermost = -1
        reader._marks = list(self.marks)
        if self.origins is not None:
            for _, origin, depth in self.origins:
                origin.depth = depth
            reader.origins = [(at, origin) for at, origin, _ in self.origins]
        reader.go_to(self.start)
        reader.count_again(self.start, end)


def attempt(reader: Reader, parent: Frame[Any], *alternatives: tuple[Any, ...]) -> tuple[int, Any]:
    """The number and the value of the first alternative that matches here; each is a rule and its arguments.

    Raises NeedMore, and the ParseError of the alternative that got furthest.
    """
    frame = parent.child_
    if frame is None:
        frame = parent.child_ = Attempt(reader, parent.depth_, alternatives)
    assert isinstance(frame, Attempt)
    found = frame.run(reader)
    parent.child_ = None
    return found
