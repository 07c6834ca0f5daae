"""Transitions as plain `if` chains: one method for each state and event."""

from __future__ import annotations

from typing import assert_never

from dissgen.codegen import hooks, naming
from dissgen.codegen.bounds import counts, grows, kept
from dissgen.codegen.environments import HandlerNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.pysource import Code, literal
from dissgen.ir import ops
from dissgen.ir.expressions import (
    Attribute,
    Binding,
    BindingKind,
    Compare,
    Constant,
    Name,
    Typed,
    children,
    fallible,
    show,
    walk,
)
from dissgen.ir.walk import verb_expressions
from dissgen.sema.expressions.scope import narrowings, path_of
from dissgen.types import BytesType, ListType, MapType, Type, inner

_VARIABLES = frozenset({BindingKind.VARIABLE, BindingKind.DIRECTION_VARIABLE})
_GUARD_KINDS = frozenset(
    {
        *(
            BindingKind.DIRECTION_VARIABLE,
            BindingKind.VARIABLE,
            BindingKind.MESSAGE_VARIABLE,
            BindingKind.PAYLOAD,
            BindingKind.HELD_UP,
        ),
        *(BindingKind.HELD_DOWN, BindingKind.DIRECTION, BindingKind.SENDER),
    }
)


class HandlerBody:
    """Builds the body of one handler."""

    def __init__(self, module: ops.Module, event: str = "") -> None:
        self.module = module
        self.names = HandlerNames(event if event in ("up", "down") else "")
        self.code = Code()
        self.events = {event.name: event for event in module.events}
        self.variables = {variable.name: variable for variable in module.variables}

    def rows(self, rows: tuple[ops.Row, ...], otherwise: str) -> list[str]:
        """The chain; `otherwise` is the expression returned when no row fires."""
        for row in rows:
            if row.when is None:
                self._fire(row)
                return self.code.lines
            with self.code.block(self._guard(row.when), row.place):
                self._fire(row)
        self.code.add(f"return {otherwise}")
        return self.code.lines

    def _guard(self, when: Typed) -> str:
        """The head of what a guard lets happen; one that cannot be evaluated is false, and counted."""
        if not fallible(when):
            return f"if {emit(when, self.names)}:"
        with self.code.block("try:"):
            self.code.add(f"fires = {emit(when, self.names)}")
        with self.code.block("except EVALUATION_ERRORS:"):
            self.code.add("fires = self._guard_failed()")
        return f"if fires{self._shown(when)}:"

    def _shown(self, when: Typed) -> str:
        """The optionals that a guard has shown to be present, tested again where the guard was evaluated apart."""
        shown = narrowings(when)
        optionals = {
            emit(node.left, self.names)
            for node in walk(when)
            if isinstance(node, Compare) and path_of(node.left) in shown
        }
        return "".join(f" and {text} is not None" for text in sorted(optionals))

    def _fire(self, row: ops.Row) -> None:
        if any(_may_fail(verb) for verb in row.execute):
            self.code.add(f"self._transition = {literal(str(row.place))}")
        for verb in row.execute:
            if verb.when is None:
                self._verb(verb, row)
            else:
                with self.code.block(self._guard(verb.when)):
                    self._verb(verb, row)
        target = {None: "STAY", "fail": "FAIL"}.get(row.jump) or f"State.{naming.state_member(row.jump or '')}"
        self.code.add(f"return {target}", row.place if row.when is None else None)

    def _verb(self, verb: ops.Verb, row: ops.Row) -> None:
        match verb:
            case ops.Trigger():
                with self.code.block(f"if self._subscribe is None or {literal(verb.event)} in self._subscribe:"):
                    arguments = ", ".join(self._kept(value) for _, value in verb.payload)
                    self.code.add(f"self._emit({naming.event_class(verb.event)}({arguments}))")
            case ops.RaiseAlert():
                guard = self._guard_values(row, verb.when)
                text = self._template(verb.description)
                place = literal(str(row.place))
                parties = self._parties("sources", verb.sources) + self._parties("targets", verb.targets)
                self.code.add(f"self._alert({naming.alert(verb.alert)}, {text}, {place}, {guard}{parties})")
            case ops.SetVariables():
                targets = ", ".join(self._place(name) for name, _ in verb.values)
                values = ", ".join(self._bounded(value) for _, value in verb.values)
                self.code.add(f"{targets} = {values}")
            case ops.Push():
                name = verb.variable
                arguments = f"{self._entry(verb.value)}, {self.variables[name].limit}, {literal(name)}"
                self.code.add(f"self._push({self._place(name)}, {arguments})")
            case ops.Pop():
                self.code.add(f"del {self._place(verb.variable)}[:1]")
            case ops.Remember():
                name = verb.variable
                arguments = f"{emit(verb.key, self.names)}, {self._entry(verb.value)}, {literal(name)}"
                self.code.add(f"self._remember({self._place(name)}, {arguments})")
            case ops.Forget():
                self.code.add(f"{self._place(verb.variable)}.forget({emit(verb.key, self.names)})")
            case ops.WriteLog():
                self.code.add(f"self._log({self._template(verb.text)})")
            case ops.SetVerdict():
                self.code.add(f"self._set_verdict(Verdict.{verb.verdict.upper()})")
            case ops.Skip():
                target = "None" if verb.terminator is None else naming.terminator(verb.terminator)
                self.code.add("self._skip_message()" if verb.message else f"self._skip({target})")
            case ops.Abandon():
                self.code.add(f"self._abandon({verb.direction.upper()})")
            case ops.Upgrade():
                method = "_upgrade_to_one" if verb.probe else "_upgrade"
                self.code.add(f"self.{method}({', '.join(map(literal, verb.protocols))})")
            case ops.RaiseEvent():
                brought = (self._kept(value) for _, value in verb.payload)
                self.code.add(f"self._raise({', '.join((literal(verb.event), *brought))})")
            case ops.Swap():
                self.code.add("self._swap()")
            case ops.Restart():
                again = () if verb.event is None else (literal(verb.event), *map(naming.local, verb.payload))
                self.code.add(f"self._restart({', '.join(again)})")
            case ops.CallHook():
                self.code.add(hooks.call(self.module, verb, self._place, self._given))
            case ops.Reached(key):
                self.code.add(f"{naming.REACHED}.add({literal(key)})")
            case _:
                assert_never(verb)

    def _place(self, name: str) -> str:
        """A variable, to be changed."""
        variable = self.variables[name]
        kind = BindingKind.DIRECTION_VARIABLE if variable.scope == "direction" else BindingKind.VARIABLE
        return self.names.name(Binding(kind, name, variable.type))

    def _bounded(self, value: Typed) -> str:
        """What a variable keeps: what could grow from message to message is held to the limits."""
        return kept(value, emit(value, self.names))

    def _entry(self, value: Typed) -> str:
        """As `_bounded`, for an entry of a list or map, which is weighed with the others."""
        return kept(value, emit(value, self.names), entry=True)

    def _kept(self, value: Typed) -> str:
        """A payload value; a list or map variable is copied, because later changes must not change the event."""
        text = emit(value, self.names)
        return _copied(text, value.type) if isinstance(value, Name) and value.binding.kind in _VARIABLES else text

    def _given(self, value: Typed) -> str:
        """What a hook is given: a map variable is copied too, since the hook may keep what it gets."""
        return f"dict({emit(value, self.names)})" if isinstance(value.type, MapType) else self._kept(value)

    def _template(self, template: ops.Template) -> str:
        if all(isinstance(part, str) for part in template):
            return literal("".join(part for part in template if isinstance(part, str)))
        text = ""
        values = []
        for part in template:
            if isinstance(part, str):
                text += part.replace("{", "{{").replace("}", "}}")
            else:
                expression, conversion = part
                octets = isinstance(
                    inner(expression.type), BytesType
                )  # mypy refuses `{}` for them, which shows the same
                text += "{!r}" if conversion == "r" or octets else "{}"
                values.append(emit(expression, self.names))
        return f"{literal(text)}.format({', '.join(values)})"

    def _parties(self, name: str, parties: tuple[ops.Party, ...]) -> str:
        """Who an alert is about, as a further argument; nothing for nobody."""
        if not parties:
            return ""
        entries = ", ".join(f"({literal(party.kind)}, {emit(party.value, self.names)})" for party in parties)
        return f", {name}=parties({entries})"

    def _guard_values(self, row: ops.Row, when: Typed | None) -> str:
        """What the guards of the row and the verb read, by the name a person would use."""
        found: dict[str, str] = {}
        for guard in (row.when, when):
            if guard is not None:
                self._reads(guard, found)
        return "{" + ", ".join(f"{literal(name)}: {value}" for name, value in found.items()) + "}"

    def _reads(self, expression: Typed, found: dict[str, str]) -> None:
        match expression:
            case Attribute(Name(binding)) if binding.kind in (BindingKind.MESSAGE, BindingKind.ERROR):
                found[show(expression)] = emit(expression, self.names)
            case Name(binding) if binding.kind in _GUARD_KINDS:
                found[show(expression)] = _copied(emit(expression, self.names), expression.type)
            case Name(binding) if binding.definition is not None:
                self._reads(binding.definition, found)
            case _:
                for child in children(expression):
                    self._reads(child, found)


def _copied(text: str, type_: Type) -> str:
    """The expression as a value of its own."""
    kinds = {ListType: "list", MapType: "dict"}
    return f"{kinds[type(type_)]}({text})" if type(type_) in kinds else text


def _may_fail(verb: ops.Verb) -> bool:
    values = (value for value in verb_expressions(verb) if value is not verb.when)
    if isinstance(verb, ops.Push | ops.Remember | ops.CallHook) or any(map(fallible, values)):
        return True
    return isinstance(verb, ops.SetVariables) and any(grows(value) or counts(value) for _, value in verb.values)


def expression_method(expression: Typed, direction: str = "") -> str:
    """The body of a method that gives what a side or a timer needs."""
    return emit(expression, HandlerNames(direction))


def constant(expression: Typed) -> bool | None:
    """The value of a constant test."""
    return bool(expression.value) if isinstance(expression, Constant) else None
