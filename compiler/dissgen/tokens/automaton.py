"""The Glushkov automaton of an expression: its places are the states, so that a deterministic expression is a DFA.

V. Glushkov 1961; A. Brueggemann-Klein and D. Wood, "One-unambiguous regular languages", 1998: an expression is
deterministic if after each place the next byte alone decides at which place it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import assert_never

from dissgen.tokens.errors import Mark, TokenError
from dissgen.tokens.nodes import ByteSet, Choice, Empty, Node, Repeat, Sequence, Start
from dissgen.tokens.printing import byte_text, class_inside


@dataclass(frozen=True, slots=True)
class Glushkov:
    """`places` in the order of the text; `first` and `follow` hold numbers of places, `last` those that may be last."""

    places: tuple[ByteSet, ...]
    nullable: bool
    first: tuple[int, ...]
    last: frozenset[int]
    follow: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class State:
    """`moves`: disjoint sets of bytes with the author's form, if it has one, and the state that each leads to."""

    accepting: bool
    moves: tuple[tuple[frozenset[int], str | None, int], ...]
    place: ByteSet | None


@dataclass(frozen=True, slots=True)
class _Ends:
    """What the construction knows of a part: can it be empty, where can it begin and end."""

    nullable: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


class _Builder:
    def __init__(self) -> None:
        self.places: list[ByteSet] = []
        self.follow: list[dict[int, None]] = []

    def link(self, last: Iterable[int], first: tuple[int, ...]) -> None:
        for place in last:
            self.follow[place].update(dict.fromkeys(first))

    def visit(self, node: Node) -> _Ends:
        match node:
            case Empty() | Start():
                return _Ends(True, (), ())
            case ByteSet():
                self.places.append(node)
                self.follow.append({})
                place = (len(self.places) - 1,)
                return _Ends(False, place, place)
            case Sequence(parts):
                ends = _Ends(True, (), ())
                for part in parts:
                    ends = self.append(ends, self.visit(part))
                return ends
            case Choice(options):
                all_ends = [self.visit(option) for option in options]
                return _Ends(
                    any(ends.nullable for ends in all_ends),
                    tuple(place for ends in all_ends for place in ends.first),
                    tuple(place for ends in all_ends for place in ends.last),
                )
            case Repeat(body, minimum, maximum):
                return self.repeat(body, minimum, maximum)
            case _:
                assert_never(node)

    def append(self, before: _Ends, after: _Ends) -> _Ends:
        self.link(before.last, after.first)
        first = before.first + after.first if before.nullable else before.first
        last = before.last + after.last if after.nullable else after.last
        return _Ends(before.nullable and after.nullable, first, last)

    def repeat(self, body: Node, minimum: int, maximum: int | None) -> _Ends:
        """Written out: A{2,4} is AA(A(A)?)?, A{2,} is AA+. In normal form A cannot be empty."""
        copies = [self.visit(body) for _ in range(max(minimum, 1) if maximum is None else maximum)]
        for before, after in pairwise(copies):
            self.link(before.last, after.first)
        if maximum is None:
            self.link(copies[-1].last, copies[-1].first)
        last = tuple(place for copy in copies[max(minimum - 1, 0) :] for place in copy.last)
        return _Ends(minimum == 0, copies[0].first, last)


def glushkov(node: Node) -> Glushkov:
    """The automaton of an expression in normal form."""
    builder = _Builder()
    ends = builder.visit(node)
    follow = tuple(tuple(places) for places in builder.follow)
    return Glushkov(tuple(builder.places), ends.nullable, ends.first, frozenset(ends.last), follow)


def check_deterministic(automaton: Glushkov, rewrite: Callable[[], str] = str) -> None:
    """Raises TokenError, marking two places between which a byte does not decide.

    `rewrite` is asked then for a better form to propose; "" if it knows none.
    """
    masks = [sum(1 << byte for byte in place.members) for place in automaton.places]
    for followers in (automaton.first, *automaton.follow):
        seen = 0
        for place in followers:
            if seen & masks[place]:
                other = next(other for other in followers if masks[other] & masks[place])
                raise _conflict(automaton, min(other, place), max(other, place), rewrite())
            seen |= masks[place]


def _conflict(automaton: Glushkov, one: int, two: int, better: str) -> TokenError:
    first, second = automaton.places[one], automaton.places[two]
    shared = first.members & second.members
    byte = byte_text(min(shared, key=lambda member: (not 0x21 <= member < 0x7F, member)))
    help = f"write `{better}`" if better else ""
    if not help and first.members - second.members and len(second.members) < len(first.members):
        help = f"if the first is to stop there, write `[{class_inside(first.members - second.members)}]` for it"
    if first.extent == second.extent:
        message = f"`{byte}` could belong to this round of a repetition or to the next"
        return TokenError(*first.extent, message, label="the byte alone does not decide", help=help)
    return TokenError(
        *second.extent,
        f"`{byte}` could be read at two places, the byte alone does not decide",
        label="here",
        also=Mark(*first.extent, "or here"),
        help=help,
    )


def states(automaton: Glushkov) -> tuple[State, ...]:
    """The DFA of a deterministic automaton with equal states merged; 0 is the start, the others follow by distance."""
    count = len(automaton.places)
    followers = (*automaton.follow, automaton.first)  # the last row is the start
    accepting = [place in automaton.last for place in range(count)] + [automaton.nullable]
    blocks = _merge(automaton, followers, accepting)
    order: dict[int, int] = {blocks[count]: 0}
    members = [count]
    rows: list[State] = []
    for state in members:
        targets: dict[int, list[int]] = {}
        for place in followers[state]:
            targets.setdefault(blocks[place], []).append(place)
        moves = []
        for block, places in targets.items():
            if block not in order:
                order[block] = len(order)
                members.append(places[0])
            read = [automaton.places[place] for place in places]
            chars = frozenset().union(*(item.members for item in read))
            moves.append((chars, read[0].written if len(read) == 1 else None, order[block]))
        place_read = automaton.places[state] if state < count else None
        rows.append(State(accepting[state], tuple(moves), place_read))
    return tuple(rows)


def _merge(automaton: Glushkov, followers: tuple[tuple[int, ...], ...], accepting: list[bool]) -> list[int]:
    """The class of equal states that each state belongs to (E. F. Moore's refinement)."""
    masks = [sum(1 << byte for byte in place.members) for place in automaton.places]
    # the distance to the farthest end separates the places of counted repetitions at once
    farthest = _farthest(followers)
    blocks = _numbered((accepting[state], farthest[state]) for state in range(len(followers)))
    while True:
        keys = []
        for state, places in enumerate(followers):
            targets: dict[int, int] = {}
            for place in places:
                targets[blocks[place]] = targets.get(blocks[place], 0) | masks[place]
            keys.append((blocks[state], frozenset(targets.items())))
        refined = _numbered(keys)
        if max(refined) == max(blocks):
            return blocks
        blocks = refined


def _numbered(keys: Iterable[object]) -> list[int]:
    numbers: dict[object, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _farthest(followers: tuple[tuple[int, ...], ...]) -> list[int]:
    """The length of the longest path from each state, -1 where there is a cycle."""
    return farthest(len(followers), lambda state: iter(followers[state]))


def farthest(count: int, successors: Callable[[int], Iterator[int]]) -> list[int]:
    """The number of steps of the longest path from each of `count` states, -1 where it has no end."""
    result = [-2] * count  # -2: not seen; -1 also marks states on the path, so that a cycle reads as endless
    for root in range(count):
        if result[root] != -2:
            continue
        result[root] = -1
        path: list[tuple[int, Iterator[int], int]] = [(root, successors(root), 0)]
        while path:
            state, todo, best = path.pop()
            for target in todo:
                if result[target] == -2:
                    path.append((state, todo, best))
                    result[target] = -1
                    path.append((target, successors(target), 0))
                    break
                best = -1 if best < 0 or result[target] < 0 else max(best, result[target] + 1)
            else:
                result[state] = best
                if path:
                    above, above_todo, above_best = path.pop()
                    joined = -1 if above_best < 0 or best < 0 else max(above_best, best + 1)
                    path.append((above, above_todo, joined))
    return result
