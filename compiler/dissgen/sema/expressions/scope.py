"""What an expression can see, and what the tests around it have shown."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Protocol

from dissgen.ir.expressions import (
    Attribute,
    Binding,
    BindingKind,
    Compare,
    Constant,
    Known,
    ListDisplay,
    Logic,
    Name,
    Typed,
    Unary,
)
from dissgen.sema.expressions.cases import Among, Cases, Fact, Path, Value
from dissgen.text import Span
from dissgen.types import EnumType, RecordType, Type


class Scope(Protocol):
    """The names an expression can see. Dotted scope words are one name: `held.up`, `client.address`."""

    def lookup(self, name: str) -> Binding | None:
        """What the name stands for here."""

    def names(self) -> Iterable[str]:
        """All names that `lookup` knows, for a did-you-mean."""

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        """The fields of a record, by their names in the spec."""

    def cases_of(self, record: RecordType | None) -> Iterable[Cases]:
        """The branches that have set the fields of a record; None: of the rule in which the expression stands."""

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
        case Known(value):
            return path_of(value)
        case _:
            return None


def facts(expression: Typed, outcome: bool) -> frozenset[Fact]:
    """What is surely so where the test has this outcome: optionals that are present, values that are among some."""
    match expression:
        case Compare(left, (op,), (right,)) if op == ("==" if outcome else "!="):
            sides = ((path_of(one), _constants([other])) for one, other in ((left, right), (right, left)))
            return frozenset(Among(path, values) for path, values in sides if path and values)
        case Compare(left, (op,), (ListDisplay(items),)) if op == ("in" if outcome else "not in"):
            path, values = path_of(left), _constants(items)
            return frozenset({Among(path, values)} if path and values else ())
        case Compare(left, (op,), (Constant(None),)) if op == ("is not" if outcome else "is"):
            path = path_of(left)
            return frozenset() if path is None else frozenset({path})
        case Unary("not", operand):
            return facts(operand, not outcome)
        case Logic(op, values):
            each = [facts(value, outcome) for value in values]
            together = (op == "and") == outcome
            return frozenset().union(*each) if together else _common(each)
        case Name(Binding(definition=definition)) if definition is not None:
            return facts(definition, outcome)
        case _:
            return frozenset()


def _constants(expressions: Iterable[Typed]) -> frozenset[Value]:
    """The values of constants and members of enums; none if there is anything else."""
    found: set[Value] = set()
    for item in expressions:
        match item:
            case Constant(bool() | int() | float() | str() | bytes() as value):
                found.add(value)
            case Attribute(Name(Binding(kind=BindingKind.ENUM, type=EnumType(members=members))), member):
                found.add(dict(members)[member])
            case _:
                return frozenset()
    return frozenset(found)


def _common(each: list[frozenset[Fact]]) -> frozenset[Fact]:
    """What is so in every case; of a value that is among some in each, that it is among all of them."""
    found: set[Fact] = set(frozenset.intersection(*each))
    for first in (fact for fact in each[0] if isinstance(fact, Among)):
        others = [[fact for fact in facts_ if isinstance(fact, Among) and fact.path == first.path] for facts_ in each]
        if all(others):
            found.add(Among(first.path, frozenset().union(*(same[0].values for same in others))))
    return frozenset(found)


def supposed(node: ast.expr, outcome: bool) -> frozenset[Fact]:
    """What a test that was not understood meant to show, so that one mistake is not reported twice."""
    operator = ast.IsNot if outcome else ast.Is
    return frozenset(
        tuple(ast.unparse(part.left).split("."))
        for part in ast.walk(node)
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], operator)
    )


def narrowings(expression: Typed) -> frozenset[Fact]:
    """What is surely so where the test holds: what `when` gives to `execute`."""
    return facts(expression, True)
