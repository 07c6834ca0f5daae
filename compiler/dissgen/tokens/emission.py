r"""Deterministic expressions as `re` patterns that find the longest match and never go back.

Why possessive repetitions are right for an expression in normal form (`normal.py`) that is deterministic: take a part
that matched up to its own longest end e, after which the next byte was read by the part, in vain. What follows the part
cannot read that byte (it would be a second place for it), so it matches nothing, or nothing matches: giving bytes back
never helps. Nor does another alternative, since no two begin with the same byte. What is left is the empty match: an
alternative that can be empty goes last, and where several can, each but the last must begin with a byte of its own.
"""

from __future__ import annotations

from typing import assert_never

from dissgen.tokens.nodes import (
    ByteSet,
    Choice,
    Empty,
    Node,
    Repeat,
    Sequence,
    Start,
    first_bytes,
    nullable,
)
from dissgen.tokens.printing import class_inside, quantifier_text, set_text


def emit(node: Node) -> bytes:
    """The pattern of a deterministic expression in normal form; `match` gives its longest match."""
    return _Emitter(open_end=False).whole(node).encode("ascii")


def emit_prefix(node: Node) -> bytes:
    r"""The pattern of the matches and of what could become one: each byte that must come may be the end (`\Z`) instead.

    Ends with `\Z`, so a match is the rest of the data. As long as the expression, where a pattern of all prefixes
    could be exponential.
    """
    emitter = _Emitter(open_end=True)
    text = emitter.whole(node)
    return (f"(?:{text})" if isinstance(node, Choice) else text).encode("ascii") + rb"\Z"


class _Emitter:
    def __init__(self, *, open_end: bool) -> None:
        self.open_end = open_end

    def whole(self, node: Node) -> str:
        if isinstance(node, Choice) and _lettered(node) and _case_free(node):
            return f"(?i:{self.alternatives(node, True)})"
        return self.alternatives(node, False)

    def alternatives(self, node: Node, ignore_case: bool) -> str:
        """A node that stands alone, in a group or as the whole pattern."""
        if not isinstance(node, Choice):
            return self.sequence(node.parts if isinstance(node, Sequence) else (node,), ignore_case)
        needed = [option for option in node.options if not nullable(option)]
        empties = [option for option in node.options if nullable(option)]
        texts = [self.alternatives(option, ignore_case) for option in needed]
        for number, option in enumerate(empties):
            if number == len(empties) - 1:
                texts.append(self.alternatives(option, ignore_case))
            elif isinstance(option, Repeat) and option.minimum == 0:
                once = option.body if option.maximum == 1 else Repeat(option.body, 1, option.maximum)
                texts.append(self.alternatives(once, ignore_case))
            else:
                guard = f"(?=[{class_inside(first_bytes(option))}])"
                texts.append(guard + self.alternatives(option, ignore_case))
        return "|".join(texts)

    def sequence(self, parts: tuple[Node, ...], ignore_case: bool) -> str:
        pieces: list[str] = []
        at = 0
        while at < len(parts):
            end = at if ignore_case else _case_free_run(parts, at)
            if end > at:
                pieces.append(self.ignoring_case(parts[at:end]))
                at = end
            else:
                pieces.append(self.part(parts[at], ignore_case))
                at += 1
        return "".join(pieces)

    def ignoring_case(self, parts: tuple[Node, ...]) -> str:
        alone = len(parts) == 1 and not nullable(parts[0])
        return f"(?i:{self.alternatives(parts[0], True) if alone else self.sequence(parts, True)})"

    def part(self, node: Node, ignore_case: bool) -> str:
        match node:
            case Empty() | Start():
                return ""
            case ByteSet():
                text = _set(node, ignore_case)
                return rf"(?:{text}|\Z)" if self.open_end else text
            case Sequence() | Choice():
                # Going back to another alternative fails at its first byte, unless one of them can be empty.
                return f"{'(?>' if nullable(node) else '(?:'}{self.alternatives(node, ignore_case)})"
            case Repeat():
                return self.repeat(node, ignore_case)
            case _:
                assert_never(node)

    def repeat(self, node: Repeat, ignore_case: bool) -> str:
        body, quantifier = node.body, quantifier_text(node.minimum, node.maximum)
        if not isinstance(body, ByteSet):
            # Not possessive: before Python 3.11.5 that is faulty for groups that can go back (gh-106052).
            return f"(?>(?:{self.alternatives(body, ignore_case)}){quantifier})"
        text = _set(body, ignore_case)
        if self.open_end and node.minimum > 0:
            return rf"(?:{text}|\Z){quantifier}+"
        return text + quantifier + ("" if node.minimum == node.maximum else "+")


def _set(node: ByteSet, ignore_case: bool) -> str:
    return node.letter if ignore_case and node.letter is not None else set_text(node)


def _case_free_run(parts: tuple[Node, ...], at: int) -> int:
    """The end of the parts from `at` on that `(?i:...)` may hold, first and last with letters written in it."""
    end = at
    if not _lettered(parts[at]):
        return end
    for number in range(at, len(parts)):
        if not _case_free(parts[number]):
            break
        if _lettered(parts[number]):
            end = number + 1
    return end


def _sets(node: Node) -> list[ByteSet]:
    match node:
        case Empty() | Start():
            return []
        case ByteSet():
            return [node]
        case Sequence(parts) | Choice(parts):
            return [item for part in parts for item in _sets(part)]
        case Repeat(body):
            return _sets(body)
        case _:
            assert_never(node)


def _lettered(node: Node) -> bool:
    """Whether letters of `(?i:...)` are in it."""
    return any(item.letter is not None for item in _sets(node))


def _case_free(node: Node) -> bool:
    """Whether each set has both cases of each letter it has, so that `(?i:...)` around it changes nothing."""
    return all(
        (byte ^ 0x20) in item.members
        for item in _sets(node)
        for byte in item.members
        if byte < 0x80 and chr(byte).isalpha()
    )
