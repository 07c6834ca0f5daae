"""The spec as meant: every name bound, every expression typed, the machine checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.primitives import Bound
from dissgen.sema.enums import EnumModel
from dissgen.sema.expressions import Cases
from dissgen.spec.tree import Protocol
from dissgen.text import Span
from dissgen.tokens import CompiledTerminator, CompiledToken
from dissgen.types import Type


@dataclass(frozen=True, slots=True)
class TokenModel:
    """A token. `inline` ones are written where they are used and named after that place."""

    name: str
    text: str
    compiled: CompiledToken = field(repr=False)
    minimum: int
    inline: bool
    span: Span


@dataclass(frozen=True, slots=True)
class TerminatorModel:
    """A token in its use for `until`, `resync` or `skip`."""

    name: str
    text: str
    compiled: CompiledTerminator = field(repr=False)
    span: Span


@dataclass(frozen=True, slots=True)
class TableModel:
    name: str
    is_set: bool
    entries: tuple[tuple[str | int | bool, str | int | bool], ...]
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field of a rule; its type is an optional where not every path sets it."""

    name: str
    type: Type
    local: bool
    span: Span
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class RuleModel:
    """`body` is None where a mistake in it was reported. `calls` are the rules it uses in value position.

    `effects` are what it does besides reading (`set`, `trigger`, `raise`), `raises` the events of the machine that it
    raises: by itself or through the rules that it uses.
    """

    name: str
    parameters: tuple[tuple[str, Type], ...]
    fields: tuple[FieldModel, ...]
    body: Bound | None
    result: Typed | None
    type: Type
    resync: ops.Resync | None
    streams: frozenset[str]
    calls: tuple[str, ...]
    effects: frozenset[str]
    raises: frozenset[str]
    minimum: int
    span: Span
    source: str
    doc: str
    anonymous: bool
    ends_inside: bool = False
    origin: bool = False
    cases: tuple[Cases, ...] = ()


@dataclass(frozen=True, slots=True)
class VariableModel:
    name: str
    type: Type
    initial: Typed
    limit: int | None
    span: Span
    scope: ops.Scope = "session"
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class MachineEventModel:
    """An event that is raised to the machine, with the names and types of its payload."""

    name: str
    fields: tuple[tuple[str, Type], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class HookModel:
    """What the program around a session is asked; `returns` None: nothing."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    returns: Type | None
    span: Span
    doc: str


@dataclass(frozen=True, slots=True)
class EventModel:
    """`fields` of a stream event are empty; `rule` is the rule whose fields are the payload.

    `substream`: what is streamed to it is joined and read by `rule`; each message is an event, also of the machine.
    """

    name: str
    fields: tuple[tuple[str, Type], ...]
    stream: bool
    rule: str | None
    span: Span
    substream: bool = False


@dataclass(frozen=True, slots=True)
class AlertModel:
    id: str
    severity: str
    confidence: str
    completion: str | None
    method: str | None
    references: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RowModel:
    """A transition in one state. `origin` is the section that it stands in: `first`, `state` or `any`."""

    when: Typed | None
    execute: tuple[ops.Verb, ...]
    jump: str | None
    origin: str
    span: Span


@dataclass(frozen=True, slots=True)
class HandlerModel:
    """The rows of a state for an event, in the order of evaluation; rows behind an unguarded one never fire.

    An event that happens because time passes is one for each `timer`, or for each `map`.
    """

    event: str
    message: Type | None
    rows: tuple[RowModel, ...]
    payload: tuple[tuple[str, Type], ...] = ()
    timer: ops.Timer | None = None
    map: str | None = None


@dataclass(frozen=True, slots=True)
class StateModel:
    name: str
    up: ops.Side
    down: ops.Side
    handlers: tuple[HandlerModel, ...]
    span: Span
    doc: str

    @property
    def sides(self) -> tuple[tuple[str, ops.Side], ...]:
        """The directions and what is read from them."""
        return (("up", self.up), ("down", self.down))

    @property
    def jumps(self) -> frozenset[str]:
        """Where its rows lead to."""
        return frozenset(row.jump for handler in self.handlers for row in handler.rows if row.jump is not None)


@dataclass(frozen=True, slots=True)
class Model:
    """A whole spec. `conditions` are the names and places of the named guards; they are expanded where they stand.

    `used` has the names that something refers to, by section (`tokens`, `grammar`, `variables`, ...).
    """

    protocol: Protocol
    tokens: tuple[TokenModel, ...]
    terminators: tuple[TerminatorModel, ...]
    confirm: tuple[tuple[str, str], ...]
    enums: tuple[EnumModel, ...]
    tables: tuple[TableModel, ...]
    rules: tuple[RuleModel, ...]
    variables: tuple[VariableModel, ...]
    conditions: tuple[tuple[str, Span], ...]
    events: tuple[EventModel, ...]
    alerts: tuple[AlertModel, ...]
    initial: str | None
    states: tuple[StateModel, ...]
    machine_events: tuple[MachineEventModel, ...]
    custom: ops.Custom | None
    hooks: tuple[HookModel, ...]
    used: Mapping[str, frozenset[str]]
