"""One regular expression for a run of tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dissgen.ir import ops

# One character or class, alone, possessively repeated, or repeated a fixed number of times; or such in a row where each
# is taken exactly once.
_ATOM: Final = rb"(?:\\.|\[(?:\\.|[^\]\\])+\]|[^\\\[\](){}|.^$*+?])"
_SIMPLE: Final = re.compile(rb"(?:" + _ATOM + rb"(?:[?*+]\+|\{\d+,\d*\}\+|\{\d+\})?)+", re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group and the leaf that it gives its value to."""

    number: int
    leaf: ops.TokenRead | ops.LiteralRead
    optional: bool


@dataclass(frozen=True, slots=True)
class RunPattern:
    """`margin`: a match is certain only if that many bytes follow it. `limit`: of the whole run, in bytes."""

    regex: bytes
    groups: tuple[Group, ...]
    margin: int
    limit: int
    comment: str


class _Builder:
    def __init__(self, module: ops.Module) -> None:
        self.tokens = {token.name: token for token in module.tokens}
        self.groups: list[Group] = []
        self.limit = module.limits.token
        self.words: list[str] = []

    def leaf(self, leaf: ops.TokenRead | ops.LiteralRead, optional: bool) -> bytes:
        regex = leaf_pattern(leaf, self.tokens)
        if isinstance(leaf, ops.LiteralRead):
            self.words.append(repr(leaf.data)[1:])
            needed = leaf.target.name is not None
        else:
            definition = self.tokens[leaf.token]
            self.limit = min(self.limit, definition.limit)
            self.words.append(leaf.field or definition.name)
            needed = leaf.target.name is not None or leaf.constant is not None
        if needed:
            self.groups.append(Group(len(self.groups) + 1, leaf, optional))
            return b"(" + atomic(regex) + b")"
        return atomic(regex)

    def parts(self, parts: tuple[ops.Op, ...], optional: bool) -> bytes:
        pieces = []
        for part in parts:
            if isinstance(part, ops.If):
                group = b"(?:" + self.parts(part.body, True) + b")?"
                # Possessive where nothing in the group can go back: before Python 3.11.5 others are faulty (gh-106052).
                simple = _SIMPLE(group[3:-2].replace(b"(", b"").replace(b")", b""))
                pieces.append(group + b"+" if simple else b"(?>" + group + b")")
            else:
                assert isinstance(part, ops.TokenRead | ops.LiteralRead)
                pieces.append(self.leaf(part, optional))
        return b"".join(pieces)


def leaf_pattern(leaf: ops.TokenRead | ops.LiteralRead, tokens: Mapping[str, ops.TokenDefinition]) -> bytes:
    """What a leaf reads."""
    if isinstance(leaf, ops.TokenRead):
        return tokens[leaf.token].compiled.pattern
    regex = re.escape(leaf.data)
    return b"(?i:" + regex + b")" if leaf.ignore_case else regex


def atomic(regex: bytes) -> bytes:
    """A part that gives nothing back and binds as one."""
    return regex if _SIMPLE(regex) else b"(?>" + regex + b")"


def run_pattern(run: ops.Run, module: ops.Module) -> RunPattern:
    builder = _Builder(module)
    regex = builder.parts(run.parts, False)
    return RunPattern(
        regex=regex,
        groups=tuple(builder.groups),
        margin=_margin(run, builder.tokens),
        limit=builder.limit,
        comment=" ".join(builder.words),
    )


def _flatten(parts: tuple[ops.Op, ...], optional: bool) -> list[tuple[ops.Op, bool]]:
    flat: list[tuple[ops.Op, bool]] = []
    for part in parts:
        if isinstance(part, ops.If):
            flat += _flatten(part.body, True)
        else:
            flat.append((part, optional))
    return flat


def _margin(run: ops.Run, tokens: dict[str, ops.TokenDefinition]) -> int:
    """How far behind the end of the match a decision of one of its tokens may have looked."""
    margin = 0
    sure = 0  # bytes that certainly follow
    for part, optional in reversed(_flatten(run.parts, False)):
        if isinstance(part, ops.LiteralRead):
            lookahead, minimum = 0, len(part.data)
        else:
            assert isinstance(part, ops.TokenRead)
            compiled = tokens[part.token].compiled
            lookahead = compiled.lookahead
            minimum = compiled.minimum
        margin = max(margin, lookahead - sure)
        # whether an optional group begins is decided by its first byte
        margin = max(margin, (1 if optional else 0) - sure)
        sure += 0 if optional else minimum
    return margin
