"""Names that fields and parameters may have."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.sema.reserved import RESERVED
from dissgen.sema.spec_context import IDENTIFIER, SpecContext
from dissgen.spec.keywords import meant
from dissgen.spec.tree import Element, Modifier, Name, Protocol, name_of

VALUE: Final = "_value"
"""The local of a rule that builds no record."""


def check_field_name(name: Name, context: SpecContext) -> bool:
    """Whether a field or a parameter may have this name."""
    text = name.text
    if not IDENTIFIER.fullmatch(text):
        message, help_ = f"`{text}` is no name", "letters, digits and `_`, no digit first"
    elif text in RESERVED or text.startswith("__"):
        message, help_ = f"a field named `{text}`, which has a meaning in expressions", f"write `{text}_value`"
    elif meant(text) != text:
        message, help_ = f"a field named `{text}`", f"write `{text[:-1]}`: in Python it gets the `_`"
    else:
        return True
    context.diagnostics.error("DG204", message, name.span, "", help=help_)
    return False


def field_names(protocol: Protocol) -> frozenset[str]:
    """Every name that the spec gives to a field, a computed field or a parameter."""
    found: set[str] = set()
    open_: list[Node] = []
    for rule in protocol.rules:
        open_ += [rule.element.argument, *(item.value for item in rule.element.modifiers)]
        own = rule.element.field if rule.element.kind != "let" else name_of(rule.element.argument)
        found |= {own.text} if own is not None else set()
    while open_:
        node = open_.pop()
        if isinstance(node, SequenceNode):
            open_ += node.items
        elif isinstance(node, MappingNode):
            for key, value in node.entries:
                open_.append(value)
                if key.value in ("field", "let") and isinstance(value, ScalarNode):
                    found.add(value.value if isinstance(value.value, str) else value.span.text)
    parameters = (parameter.name.text for rule in protocol.rules for parameter in rule.parameters)
    return frozenset(found) | frozenset(parameters)


def streamed(element: Element) -> bool:
    return element.get("stream") is not None


def valued_element(element: Element) -> Element:
    """The element with the local that holds the rule's value."""
    key, value = ScalarNode(element.span, "field"), ScalarNode(element.span, VALUE)
    return replace(element, modifiers=(*element.modifiers, Modifier(key, value)))
