r"""Tokens: regular expressions, proven deterministic and linear, as possessive `re` patterns and as automata.

text -parse-> tree -normalise-> tries and star normal form -glushkov-> automaton -proofs-> pattern and states
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from dissgen.tokens.automaton import State, check_deterministic, glushkov, states
from dissgen.tokens.emission import emit, emit_prefix
from dissgen.tokens.errors import Mark, TokenError
from dissgen.tokens.nodes import Node, first_bytes, position_count
from dissgen.tokens.normal import at_start, elsewhere, normalise
from dissgen.tokens.printing import class_inside
from dissgen.tokens.proofs import bounds
from dissgen.tokens.rewriting import rewritten
from dissgen.tokens.syntax import parse
from dissgen.tokens.terminators import checked_length, extensions, required_factor

__all__ = ["CompiledTerminator", "CompiledToken", "Mark", "TokenError", "compile_terminator", "compile_token"]

MAX_PLACES: Final = 1024

Automaton: TypeAlias = tuple[tuple[bool, tuple[tuple[bytes, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class CompiledToken:
    r"""A token, ready for the reader.

    `automaton` has a row a state, 0 the start: (accepting, ((inside of a character class, target state), ...)).
    Lengths are in bytes; `maximum` is None and `finite` false if a match has no greatest length. `overrun` and
    `lookahead` say how many bytes behind a match may have to be seen to know that it is the longest, without and with
    the one that decides; `work` is the most bytes examined a byte of the match. `first` and `alphabet` are the bytes
    with which a match can begin, and that it can hold. `anchored`: the expression has `\A`, which holds where a token
    is read.
    """

    text: str
    pattern: bytes
    automaton: Automaton
    nullable: bool
    minimum: int
    maximum: int | None
    overrun: int
    lookahead: int
    first: frozenset[int]
    alphabet: frozenset[int]
    finite: bool
    anchored: bool
    work: int


@dataclass(frozen=True, slots=True)
class CompiledTerminator:
    r"""What a search looks for; the fields are the arguments of the runtime's `Terminator`.

    `anywhere` is the pattern where `\A` does not hold, `prefix` that of what could become a match at the end of the
    data; `at_start` and `prefix_at_start` are those where `\A` holds, None if the expression has none. Every match of
    `anywhere` holds `factor`, which begins at most `lead` bytes behind the match's start. `extensions` are bytes that
    can make a match longer.
    """

    text: str
    anywhere: bytes
    prefix: bytes
    length: int
    factor: bytes
    lead: int
    at_start: bytes | None
    prefix_at_start: bytes | None
    extensions: bytes

    @property
    def work(self) -> int:
        """The most times that a byte is examined when the data come byte by byte."""
        return self.length


def compile_token(text: str, limit: int) -> CompiledToken:
    """A token of at most `limit` bytes. Raises TokenError."""
    tree = parse(text)
    node, rows = _automaton(at_start(tree), text)
    found = bounds(rows, text)
    if found.minimum > limit:
        message = f"the shortest match has {found.minimum} bytes, but `limits.token` is {limit}"
        raise TokenError(0, len(text), message, help="raise `limits.token`")
    return CompiledToken(
        text=text,
        pattern=emit(node),
        automaton=_rows(rows),
        nullable=rows[0].accepting,
        minimum=found.minimum,
        maximum=found.maximum,
        overrun=found.overrun,
        lookahead=found.lookahead,
        first=first_bytes(node),
        alphabet=frozenset().union(*(chars for row in rows for chars, _, _ in row.moves)),
        finite=found.maximum is not None,
        anchored=elsewhere(tree) != tree,
        work=1 + found.lookahead,
    )


def compile_terminator(text: str) -> CompiledTerminator:
    """What `until`, `resync` or `skip` looks for. Raises TokenError."""
    tree = parse(text)
    general = elsewhere(tree)
    if general is None:
        help = r"give an alternative for the rest of the data: `(\A|\r?\n)`"
        raise TokenError(0, len(text), "could match at the start of a field only", help=help)
    node, rows = _searched(general, text)
    length = checked_length(node, text)
    longer = extensions(rows)
    start = None
    if general != tree:
        start, start_rows = _searched(at_start(tree), text)
        length = max(length, checked_length(start, text))
        longer = bytes(sorted({*longer, *extensions(start_rows)}))
    factor, lead = required_factor(node)
    return CompiledTerminator(
        text=text,
        anywhere=emit(node),
        prefix=emit_prefix(node),
        length=length,
        factor=factor,
        lead=lead,
        at_start=None if start is None else emit(start),
        prefix_at_start=None if start is None else emit_prefix(start),
        extensions=longer,
    )


def _searched(tree: Node, text: str) -> tuple[Node, tuple[State, ...]]:
    node, rows = _automaton(tree, text)
    if rows[0].accepting:
        message = "what a search looks for must have at least one byte, this matches everywhere"
        raise TokenError(0, max(len(text), 1), message, help="write `+` for `*`, and leave out an outermost `?`")
    return node, rows


def _automaton(tree: Node, text: str) -> tuple[Node, tuple[State, ...]]:
    _check_size(tree, text)
    node = normalise(tree)
    _check_size(node, text)
    if not first_bytes(node):
        raise TokenError(0, max(len(text), 1), "an expression that matches nothing", help="leave the element out")
    places = glushkov(node)
    check_deterministic(places, lambda: rewritten(node))
    return node, states(places)


def _check_size(node: Node, text: str) -> None:
    places = position_count(node)
    if places > MAX_PLACES:
        message = f"written out, this has {places} places, at most {MAX_PLACES} are possible"
        help = "write `*` or `+` for large counts: `limits.token` bounds the length"
        raise TokenError(0, len(text), message, help=help)


def _rows(rows: tuple[State, ...]) -> Automaton:
    return tuple(
        (row.accepting, tuple((class_inside(chars, form).encode("ascii"), to) for chars, form, to in row.moves))
        for row in rows
    )
