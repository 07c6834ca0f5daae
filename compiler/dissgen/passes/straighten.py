"""Gives each rule that allows it a straight-line variant, for input that is all there.

Before:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
After:
    rule reply_line
      body: token CODE -> code; token TEXT -> text; token LINE_END
      whole: token CODE -> code; token TEXT -> text; token LINE_END

A rule has none if it streams, reads up to a terminator, recurs, does anything besides reading, sees variables of the
message or the position in it, reads bytes again so often that it has to be counted, or uses a rule that has none. One
that reads to the end has one for use inside a budget. That a sequence lets go what it passes is left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Typed, names
from dissgen.ir.rereading import must_count
from dissgen.ir.walk import every, op_expressions


def straighten(module: ops.Module) -> ops.Module:
    straight = _Straight(module)
    made = []
    for rule in module.rules:
        free = straight.rule(rule.name, False)
        bounded = not free and straight.rule(rule.name, True)
        whole = _kept(rule.body) if free or bounded else None
        made.append(dataclasses.replace(rule, whole=whole, bounded=bounded))
    return dataclasses.replace(module, rules=_needed(made))


class _Straight:
    """Which rules have a straight-line variant, by themselves or `bounded`: inside a budget, whose end is known."""

    def __init__(self, module: ops.Module) -> None:
        self.rules = {rule.name: rule for rule in module.rules}
        self.counting = must_count(module)
        self.known: dict[tuple[str, bool], bool] = {}
        self.inside: set[str] = set()

    def rule(self, name: str, bounded: bool) -> bool:
        if name in self.inside or name in self.counting:
            return False
        key = name, bounded
        if key not in self.known:
            rule = self.rules[name]
            self.inside.add(name)
            result = () if rule.result is None else (rule.result,)
            self.known[key] = not rule.streams and self.body(rule.body, bounded) and _sees(result, bounded)
            self.inside.discard(name)
        return self.known[key]

    def body(self, body: tuple[ops.Op, ...], bounded: bool) -> bool:
        return all(self.op(op, bounded) and _sees(op_expressions(op), bounded) for op in body)

    def op(self, op: ops.Op, bounded: bool) -> bool:
        match op:
            case ops.RestRead() | ops.PackedRead(count=None):
                return bounded and not (isinstance(op, ops.RestRead) and op.transforms)
            case ops.Loop():
                return (bounded or not op.rest) and self.body((op.item,), bounded)
            case ops.Call():
                return self.rule(op.rule, bounded)
            case ops.At(call=call):  # a rule that looks back to itself is read by itself
                return _sees((value for _, value in call.arguments), bounded) and (
                    call.rule in self.inside or self.rule(call.rule, False)
                )
            case ops.Within():
                return op.whole and self.body(op.body, True)
            case ops.If():
                return self.body(op.body, bounded)
            case ops.Union():
                return all(self.body(member, bounded) for member in op.members)
            case ops.Try():  # the usual case: the first one matches
                first = op.alternatives[0]
                seen = _sees((value for _, value in first.call.arguments), bounded)
                return seen and self.op(first.call, bounded)
            case ops.Branch():
                return self.body(op.otherwise or (), bounded) and all(self.body(c.body, bounded) for c in op.cases)
            case ops.Unkept(leaf):
                return self.op(leaf, bounded)
            case ops.TokenRead() | ops.TakeRead() | ops.Converted() if op.transforms:
                return False
            case _:
                return not isinstance(op, ops.StreamRead | ops.UntilRead | ops.Align | ops.Effect | ops.Reached)


def _sees(trees: Iterable[Typed], bounded: bool) -> bool:
    """Whether a scan has all that the expressions read."""
    kinds = {binding.kind for tree in trees for binding in names(tree)}
    unseen = {BindingKind.MESSAGE_VARIABLE, BindingKind.POSITION}
    return not kinds & (unseen if bounded else unseen | {BindingKind.REMAINING})


def _needed(rules: list[ops.Rule]) -> tuple[ops.Rule, ...]:
    """Without the bounded variants that no other variant uses."""
    while True:
        straight = {rule.name for rule in rules if rule.whole is not None}
        rules = [rule if rule.whole is None or _calls(rule) <= straight else _bent(rule) for rule in rules]
        bodies = (rule.whole for rule in rules if rule.whole is not None)
        called = {op.rule for body in bodies for op in every(body) if isinstance(op, ops.Call)}
        kept = [_bent(rule) if rule.bounded and rule.name not in called else rule for rule in rules]
        if kept == rules:
            return tuple(kept)
        rules = kept


def _calls(rule: ops.Rule) -> set[str]:
    return {op.rule for op in every(rule.whole or ()) if isinstance(op, ops.Call)}


def _bent(rule: ops.Rule) -> ops.Rule:
    return dataclasses.replace(rule, whole=None, bounded=False)


def _kept(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    """The same without the releases of sequences, and with the first alternative of each `try` only."""
    return tuple(_kept_op(op) for each in body for op in _first(each))


def _first(op: ops.Op) -> tuple[ops.Op, ...]:
    """A `try` whose first alternative does not match is left to the frame."""
    return (op.alternatives[0].call, *op.alternatives[0].then) if isinstance(op, ops.Try) else (op,)


def _kept_op(op: ops.Op) -> ops.Op:
    match op:
        case ops.Unkept(leaf):
            return leaf
        case ops.If() | ops.Within():
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
