"""The spec as written: a frozen tree in which names are not bound and expressions are still text.

Whatever has a name keeps the scalar that wrote it, because a diagnostic needs its place. Expressions are the scalars
that hold them; `spec.expressions` reads them when their scope is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dissgen.ir.ops import Limits
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.text import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Name:
    """A name and the scalar that wrote it."""

    text: str
    node: ScalarNode

    @property
    def span(self) -> Span:
        return self.node.span


@dataclass(frozen=True, slots=True)
class Modifier:
    """A key beside the kind of an element, and its value."""

    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a branch: `values` are the constants that select it, none for `else`."""

    values: tuple[ScalarNode, ...]
    is_else: bool
    element: Element
    span: Span


@dataclass(frozen=True, slots=True)
class Element:
    """Any element of the grammar. `kind` is its kind key, or `name` for a bare name.

    `argument` is the value of the kind key (of a bare name: itself). `children` are the elements inside it, in order:
    those of a list, the one of `optional` and `array`. `cases` are those of a branch. `span` is the kind key or the
    bare name, the smallest place that stands for the element.
    """

    kind: str
    argument: Node
    span: Span
    children: tuple[Element, ...] = ()
    cases: tuple[Case, ...] = ()
    modifiers: tuple[Modifier, ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a modifier, None when it is not there."""
        return next((item.value for item in self.modifiers if item.key.value == key), None)

    def name(self, key: str) -> Name | None:
        """The value of a modifier that is a name."""
        value = self.get(key)
        return name_of(value) if value is not None else None

    @property
    def field(self) -> Name | None:
        """The field that takes the element's value."""
        return self.name("field")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule and the text of its type."""

    name: Name
    type: ScalarNode


@dataclass(frozen=True, slots=True)
class ResyncDefinition:
    """`resync: T`, or a mapping of `behind: T` or `before: T` and `begins: U`."""

    terminator: ScalarNode | None
    before: bool
    begins: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    name: Name
    element: Element
    parameters: tuple[Parameter, ...]
    value: ScalarNode | None
    resync: ResyncDefinition | None
    doc: str
    endian: str = "big"
    bits: str = "msb"
    origin: bool = False


@dataclass(frozen=True, slots=True)
class TokenDefinition:
    name: Name
    pattern: ScalarNode


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """`entries`: key and value; a set has None for values."""

    name: Name
    entries: tuple[tuple[ScalarNode, ScalarNode | None], ...]
    is_set: bool


@dataclass(frozen=True, slots=True)
class EnumDefinition:
    """`members`: number and name, in the order written."""

    name: Name
    members: tuple[tuple[ScalarNode, ScalarNode], ...]


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    name: Name
    type: ScalarNode
    initial: Node | None  # only a map has none
    scope: ScalarNode | None
    limit: ScalarNode | None
    expires: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class ConditionDefinition:
    name: Name
    expression: ScalarNode


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """Exactly one of `rule`, `fields`, `stream` is given; `stream` is what follows `stream:`."""

    name: Name
    rule: Name | None
    fields: tuple[tuple[Name, ScalarNode], ...] | None
    stream: Name | None


@dataclass(frozen=True, slots=True)
class PartyDefinition:
    """An entry of `sources` or `targets`: an expression alone is an address."""

    kind: Literal["address", "service"]
    value: ScalarNode


@dataclass(frozen=True, slots=True)
class AlertDefinition:
    name: Name
    severity: str
    confidence: str
    completion: str | None
    method: str | None
    references: tuple[str, ...]
    description: ScalarNode | None
    sources: tuple[PartyDefinition, ...] = ()
    targets: tuple[PartyDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class HookDefinition:
    """What a transition can call in the program around."""

    name: Name
    parameters: tuple[tuple[Name, ScalarNode], ...]
    returns: ScalarNode | None
    doc: str


@dataclass(frozen=True, slots=True)
class VerbDefinition:
    """One entry of `execute`: the verb, its argument (None for a bare word such as `drop`), its own guard.

    `value` stands beside `remember`, `into` beside `call`.
    """

    kind: str
    argument: Node | None
    when: ScalarNode | None
    span: Span
    value: Node | None = None
    into: Name | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `execute` None: not written; an empty tuple is an explicit no-op.

    `after` and `idle` belong to the event `timeout`, `map` to `expire`.
    """

    events: tuple[Name, ...]
    when: ScalarNode | None
    execute: tuple[VerbDefinition, ...] | None
    jump: Name | None
    span: Span
    after: ScalarNode | None = None
    idle: ScalarNode | None = None
    map: Name | None = None


@dataclass(frozen=True, slots=True)
class SideDefinition:
    """What a state says of one direction: a rule with arguments and hold, only a hold, `discard`, or `child`.

    `variants` are sides by transport; the rest is then empty.
    """

    kind: str
    rule: Name | None
    arguments: tuple[tuple[Name, Node], ...]
    hold: ScalarNode | None
    span: Span
    variants: tuple[tuple[Name, SideDefinition], ...] = ()
    between: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class StateDefinition:
    name: Name
    up: SideDefinition | None
    down: SideDefinition | None
    transitions: tuple[Transition, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the first bytes of a direction look like."""

    direction: str
    pattern: ScalarNode


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole spec as written."""

    source: SourceFile
    span: Span
    name: str
    title: str
    doc: str
    references: tuple[str, ...]
    transport: tuple[tuple[str, tuple[int, ...]], ...]
    confirm: tuple[Confirmation, ...]
    directions: tuple[str, str]
    encoding: str
    limits: Limits
    tokens: tuple[TokenDefinition, ...]
    tables: tuple[TableDefinition, ...]
    rules: tuple[RuleDefinition, ...]
    enums: tuple[EnumDefinition, ...]
    variables: tuple[VariableDefinition, ...]
    conditions: tuple[ConditionDefinition, ...]
    events: tuple[EventDefinition, ...]
    machine_events: tuple[EventDefinition, ...]
    custom: Name | None
    """`type: custom` of the machine; None for a bidirectional one."""
    roles: tuple[tuple[Name, str], ...]
    """Events of a custom machine, with the direction to which each belongs at first."""
    alerts: tuple[AlertDefinition, ...]
    initial: Name | None
    states: tuple[StateDefinition, ...]
    first: tuple[Transition, ...]
    any: tuple[Transition, ...]
    hooks: tuple[HookDefinition, ...] = ()
    examples: tuple[MappingNode, ...] = field(default=(), repr=False)
    imported: tuple[SourceFile, ...] = field(default=(), repr=False)
    """The other files that it was made of."""


def name_of(node: Node) -> Name | None:
    """A scalar as a name; None for a list or a mapping. Numbers and the like are names as they are written."""
    if not isinstance(node, ScalarNode):
        return None
    return Name(node.value if isinstance(node.value, str) else node.span.text, node)
