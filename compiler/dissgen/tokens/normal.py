r"""Expressions in normal form: the same language, more often deterministic, and emitted as they stand.

* Alternations become tries: `EHLO|EXPN` is `E(HLO|XPN)`, `a|ab` is `ab?`, and where byte sets overlap they are split.
* What is repeated without a bound is in star normal form (A. Brueggemann-Klein, "Regular expressions into finite
  automata", 1993): `(a?b*)*` is `[ab]*`. It cannot match nothing, and no byte can both go on with one round and begin
  the next at the same place of the expression.
"""

from __future__ import annotations

from itertools import takewhile
from typing import assert_never

from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import (
    NOWHERE,
    ByteSet,
    Choice,
    Empty,
    Extent,
    Node,
    Repeat,
    Sequence,
    Start,
    first_bytes,
    nullable,
)

_MAX_SPLITS = 64


def at_start(node: Node) -> Node:
    r"""The expression where `\A` holds."""
    match node:
        case Start(extent):
            return Empty(extent)
        case Sequence(parts):
            return Sequence(tuple(at_start(part) for part in parts), node.extent)
        case Choice(options):
            return Choice(tuple(at_start(option) for option in options), node.extent)
        case _:
            return node


def elsewhere(node: Node) -> Node | None:
    r"""The expression where `\A` does not hold; None if nothing is left."""
    match node:
        case Start():
            return None
        case Sequence(parts):
            kept = [elsewhere(part) for part in parts]
            left = tuple(part for part in kept if part is not None)
            return Sequence(left, node.extent) if len(left) == len(kept) else None
        case Choice(options):
            left = tuple(option for item in options if (option := elsewhere(item)) is not None)
            return Choice(left, node.extent) if left else None
        case _:
            return node


def normalise(node: Node) -> Node:
    r"""The normal form of an expression without `\A`. Raises TokenError for counts of what may be empty."""
    match node:
        case Empty() | Start():
            return Empty(node.extent)
        case ByteSet():
            return node
        case Sequence(parts):
            return sequence([normalise(part) for part in parts], node.extent)
        case Choice(options):
            return choice([normalise(option) for option in options], node.extent)
        case Repeat(body, minimum, maximum):
            return _repeat(normalise(body), minimum, maximum, node.extent)
        case _:
            assert_never(node)


def sequence(parts: list[Node], extent: Extent = NOWHERE) -> Node:
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, Sequence):
            flat += part.parts
        elif not isinstance(part, Empty):
            flat.append(part)
    if not flat:
        return Empty(extent)
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat), extent)


def choice(options: list[Node], extent: Extent = NOWHERE) -> Node:
    """A trie of alternatives that are in normal form themselves."""
    return _choice(options, extent, _Splits())


def split_once(node: Node) -> list[tuple[ByteSet, Node]]:
    """The non-empty matches by their first byte: disjoint sets, and what may follow each; [] if that is too long."""
    try:
        return _blocks(_steps(node), node.extent, _Splits())
    except _TooManySplits:
        return []


class _Splits:
    """How many byte sets may still be split; expressions that need more are left as they are, and refused later."""

    def __init__(self) -> None:
        self.left = _MAX_SPLITS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooManySplits


class _TooManySplits(Exception):
    pass


def _choice(options: list[Node], extent: Extent, splits: _Splits) -> Node:
    flat: list[Node] = []
    empty = False
    for option in options:
        for item in option.options if isinstance(option, Choice) else (option,):
            if isinstance(item, Empty):
                empty = True
            elif item not in flat:
                flat.append(item)
    grouped = _group_heads(flat, extent, splits)
    if not _disjoint(grouped):
        try:
            grouped, more = _split(grouped, extent, splits)
            empty = empty or more
        except _TooManySplits:
            pass
    merged = _merge_sets(grouped)
    if not merged:
        return Empty(extent)
    node = merged[0] if len(merged) == 1 else Choice(tuple(merged), extent)
    return optional(node, extent) if empty else node


def optional(node: Node, extent: Extent = NOWHERE) -> Node:
    return node if nullable(node) else _repeat(node, 0, 1, extent)


def _group_heads(options: list[Node], extent: Extent, splits: _Splits) -> list[Node]:
    """Alternatives that begin with the same parts share them."""
    groups: dict[Node, list[tuple[Node, ...]]] = {}
    for option in options:
        parts = option.parts if isinstance(option, Sequence) else (option,)
        groups.setdefault(parts[0], []).append(parts)
    grouped = []
    for members in groups.values():
        shared = _shared(members)
        tails = [sequence(list(parts[shared:]), extent) for parts in members]
        tail = tails[0] if len(tails) == 1 else _choice(tails, extent, splits)
        grouped.append(sequence([*members[0][:shared], tail], extent))
    return grouped


def _shared(members: list[tuple[Node, ...]]) -> int:
    """How many parts at the beginning are the same in all."""
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*members, strict=False)))


def _disjoint(options: list[Node]) -> bool:
    seen: frozenset[int] = frozenset()
    for option in options:
        first = first_bytes(option)
        if first & seen:
            return False
        seen |= first
    return True


def _split(options: list[Node], extent: Extent, splits: _Splits) -> tuple[list[Node], bool]:
    """Alternatives whose first sets overlap, by their first byte; and whether one of them matches nothing."""
    overlapping = [
        option
        for number, option in enumerate(options)
        if any(first_bytes(option) & first_bytes(other) for at, other in enumerate(options) if at != number)
    ]
    empty = any(nullable(option) for option in overlapping)
    steps = [step for option in overlapping for step in _steps(option)]
    split = [sequence([head, tail], extent) for head, tail in _blocks(steps, extent, splits)]
    return split + [option for option in options if option not in overlapping], empty


def _blocks(steps: list[tuple[ByteSet, Node]], extent: Extent, splits: _Splits) -> list[tuple[ByteSet, Node]]:
    """Disjoint sets in the order of the steps, with all that may follow each."""
    by_steps: dict[tuple[int, ...], set[int]] = {}
    for byte in sorted(frozenset().union(*(head.members for head, _ in steps))):
        numbers = tuple(number for number, (head, _) in enumerate(steps) if byte in head.members)
        by_steps.setdefault(numbers, set()).add(byte)
    tails: dict[Node, tuple[set[int], ByteSet]] = {}
    for numbers in sorted(by_steps):
        splits.spend()
        tail = _choice([steps[number][1] for number in numbers], extent, splits)
        tails.setdefault(tail, (set(), steps[numbers[0]][0]))[0].update(by_steps[numbers])
    return [(_same_or_new(head, frozenset(members)), tail) for tail, (members, head) in tails.items()]


def _same_or_new(head: ByteSet, members: frozenset[int]) -> ByteSet:
    return head if head.members == members else ByteSet(members, head.extent)


def _steps(node: Node) -> list[tuple[ByteSet, Node]]:
    """Each byte set with which a match can begin, and what may follow it (V. Antimirov's linear forms)."""
    match node:
        case Empty() | Start():
            return []
        case ByteSet():
            return [(node, Empty(node.extent))]
        case Sequence(parts):
            steps: list[tuple[ByteSet, Node]] = []
            for number, part in enumerate(parts):
                rest = parts[number + 1 :]
                steps += [(head, sequence([tail, *rest], node.extent)) for head, tail in _steps(part)]
                if not nullable(part):
                    break
            return steps
        case Choice(options):
            return [step for option in options for step in _steps(option)]
        case Repeat(body, minimum, maximum):
            more = _repeat(body, max(minimum - 1, 0), None if maximum is None else maximum - 1, node.extent)
            return [(head, sequence([tail, more], node.extent)) for head, tail in _steps(body)]
        case _:
            assert_never(node)


def _merge_sets(options: list[Node]) -> list[Node]:
    """Alternatives that are single bytes become one set."""
    sets = [option for option in options if isinstance(option, ByteSet)]
    if len(sets) < 2:
        return options
    members = frozenset().union(*(option.members for option in sets))
    extent = (min(option.extent[0] for option in sets), max(option.extent[1] for option in sets))
    merged: list[Node] = []
    for option in options:
        if option is sets[0]:
            merged.append(ByteSet(members, extent))
        elif not isinstance(option, ByteSet):
            merged.append(option)
    return merged


def _repeat(body: Node, minimum: int, maximum: int | None, extent: Extent) -> Node:
    if isinstance(body, Empty) or maximum == 0:
        return Empty(extent)
    if (minimum, maximum) == (1, 1):
        return body
    if nullable(body):
        if maximum == 1:
            return body
        if minimum > 1 or maximum is not None:
            raise TokenError(
                *(body.extent if body.extent != NOWHERE else extent),
                "what is counted here can match nothing, so the count decides nothing",
                help="write `*` behind it, or make it match at least one byte",
            )
        return Repeat(_star_body(body), 0, None, extent)
    if maximum is None and minimum <= 1:
        return Repeat(_star_body(body), minimum, None, extent)
    if maximum == 1 and isinstance(body, Repeat) and body.minimum == 1:
        return Repeat(body.body, 0, body.maximum, extent)
    return Repeat(body, minimum, maximum, extent)


def _star_body(node: Node) -> Node:
    """An expression that matches something, with the same repetitions, in star normal form."""
    match node:
        case Empty() | Start() | ByteSet():
            return node
        case Repeat(body, minimum):
            return node if minimum > 1 else _star_body(body)
        case Choice(options):
            return choice([_star_body(option) for option in options], node.extent)
        case Sequence(parts):
            needed = [number for number, part in enumerate(parts) if not nullable(part)]
            if not needed:
                return choice([_star_body(part) for part in parts], node.extent)
            if len(needed) > 1:
                return node
            at = needed[0]
            return sequence([*parts[:at], _star_body(parts[at]), *parts[at + 1 :]], node.extent)
        case _:
            assert_never(node)
