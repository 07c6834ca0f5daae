"""Rules and elements of the grammar, from nodes."""

from __future__ import annotations

from typing import Final

from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.tree import Case, Element, Modifier, Name, Parameter, ResyncDefinition, RuleDefinition

KINDS: Final = (
    "token",
    "literal",
    "hex",
    "number",
    "float",
    "varint",
    "flag",
    "bytes",
    "text",
    "use",
    "record",
    "sequence",
    "branch",
    "optional",
    "array",
    "try",
    "union",
    "at",
    "align",
    "skip",
    "let",
    "set",
    "trigger",
    "raise",
    "verify",
    "empty",
    "fail",
)
"""Every kind key of the language, in the order of its page."""

_LISTS: Final = ("record", "sequence", "try", "union")
_SINGLES: Final = ("optional", "array", "at")
_RULE_ATTRIBUTES: Final = ("parameters", "value", "origin", "resync", "doc")


def parse_rule(name: Name, node: Node) -> RuleDefinition | None:
    """An entry of `grammar`: an element with the attributes of a rule beside its kind."""
    if not isinstance(node, MappingNode):
        element = parse_element(node)
        return None if element is None else RuleDefinition(name, element, (), None, None, "")
    element = parse_element(node, leave_out=() if node.get("let") is not None else _RULE_ATTRIBUTES)
    if element is None:
        return None
    parameters = node.get("parameters")
    value, doc = node.get("value"), node.get("doc")
    return RuleDefinition(
        name,
        element,
        tuple(
            Parameter(Name(str(key.value), key), type_)
            for key, type_ in (parameters.entries if isinstance(parameters, MappingNode) else ())
            if isinstance(type_, ScalarNode)
        ),
        value if isinstance(value, ScalarNode) and element.kind != "let" else None,
        _resync(node.get("resync")),
        str(doc.value).strip() if isinstance(doc, ScalarNode) and doc.value is not None else "",
        origin=node.get("origin") is not None,
    )


def _resync(node: Node | None) -> ResyncDefinition | None:
    if isinstance(node, ScalarNode):
        return ResyncDefinition(node, before=False)
    if not isinstance(node, MappingNode):
        return None
    before, behind, begins = (
        value if isinstance(value := node.get(key), ScalarNode) else None for key in ("before", "behind", "begins")
    )
    return ResyncDefinition(before or behind, before is not None, begins)


def parse_element(node: Node, leave_out: tuple[str, ...] = ()) -> Element | None:
    """A bare name, or a mapping with one kind key; None for what is neither."""
    if isinstance(node, ScalarNode):
        return Element("name", node, node.span)
    if not isinstance(node, MappingNode):
        return None
    kind = next((key for key, _ in node.entries if key.value in KINDS), None)
    if kind is None:
        return None
    argument = node.get(str(kind.value))
    assert argument is not None
    modifiers = tuple(
        Modifier(key, value) for key, value in node.entries if key is not kind and key.value not in leave_out
    )
    cases = node.get("cases") if kind.value == "branch" else None
    inside = node.get("of") if kind.value == "at" else argument
    children = _children(str(kind.value), inside) if inside is not None else ()
    return Element(str(kind.value), argument, kind.span, children, _cases(cases), modifiers)


def _children(kind: str, argument: Node) -> tuple[Element, ...]:
    nodes: tuple[Node, ...] = ()
    if kind in _LISTS and isinstance(argument, SequenceNode):
        nodes = argument.items
    elif kind in _SINGLES:
        nodes = (argument,)
    return tuple(element for element in map(parse_element, nodes) if element is not None)


def _cases(node: Node | None) -> tuple[Case, ...]:
    cases: list[Case] = []
    for item in node.items if isinstance(node, SequenceNode) else ():
        element = parse_element(item, leave_out=("is", "else"))
        if element is None or not isinstance(item, MappingNode):
            continue
        selector = item.get("is")
        values = selector.items if isinstance(selector, SequenceNode) else (selector,)
        scalars = tuple(value for value in values if isinstance(value, ScalarNode))
        key = item.key("is") or item.key("else")
        cases.append(Case(scalars, selector is None, element, key.span if key is not None else element.span))
    return tuple(cases)
