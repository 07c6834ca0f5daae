"""The names that expressions in a state can see: guards, verbs, `hold`, `with`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dissgen.ir.expressions import Binding, BindingKind, Typed
from dissgen.sema.expressions import Cases
from dissgen.sema.rules import ERROR
from dissgen.text import Span
from dissgen.types import BOOL, DURATION, INT, STR, RecordType, Type, optional

if TYPE_CHECKING:
    from dissgen.sema.machine import Machine

DIRECTED: Final = ("up", "down", "parse_error", "missing_grammar", "transform_error", "gap", "end")
"""Events that belong to one direction."""

_ANYWHERE: Final[Mapping[str, Binding]] = {
    "transport": Binding(BindingKind.TRANSPORT, "transport", STR),
    "now": Binding(BindingKind.NOW, "now", DURATION),
    "client.address": Binding(BindingKind.CLIENT_ADDRESS, "client.address", optional(STR)),
    "server.address": Binding(BindingKind.SERVER_ADDRESS, "server.address", optional(STR)),
}
_OF_RULES: Final = ("peek", "derived", "item", "index", "position", "remaining", "parent", "root")


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an expression stands: an event of a state, or a side of it (`event` is then "").

    `message` is None in events without one; `message_broken` where its type could not be found out. `held` are the
    directions of which `held.x` may be read. `payload` are the names that an event of the machine brings. `side` is the
    direction of a side; `after`: the period of a `timeout`. `sent`: whether an event of a custom machine belongs to a
    direction; None in other machines.
    """

    state: str
    event: str
    message: Type | None = None
    message_broken: bool = False
    held: tuple[str, ...] = ()
    payload: Mapping[str, Type] | None = None
    payload_broken: bool = False
    side: str = ""
    after: bool = False
    substream: bool = False
    sent: bool | None = None

    @property
    def directed(self) -> bool:
        """Whether the event belongs to one direction."""
        if self.sent is not None:
            return self.sent
        return self.event in DIRECTED or self.substream or (self.payload is not None and self.event != "expire")

    @property
    def of_message(self) -> bool:
        """Whether the event belongs to a message, whose variables can be read."""
        if self.sent is not None:
            return False
        return self.event in ("up", "down") or (self.payload is not None and self.event != "expire")


class TransitionScope:
    """Implements the checker's scope for one situation."""

    def __init__(self, machine: Machine, situation: Situation) -> None:
        self.machine = machine
        self.situation = situation
        self._expanding: list[str] = []
        self.bindings = self._bindings()

    def _bindings(self) -> dict[str, Binding]:
        found = dict(_ANYWHERE)
        situation = self.situation
        if not situation.event:
            del found["now"]  # what stands there is looked at when something comes, not when time passes
        if situation.after:
            found["direction"] = Binding(BindingKind.DIRECTION, "direction", optional(STR))
        elif situation.directed or not situation.event:
            found["direction"] = Binding(BindingKind.DIRECTION, "direction", STR)
        if situation.directed:
            found["sender"] = Binding(BindingKind.SENDER, "sender", STR)
        if situation.event in ("parse_error", "missing_grammar", "transform_error"):
            found["error"] = Binding(BindingKind.ERROR, "error", ERROR)
        if situation.message is not None:
            found["message"] = Binding(BindingKind.MESSAGE, "message", situation.message)
        for name, type_ in (situation.payload or {}).items():
            found[name] = Binding(BindingKind.PAYLOAD, name, type_)
        for direction in situation.held:
            kind = BindingKind.HELD_UP if direction == "up" else BindingKind.HELD_DOWN
            found[f"held.{direction}"] = Binding(kind, f"held.{direction}", INT)
        return found

    def lookup(self, name: str) -> Binding | None:
        if name in self.bindings:
            return self.bindings[name]
        variable = self.machine.variables.get(name)
        if variable is not None and variable.scope == "message":
            if not self.situation.of_message:
                return None
            return Binding(BindingKind.MESSAGE_VARIABLE, name, variable.type)
        if variable is not None and variable.scope == "direction":
            if not (self.situation.directed or self.situation.side):
                return None
            return Binding(BindingKind.DIRECTION_VARIABLE, name, variable.type)
        if variable is not None:
            return Binding(BindingKind.VARIABLE, name, variable.type)
        if name in self.machine.conditions:
            definition = self._condition(name)
            return None if definition is None else Binding(BindingKind.CONDITION, name, BOOL, definition)
        return self.machine.rules.table(name) or self.machine.context.enum(name)

    def _condition(self, name: str) -> Typed | None:
        """The guard of that name, as it is here. One with a mistake counts as `false`, the mistake is reported."""
        if name in self._expanding:
            return None
        self._expanding.append(name)
        try:
            node = self.machine.conditions[name].expression
            return self.machine.context.expression(node, self, BOOL, diagnostics=self.machine.shared_diagnostics)
        finally:
            self._expanding.pop()

    def names(self) -> Iterable[str]:
        machine = self.machine
        return (*self.bindings, *machine.variables, *machine.conditions, *machine.rules.tables, *machine.context.enums)

    def derived(self, name: str, span: Span) -> Typed | None:
        return None  # `explain` has said so

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        return self.machine.rules.fields_of(record)

    def cases_of(self, record: RecordType | None) -> Iterable[Cases]:
        return () if record is None else self.machine.rules.cases_of(record)

    def token(self, name: str) -> bool:
        return name in self.machine.tokens

    def is_broken(self, name: str) -> bool:
        if name == "message":
            return self.situation.message_broken
        if name in self.bindings:
            return False
        if self.situation.payload_broken:
            return True
        if name in self.machine.variables:
            return self.machine.variables[name] is None
        if name in self.machine.conditions and name not in self._expanding:
            return self._condition(name) is None
        return name in self.machine.rules.broken_tables

    def explain(self, name: str) -> str | None:
        where = f"the event `{self.situation.event}`" if self.situation.event else "a side of a state"
        if self.situation.after:
            where = "`after`"
        if name in self._expanding:
            return f"the condition `{name}` refers to itself"
        variable = self.machine.variables.get(name)
        if variable is not None:
            return f"`{name}` is a variable of the {variable.scope}, and {where} belongs to none"
        if name == "now":
            return f"{where} cannot see the time: it is not looked at again when time passes"
        if name == "message":
            return f"{where} has no `message`: only `up`, `down` and sub-streams have one"
        if name == "error":
            return f"{where} has no `error`: only `parse_error`, `missing_grammar` and `transform_error` have one"
        if name in ("direction", "sender"):
            return f"{where} has no `{name}`: it belongs to no direction"
        if name in ("held.up", "held.down"):
            return self._no_held(name)
        if name in _OF_RULES:
            return f"`{name}` is available in rules only"
        return None

    def _no_held(self, name: str) -> str:
        direction = name.removeprefix("held.")
        other = "down" if direction == "up" else "up"
        if self.situation.event != other:
            return f"`{name}` is available in transitions of the event `{other}` only"
        return f"the state `{self.situation.state}` never holds `{direction}`"
