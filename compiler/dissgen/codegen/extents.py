"""How large values and rules can be, where that is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Constant, Name, Typed
from dissgen.ir.walk import every


class Extents:
    """Of one rule: `values` has the largest value of its unsigned numbers, by field."""

    def __init__(self, rule: ops.Rule, module: ops.Module) -> None:
        self.module = module
        self.tokens = {token.name: token.compiled for token in module.tokens}
        self.rules = {item.name: item for item in module.rules}
        self.values = _values(rule.body)
        self._inside = {rule.name}

    def value(self, expression: Typed) -> int | None:
        """The largest value of a number that is never negative; None: not bounded, or it may be negative."""
        if isinstance(expression, Constant):
            return expression.value if isinstance(expression.value, int) and expression.value >= 0 else None
        if isinstance(expression, Name) and expression.binding.kind is BindingKind.FIELD:
            return self.values.get(expression.binding.name)
        return None

    def body(self, body: tuple[ops.Op, ...]) -> int | None:
        """The most bytes that a body reads."""
        total = 0
        for op in body:
            size = self.op(op)
            if size is None:
                return None
            total += size
        return total

    def op(self, op: ops.Op) -> int | None:
        match op:
            case ops.NumberRead():
                return (op.bits + 7) // 8
            case ops.FixedRun(parts):
                return (sum(part.bits for part in parts) + 7) // 8
            case ops.VarintRead():
                return 10
            case ops.LiteralRead():
                return len(op.data)
            case ops.TokenRead():
                return self.tokens[op.token].maximum
            case ops.TakeRead() | ops.Within():
                return self.value(op.size)
            case ops.PackedRead():
                count = None if op.count is None else self.value(op.count)
                return None if count is None else (count * op.bits + 7) // 8
            case ops.Run():
                return self.body(op.parts)
            case ops.If():
                return self.body(op.body)
            case ops.Branch():
                return self._most((op.otherwise or (), *(case.body for case in op.cases)))
            case ops.Union():
                return self._most(op.members)
            case ops.Try():
                return self._most(tuple((alternative.call,) for alternative in op.alternatives))
            case ops.Loop():
                return self._loop(op)
            case ops.Call():
                return self._call(op.rule)
            case (
                ops.At()
                | ops.Converted()
                | ops.Let()
                | ops.Verify()
                | ops.Fail()
                | ops.TriggerInMessage()
                | ops.RaiseInMessage()
                | ops.Assign()
                | ops.Reached()
            ):
                return 0
            case ops.OpenDecoders() | ops.CloseDecoders():
                return None
            case ops.Align(size):
                return size
            case ops.UntilRead() | ops.RestRead() | ops.StreamRead() | ops.Unkept() | ops.Prefer():
                return None
            case _:
                assert_never(op)

    def _most(self, bodies: tuple[tuple[ops.Op, ...], ...]) -> int | None:
        sizes = [self.body(body) for body in bodies]
        known = [size for size in sizes if size is not None]
        return max(known, default=0) if len(known) == len(sizes) else None

    def _loop(self, op: ops.Loop) -> int | None:
        count = None if op.count is None else self.value(op.count)
        item = self.op(op.item)
        return None if count is None or item is None else count * item

    def _call(self, name: str) -> int | None:
        if name in self._inside:
            return None
        rule = self.rules[name]
        inner = Extents(rule, self.module)
        inner._inside |= self._inside
        return inner.body(rule.body)


def _values(body: tuple[ops.Op, ...]) -> Mapping[str, int]:
    """The largest values of numbers that cannot be negative."""
    found: dict[str, int | None] = {}
    for op in every(body):
        if isinstance(op, ops.NumberRead) and op.target.name is not None:
            most = _largest(op)
            before = found.get(op.target.name, 0)
            found[op.target.name] = None if most is None or before is None else max(most, before)
    return {name: most for name, most in found.items() if most is not None}


def _largest(op: ops.NumberRead) -> int | None:
    if op.kind != "int" or op.signed:
        return None
    most = (1 << op.bits) - 1
    for step in op.conversions:
        if step.kind != "scale" or not isinstance(step.factor, int) or step.factor < 0:
            return None
        most *= step.factor
    return most
