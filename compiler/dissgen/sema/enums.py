"""Enums: numbers with names."""

from __future__ import annotations

from dataclasses import dataclass

from dissgen.reader import ScalarNode
from dissgen.sema.spec_context import IDENTIFIER, SpecContext
from dissgen.spec.tree import EnumDefinition, Protocol, name_of
from dissgen.text import Span
from dissgen.types import SIMPLE, EnumType


@dataclass(frozen=True, slots=True)
class EnumModel:
    """An enum; `type` has its members, name and number, in the order written."""

    name: str
    type: EnumType
    span: Span


def check_enums(protocol: Protocol, context: SpecContext) -> tuple[EnumModel, ...]:
    """The enums, which the context then knows; members with a mistake are left out after reporting it."""
    models = tuple(_enum(item, context) for item in protocol.enums)
    context.enums = {model.name: model.type for model in models}
    return models


def _enum(item: EnumDefinition, context: SpecContext) -> EnumModel:
    name = item.name
    context.check_name(name, "enum")
    if name.text in (*SIMPLE, "list", "map", "optional"):
        message = f"an enum named `{name.text}`, which is a type"
        context.diagnostics.error("DG204", message, name.span, "", help=f"write `{name.text.upper()}`")
    names: dict[str, tuple[int, ScalarNode]] = {}
    for key, value in item.members:
        member = name_of(value)
        if member is None or not isinstance(key.value, int):
            continue
        if not IDENTIFIER.fullmatch(member.text) or member.text.startswith("_"):
            help_ = "letters, digits and `_`, a letter first"
            context.diagnostics.error("DG204", f"`{member.text}` is no name", member.span, "", help=help_)
            continue
        if key.value >= 1 << 64:
            context.diagnostics.error("DG206", "a number of an enum has at most 64 bits", key.span)
            continue
        first = names.setdefault(member.text, (key.value, value))[1]
        if first is not value:
            message = f"the member `{member.text}` stands twice"
            context.diagnostics.error("DG207", message, value.span, "again here", also=[(first.span, "first here")])
    members = tuple((member, number) for member, (number, _) in names.items())
    return EnumModel(name.text, EnumType(name.text, members), name.span)
