"""How much memory one session can take, computed from the limits of its spec.

The figures are bytes of CPython 3.11 and later on 64 bits, rounded up. What belongs to the caller does not count: the
events of a call, and the piece that it gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Constant, Name, Typed
from dissgen.ir.walk import every
from dissgen.ir.widths import widths
from dissgen.types import BytesType, ListType, MapType, OptionalType, RecordType, StrType, Type

SESSION: Final = 24 * 1024
"""A session without anything that input has made: its objects, its path of states, its timers."""
_RECORD: Final = 64
_TEXT: Final = 72
_NUMBER: Final = 40
_LIST: Final = 88
_ENTRY: Final = 16
"""An entry of a list, which may be longer than it is full."""
_MAP_ENTRY: Final = 280
"""An entry of a map, with when it is due."""
_RUNS: Final = 48 * 1024
"""The order of arrival of what waits."""
_FACTORS: Final = {"latin-1": 1, "ascii": 4, "utf-8": 16}
"""Bytes of memory that a byte of input may take as text; what does not decode becomes four characters."""
_TRANSFORMS: Final = {"dot_unstuff": 64}
_DECODER: Final = 96 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """What a session may need for one thing, in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a session takes. `children` are protocols that it may upgrade to; their bounds come on top."""

    parts: tuple[Part, ...]
    children: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(part.size for part in self.parts)


def bound(module: ops.Module) -> Bound:
    """The bound of one session."""
    return _Bounder(module).bound()


@dataclass(slots=True)
class _Room:
    """Bytes of input that are there for everything in a message or budget, inside another one."""

    size: int
    around: _Room | None

    def left(self) -> int:
        return self.size if self.around is None else min(self.size, self.around.left())

    def take(self, size: int) -> None:
        self.size -= size
        if self.around is not None:
            self.around.take(size)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Objects that come in numbers: memory and fewest bytes of input of one, how often at most, and where."""

    cost: int
    least: int
    most: float
    room: _Room


class _Bounder:
    def __init__(self, module: ops.Module) -> None:
        self.module = module
        self.limits = module.limits
        self.factor = _FACTORS.get(module.encoding, 16)
        self.rules = {rule.name: rule for rule in module.rules}
        self.tokens = {token.name: token for token in module.tokens}
        self.widths = widths(module)
        self._minima: dict[str, int] = {}

    def bound(self) -> Bound:
        limits, module = self.limits, self.module
        sides = (self._sides("up"), self._sides("down"))
        substreams = [event for event in module.events if event.substream and event.rule is not None]
        parts = [
            Part("the session itself", SESSION),
            Part("bytes that wait, both directions", 2 * (4 * limits.hold + _RUNS)),
            Part("bytes of messages being read, both directions", 2 * 3 * limits.message),
            Part("values of messages being read, both directions", sum(self._values(rules) for rules in sides)),
        ]
        streams = sum(self._stream(rules) for rules in sides)
        joined = sum(
            2 * (4 * limits.message + self._values((event.rule or "",)) + SESSION // 4) for event in substreams
        )
        variables = sum(self._variable(item) for item in module.variables)
        parts += [Part("streams, both directions", streams)] if streams else []
        parts += [Part("sub-streams, both directions", joined)] if joined else []
        parts += [Part("variables", variables)] if variables else []
        return Bound(tuple(parts), tuple(sorted(self._children())))

    def _sides(self, direction: str) -> tuple[str, ...]:
        """The rules that some state reads from a direction."""
        states = self.module.machine.states if self.module.machine is not None else ()
        found = [state.up.rule if direction == "up" else state.down.rule for state in states]
        custom = None if self.module.machine is None else self.module.machine.custom
        found += [packet.rule for packet in custom.packets] if custom is not None else []
        return tuple(dict.fromkeys(rule for rule in found if rule is not None))

    def _children(self) -> set[str]:
        return {name for verb in self._verbs() if isinstance(verb, ops.Upgrade) for name in verb.protocols}

    def _verbs(self) -> Iterator[ops.Verb]:
        states = self.module.machine.states if self.module.machine is not None else ()
        for state in states:
            for handler in state.handlers:
                for row in handler.rows:
                    yield from row.execute

    # Messages

    def _values(self, rules: tuple[str, ...]) -> int:
        """What the message of one of the rules keeps: its objects, and the bytes in them."""
        if not rules:
            return 0
        copies = 1 + max((self._computed(rule) for rule in self.rules.values()), default=0)
        frames = (self.limits.depth + 1) * max(256 + 16 * len(rule.fields) for rule in self.rules.values())
        objects = max(self._objects(rule) for rule in rules)
        return objects + frames + copies * self.factor * self.limits.message

    def _computed(self, rule: ops.Rule) -> int:
        """How many of its fields may hold bytes that others hold as well."""
        texts = (field for field in rule.fields if isinstance(_held(field.type), StrType | BytesType))
        lets = {op.name for op in every(rule.body) if isinstance(op, ops.Let)}
        unions = sum(len(op.members) - 1 for op in every(rule.body) if isinstance(op, ops.Union))
        return sum(1 for field in texts if field.name in lets) + unions

    def _objects(self, name: str) -> int:
        """The objects of one value of a rule, where the input is as wasteful as the limits allow.

        Each array has at most so many items as `limits.items` lets it and those around it have, and all items together
        need their bytes: the most is had from those first that give the most objects a byte.
        """
        kinds: list[_Kind] = []
        rule = self.rules[name]
        self._collect(rule, rule.body, 1, _Room(self.limits.message, None), (name,), kinds)
        total: float = self._own(rule)
        for kind in sorted(kinds, key=lambda kind: -kind.cost / max(kind.least, 0.01)):
            count = min(kind.most, kind.room.left() // kind.least) if kind.least else kind.most
            total += count * kind.cost
            kind.room.take(int(count * kind.least))
        return int(total)

    def _collect(
        self,
        rule: ops.Rule,
        body: tuple[ops.Op, ...],
        times: float,
        room: _Room,
        above: tuple[str, ...],
        kinds: list[_Kind],
    ) -> None:
        """Everything that the values of a rule consist of; the body is read so often, all in so many bytes."""
        for op in body:
            called, often = None, times
            match op:
                case ops.Loop():
                    often = times * (self.limits.items if op.target.name is not None else 1)
                    kinds.append(_Kind(self._item_cost(op), self._least((op.item,)), often, room))
                    called = op.item.rule if isinstance(op.item, ops.Call) else None
                case ops.Call():
                    called = op.rule
                    kinds.append(_Kind(self._own(self.rules[called]), self._least_rule(called), often, room))
                case ops.Within():
                    size = self._longest(rule, op.size)
                    inside = room if size is None or times * size > room.left() else _Room(int(times * size), room)
                    self._collect(rule, op.body, times, inside, above, kinds)
                case ops.Branch():
                    for arm in (*(case.body for case in op.cases), op.otherwise or ()):
                        self._collect(rule, arm, times, room, above, kinds)
                case ops.If():
                    self._collect(rule, op.body, times, room, above, kinds)
                case ops.Union():
                    for member in op.members:
                        self._collect(rule, member, times, room, above, kinds)
                case ops.Try():
                    for alternative in op.alternatives:
                        self._collect(rule, (alternative.call, *alternative.then), times, room, above, kinds)
                case _:
                    pass
            if called is None or (called in above and times == float("inf")):
                continue
            often = float("inf") if called in above else often  # recursion: the bytes decide
            callee = self.rules[called]
            self._collect(callee, callee.body, often, room, (*above, called), kinds)

    def _longest(self, rule: ops.Rule, size: Typed) -> int | None:
        """The greatest value of a size that a number of the rule gives; None: it is not known."""
        match size:
            case Constant(int(value)):
                return value
            case Name(binding) if binding.kind is BindingKind.FIELD:
                reads = [op for op in every(rule.body) if isinstance(op, ops.NumberRead)]
                bits = [op.bits for op in reads if op.target.name == binding.name and not op.conversions]
                return (1 << max(bits)) - 1 if bits else None
            case _:
                return None

    def _reached(self, name: str) -> list[ops.Rule]:
        found: dict[str, ops.Rule] = {}
        open_ = [name]
        while open_:
            rule = self.rules[open_.pop()]
            if rule.name in found:
                continue
            found[rule.name] = rule
            open_ += [op.rule for op in every(rule.body) if isinstance(op, ops.Call)]
        return list(found.values())

    def _item_cost(self, op: ops.Loop) -> int:
        if isinstance(op.item, ops.Call):
            return _ENTRY + self._own(self.rules[op.item.rule])
        return _ENTRY + _fixed(op.item_type)

    def _own(self, rule: ops.Rule) -> int:
        """Its record and the objects in its fields, without what arrays and other rules bring."""
        return _RECORD + sum(8 + _fixed(field.type) for field in rule.fields)

    def _least(self, body: tuple[ops.Op, ...]) -> int:
        """The fewest bytes that operations read."""
        return sum(self._least_of(op) for op in body)

    def _least_of(self, op: ops.Op) -> int:
        match op:
            case ops.TokenRead():
                return self.tokens[op.token].compiled.minimum
            case ops.LiteralRead():
                return len(op.data)
            case ops.NumberRead():
                return op.bits // 8
            case ops.VarintRead():
                return 1
            case ops.TakeRead(size=Constant(int(size))):
                return max(size, 0)
            case ops.Call():
                return self._least_rule(op.rule)
            case ops.Branch():
                arms = [case.body for case in op.cases] + ([op.otherwise] if op.otherwise is not None else [])
                return min((self._least(arm) for arm in arms), default=0)
            case _:
                return 0

    def _least_rule(self, name: str) -> int:
        if name not in self._minima:
            self._minima[name] = 0  # a rule inside itself adds nothing
            self._minima[name] = self._least(self.rules[name].body)
        return self._minima[name]

    def _stream(self, rules: tuple[str, ...]) -> int:
        """The state of what is streamed: a stream's end may be held back, a transform remembers something."""
        found = {rule.name: rule for name in rules for rule in self._reached(name)}
        reads = [op for rule in found.values() for op in every(rule.body) if isinstance(op, ops.StreamRead)]
        if not reads:
            return 0
        return 1024 + sum(_TRANSFORMS.get(str(name), _DECODER) for op in reads for name in op.transforms)

    # Variables

    def _variable(self, variable: ops.Variable) -> int:
        """With all its entries at their longest."""
        type_ = variable.type
        width = self.widths[variable.name]
        entries = variable.limit if variable.limit is not None else self.limits.items
        if isinstance(type_, ListType):
            size = _LIST + entries * (_ENTRY + self._entry(type_.item, width))
        elif isinstance(type_, MapType):
            keys = self._entry(type_.key, width)
            size = _LIST + entries * (_MAP_ENTRY + keys + self._entry(type_.value, width))
        else:
            size = self._entry(type_, width)
        if variable.scope == "message" and isinstance(type_, ListType) and isinstance(type_.item, StrType | BytesType):
            # its entries are parts of the message
            size = _LIST + entries * (_ENTRY + _TEXT) + 2 * self.limits.message * self.factor
        return size * (1 if variable.scope == "session" else 2)

    def _entry(self, type_: Type, width: int) -> int:
        held = type_.inner if isinstance(type_, OptionalType) else type_
        if isinstance(held, RecordType):
            return self._values((held.name,)) if held.name in self.rules else self.limits.message
        if isinstance(held, ListType):
            return _LIST + self.limits.items * (_ENTRY + self._entry(held.item, width))
        return _fixed(held) + (width * self.factor if isinstance(held, StrType | BytesType) else 0)


def _held(type_: Type) -> Type:
    return type_.inner if isinstance(type_, OptionalType) else type_


def _fixed(type_: Type) -> int:
    """An object of a type when it is empty."""
    held = _held(type_)
    if isinstance(held, StrType | BytesType):
        return _TEXT
    if isinstance(held, ListType):
        return _LIST
    if isinstance(held, RecordType):
        return _RECORD
    return _NUMBER
