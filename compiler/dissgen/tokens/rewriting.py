"""A deterministic form of an expression that has none as written, where one is known."""

from __future__ import annotations

from itertools import pairwise

from dissgen.tokens.automaton import check_deterministic, glushkov
from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import Choice, Node, Repeat, Sequence, longest, nullable, position_count
from dissgen.tokens.normal import choice, normalise, optional, sequence, split_once
from dissgen.tokens.printing import expression_text

_MAX_LENGTH = 100
_MAX_DEPTH = 12


def rewritten(node: Node) -> str:
    """A deterministic expression of the same language, in the notation of the language; "" if none is known."""
    for candidate in (_joined(node), _trie(node) if longest(node) is not None else None):
        if candidate is None or position_count(candidate) > _MAX_LENGTH:
            continue
        text = expression_text(candidate)
        if _deterministic(candidate) and len(text) <= _MAX_LENGTH:
            return text
    return ""


def _deterministic(node: Node) -> bool:
    try:
        check_deterministic(glushkov(normalise(node)))
    except TokenError:
        return False
    return True


def _trie(node: Node, depth: int = 0) -> Node | None:
    """A finite expression split at each byte that does not decide; None if it gets too long."""
    if _deterministic(node):
        return node
    if depth > _MAX_DEPTH or position_count(node) > _MAX_LENGTH:
        return None
    options: list[Node] = []
    for head, tail in split_once(node):
        rest = _trie(tail, depth + 1)
        if rest is None:
            return None
        options.append(sequence([head, rest], node.extent))
    if not options:
        return None
    split = choice(options, node.extent)
    return optional(split, node.extent) if nullable(node) else split


def _joined(node: Node) -> Node:
    """`A*A` is `A+`: what is repeated without bound takes in the same parts beside it."""
    match node:
        case Sequence(parts):
            joined = [_joined(part) for part in parts]
            changed = True
            while changed:
                changed = False
                for at, (one, two) in enumerate(pairwise(joined)):
                    union = _union(one, two)
                    if union is not None:
                        joined[at : at + 2] = [union]
                        changed = True
                        break
            return sequence(joined, node.extent)
        case Choice(options):
            return Choice(tuple(_joined(option) for option in options), node.extent)
        case Repeat(body, minimum, maximum):
            return Repeat(_joined(body), minimum, maximum, node.extent)
        case _:
            return node


def _union(one: Node, two: Node) -> Node | None:
    first = one if isinstance(one, Repeat) else Repeat(one, 1, 1)
    second = two if isinstance(two, Repeat) else Repeat(two, 1, 1)
    if first.body != second.body or (first.maximum is not None and second.maximum is not None):
        return None
    return Repeat(first.body, first.minimum + second.minimum, None, one.extent)
