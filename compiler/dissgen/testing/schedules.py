"""The schedules of an example: its talk cut into pieces, and with its two directions interleaved anew.

Cutting changes nothing for any dissector (semantics, rule 14 (a)). The interleaving changes nothing for those whose
states all read one direction and hold the other (rule 14 (b), `dissgen.ir.turns`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Final, TypeAlias

from dissgen.testing.script import Midstream, Send, Step
from dissgen_runtime import DOWN, UP

Schedule: TypeAlias = tuple[str, list[Step]]

WORK: Final = 8 << 20
"""Bytes that are fed to try cuts of one example; a talk of up to 2,896 bytes is cut at every point."""
FEWEST: Final = 16
"""Cuts that are tried whatever the size."""
ORDERS: Final = 20
"""Interleavings that are tried of the steps as written; if there are no more, all of them."""
RANDOM: Final = 10
"""Interleavings that are tried of steps cut at random."""


def cuts(steps: list[Step]) -> Iterator[Schedule]:
    """The same schedule, cut in every way that is tried, each with its name."""
    whole = _joined(steps)
    yield "whole", whole
    yield "as written", steps
    yield "byte by byte", [piece for step in steps for piece in _bytes(step)]
    places = [
        (index, at) for index, step in enumerate(whole) if isinstance(step, Send) for at in range(1, len(step.data))
    ]
    for index, at in _chosen(places):
        step = whole[index]
        if isinstance(step, Send):
            halves = [Send(step.direction, step.data[:at]), Send(step.direction, step.data[at:])]
            yield f"step {index + 1} cut at byte {at}", [*whole[:index], *halves, *whole[index + 1 :]]


def interleavings(steps: list[Step], hold: int) -> Iterator[Schedule]:
    """The same talk with the runs of its two directions in other orders.

    Only what comes before the first loss, end or wait is reordered, and nothing where `hold` bytes could wait.
    """
    first = 1 if steps and isinstance(steps[0], Midstream) else 0
    end = next((at for at, step in enumerate(steps) if at >= first and not isinstance(step, Send)), len(steps))
    sends = [step for step in steps[first:end] if isinstance(step, Send)]
    sides = [[step for step in sends if step.direction is direction] for direction in (UP, DOWN)]
    if not all(sides) or any(sum(len(step.data) for step in side) >= hold for side in sides):
        return
    rng = random.Random(len(sends))  # the same orders every time
    for name, order in (*_orders(sides, rng), *_cut_orders(sides, rng)):
        yield name, [*steps[:first], *order, *steps[end:]]


def _joined(steps: list[Step]) -> list[Step]:
    """What one side says without being interrupted, in one piece."""
    joined: list[Step] = []
    for step in steps:
        last = joined[-1] if joined else None
        if isinstance(step, Send) and isinstance(last, Send) and last.direction is step.direction:
            joined[-1] = Send(step.direction, last.data + step.data)
        else:
            joined.append(step)
    return joined


def _bytes(step: Step) -> list[Step]:
    if not isinstance(step, Send):
        return [step]
    return [Send(step.direction, step.data[at : at + 1]) for at in range(len(step.data))]


def _chosen(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """All places, or as many as can be tried of a long talk: the first and the last of each step, others at random."""
    count = max(FEWEST, WORK // max(1, len(places)))
    if len(places) <= count:
        return places
    edges = [at for at, (step, byte) in enumerate(places) if byte == 1 or places[at + 1 : at + 2] != [(step, byte + 1)]]
    rng = random.Random(len(places))
    chosen = set(edges[: count // 2])
    chosen.update(rng.sample(range(len(places)), count - len(chosen)))
    return [places[at] for at in sorted(chosen)]


def _orders(sides: Sequence[list[Send]], rng: random.Random) -> Iterator[Schedule]:
    """Orders of the steps as written: all of them if they are few."""
    ups, total = len(sides[0]), len(sides[0]) + len(sides[1])
    if comb(total, ups) <= ORDERS:
        chosen = [frozenset(places) for places in combinations(range(total), ups)]
    else:
        chosen = [frozenset(range(ups)), frozenset(range(total - ups, total))]
        chosen += [frozenset(rng.sample(range(total), ups)) for _ in range(ORDERS - len(chosen))]
    for places in chosen:
        up, down = iter(sides[0]), iter(sides[1])
        order: list[Step] = [next(up if at in places else down) for at in range(total)]
        yield f"in the order {_shown(order)}", order


def _cut_orders(sides: Sequence[list[Send]], rng: random.Random) -> Iterator[Schedule]:
    """Orders of pieces: byte for byte in turn, and cut at random."""
    up, down = (b"".join(step.data for step in side) for side in sides)
    yield "byte for byte in turn", _dealt(up, down, lambda turn: (turn % 2 == 0, 1))
    longest = max(1, max(len(up), len(down)) // 4)
    for _ in range(RANDOM):
        order = _dealt(up, down, lambda _: (rng.random() < 0.5, rng.randint(1, longest)))
        yield f"in the order {_shown(order)}", order


def _dealt(up: bytes, down: bytes, deal: Callable[[int], tuple[bool, int]]) -> list[Step]:
    """Both directions in pieces; `deal` says for each turn whether it is the client's, and how many bytes come."""
    order: list[Step] = []
    turn = up_at = down_at = 0
    while up_at < len(up) or down_at < len(down):
        client, size = deal(turn)
        turn += 1
        if client and up_at < len(up):
            order.append(Send(UP, up[up_at : up_at + size]))
            up_at += size
        elif not client and down_at < len(down):
            order.append(Send(DOWN, down[down_at : down_at + size]))
            down_at += size
    return order


def _shown(order: Sequence[Step]) -> str:
    """How many bytes each direction brings in turn: `up 7, down 12, up 3`."""
    sends = [(step.direction.value, len(step.data)) for step in order if isinstance(step, Send)]
    parts = [f"{direction} {size}" for direction, size in sends]
    return ", ".join(parts[:12]) + (f" and {len(parts) - 12} more" if len(parts) > 12 else "")
