r"""Gives an array that a token ends the usual form of its items, so that two expressions read all of them.

Before:
    whole: array headers of header while not peek(CRLF)
           token CRLF
    rule header
      whole: run(NAME -> name, BLANKS -> _blanks, ':', VALUE -> value, CRLF -> _end)
             if _blanks != '': defect = 'a blank'
             if _end == '\n': defect = 'a bare LF'
After:
    whole: array headers of header while not peek(CRLF), usually run(NAME -> name, '', ':', VALUE -> value, '\r\n')
           token CRLF

Tokens that the item's `if`s test are narrowed until every test is false: to nothing, to the bytes that they begin with
again and again, or to one of their few texts. A narrowed token must be what the whole one would have read: no byte that
can follow it may lead on to another match. Where not all items have the usual form they are read as they were written.
Only for text in Latin-1, of which each byte is a character: it is decoded once, and then divided.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Final

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name, Peek, Typed, Unary, fallible, walk
from dissgen.ir.walk import body_expressions
from dissgen.passes.narrowing import Narrowed, follows, narrowings, truth
from dissgen.types import OptionalType, StrType

MOST_TESTED: Final = 3  # tokens


def usual_items(module: ops.Module) -> ops.Module:
    finder = _Finder(module)
    return dataclasses.replace(
        module,
        rules=tuple(
            rule if rule.whole is None else dataclasses.replace(rule, whole=finder.body(rule.whole))
            for rule in module.rules
        ),
    )


class _Finder:
    def __init__(self, module: ops.Module) -> None:
        self.encoding = module.encoding
        self.rules = {rule.name: rule for rule in module.rules}
        self.tokens = {token.name: token.compiled for token in module.tokens}

    def body(self, body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
        return tuple(
            dataclasses.replace(op, usual=self._usual(op, following)) if isinstance(op, ops.Loop) else op
            for op, following in zip(body, (*body, None)[1:], strict=True)
        )

    def _usual(self, op: ops.Loop, following: ops.Op | None) -> ops.Usual | None:
        match op:
            case ops.Loop(item=ops.Call(rule=name, arguments=()), count=None, until=None, rest=False) if op.target.name:
                rule = self.rules[name]
            case _:
                return None
        match op.while_:
            case Unary("not", Peek(kind="token", argument=str(end))) if _begins_with(following, end):
                pass
            case _:
                return None
        run = self._run(rule)
        compiled = self.tokens[end]
        if run is None or compiled.nullable or not self._surely_other(run[0], compiled.first):
            return None
        tests = [each.test for each in rule.whole or () if isinstance(each, ops.If)]
        tested = {node.binding.name for test in tests for node in walk(test) if isinstance(node, Name)}
        behind = self._first(run[0]) | compiled.first
        choices = [self._choices(part, tested) for part in run]
        if sum(len(choice) > 1 for choice in choices) > MOST_TESTED:
            return None
        for parts in itertools.product(*choices):
            texts = {part.leaf.target.name: part.text for part in parts if part.leaf.target.name is not None}
            if all(truth(test, texts) is False for test in tests) and self._the_same(parts, behind):
                return ops.Usual(tuple(ops.UsualPart(part.leaf, part.pattern) for part in parts), end)
        return None

    def _run(self, rule: ops.Rule) -> tuple[ops.TokenRead | ops.LiteralRead, ...] | None:
        """What the items read, if it is one run, and nothing behind it has to do with the input, or may fail."""
        if rule.result is not None or rule.parameters or not rule.whole or self.encoding != "latin-1":
            return None
        run, *rest = rule.whole
        if not isinstance(run, ops.Run) or not all(isinstance(each, ops.Let | ops.If) for each in rest):
            return None
        inside = [op for each in rest if isinstance(each, ops.If) for op in each.body]
        if not all(isinstance(op, ops.Let) for op in inside):
            return None
        trees = list(body_expressions(tuple(rest)))
        if any(fallible(tree) for tree in trees) or any(not _known(node) for tree in trees for node in walk(tree)):
            return None
        leaves = [part for part in run.parts if isinstance(part, ops.TokenRead | ops.LiteralRead)]
        plain = all(isinstance(part, ops.LiteralRead) or _plain(part) for part in leaves)
        targets = [part.target.name for part in leaves if part.target.name is not None]
        once = len(targets) == len(set(targets))
        return tuple(leaves) if plain and once and len(leaves) == len(run.parts) and self._set(rule, targets) else None

    def _set(self, rule: ops.Rule, targets: list[str]) -> bool:
        """Whether each field is read, computed from such, or left out where the tests are false."""
        sure = set(targets)
        for op in (rule.whole or ())[1:]:
            if isinstance(op, ops.Let):
                if not _fields(op.value) <= sure:
                    return False
                sure.add(op.name)
        return all(field.name in sure or isinstance(field.type, OptionalType) for field in rule.fields)

    def _choices(self, part: ops.TokenRead | ops.LiteralRead, tested: set[str]) -> list[Narrowed]:
        """The forms of a part, the widest first; of a token that no test reads only the whole."""
        if isinstance(part, ops.LiteralRead):
            return [Narrowed(part, None, None, ())]
        compiled = self.tokens[part.token]
        return list(narrowings(part, compiled, part.target.name in tested))

    def _the_same(self, parts: tuple[Narrowed, ...], behind: frozenset[int]) -> bool:
        """Whether every narrowed token is the longest match of the whole one."""
        return all(
            part.pattern is None
            or (
                (isinstance(part.leaf, ops.TokenRead))
                and not follows(self.tokens[part.leaf.token], part, parts[at + 1 :], self.tokens, behind)
            )
            for at, part in enumerate(parts)
        )

    def _surely_other(self, part: ops.TokenRead | ops.LiteralRead, first: frozenset[int]) -> bool:
        """Whether an item begins with another byte than what ends the array."""
        empty = isinstance(part, ops.TokenRead) and self.tokens[part.token].minimum == 0
        return not empty and not self._first(part) & first

    def _first(self, part: ops.TokenRead | ops.LiteralRead) -> frozenset[int]:
        if isinstance(part, ops.LiteralRead):
            return frozenset(part.data[:1].lower() + part.data[:1].upper())
        return self.tokens[part.token].first


def _begins_with(op: ops.Op | None, token: str) -> bool:
    if isinstance(op, ops.Run):
        op = op.parts[0]
    return isinstance(op, ops.TokenRead) and op.token == token


def _plain(part: ops.TokenRead) -> bool:
    """Whether its value is its text."""
    return not part.conversions and not part.transforms and part.constant is None and isinstance(part.type, StrType)


def _fields(tree: Typed) -> set[str]:
    """The fields that an expression reads."""
    nodes = (node for node in walk(tree) if isinstance(node, Name))
    return {node.binding.name for node in nodes if node.binding.kind is BindingKind.FIELD}


def _known(node: Typed) -> bool:
    """Nothing but fields, constants, tables and what is made of them."""
    if isinstance(node, Peek):
        return False
    return not isinstance(node, Name) or node.binding.kind in (BindingKind.FIELD, BindingKind.LOCAL, BindingKind.TABLE)
