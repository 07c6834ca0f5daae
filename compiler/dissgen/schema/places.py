"""From the paths of jsonschema to nodes of a spec, and nodes in words."""

from __future__ import annotations

from collections.abc import Sequence

from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.reader.nodes import key_text
from dissgen.text import Span


def locate(root: MappingNode, path: Sequence[str | int]) -> Node:
    """The node at a path of keys and indices that exists."""
    node: Node = root
    for step in path:
        match node:
            case MappingNode():
                node = next(value for key, value in node.entries if key_text(key) == step)
            case SequenceNode() if isinstance(step, int):
                node = node.items[step]
            case _:
                raise KeyError(step)
    return node


def key_node(mapping: MappingNode, key: str) -> ScalarNode:
    """The node of a key that is there."""
    return next(name for name, _ in mapping.entries if key_text(name) == key)


def value_span(root: MappingNode, path: Sequence[str | int]) -> Span:
    """Where a value stands; where its key stands when the value was left out."""
    node = locate(root, path)
    if node.span.start < node.span.end or not path:
        return node.span
    parent = locate(root, path[:-1])
    if isinstance(parent, MappingNode) and isinstance(path[-1], str):
        return key_node(parent, path[-1]).span
    return parent.span


def mapping_span(root: MappingNode, path: Sequence[str | int]) -> Span:
    """What stands for a whole mapping: the key that holds it, else its own first key."""
    if path and isinstance(path[-1], str):
        parent = locate(root, path[:-1])
        if isinstance(parent, MappingNode):
            return key_node(parent, path[-1]).span
    node = locate(root, path)
    if isinstance(node, MappingNode) and node.entries:
        return node.entries[0][0].span
    return node.span


def subject(path: Sequence[str | int]) -> str:
    """A value by the key that leads to it."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return "a spec"
    return f"an item of `{names[-1]}`" if isinstance(path[-1], int) else f"`{names[-1]}`"


def describe(node: Node) -> str:
    """What a node is."""
    match node:
        case MappingNode():
            return "a mapping"
        case SequenceNode():
            return "a list"
        case ScalarNode(value=None):
            return "null" if node.span.text else "nothing"
        case ScalarNode(value=bool()):
            return f"the boolean `{node.span.text}`"
        case ScalarNode(value=str()):
            return "a text"
        case _:
            return f"the number {node.span.text}"
