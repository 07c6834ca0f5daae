"""What the branches of a rule say about its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from dissgen.ir.expressions import BindingKind, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives import RuleUse
from dissgen.sema.expressions.cases import Arm, Cases, Value
from dissgen.spec.tree import Name
from dissgen.types import RecordType

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules

_SUBJECTS: Final = (BindingKind.FIELD, BindingKind.PARAMETER)


class Branches:
    """What the primitives tell of them."""

    rules: Rules
    depth: int
    cases: list[Cases]
    """The branches that every reading comes to, so far."""
    aliases: dict[str, str]
    """Parameters of merged rules that are fields of this one."""

    def cases_of(self, record: RecordType | None) -> Iterable[Cases]:
        return self.cases if record is None else self.rules.cases_of(record)

    def chosen(self, subject: Typed, arms: Iterable[tuple[frozenset[Value], Arm]], otherwise: Arm | None) -> None:
        if not self.depth and isinstance(subject, TypedName) and subject.binding.kind in _SUBJECTS:
            name = subject.binding.name
            self.cases.append(Cases(self.aliases.get(name, name), tuple(arms), otherwise))

    def holds(self, field: Name, use: RuleUse) -> None:
        given = (
            {} if self.depth else {key: value.binding for key, value in use.arguments if isinstance(value, TypedName)}
        )
        for cases in self.rules.cases_of(RecordType(use.rule)):
            binding = given.get(cases.subject)
            if binding is not None and binding.kind in _SUBJECTS:
                self.cases.append(cases.below(field.text, self.aliases.get(binding.name, binding.name)))

    def also_called(self, parameter: str, value: Typed) -> None:
        """A merged rule is given a field for a parameter: a test of the one is a test of the other."""
        if isinstance(value, TypedName) and value.binding.kind in _SUBJECTS:
            self.aliases[parameter] = value.binding.name
