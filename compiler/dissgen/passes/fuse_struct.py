"""Joins neighbouring numbers of a straight-line variant into one structure with one test of the bounds.

Before:
    whole: int 16 bits -> transaction; int 16 bits = 0; int 4 bits -> kind; int 4 bits -> flags
After:
    whole: fixed(int 16 bits -> transaction, int 16 bits = 0, int 4 bits -> kind, int 4 bits -> flags)

A constant in the middle does not end the run: a scan that declines has no effect, so its test may stand behind
the others.
"""

from __future__ import annotations

import dataclasses

from dissgen.ir import ops


def fuse_struct(module: ops.Module) -> ops.Module:
    return dataclasses.replace(
        module,
        rules=tuple(
            rule if rule.whole is None else dataclasses.replace(rule, whole=_body(rule.whole)) for rule in module.rules
        ),
    )


def _body(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    result: list[ops.Op] = []
    run: list[ops.NumberRead] = []
    for op in body:
        if isinstance(op, ops.NumberRead):
            run.append(op)
            continue
        result += _closed(run)
        run = []
        result.append(_inside(op))
    return (*result, *_closed(run))


def _inside(op: ops.Op) -> ops.Op:
    match op:
        case ops.Branch():
            cases = tuple(dataclasses.replace(case, body=_body(case.body)) for case in op.cases)
            otherwise = None if op.otherwise is None else _body(op.otherwise)
            return dataclasses.replace(op, cases=cases, otherwise=otherwise)
        case ops.If() | ops.Within():
            return dataclasses.replace(op, body=_body(op.body))
        case ops.Union():
            return dataclasses.replace(op, members=tuple(_body(member) for member in op.members))
        case _:
            return op


def _closed(run: list[ops.NumberRead]) -> tuple[ops.Op, ...]:
    return tuple(run) if len(run) < 2 else (ops.FixedRun(tuple(run), run[0].place),)
