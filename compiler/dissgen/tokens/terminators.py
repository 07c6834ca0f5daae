"""What searches need to know of the expression they look for."""

from __future__ import annotations

from dissgen.tokens.automaton import State
from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import ByteSet, Choice, Extent, Node, Repeat, Sequence, longest

MAX_LENGTH = 256


def checked_length(node: Node, text: str) -> int:
    """The length of the longest match. Raises TokenError unless matches have 1 to 256 bytes."""
    length = longest(node)
    if length is None:
        extent = _endless(node) or (0, len(text))
        raise TokenError(
            *extent,
            "what a search looks for must have a greatest length",
            label="repeated without bound",
            help="give a bound, such as `{0,8}`, or search for the first byte and read the rest as a token",
        )
    if length > MAX_LENGTH:
        message = f"what a search looks for has at most {MAX_LENGTH} bytes, this can have {length}"
        raise TokenError(0, len(text), message, help="search for its beginning and read the rest as a token")
    return length


def _endless(node: Node) -> Extent | None:
    """Where something is repeated without bound."""
    match node:
        case Repeat(body, _, maximum):
            return node.extent if maximum is None else _endless(body)
        case Sequence(parts) | Choice(parts):
            return next((extent for part in parts if (extent := _endless(part)) is not None), None)
        case _:
            return None


def required_factor(node: Node) -> tuple[bytes, int]:
    """The longest literal that every match holds at a bounded distance from its start, and the greatest distance."""
    best, best_lead = b"", 0
    run, lead, offset = b"", 0, 0
    for part in (*(node.parts if isinstance(node, Sequence) else (node,)), None):
        literal, whole = _literal(part)
        if not run:
            lead = offset
        run += literal
        if len(run) > len(best):
            best, best_lead = run, lead
        if not whole:
            run = b""
        offset += 0 if part is None else longest(part) or 0
    return best, best_lead


def _literal(part: Node | None) -> tuple[bytes, bool]:
    """The bytes with which each match of a part begins, and whether that is all of it."""
    if isinstance(part, ByteSet) and len(part.members) == 1:
        return bytes(part.members), True
    if isinstance(part, Repeat):
        literal, whole = _literal(part.body)
        if whole:
            return literal * part.minimum, part.minimum == part.maximum
    return b"", False


def extensions(states: tuple[State, ...]) -> bytes:
    """Bytes that can make a match longer, one of each set."""
    found = {min(chars) for state in states if state.accepting for chars, _, _ in state.moves}
    return bytes(sorted(found))
