"""The intermediate representation: what will run, as pure data.

A `Module` is all that code generation knows of a spec. Grammar rules are trees of the operations below, expressions
are the checked trees of `ir.expressions`, the machine is a list of rows for each state and event. Names are the spec's
own; how they are written in Python is decided in `codegen.naming`.

The set of operations is closed. Every element kind of the language lowers itself to it (`primitives/`), every pass
maps it to itself (`passes/`), and code generation handles each member once (`match` with `assert_never`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.types import Type

if TYPE_CHECKING:  # the IR carries them, it does not look inside
    from dissgen.tokens import CompiledTerminator, CompiledToken


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the spec something stems from: file name as shown, 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """One step of `convert`: int (with base), float, upper, lower, strip, bool, hex ...; `signed` for int."""

    kind: Literal["int", "float", "upper", "lower", "strip", "hex"]
    base: int = 10
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where the value of a reading operation goes: the field or local `name` of the rule; None = passed over."""

    name: str | None = None


NOWHERE = Target(None)


@dataclass(frozen=True, slots=True)
class TokenRead:
    """The longest match of a named token. The value is text (`str`), converted."""

    token: str
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class LiteralRead:
    """These exact bytes. The value is the bytes as text."""

    data: bytes
    ignore_case: bool
    target: Target
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class TakeRead:
    """`size` bytes (an int expression, an error when negative)."""

    size: Typed
    text: bool
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class UntilRead:
    """The bytes before the next match of a terminator, which is not consumed."""

    terminator: str
    text: bool
    limit: int | None
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class RestRead:
    """All bytes up to the end of the direction (or of the budget)."""

    text: bool
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


Leaf: TypeAlias = TokenRead | LiteralRead | TakeRead | UntilRead | RestRead


@dataclass(frozen=True, slots=True)
class StreamRead:
    """A leaf whose bytes are not kept but delivered to a stream event as they arrive.

    Only a streamed token with a field keeps its value too. `transforms` are applied in order; of them this version
    has `dot_unstuff`.
    """

    source: Leaf
    event: str
    transforms: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """Another rule in value position: its record (or value) goes to the target."""

    rule: str
    arguments: tuple[tuple[str, Typed], ...]
    target: Target
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class Let:
    """A computed field or local."""

    name: str
    value: Typed
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """`values` are the constants that select it (of the subject's type)."""

    values: tuple[str | int | bool | bytes, ...]
    body: tuple[Op, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case whose values contain the subject; `otherwise` None = no match is a parse error.

    `table_miss` is true where the subject is a look-up that may miss: a miss is then no match.
    """

    subject: Typed
    cases: tuple[Case, ...]
    otherwise: tuple[Op, ...] | None
    table_miss: bool
    place: Place


@dataclass(frozen=True, slots=True)
class If:
    """The body where the test is true (`optional` with `when`)."""

    test: Typed
    body: tuple[Op, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Loop:
    """An array. `item` is the operation that reads one element into the target `item`.

    Exactly as the language has it: `while_` is tested before each item (without `item`), `until` after each (with
    `item`), `count` is evaluated once, `rest` goes on to the end of the input; the first that stops it ends it.
    """

    item: Leaf | Call
    item_type: Type
    count: Typed | None
    while_: Typed | None
    until: Typed | None
    rest: bool
    target: Target
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class Union:
    """Every member from the same start; ends at the furthest."""

    members: tuple[tuple[Op, ...], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Verify:
    """A parse error with `message` where the test is false."""

    test: Typed
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fail:
    """Always a parse error."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Run:
    """Leaves (tokens, literals) and optional groups of them that one regular expression reads. Made by `fuse_regex`.

    An `If` among the parts is an optional group whose test is `peek` of its own first token.
    """

    parts: tuple[TokenRead | LiteralRead | If, ...]
    place: Place


Op: TypeAlias = Leaf | StreamRead | Call | Let | Branch | If | Loop | Union | Verify | Fail | Run


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a rule. `optional`: some path leaves it unset, it then reads None (its type says so too).

    `local` fields (names that begin with `_`, and all fields of a rule with `value`) are seen by the rule only.
    """

    name: str
    type: Type
    place: Place
    local: bool = False


@dataclass(frozen=True, slots=True)
class Resync:
    """Where parsing may start again: after (or, `before`, at) the next match of the terminator."""

    terminator: str
    before: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A grammar rule. `result` is what it yields: its record (None), the value of one of its names, or an expression.

    `source` is the rule in one line, as a person would write it (`code separator text LINE_END`); `reference` the RFC
    section named in its comment or `doc`, or "". `streams` are the stream events that it or the rules it uses feed.
    `whole` is the body of its straight-line variant (for input that is all there), made by passes; None: it has none.
    `anonymous` rules stand for nested unnamed elements (`reply_item`), they have no public parse function.
    """

    name: str
    parameters: tuple[tuple[str, Type], ...]
    fields: tuple[Field, ...]
    body: tuple[Op, ...]
    result: Typed | None
    type: Type
    resync: Resync | None
    streams: tuple[str, ...]
    place: Place
    source: str
    doc: str = ""
    anonymous: bool = False
    whole: tuple[Op, ...] | None = None


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
class Variable:
    """Of the session. `initial` is a constant expression; `limit` of a list: beyond it the oldest leaves."""

    name: str
    type: Type
    initial: Typed
    limit: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class EventField:
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """`stream` events have no fields of their own. `rule`: the payload is that rule's fields."""

    name: str
    fields: tuple[EventField, ...]
    stream: bool
    rule: str | None
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


Template: TypeAlias = tuple[str | tuple[Typed, str], ...]


# The verbs of `execute`. `when` is the verb's own guard.


@dataclass(frozen=True, slots=True)
class Trigger:
    """Build and report an event; the payload in the order of its fields."""

    event: str
    payload: tuple[tuple[str, Typed], ...]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    alert: str
    description: Template
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class SetVariables:
    """All right sides are evaluated first."""

    values: tuple[tuple[str, Typed], ...]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Push:
    variable: str
    value: Typed
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Pop:
    """Take the oldest entry off; nothing happens to an empty list."""

    variable: str
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class WriteLog:
    text: Template
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class SetVerdict:
    verdict: Literal["accept", "drop", "reset"]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Skip:
    """`terminator`: through its next match; None: `rest`, all that is still to come in this direction."""

    terminator: str | None
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Abandon:
    direction: Literal["up", "down"]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Upgrade:
    protocol: str
    when: Typed | None
    place: Place


Verb: TypeAlias = Trigger | RaiseAlert | SetVariables | Push | Pop | WriteLog | SetVerdict | Skip | Abandon | Upgrade


@dataclass(frozen=True, slots=True)
class Row:
    """One transition: the first of a chain whose `when` is absent or true fires. `jump` None = stay."""

    when: Typed | None
    execute: tuple[Verb, ...]
    jump: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Handler:
    """The rows that `state` and `event` have, in the order of evaluation.

    `message` is the type of `message` in up and down events, else None. Rows of `first` and `any` are listed with the
    state's own (each with its own place), so that a chain stands alone; `shared_from` is the index of the first row
    that comes from `any` (len(rows) if none), so that code generation can give those to one function.
    """

    event: str
    message: Type | None
    rows: tuple[Row, ...]
    shared_from: int


@dataclass(frozen=True, slots=True)
class Side:
    """What a state reads from one direction.

    absent: data is a missing_grammar; rule: `rule`, its `arguments` and `hold`; hold: only a `hold` test;
    discard; child.
    """

    kind: Literal["absent", "rule", "hold", "discard", "child"]
    rule: str | None
    arguments: tuple[tuple[str, Typed], ...]
    hold: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class State:
    """`handlers` only for events that have rows, in the order: enter leave init midstream up down parse_error
    missing_grammar gap end child_finish fail finish."""

    name: str
    up: Side
    down: Side
    handlers: tuple[Handler, ...]
    place: Place
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    initial: str
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes, entries or counts (language page, section 2)."""

    message: int = 1024 * 1024
    token: int = 8 * 1024
    hold: int = 64 * 1024
    items: int = 4096
    depth: int = 16
    transitions: int = 64


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
    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]  # in an order in which used rules come first, as far as recursion allows
    variables: tuple[Variable, ...]
    events: tuple[EventDefinition, ...]
    alerts: tuple[AlertDefinition, ...]
    machine: Machine | None
    tutorial: bool = field(default=False)  # lives under specs/tutorial: applied to captures only when named
