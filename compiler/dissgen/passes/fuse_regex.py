"""Joins neighbouring tokens and literals of a straight-line variant into one regular expression.

Before:
    whole: token CODE -> code; token SEPARATOR -> separator; token TEXT -> text; token LINE_END
After:
    whole: run(CODE -> code, SEPARATOR -> separator, TEXT -> text, LINE_END)

An optional group joins too, if its test is whether its own first token stands there, and if not taking it where that
token does stand there cannot make the rest match: then the rest of the group can match nothing, or what follows the
group begins with another byte than the group.
"""

from __future__ import annotations

import dataclasses
from typing import cast

from dissgen.ir import ops
from dissgen.ir.expressions import Peek
from dissgen.tokens import CompiledToken

_Part = ops.TokenRead | ops.LiteralRead


def fuse_regex(module: ops.Module) -> ops.Module:
    fuser = _Fuser({token.name: token.compiled for token in module.tokens})
    return dataclasses.replace(
        module,
        rules=tuple(
            rule if rule.whole is None else dataclasses.replace(rule, whole=fuser.body(rule.whole))
            for rule in module.rules
        ),
    )


class _Fuser:
    def __init__(self, tokens: dict[str, CompiledToken]) -> None:
        self.tokens = tokens

    def body(self, body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
        result: list[ops.Op] = []
        run: list[ops.Op] = []
        for index, op in enumerate(body):
            following = body[index + 1] if index + 1 < len(body) else None
            if isinstance(op, ops.TokenRead | ops.LiteralRead) or (
                isinstance(op, ops.If) and self._fusible_group(op, following)
            ):
                run.append(op)
                continue
            result += _closed(run)
            run = []
            result.append(self._inside(op))
        return (*result, *_closed(run))

    def _inside(self, op: ops.Op) -> ops.Op:
        match op:
            case ops.Branch():
                cases = tuple(dataclasses.replace(case, body=self.body(case.body)) for case in op.cases)
                otherwise = None if op.otherwise is None else self.body(op.otherwise)
                return dataclasses.replace(op, cases=cases, otherwise=otherwise)
            case ops.If() | ops.Within():
                return dataclasses.replace(op, body=self.body(op.body))
            case ops.Union():
                return dataclasses.replace(op, members=tuple(self.body(member) for member in op.members))
            case _:
                return op

    def _fusible_group(self, op: ops.If, following: ops.Op | None) -> bool:
        body = op.body
        if not body or not all(isinstance(part, ops.TokenRead | ops.LiteralRead) for part in body):
            return False
        first = body[0]
        if not (isinstance(op.test, Peek) and isinstance(first, ops.TokenRead)):
            return False
        if op.test.kind != "token" or op.test.argument != first.token or first.constant is not None:
            return False
        if all(self._minimum(cast(_Part, part)) == 0 for part in body[1:]):
            return True
        if not isinstance(following, ops.TokenRead | ops.LiteralRead) or self._minimum(following) == 0:
            return False
        return not (self._first(following) & self._first(first))

    def _minimum(self, part: _Part) -> int:
        if isinstance(part, ops.LiteralRead):
            return len(part.data)
        return self.tokens[part.token].minimum

    def _first(self, part: _Part) -> frozenset[int]:
        if isinstance(part, ops.LiteralRead):
            return frozenset(part.data[:1].lower() + part.data[:1].upper())
        return self.tokens[part.token].first


def _closed(run: list[ops.Op]) -> list[ops.Op]:
    if len(run) < 2 and not (run and isinstance(run[0], ops.If)):
        return run
    parts = cast("tuple[ops.TokenRead | ops.LiteralRead | ops.If, ...]", tuple(run))
    return [ops.Run(parts, run[0].place)]
