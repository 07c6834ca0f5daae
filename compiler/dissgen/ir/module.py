"""A whole spec: its tokens, tables, variables, events and alerts, its rules and its machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.ir.grammar import Rule
from dissgen.ir.leaves import Place
from dissgen.ir.machine import Machine
from dissgen.types import Type

if TYPE_CHECKING:  # the IR carries them, it does not look inside
    from dissgen.tokens import CompiledTerminator, CompiledToken

Scope: TypeAlias = Literal["session", "direction", "message"]


@dataclass(frozen=True, slots=True)
class TokenDefinition:
    """A named token (inline ones are named after their place: `DOT` or `MAIL_DOT`); `compiled` is for the reader."""

    name: str
    text: str
    compiled: CompiledToken
    limit: int
    place: Place


@dataclass(frozen=True, slots=True)
class TerminatorDefinition:
    """A token used by until, resync or skip."""

    name: str
    text: str
    compiled: CompiledTerminator
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """`kind` mapping: key -> value; set: only keys (values all True)."""

    name: str
    kind: Literal["mapping", "set"]
    entries: tuple[tuple[str | int | bool, str | int | bool], ...]
    type: Type
    place: Place


@dataclass(frozen=True, slots=True)
class Enum:
    """Numbers with names; `members` in the order written."""

    name: str
    members: tuple[tuple[str, int], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Variable:
    """`initial` is a constant expression, None for a map, which begins empty.

    `limit` of a list or map: beyond it the oldest leaves. `expires` (nanoseconds): how long an entry of a map stays.
    `scope` is session; direction: there is one a direction; or message: likewise, and it gets its initial value when
    a message begins.
    """

    name: str
    type: Type
    initial: Typed
    limit: int | None
    place: Place
    scope: Scope = "session"
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class EventField:
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """`stream` events have no fields of their own. `rule`: the payload is that rule's fields.

    `substream`: what is streamed to it is joined for each direction and read by `rule`.
    """

    name: str
    fields: tuple[EventField, ...]
    stream: bool
    rule: str | None
    place: Place
    doc: str = ""
    substream: bool = False


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """An event that rules and verbs raise to the machine."""

    name: str
    fields: tuple[EventField, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Hook:
    """A method of the object that a session is given; `returns` None: nothing."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    returns: Type | None
    place: Place
    doc: str = ""


@dataclass(frozen=True, slots=True)
class AlertDefinition:
    """`description` is a template: text and (expression, conversion '' or 'r'); it is checked at each use."""

    id: str
    severity: Literal["low", "medium", "high"]
    confidence: Literal["low", "medium", "high"]
    references: tuple[str, ...]
    completion: Literal["failed", "successful"] | None
    method: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes, entries or counts (language page, section 2)."""

    message: int = 1024 * 1024
    token: int = 8 * 1024
    hold: int = 64 * 1024
    items: int = 4096
    depth: int = 16
    transitions: int = 64
    work: int = 64
    expansion: int = 100
    variable: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Module:
    """A whole spec. `path` is relative to the project root, POSIX; `digest` the SHA-256 of the source text (hex)."""

    path: str
    digest: str
    protocol: str
    title: str
    doc: str
    references: tuple[str, ...]
    transport: tuple[tuple[str, tuple[int, ...]], ...]
    confirm: tuple[tuple[Literal["up", "down"], str], ...]  # direction, name of the token
    directions: tuple[str, str]  # names of up and down
    encoding: str
    limits: Limits
    tokens: tuple[TokenDefinition, ...]
    terminators: tuple[TerminatorDefinition, ...]
    enums: tuple[Enum, ...]
    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]  # in an order in which used rules come first, as far as recursion allows
    variables: tuple[Variable, ...]
    events: tuple[EventDefinition, ...]
    alerts: tuple[AlertDefinition, ...]
    machine: Machine | None
    machine_events: tuple[MachineEvent, ...] = ()
    hooks: tuple[Hook, ...] = ()
    tutorial: bool = field(default=False)  # lives under specs/tutorial: applied to captures only when named
