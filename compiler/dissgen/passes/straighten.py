"""Gives each rule that allows it a straight-line variant, for input that is all there.

Before:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
After:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
      whole: token CODE -> code; token TEXT -> text; token LINE_END

A rule has none if it streams, reads up to a terminator or to the end, recurs, does anything besides reading, sees
variables of the message, or uses a rule that has none. That a sequence lets go what it passes is left out.
"""

from __future__ import annotations

import dataclasses

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, names
from dissgen.ir.walk import every, expressions


def straighten(module: ops.Module) -> ops.Module:
    rules = {rule.name: rule for rule in module.rules}
    straight: dict[str, bool] = {}

    def is_straight(name: str, inside: frozenset[str]) -> bool:
        if name in inside:
            return False
        if name not in straight:
            rule = rules[name]
            straight[name] = (
                not rule.streams
                and all(
                    _allows(op) and (not isinstance(op, ops.Call) or is_straight(op.rule, inside | {name}))
                    for op in every(rule.body)
                )
                and not _sees_message(rule)
            )
        return straight[name]

    return dataclasses.replace(
        module,
        rules=tuple(
            dataclasses.replace(rule, whole=_kept(rule.body)) if is_straight(rule.name, frozenset()) else rule
            for rule in module.rules
        ),
    )


def _kept(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    """The same without the releases of sequences."""
    return tuple(map(_kept_op, body))


def _kept_op(op: ops.Op) -> ops.Op:
    match op:
        case ops.Unkept(leaf):
            return leaf
        case ops.If():
            return dataclasses.replace(op, body=_kept(op.body))
        case ops.Union():
            return dataclasses.replace(op, members=tuple(map(_kept, op.members)))
        case ops.Branch():
            cases = tuple(dataclasses.replace(case, body=_kept(case.body)) for case in op.cases)
            return dataclasses.replace(op, cases=cases, otherwise=None if op.otherwise is None else _kept(op.otherwise))
        case ops.Loop():
            return dataclasses.replace(op, sequence=False)
        case _:
            return op


def _sees_message(rule: ops.Rule) -> bool:
    trees = expressions(rule)
    return any(binding.kind is BindingKind.MESSAGE_VARIABLE for tree in trees for binding in names(tree))


def _allows(op: ops.Op) -> bool:
    if isinstance(op, ops.Loop):
        return not op.rest
    return not isinstance(op, ops.StreamRead | ops.UntilRead | ops.RestRead | ops.Effect)
