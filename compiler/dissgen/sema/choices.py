"""The alternatives of a `try`: each is a rule that is called, and its fields become those of the rule around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dissgen.ir.expressions import Attribute, Binding, BindingKind
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives import RuleUse
from dissgen.primitives.base import Alternative, Bound
from dissgen.primitives.converted import changes
from dissgen.primitives.let import BoundLet
from dissgen.reader import MappingNode, ScalarNode
from dissgen.spec.tree import Element, Name, name_of
from dissgen.types import OptionalType, RecordType, inner

if TYPE_CHECKING:
    from dissgen.sema.rule_checker import RuleChecker

_VALUES = ("token", "literal", "hex", "number", "float", "varint", "flag", "bytes", "text", "array")
_RECORDS = ("record", "sequence", "union")
_LOCAL = "choice"


def alternative(checker: RuleChecker, element: Element, number: int) -> Alternative | None:
    """One alternative; None after reporting what is wrong in it."""
    field = element.field
    valued = element.kind in _VALUES or (element.kind in ("name", "use") and bool(changes(element)))
    if field is not None and (valued or _named_rule(checker, element) is not None):
        use = _use(checker, element, field.text)
        checker.define(field, use.type if use is not None else None)
        return None if use is None else Alternative(element.span, use, field.text, ())
    if field is not None and element.kind in _RECORDS:
        use = checker.outline(element, field.text)
        checker.define(field, use.type if use is not None else None)
        return None if use is None else Alternative(element.span, use, field.text, ())
    use = _use(checker, element, _LOCAL)
    if use is None:
        return None
    fields = _taken_out(checker, element, use, number)
    return Alternative(element.span, use, None, ()) if not fields else Alternative(element.span, use, *fields)


def _named_rule(checker: RuleChecker, element: Element) -> Name | None:
    """The rule that the element is, if it is nothing more."""
    plain = element.kind in ("name", "use") and element.get("within") is None and not changes(element)
    rule = name_of(element.argument) if plain else None
    return None if rule is None or (element.kind == "name" and checker.is_token(rule.text)) else rule


def _use(checker: RuleChecker, element: Element, name: str) -> RuleUse | None:
    rule = _named_rule(checker, element)
    if rule is not None and element.kind == "name" and not checker.is_rule(rule.text):
        checker.unknown_element(rule)
        return None
    if rule is not None:
        return checker.call(rule, element.get("with"))
    if element.field is not None and (element.kind in _VALUES or changes(element)):
        return checker.outline(element, name, valued=True)
    # a record of one element, so that also the fields of an element that nests are its own
    around = Element("record", MappingNode(element.span, ()), element.span, (element,), (), ())
    use = checker.outline(around, name)
    if use is not None:
        _open(checker, use.rule)
    return use


def _open(checker: RuleChecker, rule: str) -> None:
    """Fields that only the rule around it sees are seen there also if an alternative has read them."""
    model = checker.rules.anonymous[rule]
    fields = tuple(replace(item, local=item.local and not item.name.startswith("_")) for item in model.fields)
    checker.rules.anonymous[rule] = replace(model, fields=fields)


def _taken_out(
    checker: RuleChecker, element: Element, use: RuleUse, number: int
) -> tuple[str, tuple[Bound, ...]] | None:
    """The local with the record of the alternative, and what takes the fields out of it; None: it has none."""
    if not isinstance(use.type, RecordType):
        return None
    model = checker.rules.anonymous.get(use.rule) or checker.rules.model(use.rule)
    fields = [item for item in model.fields if not item.local] if model is not None else []
    if not fields:
        return None
    local = checker.local(f"{_LOCAL}_{number}", own=True)
    checker.define(_name(local, element), use.type)
    record = TypedName(Binding(BindingKind.FIELD, local, use.type), use.type, element.span)
    lets: list[Bound] = []
    for item in fields:
        type_ = inner(item.type) if item.sparse and isinstance(item.type, OptionalType) else item.type
        checker.define(_name(item.name, element), type_)
        if item.sparse and checker.present is not None:
            checker.present.discard(item.name)
        value = Attribute(record, item.name, item.type, element.span)
        lets.append(BoundLet("let", element.span, 0, "", None, item.name, value))
    return local, tuple(lets)


def _name(text: str, element: Element) -> Name:
    return Name(text, ScalarNode(element.span, text))
