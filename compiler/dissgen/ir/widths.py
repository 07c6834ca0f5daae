"""How long the texts can be that variables hold, from the tokens and rules that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dissgen.ir import ops
from dissgen.ir.expressions import (
    Attribute,
    Binary,
    Binding,
    BindingKind,
    Conditional,
    Constant,
    Index,
    ListDisplay,
    Method,
    Name,
    OrDefault,
    Slice,
    Typed,
)
from dissgen.ir.walk import every
from dissgen.types import ListType, RecordType

_VARIABLES: Final = (BindingKind.VARIABLE, BindingKind.DIRECTION_VARIABLE, BindingKind.MESSAGE_VARIABLE)


def widths(module: ops.Module) -> dict[str, int]:
    """Variable -> the longest text in it, or in one of its entries, in bytes of input."""
    solver = _Widths(module)
    solver.solve()
    return solver.widths


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: in this rule or with its record as `message`, in transitions of this event."""

    rule: str
    event: str


class _Widths:
    def __init__(self, module: ops.Module) -> None:
        self.module = module
        self.limits = module.limits
        self.rules = {rule.name: rule for rule in module.rules}
        self.tokens = {token.name: token for token in module.tokens}
        self.widths: dict[str, int] = {}
        self._payloads: dict[tuple[str, str], int] = {}

    def solve(self) -> None:
        """The longest text that each variable, or an entry of it, can hold."""
        self.widths = {item.name: self._width(item.initial, _Place("", "")) for item in self.module.variables}
        for turn in range(len(self.widths) + 2):
            before = dict(self.widths)
            self._assign()
            if self.widths == before:
                return
            if turn >= len(self.widths):  # it grows from message to message, up to the limit
                for name, width in self.widths.items():
                    if width != before[name]:
                        self.widths[name] = self.limits.message

    def _assign(self) -> None:
        for rule in self.module.rules:
            here = _Place(rule.name, "")
            for op in every(rule.body):
                if isinstance(op, ops.Assign):
                    for name, value in op.values:
                        self._widen(name, value, here)
                elif isinstance(op, ops.RaiseInMessage):
                    self._brings(op.event, op.payload, here)
        states = self.module.machine.states if self.module.machine is not None else ()
        for state in states:
            for handler in state.handlers:
                record = handler.message.name if isinstance(handler.message, RecordType) else ""
                for verb in (verb for row in handler.rows for verb in row.execute):
                    self._verb(verb, _Place(record, handler.event))

    def _verb(self, verb: ops.Verb, here: _Place) -> None:
        match verb:
            case ops.SetVariables():
                for name, value in verb.values:
                    self._widen(name, value, here)
            case ops.Push():
                self._widen(verb.variable, verb.value, here)
            case ops.Remember():
                self._widen(verb.variable, verb.value, here)
                self._widen(verb.variable, verb.key, here)
            case ops.CallHook() if verb.into is not None:
                self.widths[verb.into] = max(self.widths[verb.into], self.limits.token)
            case ops.RaiseEvent():
                self._brings(verb.event, verb.payload, here)
            case _:
                pass

    def _brings(self, event: str, payload: tuple[tuple[str, Typed], ...], here: _Place) -> None:
        for name, value in payload:
            width = min(self._width(value, here), self.limits.message)
            self._payloads[event, name] = max(self._payloads.get((event, name), 0), width)

    def _widen(self, name: str, value: Typed, here: _Place) -> None:
        if name in self.widths:
            width = min(self._width(value, here), self.limits.message)
            self.widths[name] = max(self.widths[name], width)

    def _width(self, value: Typed | None, here: _Place) -> int:
        """The longest text in a value, in bytes of input."""
        match value:
            case None:
                return 0
            case Constant(str(text)) | Constant(bytes(text)):
                return len(text)
            case Constant():
                return 0
            case Name(binding):
                return self._named(binding, here)
            case Attribute(Name(binding), field) if binding.kind is BindingKind.MESSAGE:
                return self._field(here.rule, field)
            case Attribute(record, field) if isinstance(record.type, RecordType):
                return self._field(record.type.name, field)
            case OrDefault(first, second) | Conditional(_, first, second):
                return max(self._width(first, here), self._width(second, here))
            case Binary("+", left, right) if isinstance(value.type, ListType):
                return max(self._width(left, here), self._width(right, here))
            case Binary("+", left, right):
                return self._width(left, here) + self._width(right, here)
            case Index(inside) | Slice(inside):
                return self._width(inside, here)
            case Method(inside, "upper" | "lower" | "strip"):
                return self._width(inside, here)
            case ListDisplay(items):
                return max((self._width(item, here) for item in items), default=0)
            case _:
                return self.limits.message

    def _named(self, binding: Binding, here: _Place) -> int:
        if binding.kind is BindingKind.PAYLOAD:
            return self._payloads.get((here.event, binding.name), 0)
        if binding.kind is BindingKind.FIELD:
            return self._field(here.rule, binding.name)
        if binding.kind in _VARIABLES:
            return self.widths.get(binding.name, self.limits.message)
        return self.limits.message

    def _field(self, rule: str, field: str) -> int:
        found = self.rules.get(rule)
        if found is None:  # of another file
            return self.limits.message
        width = 0
        for op in every(found.body):
            match op:
                case ops.TokenRead() if op.target.name == field:
                    token = self.tokens[op.token]
                    longest = token.compiled.maximum
                    width = max(width, token.limit if longest is None else min(token.limit, longest))
                case ops.LiteralRead() if op.target.name == field:
                    width = max(width, len(op.data))
                case ops.Let() if op.name == field:
                    width = max(width, self._width(op.value, _Place(rule, "")))
                case ops.TakeRead() | ops.UntilRead() | ops.RestRead() | ops.Call() | ops.Loop() | ops.Converted() if (
                    op.target.name == field
                ):
                    return self.limits.message
                case _:
                    pass
        return width
