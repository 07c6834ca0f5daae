"""What is proven of a token before it is used: its lengths, and how far a match may have to look behind its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dissgen.tokens.automaton import State, farthest
from dissgen.tokens.errors import Mark, TokenError


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lengths in bytes; `maximum` None = endless. `overrun`: the most bytes read behind a match before it is known that
    they do not extend it, all of them possible; `lookahead`: the same with the byte that decides."""

    minimum: int
    maximum: int | None
    overrun: int
    lookahead: int


def bounds(states: tuple[State, ...], text: str) -> Bounds:
    """Raises TokenError if the overrun of a token has no bound: its work would not be linear."""
    reach = farthest(len(states), lambda state: _targets(states[state]))
    overrun = 0
    unaccepted = farthest(len(states), lambda state: (to for to in _targets(states[state]) if not states[to].accepting))
    for number, state in enumerate(states):
        if state.accepting:
            if unaccepted[number] < 0:
                raise _unbounded(states, number, text)
            overrun = max(overrun, unaccepted[number])
    extensible = any(state.accepting and state.moves for state in states)
    return Bounds(_minimum(states), None if reach[0] < 0 else reach[0], overrun, 1 + overrun if extensible else 0)


def _targets(state: State) -> Iterator[int]:
    return (target for _, _, target in state.moves)


def _minimum(states: tuple[State, ...]) -> int:
    distance = {0: 0}
    queue = [0]
    for state in queue:
        if states[state].accepting:
            return distance[state]
        for target in _targets(states[state]):
            if target not in distance:
                distance[target] = distance[state] + 1
                queue.append(target)
    raise AssertionError("an expression always matches something")


def _unbounded(states: tuple[State, ...], accepting: int, text: str) -> TokenError:
    """The error at a place of the cycle that can be read without end behind a match."""
    todo = [accepting]
    seen = set(todo)
    loop = accepting
    for state in todo:
        for target in _targets(states[state]):
            if states[target].accepting:
                continue
            if target in _reachable(states, target):
                loop = target
            elif target not in seen:
                seen.add(target)
                todo.append(target)
        if loop != accepting:
            break
    place, end = states[loop].place, states[accepting].place
    return TokenError(
        *(place.extent if place is not None else (0, len(text))),
        "reads on without bound behind a possible match, to give the bytes back if the rest does not come",
        label="repeated without bound",
        also=None if end is None else Mark(*end.extent, "a match may end here"),
        help="make the part a token of its own, with `optional`, or bound it: `{0,32}`",
    )


def _reachable(states: tuple[State, ...], start: int) -> set[int]:
    """The states that are reached from `start` through states that do not accept."""
    found: set[int] = set()
    todo = [start]
    while todo:
        for target in _targets(states[todo.pop()]):
            if not states[target].accepting and target not in found:
                found.add(target)
                todo.append(target)
    return found
