"""How much memory one session can take, computed from the limits of its spec.

What stands at offsets (`at`) is remembered once for each of them; a rule that puts such values together with others has
to say how long the result may be (`verify`), as that of DNS names does: nothing here knows it.

The figures are bytes of CPython 3.11 and later on 64 bits, rounded up. What belongs to the caller does not count: the
events of a call, and the piece that it gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_TRANSFORMS: Final = {"dot_unstuff": 64, "xor": 512}
_DECODER: Final = 96 * 1024
_CHOICES: Final = 400
"""Combinations of arms that are looked at; beyond, all arms of the other branches count together."""


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

    size: float
    around: _Room | None

    def left(self) -> float:
        return self.size if self.around is None else min(self.size, self.around.left())

    def take(self, size: float) -> None:
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


@dataclass(frozen=True, slots=True)
class _Path:
    """How often, in which bytes and inside which rules something is read; which arms of branches a message has.

    A choice is for the first place where its branch is read, for others all arms count. `undecided` are the branches
    that are read once and not chosen for yet, `met` all that have been come to.
    """

    times: float
    room: _Room
    above: tuple[str, ...]
    choice: dict[int, int]
    undecided: list[ops.Branch]
    met: set[int]


def _arms(branch: ops.Branch) -> tuple[tuple[ops.Op, ...], ...]:
    return (*(case.body for case in branch.cases), branch.otherwise or ())


def _worst(kinds: list[_Kind]) -> int:
    """The most that items can cost in their room."""
    total: float = 0
    for kind in sorted(kinds, key=lambda kind: -kind.cost / max(kind.least, 0.01)):
        count = min(kind.most, kind.room.left() / kind.least) if kind.least else kind.most
        total += count * kind.cost
        kind.room.take(count * kind.least)
    return int(total)


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
        whole = (state.up if direction == "up" else state.down for state in states)
        found = [side.rule for one in whole for side in one.alternatives]
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
        lets |= {op.target.name for op in every(rule.body) if isinstance(op, ops.Converted) and op.target.name}
        unions = sum(len(op.members) - 1 for op in every(rule.body) if isinstance(op, ops.Union))
        return sum(1 for field in texts if field.name in lets) + unions

    def _objects(self, name: str) -> int:
        """The objects of one value of a rule, where the input is as wasteful as the limits allow.

        Each array has at most so many items as `limits.items` lets it and those around it have, and all items together
        need their bytes: the most is had from those first that give the most objects a byte. Of the arms of a branch
        that is read once a message has one.
        """
        most, open_ = 0, [dict[int, int]()]
        for choice in open_:
            kinds: list[_Kind] = []
            rule = self.rules[name]
            root = _Path(1, _Room(self.limits.message, None), (name,), dict(choice), [], set())
            self._collect(rule, rule.body, root, kinds)
            if root.undecided and len(open_) < _CHOICES:
                branch = root.undecided[0]
                open_ += [{**choice, id(branch): arm} for arm in range(len(_arms(branch)))]
                continue
            most = max(most, self._own(rule) + self._once(rule.body, (name,)) + _worst(kinds))
        return most

    def _collect(self, rule: ops.Rule, body: tuple[ops.Op, ...], path: _Path, kinds: list[_Kind]) -> None:
        """The items of all arrays in the values of a rule; what they have once each is part of them."""
        for op in body:
            match op:
                case ops.Loop():
                    often = path.times * (self.limits.items if op.target.name is not None else 1)
                    kinds.append(_Kind(self._item_cost(op), self._least_item(op), often, path.room))
                    if isinstance(op.item, ops.Call):
                        self._enter(op.item.rule, replace(path, times=often), kinds)
                case ops.Call():
                    self._enter(op.rule, path, kinds)
                case ops.At():
                    self._enter(op.call.rule, path, kinds)
                case ops.Within():
                    size = self._longest(rule, op.size)
                    room = path.room
                    inside = size is not None and path.times * size <= room.left()
                    there = _Room(int(path.times * (size or 0)), room) if inside else room
                    self._collect(rule, op.body, replace(path, room=there), kinds)
                case ops.Branch() if path.times == 1 and (chosen := path.choice.pop(id(op), None)) is not None:
                    path.met.add(id(op))
                    self._collect(rule, _arms(op)[chosen], path, kinds)
                case ops.Branch():
                    if path.times == 1 and id(op) not in path.met:
                        path.undecided.append(op)
                    path.met.add(id(op))
                    for arm in _arms(op):
                        self._collect(rule, arm, path, kinds)
                case ops.If():
                    self._collect(rule, op.body, path, kinds)
                case ops.Union():
                    for member in op.members:
                        self._collect(rule, member, path, kinds)
                case ops.Try():
                    for alternative in op.alternatives:
                        self._collect(rule, (alternative.call, *alternative.then), path, kinds)
                case _:
                    pass

    def _enter(self, name: str, path: _Path, kinds: list[_Kind]) -> None:
        """The arrays of another rule; how often one comes that is inside itself, its bytes decide."""
        callee = self.rules[name]
        if name in path.above:
            if path.times == float("inf"):
                return
            path = replace(path, times=float("inf"))
            whole = self._own(callee) + self._once(callee.body, (name,))
            kinds.append(_Kind(whole, max(self._least_rule(name), 1), path.times, path.room))
        self._collect(callee, callee.body, replace(path, above=(*path.above, name)), kinds)

    def _once(self, body: tuple[ops.Op, ...], above: tuple[str, ...]) -> int:
        """What the rules bring that a body uses outside of arrays: of each branch the dearest arm."""
        total = 0
        for op in body:
            match op:
                case ops.Call() | ops.At():
                    name = op.rule if isinstance(op, ops.Call) else op.call.rule
                    if name not in above:
                        callee = self.rules[name]
                        total += self._own(callee) + self._once(callee.body, (*above, name))
                case ops.Within() | ops.If():
                    total += self._once(op.body, above)
                case ops.Branch():
                    total += max((self._once(arm, above) for arm in _arms(op)), default=0)
                case ops.Union():
                    total += sum(self._once(member, above) for member in op.members)
                case ops.Try():
                    total += max(self._once((one.call, *one.then), above) for one in op.alternatives)
                case _:
                    pass
        return total

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
            callee = self.rules[op.item.rule]
            return _ENTRY + self._own(callee) + self._once(callee.body, (callee.name,))
        return _ENTRY + _fixed(op.item_type)

    def _own(self, rule: ops.Rule) -> int:
        """Its record and the objects in its fields, or its value, without what arrays and other rules bring."""
        if rule.result is not None:
            return _fixed(rule.type)
        return _RECORD + sum(8 + _fixed(field.type) for field in rule.fields)

    def _least_item(self, op: ops.Loop) -> int:
        """The fewest bytes of an item that takes what `_item_cost` says. Texts of less than two bytes are shared."""
        called = self.rules[op.item.rule].type if isinstance(op.item, ops.Call) else op.item_type
        read = op.item if not isinstance(op.item, ops.Call) else next(iter(self.rules[op.item.rule].body), None)
        least = self._least((op.item,))
        if isinstance(_held(called), StrType | BytesType) and least and not isinstance(read, ops.TokenRead):
            return least + (2 if self.factor == 1 else 1)
        return least

    def _least(self, body: tuple[ops.Op, ...]) -> int:
        """The fewest bytes that operations read."""
        return self._bits(body) // 8

    def _bits(self, body: tuple[ops.Op, ...]) -> int:
        return sum(self._bits_of(op) for op in body)

    def _bits_of(self, op: ops.Op) -> int:
        match op:
            case ops.TokenRead():
                return 8 * self.tokens[op.token].compiled.minimum
            case ops.LiteralRead():
                return 8 * len(op.data)
            case ops.NumberRead():
                return op.bits
            case ops.VarintRead():
                return 8
            case ops.TakeRead(size=Constant(int(size))):
                return 8 * max(size, 0)
            case ops.Call():
                return self._bits_of_rule(op.rule)
            case ops.Within():
                return self._bits(op.body)
            case ops.Branch():
                return min((self._bits(arm) for arm in _arms(op)), default=0)
            case _:
                return 0

    def _least_rule(self, name: str) -> int:
        return self._bits_of_rule(name) // 8

    def _bits_of_rule(self, name: str) -> int:
        if name not in self._minima:
            self._minima[name] = 0  # a rule inside itself adds nothing
            self._minima[name] = self._bits(self.rules[name].body)
        return self._minima[name]

    def _stream(self, rules: tuple[str, ...]) -> int:
        """The state of what is streamed: a stream's end may be held back, a transform remembers something."""
        found = {rule.name: rule for name in rules for rule in self._reached(name)}
        reads = [op for rule in found.values() for op in every(rule.body) if isinstance(op, ops.StreamRead)]
        if not reads:
            return 0
        return 1024 + sum(_TRANSFORMS.get(item.name, _DECODER) for op in reads for item in op.transforms)

    # Variables

    def _variable(self, variable: ops.Variable) -> int:
        """With all its entries at their longest."""
        type_ = variable.type
        width = self.widths[variable.name]
        entries = variable.limit if variable.limit is not None else self.limits.items
        if isinstance(type_, ListType):
            size = _LIST + entries * _ENTRY + self._entries(entries * self._entry(type_.item, width))
        elif isinstance(type_, MapType):
            both = self._entry(type_.key, width) + self._entry(type_.value, width)
            size = _LIST + entries * _MAP_ENTRY + self._entries(entries * both)
        else:
            size = self._entry(type_, width)
        if variable.scope == "message" and isinstance(type_, ListType) and isinstance(type_.item, StrType | BytesType):
            # its entries are parts of the message
            size = _LIST + entries * (_ENTRY + _TEXT) + 2 * self.limits.message * self.factor
        return size * (1 if variable.scope == "session" else 2)

    def _entries(self, longest: int) -> int:
        """What all entries take: each at its longest, or as much as `limits.variable` lets them weigh.

        A character weighs one byte and may take four; an object weighs no less than what it takes.
        """
        return min(longest, self.limits.variable * (1 if self.factor == 1 else 4))

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
