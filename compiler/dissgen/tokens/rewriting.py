"""A deterministic form of an expression that has none as written, where one is known."""

from __future__ import annotations

from itertools import pairwise

from dissgen.tokens.automaton import check_deterministic, glushkov
from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import Choice, Node, Repeat, Sequence, longest, position_count
from dissgen.tokens.normal import normalise, sequence, trie
from dissgen.tokens.printing import expression_text

_MAX_LENGTH = 100


def rewritten(node: Node) -> str:
    """A deterministic expression of the same language, in the notation of the language; "" if none is known."""
    for candidate in (_joined(node), trie(node) if longest(node) is not None else None):
        if candidate is None or position_count(candidate) > _MAX_LENGTH:
            continue
        try:
            candidate = normalise(candidate)
            check_deterministic(glushkov(candidate))
        except TokenError:
            continue
        text = expression_text(candidate)
        if len(text) <= _MAX_LENGTH:
            return text
    return ""


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
