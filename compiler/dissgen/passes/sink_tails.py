"""Moves the tokens behind a branch into its cases, so that each can be fused with what it follows.

Before:
    whole: branch verb
             is 'BDAT': call chunk_size
             else: token TEXT -> argument
           token LINE_END
After:
    whole: branch verb
             is 'BDAT': call chunk_size; token LINE_END
             else: token TEXT -> argument; token LINE_END
"""

from __future__ import annotations

import dataclasses

from dissgen.ir import ops


def sink_tails(module: ops.Module) -> ops.Module:
    return dataclasses.replace(
        module,
        rules=tuple(
            rule if rule.whole is None else dataclasses.replace(rule, whole=_body(rule.whole)) for rule in module.rules
        ),
    )


def _body(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    result: list[ops.Op] = []
    index = 0
    while index < len(body):
        op = body[index]
        index += 1
        if isinstance(op, ops.Branch):
            end = index
            while end < len(body) and isinstance(body[end], ops.TokenRead | ops.LiteralRead):
                end += 1
            op = _with_tail(op, body[index:end])
            index = end
        result.append(op)
    return tuple(result)


def _with_tail(branch: ops.Branch, tail: tuple[ops.Op, ...]) -> ops.Branch:
    cases = tuple(dataclasses.replace(case, body=_body((*case.body, *tail))) for case in branch.cases)
    otherwise = None if branch.otherwise is None else _body((*branch.otherwise, *tail))
    return dataclasses.replace(branch, cases=cases, otherwise=otherwise)
