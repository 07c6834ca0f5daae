"""Tokens narrowed to a part of what they match, and what is known of expressions over their texts then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from dissgen.ir import ops
from dissgen.ir.expressions import Compare, Constant, Logic, Method, Name, Typed, Unary
from dissgen.tokens import CompiledToken
from dissgen.tokens.printing import byte_text

FEW_TEXTS: Final = 4

Text: TypeAlias = str | frozenset[int]
"""Exactly this text, or any text of these bytes."""

_Rows: TypeAlias = tuple[tuple[bool, tuple[tuple[frozenset[int], int], ...]], ...]
"""An automaton: accepting, and to which state each set of bytes leads."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A part of a run. `pattern` and `rows` are its narrower form, None and () if it stays as it is."""

    leaf: ops.TokenRead | ops.LiteralRead
    pattern: bytes | None
    text: Text | None
    rows: _Rows


def narrowings(leaf: ops.TokenRead, compiled: CompiledToken, tested: bool) -> Iterator[Narrowed]:
    """The token as it is; if it is `tested`, then its narrower forms too."""
    yield Narrowed(leaf, None, compiled.alphabet, ())
    if not tested:
        return
    rows = _rows(compiled)
    for number, (chars, target) in enumerate(compiled.automaton[0][1]):
        if rows[0][0] and target == 0:
            members = rows[0][1][number][0]
            yield Narrowed(leaf, b"[" + chars + b"]*+", members, ((True, ((members, 0),)),))
    if compiled.nullable:
        yield Narrowed(leaf, b"", "", ((True, ()),))
    for text in sorted(_texts(rows), key=len, reverse=True):
        if text:
            steps = tuple((False, ((frozenset({byte}), at + 1),)) for at, byte in enumerate(text))
            pattern = "".join(map(byte_text, text)).encode("ascii")
            yield Narrowed(leaf, pattern, text.decode("latin-1"), (*steps, (True, ())))


def follows(
    compiled: CompiledToken,
    narrowed: Narrowed,
    after: tuple[Narrowed, ...],
    tokens: Mapping[str, CompiledToken],
    behind: frozenset[int],
) -> bool:
    """Whether what can stand after a narrowed token may lead the whole token on to a longer match.

    `after` are the parts that follow, `behind` the bytes with which what follows them begins.
    """
    rows = _rows(compiled)
    automata = [part.rows or _of(part.leaf, tokens) for part in after]
    todo = [(state, 0, 0) for state in _ends(rows, narrowed.rows)]
    seen = set(todo)

    def reach(state: int, index: int, inner: int) -> None:
        if (state, index, inner) not in seen:
            seen.add((state, index, inner))
            todo.append((state, index, inner))

    while todo:
        state, index, inner = todo.pop()
        if index == len(automata):
            if any(chars & behind for chars, _ in rows[state][1]):
                return True
            continue
        accepting, moves = automata[index][inner]
        if accepting:
            reach(state, index + 1, 0)
        for chars, target in moves:
            for own, to in rows[state][1]:
                if own & chars:
                    if rows[to][0]:
                        return True
                    reach(to, index, target)
    return False


def truth(test: Typed, texts: Mapping[str, Text | None]) -> bool | None:
    """What a test over the texts is, None where that depends on more than is known."""
    match test:
        case Unary("not", operand):
            value = truth(operand, texts)
            return None if value is None else not value
        case Logic(op, values):
            found = [truth(value, texts) for value in values]
            decisive = op == "or"
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case Compare(left, (op,), (right,)):
            return _compared(_text(left, texts), op, _text(right, texts))
        case _:
            return None


def _compared(left: Text | None, op: str, right: Text | None) -> bool | None:
    if left is None or right is None or op not in ("==", "!=", "in", "not in"):
        return None
    negated = op in ("!=", "not in")
    if isinstance(left, str) and isinstance(right, str):
        return (left == right if op in ("==", "!=") else left in right) is not negated
    if op in ("==", "!=") and isinstance(left, frozenset):
        left, right = right, left
    if isinstance(left, str) and isinstance(right, frozenset) and not _made_of(left, right):
        return negated
    return None


def _text(node: Typed, texts: Mapping[str, Text | None]) -> Text | None:
    match node:
        case Constant(str(value)):
            return value
        case Name(binding):
            return texts.get(binding.name)
        case Method(value, "replace", (Constant(str(old)), _)):
            text = _text(value, texts)
            # what does not stand there is not replaced
            return text if isinstance(text, frozenset) and not _made_of(old, text) else None
        case Method(value, "strip"):
            text = _text(value, texts)
            return text if isinstance(text, frozenset) else None
        case _:
            return None


def _made_of(text: str, chars: frozenset[int]) -> bool:
    """Whether a text can stand in one of these bytes."""
    return all(ord(char) in chars for char in text)


@cache
def _rows(compiled: CompiledToken) -> _Rows:
    return tuple(
        (accepting, tuple((_members(chars), target) for chars, target in moves))
        for accepting, moves in compiled.automaton
    )


@cache
def _members(chars: bytes) -> frozenset[int]:
    return frozenset(match.start() for match in re.finditer(b"[" + chars + b"]", bytes(range(256))))


def _of(leaf: ops.TokenRead | ops.LiteralRead, tokens: Mapping[str, CompiledToken]) -> _Rows:
    if isinstance(leaf, ops.TokenRead):
        return _rows(tokens[leaf.token])
    either = [frozenset(bytes([byte]).lower() + bytes([byte]).upper()) for byte in leaf.data]
    exact = [frozenset({byte}) for byte in leaf.data]
    sets = either if leaf.ignore_case else exact
    return (*((False, ((chars, at + 1),)) for at, chars in enumerate(sets)), (True, ()))


def _ends(rows: _Rows, narrower: _Rows) -> set[int]:
    """The states of the whole automaton that the texts of the narrower one lead to."""
    todo = [(0, 0)]
    seen = set(todo)
    for state, inner in todo:
        for chars, target in narrower[inner][1]:
            for own, to in rows[state][1]:
                if own & chars and (to, target) not in seen:
                    seen.add((to, target))
                    todo.append((to, target))
    return {state for state, inner in seen if narrower[inner][0]}


def _texts(rows: _Rows) -> set[bytes]:
    """All matches of an automaton that has few, none of one that has many."""
    found: set[bytes] = set()
    todo = [(0, b"")]
    for state, text in todo:
        accepting, moves = rows[state]
        found |= {text} if accepting else set()
        for chars, target in moves:
            todo += [(target, text + bytes([byte])) for byte in chars]
        if len(todo) > FEW_TEXTS * 2 or len(found) > FEW_TEXTS:
            return set()
    return found
