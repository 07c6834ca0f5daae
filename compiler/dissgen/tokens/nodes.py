"""Regular expressions over bytes as trees.

Extents (half-open ranges of characters of the source text) take no part in comparisons: two nodes are equal if they
are the same expression.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias, assert_never

Extent: TypeAlias = tuple[int, int]

NOWHERE: Final[Extent] = (0, 0)
ALL_BYTES: Final = frozenset(range(256))


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty word."""

    extent: Extent = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Start:
    r"""`\A`: the empty word, at the start of the field only."""

    extent: Extent = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ByteSet:
    """One byte out of a set that is not empty.

    `written` is the author's own form if it was a class or an escape, `letter` the author's letter where `(?i:...)`
    made two of it.
    """

    members: frozenset[int]
    extent: Extent = field(default=NOWHERE, compare=False)
    written: str | None = field(default=None, compare=False)
    letter: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]
    extent: Extent = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Node, ...]
    extent: Extent = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Repeat:
    """`body` at least `minimum` and at most `maximum` times (None: any number of times)."""

    body: Node
    minimum: int
    maximum: int | None
    extent: Extent = field(default=NOWHERE, compare=False)


Node: TypeAlias = Empty | Start | ByteSet | Sequence | Choice | Repeat


def nullable(node: Node) -> bool:
    """Whether the empty word matches."""
    match node:
        case Empty() | Start():
            return True
        case ByteSet():
            return False
        case Sequence(parts):
            return all(nullable(part) for part in parts)
        case Choice(options):
            return any(nullable(option) for option in options)
        case Repeat(body, minimum):
            return minimum == 0 or nullable(body)
        case _:
            assert_never(node)


def first_bytes(node: Node) -> frozenset[int]:
    """The bytes with which a match can begin."""
    match node:
        case Empty() | Start():
            return frozenset()
        case ByteSet(members):
            return members
        case Sequence(parts):
            found: frozenset[int] = frozenset()
            for part in parts:
                found |= first_bytes(part)
                if not nullable(part):
                    break
            return found
        case Choice(options):
            return frozenset().union(*(first_bytes(option) for option in options))
        case Repeat(body):
            return first_bytes(body)
        case _:
            assert_never(node)


def longest(node: Node) -> int | None:
    """The length of the longest match, None if there is none."""
    match node:
        case Empty() | Start():
            return 0
        case ByteSet():
            return 1
        case Sequence(parts):
            lengths = [longest(part) for part in parts]
            return None if None in lengths else sum(length for length in lengths if length is not None)
        case Choice(options):
            lengths = [longest(option) for option in options]
            return None if None in lengths else max(length for length in lengths if length is not None)
        case Repeat(body, _, maximum):
            length = longest(body)
            return 0 if length == 0 else None if length is None or maximum is None else length * maximum
        case _:
            assert_never(node)


def position_count(node: Node) -> int:
    """How many byte sets there are when every counted repetition is written out."""
    match node:
        case Empty() | Start():
            return 0
        case ByteSet():
            return 1
        case Sequence(parts) | Choice(parts):
            return sum(position_count(part) for part in parts)
        case Repeat(body, minimum, maximum):
            return position_count(body) * (max(minimum, 1) if maximum is None else maximum)
        case _:
            assert_never(node)
