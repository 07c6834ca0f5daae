"""Which budgets are waited for as a whole: those in which nothing is streamed, reported or raised."""

from __future__ import annotations

import dataclasses
from collections.abc import Set

from dissgen.ir import ops
from dissgen.ir.walk import every


def settle(rules: tuple[ops.Rule, ...]) -> tuple[ops.Rule, ...]:
    """The rules with `whole` set in every budget."""
    flowing = {rule.name for rule in rules if _flows(rule.body, frozenset())}
    before = -1
    while before != len(flowing):
        before = len(flowing)
        flowing |= {rule.name for rule in rules if _flows(rule.body, flowing)}
    return tuple(dataclasses.replace(rule, body=_body(rule.body, flowing)) for rule in rules)


def _flows(body: tuple[ops.Op, ...], flowing: Set[str]) -> bool:
    return any(
        isinstance(op, ops.StreamRead | ops.TriggerInMessage | ops.RaiseInMessage)
        or (isinstance(op, ops.Call) and op.rule in flowing)
        for op in every(body)
    )


def _body(body: tuple[ops.Op, ...], flowing: Set[str]) -> tuple[ops.Op, ...]:
    return tuple(_op(op, flowing) for op in body)


def _op(op: ops.Op, flowing: Set[str]) -> ops.Op:
    match op:
        case ops.Within():
            return dataclasses.replace(op, whole=not _flows(op.body, flowing), body=_body(op.body, flowing))
        case ops.If():
            return dataclasses.replace(op, body=_body(op.body, flowing))
        case ops.Union():
            return dataclasses.replace(op, members=tuple(_body(member, flowing) for member in op.members))
        case ops.Branch():
            cases = tuple(dataclasses.replace(case, body=_body(case.body, flowing)) for case in op.cases)
            otherwise = None if op.otherwise is None else _body(op.otherwise, flowing)
            return dataclasses.replace(op, cases=cases, otherwise=otherwise)
        case _:
            return op
