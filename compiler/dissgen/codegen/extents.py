"""How large values and rules can be, where that is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Constant, Name, Typed
from dissgen.ir.walk import every


class Extents:
    """Of one rule: `bits` are its unsigned numbers, by field."""

    def __init__(self, rule: ops.Rule, module: ops.Module) -> None:
        self.module = module
        self.tokens = {token.name: token.compiled for token in module.tokens}
        self.rules = {item.name: item for item in module.rules}
        self.bits = _unsigned(rule.body)
        self._inside = {rule.name}

    def value(self, expression: Typed) -> int | None:
        """The largest value of a number that is never negative; None: not bounded, or it may be negative."""
        if isinstance(expression, Constant):
            return expression.value if isinstance(expression.value, int) and expression.value >= 0 else None
        if isinstance(expression, Name) and expression.binding.kind is BindingKind.FIELD:
            bits = self.bits.get(expression.binding.name)
            return None if bits is None else (1 << bits) - 1
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
            case ops.Loop():
                return self._loop(op)
            case ops.Call():
                return self._call(op.rule)
            case ops.Let() | ops.Verify() | ops.Fail() | ops.TriggerInMessage() | ops.RaiseInMessage() | ops.Assign():
                return 0
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


def _unsigned(body: tuple[ops.Op, ...]) -> Mapping[str, int]:
    """The bits of numbers that are kept as they are."""
    found: dict[str, int] = {}
    for op in every(body):
        name = op.target.name if isinstance(op, ops.NumberRead) else None
        if isinstance(op, ops.NumberRead) and name is not None:
            plain = op.kind == "int" and not op.signed and not op.conversions
            found[name] = max(op.bits, found.get(name, 0)) if plain and found.get(name, 0) >= 0 else -1
    return {name: bits for name, bits in found.items() if bits >= 0}
