"""Map variables: how they are declared, and the verbs `remember` and `forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dissgen.ir import ops
from dissgen.reader import MappingNode, Node
from dissgen.sema.spec_context import SpecContext
from dissgen.spec.machine import parse_arguments
from dissgen.spec.quantities import duration
from dissgen.spec.tree import Name, VariableDefinition, VerbDefinition
from dissgen.types import (
    BoolType,
    BytesType,
    DurationType,
    EnumType,
    IntType,
    ListType,
    MapType,
    OptionalType,
    StrType,
    Type,
    show,
)

if TYPE_CHECKING:
    from dissgen.sema.verbs import VerbChecker

_KEYS: Final = BoolType | IntType | StrType | BytesType | DurationType | EnumType


def check_map(item: VariableDefinition, type_: Type, context: SpecContext) -> bool:
    """Report what is wrong in the declaration of a map, or of what only maps have."""
    error = context.diagnostics.error
    if item.expires is not None:
        span = item.expires.span
        if not isinstance(type_, MapType):
            error("DG532", "only the entries of a map expire", span, f"`{show(type_)}`", help="leave `expires` out")
            return False
        if not duration(str(item.expires.value)):
            error("DG530", f"`{span.text}` is no duration above zero", span, "", help="write for example `30 s`")
            return False
    if not isinstance(type_, MapType):
        if _holds_map(type_):
            error("DG532", "a map inside another type", item.type.span, "", help="a variable of its own is a map")
            return False
        return True
    if not isinstance(type_.key, _KEYS) or _holds_map(type_.value):
        error(
            "DG532",
            f"a map from `{show(type_.key)}` to `{show(type_.value)}`",
            item.type.span,
            "keys are one `int`, `str`, `bytes`, `bool`, `duration` or enum, values are no maps",
            help="join several parts to one text: `str(message.id) + message.name`"
            if not isinstance(type_.key, _KEYS)
            else "declare two maps",
        )
        return False
    if item.initial is not None and not (isinstance(item.initial, MappingNode) and not item.initial.entries):
        error("DG532", "a map begins empty", item.initial.span, "", help="leave `initial` out")
        return False
    if item.scope is not None and item.scope.value != "session":
        error(
            "DG532",
            f"a map with the scope `{item.scope.span.text}`",
            item.scope.span,
            "a map belongs to the session",
            help="leave `scope` out; the direction may be a part of the key",
        )
        return False
    return True


def _holds_map(type_: Type) -> bool:
    match type_:
        case MapType():
            return True
        case ListType(of) | OptionalType(of):
            return _holds_map(of)
        case _:
            return False


def remember(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    found = _map(checker, verb, "remember: {map: key}")
    if found is None:
        return None
    name, node, type_ = found
    key, value = checker.expression(node, type_.key), checker.expression(verb.value, type_.value)
    if key is None or value is None:
        return None
    return ops.Remember(name.text, key, value, checker.when, checker.at(verb))


def forget(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    found = _map(checker, verb, "forget: {map: key}")
    if found is None:
        return None
    name, node, type_ = found
    key = checker.expression(node, type_.key)
    return None if key is None else ops.Forget(name.text, key, checker.when, checker.at(verb))


def _map(checker: VerbChecker, verb: VerbDefinition, form: str) -> tuple[Name, Node, MapType] | None:
    """The map of a verb, the expression of the key, and the map's type."""
    pairs = parse_arguments(verb.argument)
    if not pairs:
        checker.diagnostics.error("DG503", f"`{verb.kind}` what?", verb.span, "", help=f"write `{form}`")
        return None
    name, node = pairs[0]
    type_ = checker.variable(name)
    if type_ is None:
        return None
    if isinstance(type_, MapType):
        return name, node, type_
    checker.diagnostics.error(
        "DG533",
        f"`{name.text}` is `{show(type_)}`, not a map",
        name.span,
        "",
        also=[(checker.machine.variable_places()[name.text].span, "declared here")],
        help="write `push` and `pop`" if isinstance(type_, ListType) else f"write `set: {{{name.text}: ...}}`",
    )
    return None
