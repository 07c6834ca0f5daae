"""What the subject of a branch says about the fields that its cases set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from dissgen.types import Type, one_of

Path: TypeAlias = tuple[str, ...]
"""A name and the fields below it: `("message", "argument")`."""

Value: TypeAlias = str | int | float | bool | bytes
Arm: TypeAlias = Mapping[Path, Type]
"""The fields that a case sets for sure, by the way from the record around, with the types that they have in it."""


@dataclass(frozen=True, slots=True)
class Among:
    """A test has shown that what a path names is one of these values."""

    path: Path
    values: frozenset[Value]


Fact: TypeAlias = Path | Among
"""What a test has shown: an optional that is present, or what a value is among."""


def subject(fact: Fact) -> str:
    """The name that a fact is about."""
    return (fact.path if isinstance(fact, Among) else fact)[0]


@dataclass(frozen=True, slots=True)
class Cases:
    """A branch that every reading of a rule comes to: its subject, a field or a parameter, and what each case sets."""

    subject: str
    arms: tuple[tuple[frozenset[Value], Arm], ...]
    otherwise: Arm | None

    def known(self, path: Path, values: Iterable[Value]) -> Type | None:
        """The type of a field where the subject is one of the values; None where that sets it in no case or in some."""
        found: Type | None = None
        for value in values:
            arm = next((arm for constants, arm in self.arms if value in constants), self.otherwise)
            if arm is None:  # no case: there is no such record
                continue
            type_ = arm.get(path)
            if type_ is None:
                return None
            found = type_ if found is None or found == type_ else one_of(found, type_)
        return found

    def below(self, field: str, subject: str) -> Cases:
        """The same for a record that a field holds, whose rule was given `subject` for its own."""
        arms = tuple((values, _below(field, arm)) for values, arm in self.arms)
        return Cases(subject, arms, None if self.otherwise is None else _below(field, self.otherwise))


def _below(field: str, arm: Arm) -> Arm:
    return {(field, *path): type_ for path, type_ in arm.items()}
