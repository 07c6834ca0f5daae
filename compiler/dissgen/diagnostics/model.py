"""One diagnostic: what is wrong, where, why, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dissgen.text import Span


class Severity(Enum):
    """How bad it is: an error stops the compiler after the phase that found it, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what is to be said about it."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `primary` is the smallest culprit; `secondary` are the places that explain it."""

    code: str
    severity: Severity
    message: str
    primary: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
