"""Gives each rule that allows it a straight-line variant, for input that is all there.

Before:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
After:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
      whole: token CODE -> code; token TEXT -> text; token LINE_END

A rule has none if it streams, reads up to a terminator or to the end, recurs, or uses a rule that has none.
"""

from __future__ import annotations

import dataclasses

from dissgen.ir import ops
from dissgen.ir.walk import every


def straighten(module: ops.Module) -> ops.Module:
    rules = {rule.name: rule for rule in module.rules}
    straight: dict[str, bool] = {}

    def is_straight(name: str, inside: frozenset[str]) -> bool:
        if name in inside:
            return False
        if name not in straight:
            rule = rules[name]
            straight[name] = not rule.streams and all(
                _allows(op) and (not isinstance(op, ops.Call) or is_straight(op.rule, inside | {name}))
                for op in every(rule.body)
            )
        return straight[name]

    return dataclasses.replace(
        module,
        rules=tuple(
            dataclasses.replace(rule, whole=rule.body) if is_straight(rule.name, frozenset()) else rule
            for rule in module.rules
        ),
    )


def _allows(op: ops.Op) -> bool:
    if isinstance(op, ops.Loop):
        return not op.rest
    return not isinstance(op, ops.StreamRead | ops.UntilRead | ops.RestRead)
