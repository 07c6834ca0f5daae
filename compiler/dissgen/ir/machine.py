"""The machine: what each state reads from each side, and the rows of its transitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.ir.grammar import Reached
from dissgen.ir.leaves import Place
from dissgen.types import Type

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
class Party:
    """A source or a target of an alert: `value` is a text, a list of them, or absent."""

    kind: Literal["address", "service"]
    value: Typed


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    alert: str
    description: Template
    when: Typed | None
    place: Place
    sources: tuple[Party, ...] = ()
    targets: tuple[Party, ...] = ()


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
class Remember:
    """Set an entry of a map variable; it is its youngest then."""

    variable: str
    key: Typed
    value: Typed
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove an entry of a map variable; nothing happens if there is none."""

    variable: str
    key: Typed
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
    """`terminator`: through its next match; None: `rest`, all that is still to come in this direction.

    `message`: to the end of the outermost budget in which the message has failed.
    """

    terminator: str | None
    when: Typed | None
    place: Place
    message: bool = False


@dataclass(frozen=True, slots=True)
class Abandon:
    direction: Literal["up", "down"]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`probe`: to that one of the protocols which the first bytes show; else there is one only."""

    protocols: tuple[str, ...]
    probe: bool
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class RaiseEvent:
    """Hand an event of the machine to the state, after the jump; the values in the order of its fields."""

    event: str
    payload: tuple[tuple[str, Typed], ...]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Swap:
    """Exchange the events of the directions."""

    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Restart:
    """End the session and begin another one, which handles the event of the machine anew (None: the event is none)."""

    event: str | None
    payload: tuple[str, ...]
    when: Typed | None
    place: Place


@dataclass(frozen=True, slots=True)
class CallHook:
    """Call a hook, the arguments in the order of its parameters; `into`: the variable that keeps what it returns."""

    hook: str
    arguments: tuple[tuple[str, Typed], ...]
    into: str | None
    when: Typed | None
    place: Place


Verb: TypeAlias = (
    Trigger
    | RaiseAlert
    | SetVariables
    | Push
    | Pop
    | Remember
    | Forget
    | WriteLog
    | SetVerdict
    | Skip
    | Abandon
    | Upgrade
    | RaiseEvent
    | CallHook
    | Swap
    | Restart
    | Reached
)


@dataclass(frozen=True, slots=True)
class Row:
    """One transition: the first of a chain whose `when` is absent or true fires. `jump` None = stay."""

    when: Typed | None
    execute: tuple[Verb, ...]
    jump: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Timer:
    """When a `timeout` fires: so long after the state was entered, or (`idle`) after the last byte."""

    after: Typed
    idle: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """The rows that `state` and `event` have, in the order of evaluation.

    `message` is the type of `message` in up and down events, else None. Rows of `first` and `any` are listed with the
    state's own (each with its own place), so that a chain stands alone; `shared_from` is the index of the first row
    that comes from `any` (len(rows) if none), so that code generation can give those to one function. `payload` are
    the names that an event of the machine brings. There is a `timeout` for each `timer`, an `expire` for each
    `map`.
    """

    event: str
    message: Type | None
    rows: tuple[Row, ...]
    shared_from: int
    payload: tuple[tuple[str, Type], ...] = ()
    timer: Timer | None = None
    map: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What a state reads from one direction.

    absent: data is a missing_grammar; rule: `rule`, its `arguments` and `hold`; hold: only a `hold` test;
    discard; child; transport: the side of the session's transport among `variants`. Matches of the token `between` in
    front of a message are skipped.
    """

    kind: Literal["absent", "rule", "hold", "discard", "child", "transport"]
    rule: str | None
    arguments: tuple[tuple[str, Typed], ...]
    hold: Typed | None
    place: Place
    variants: tuple[tuple[str, Side], ...] = ()
    between: str | None = None

    @property
    def alternatives(self) -> tuple[Side, ...]:
        """The sides that it may be, by transport."""
        return tuple(side for _, side in self.variants) or (self,)


@dataclass(frozen=True, slots=True)
class State:
    """`handlers` only for events that have rows, in the order: enter leave init midstream up down parse_error
    missing_grammar gap end child_finish fail finish timeout expire."""

    name: str
    up: Side
    down: Side
    handlers: tuple[Handler, ...]
    place: Place
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Packet:
    """What the payload of an event is read from: a rule with some of the parameters that a packet gives it; None: the
    packet as it is."""

    event: str
    rule: str | None
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Custom:
    """What a machine with events of its own has. `roles`: the events that belong to a direction."""

    roles: tuple[tuple[str, Literal["up", "down"]], ...]
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """`custom` None: the machine is driven by what it reads from the two directions."""

    initial: str
    states: tuple[State, ...]
    custom: Custom | None = None
