"""What an expression can see, and what the tests around it have shown."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from dissgen.ir.expressions import (
    Attribute,
    Binding,
    BindingKind,
    Compare,
    Constant,
    Logic,
    Name,
    Typed,
    Unary,
)
from dissgen.text import Span
from dissgen.types import RecordType, Type

Path: TypeAlias = tuple[str, ...]
"""A name and the fields below it: `("message", "argument")`."""


class Scope(Protocol):
    """The names an expression can see. Dotted scope words are one name: `held.up`, `client.address`."""

    def lookup(self, name: str) -> Binding | None:
        """What the name stands for here."""

    def names(self) -> Iterable[str]:
        """All names that `lookup` knows, for a did-you-mean."""

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        """The fields of a record, by their names in the spec."""

    def token(self, name: str) -> bool:
        """Whether there is a token of that name."""

    def derived(self, name: str, span: Span) -> Typed | None:
        """What a field with `derive` should hold; None after reporting why that is not known."""

    def explain(self, name: str) -> str | None:
        """Why a known scope word is not available here: "`message` is available in transitions only".

        Also asked for `peek`, which only a rule has.
        """


def path_of(expression: Typed) -> Path | None:
    """The path an expression writes; None for anything but names and fields."""
    match expression:
        case Name(Binding(kind, name)):
            return None if kind in (BindingKind.ENUM, BindingKind.CONDITION) else (name,)
        case Attribute(value, field):
            above = path_of(value)
            return None if above is None else (*above, field)
        case _:
            return None


def facts(expression: Typed, outcome: bool) -> frozenset[Path]:
    """The optionals that are surely present where the test has this outcome."""
    match expression:
        case Compare(left, (op,), (Constant(None),)) if op == ("is not" if outcome else "is"):
            path = path_of(left)
            return frozenset() if path is None else frozenset({path})
        case Unary("not", operand):
            return facts(operand, not outcome)
        case Logic(op, values):
            each = [facts(value, outcome) for value in values]
            together = (op == "and") == outcome
            return frozenset().union(*each) if together else frozenset.intersection(*each)
        case Name(Binding(definition=definition)) if definition is not None:
            return facts(definition, outcome)
        case _:
            return frozenset()


def supposed(node: ast.expr, outcome: bool) -> frozenset[Path]:
    """What a test that was not understood meant to show, so that one mistake is not reported twice."""
    operator = ast.IsNot if outcome else ast.Is
    return frozenset(
        tuple(ast.unparse(part.left).split("."))
        for part in ast.walk(node)
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], operator)
    )


def narrowings(expression: Typed) -> frozenset[Path]:
    """The optionals that are surely present where the test holds: what `when` gives to `execute`."""
    return facts(expression, True)
