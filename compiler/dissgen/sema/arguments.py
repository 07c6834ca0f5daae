"""The arguments of a rule that is used: as given, else what has the same name in scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dissgen.ir.expressions import Name as TypedName
from dissgen.ir.expressions import Typed
from dissgen.reader import Node
from dissgen.spec.machine import parse_arguments
from dissgen.spec.tree import Name
from dissgen.types import Type, assignable, show

if TYPE_CHECKING:
    from dissgen.sema.rule_checker import RuleChecker


def given_arguments(checker: RuleChecker, rule: Name, node: Node | None) -> tuple[tuple[str, Typed], ...] | None:
    """Each parameter's value: as given, else the same name in scope."""
    given = {name.text: (name, value) for name, value in parse_arguments(node)}
    definition = checker.rules.definitions[rule.text]
    declared = checker.rules.parameter_types(rule.text)
    correct = checker.rules.check_arguments(rule.text, [name for name, _ in given.values()])
    values: list[tuple[str, Typed]] = []
    for parameter in definition.parameters:
        name, type_ = parameter.name.text, declared[parameter.name.text]
        if type_ is None:
            correct = False
            continue
        if name in given:
            value = checker.expression(given[name][1], type_)
        else:
            value = _implicit(checker, rule, name, type_)
        if value is None:
            correct = False
        else:
            values.append((name, value))
    return tuple(values) if correct else None


def _implicit(checker: RuleChecker, rule: Name, name: str, type_: Type) -> Typed | None:
    if checker.is_broken(name):
        return None
    found = checker.binding(name)
    if found is None:
        checker.diagnostics.error(
            "DG212",
            f"`{rule.text}` needs its parameter `{name}`",
            rule.span,
            f"nothing named `{name}` is in scope",
            help=f"write `use: {rule.text}` with `with: {{{name}: ...}}`",
        )
        return None
    if not assignable(found.type, type_):
        checker.diagnostics.error(
            "DG212",
            f"the parameter `{name}` of `{rule.text}` is `{show(type_)}`, `{name}` here is `{show(found.type)}`",
            rule.span,
            "taken from the same name in scope",
            help=f"write `with: {{{name}: ...}}`",
        )
        return None
    return TypedName(found, found.type, rule.span)
