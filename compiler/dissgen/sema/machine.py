"""States, their sides and their transitions, checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from dissgen.diagnostics import Diagnostics, Label, suggest
from dissgen.ir import ops
from dissgen.ir.expressions import Constant, Typed
from dissgen.reader import ScalarNode
from dissgen.sema import custom, timing
from dissgen.sema.declarations import check_alert
from dissgen.sema.expressions import narrowings
from dissgen.sema.expressions.template import interpolated
from dissgen.sema.model import AlertModel, EventModel, HandlerModel, HookModel, RowModel, StateModel, VariableModel
from dissgen.sema.rules import Rules
from dissgen.sema.sides import check_side
from dissgen.sema.spec_context import SpecContext, folded
from dissgen.sema.tokens import TokenTable
from dissgen.sema.transition_scope import Situation, TransitionScope
from dissgen.sema.verbs import VerbChecker, raised_name
from dissgen.spec.expressions import parse_text
from dissgen.spec.tree import Name, Protocol, StateDefinition, Transition
from dissgen.text import Span
from dissgen.types import BOOL, RecordType

EVENTS: Final = (
    "enter",
    "leave",
    "init",
    "midstream",
    "up",
    "down",
    "parse_error",
    "missing_grammar",
    "transform_error",
    "gap",
    "end",
    "child_finish",
    "fail",
    "finish",
    *timing.EVENTS,
)
"""Every event of the machine, in the order in which handlers are listed."""

TERMINAL: Final = ("fail", "finish")
"""The states that every machine has."""

_NO_JUMP: Final = ("init", "fail", "finish")
_RESERVED: Final = (*TERMINAL, "any", "first", "init")


class Machine:
    """The machine of one spec while it is being checked."""

    def __init__(
        self,
        protocol: Protocol,
        context: SpecContext,
        rules: Rules,
        tokens: TokenTable,
        variables: Mapping[str, VariableModel | None],
        events: Mapping[str, EventModel | None],
        hooks: Mapping[str, HookModel | None],
    ) -> None:
        self.protocol = protocol
        self.context = context
        self.rules = rules
        self.tokens = tokens
        self.variables = variables
        self.events = events
        self.hooks = hooks
        self.conditions = {item.name.text: item for item in protocol.conditions}
        self.alert_definitions = {item.name.text: item for item in protocol.alerts}
        self.inline_alerts: dict[Span, AlertModel] = {}
        self.definitions = {item.name.text: item for item in protocol.states}
        self.shared_diagnostics = context.diagnostics
        self._reported: set[tuple[str, Span]] = set()
        self._fits: set[tuple[int, str]] = set()
        self._sides: dict[str, tuple[ops.Side, ops.Side]] = {}
        self.substreams = {
            item.name.text: item.stream
            for item in protocol.events
            if item.stream is not None and item.stream.text != "bytes"
        }
        self.custom: ops.Custom | None = None
        self.known_events = (*EVENTS, *self.substreams, *rules.machine_events)
        self._raised_by_rules = rules.raises()
        self._raised_by_rows = _raised_by_rows(protocol)
        self.raised_by_verbs = frozenset[str]().union(*self._raised_by_rows.values())
        self.in_message = self._raised_in_message()
        """Events that are raised in mid-message: their transitions may jump to `fail` only."""

    def _raised_in_message(self) -> frozenset[str]:
        """Those that rules raise, and those that verbs raise in transitions of these."""
        found = frozenset({"transform_error"}).union(*self._raised_by_rules.values())
        while True:
            wider = found.union(*(self._raised_by_rows.get(event, frozenset()) for event in found))
            if wider == found:
                return found
            found = wider

    # Shared

    def event_places(self) -> dict[str, Name]:
        return {item.name.text: item.name for item in self.protocol.events}

    def variable_places(self) -> dict[str, Name]:
        return {item.name.text: item.name for item in self.protocol.variables}

    def relay(
        self,
        found: Diagnostics,
        to: Diagnostics,
        also: Sequence[tuple[Span, str]] = (),
        note: str = "",
    ) -> None:
        """Pass findings on, the same mistake at the same place only once; rows are checked in many states."""
        for item in found:
            key = (item.code, item.primary.span)
            if to is self.context.diagnostics:
                if key in self._reported:
                    continue
                self._reported.add(key)
            secondary = (*item.secondary, *(Label(span, text) for span, text in also))
            notes = (*item.notes, note) if note else item.notes
            to.add(dataclasses.replace(item, secondary=secondary, notes=notes))

    def template_reads_broken(self, text: str, node: ScalarNode, scope: TransitionScope) -> bool:
        """Whether a description reads something whose definition was reported already."""
        quiet = Diagnostics()
        for part in interpolated(text):
            written = parse_text(part, node, 0, quiet)
            if written is not None and self.context.reads_broken(written, scope):
                return True
        return False

    def alerts(self) -> tuple[AlertModel, ...]:
        """Those of the section `alerts`, then the inline ones."""
        declared = (check_alert(item, self.context) for item in self.protocol.alerts)
        return (*declared, *self.inline_alerts.values())

    # States

    def check(self) -> tuple[StateModel, ...]:
        """Every state with its handlers; reports what is wrong in states and rows."""
        self.custom = custom.check(self)
        for name in self.conditions:
            self._check_condition_alone(name)
        for state in self.protocol.states:
            self._check_state_name(state.name)
            self._sides[state.name.text] = (
                custom.sides(self, state)
                if self.custom is not None
                else (check_side(self, state, state.up, "up"), check_side(self, state, state.down, "down"))
            )
        for row in (*self.protocol.first, *self.protocol.any):
            self._check_row_shape(row)
        for state in self.protocol.states:
            for row in state.transitions:
                self._check_row_shape(row)
        states = tuple(self._state(state) for state in self.protocol.states)
        for section, rows in (("first", self.protocol.first), ("any", self.protocol.any)):
            for row in rows:
                self._check_fits(section, row)
        return states

    def _check_condition_alone(self, name: str) -> None:
        self.context.check_name(self.conditions[name].name)

    def _check_state_name(self, name: Name) -> None:
        self.context.check_name(name, "state")
        if folded(name.text) in _RESERVED:
            self.context.diagnostics.error(
                "DG506",
                f"a state named `{name.text}`",
                name.span,
                "this name has a meaning in every machine",
                help=f"write `{name.text}_state`",
            )

    def initial(self) -> str | None:
        """The initial state; None after reporting that there is none of that name."""
        initial = self.protocol.initial
        if initial is None or not self.definitions:
            if self.definitions:
                first = next(iter(self.definitions.values()))
                self.context.diagnostics.error(
                    "DG507",
                    "no initial state",
                    first.name.span,
                    "which state is the first?",
                    help=f"write `initial: {first.name.text}` above `states`",
                )
            return None
        if initial.text not in self.definitions:
            self._unknown_state(initial)
            return None
        return initial.text

    def _unknown_state(self, name: Name) -> None:
        places = {key: item.name for key, item in self.definitions.items()}
        self.context.unknown("a state", name, [*places, *TERMINAL], places, "not defined in `states`")

    # Rows

    def _check_row_shape(self, row: Transition) -> None:
        """What is wrong with a row whatever the state."""
        diagnostics = self.context.diagnostics
        for event in row.events:
            if event.text not in self.known_events:
                similar = suggest(event.text, self.known_events)
                diagnostics.error(
                    "DG501",
                    f"unknown event `{event.text}`",
                    event.span,
                    "the machine has no such event",
                    help=f"write `{similar}`" if similar else (),
                    note=f"the events are {', '.join(self.known_events)}",
                )
            elif row.jump is not None and row.jump.text != "fail" and event.text in self.in_message:
                diagnostics.error(
                    "DG522",
                    f"a jump to `{row.jump.text}` in mid-message",
                    row.jump.span,
                    f"`{event.text}` is raised before its message is complete",
                    also=[(event.span, "raised by a rule")],
                    help="jump on `up` or `down`, when the message is complete; or to `fail`",
                )
            elif row.jump is not None and event.text in _NO_JUMP:
                diagnostics.error(
                    "DG510",
                    f"a jump on `{event.text}`",
                    row.jump.span,
                    "it would be passed over",
                    also=[(event.span, f"`{event.text}` is on its way to a state already")],
                    help="leave the `jump` out; jump where the error is handled, on `parse_error` or `missing_grammar`"
                    if event.text == "fail"
                    else "leave the `jump` out",
                )
        timing.check_shape(self, row)
        custom.check_shape(self, row)
        if row.execute is None and row.jump is None:
            diagnostics.error(
                "DG511",
                "a transition that does nothing",
                row.span,
                "neither `execute` nor `jump`",
                help="write `execute: []` if nothing is to happen",
            )
        if row.jump is not None and row.jump.text not in (*self.definitions, *TERMINAL):
            self._unknown_state(row.jump)

    def _state(self, state: StateDefinition) -> StateModel:
        up, down = self._sides[state.name.text]
        handlers: list[HandlerModel] = []
        for event in self.known_events:
            if event in timing.EVENTS:
                handlers += timing.handlers(self, state, event)
                continue
            handler = self._handler(state, event)
            if handler is not None:
                handlers.append(handler)
        return StateModel(state.name.text, up, down, tuple(handlers), state.name.span, state.doc)

    def _handler(self, state: StateDefinition, event: str) -> HandlerModel | None:
        situation = self._situation(state, event)
        if not self.can_raise(state.name.text, event):
            for row in state.transitions:
                for name in row.events:
                    if name.text == event:
                        self._never(state, name)
            return None
        rows = self.chain(self.rows_of(state, event), situation)
        if not rows:
            return None
        return HandlerModel(event, situation.message, rows, tuple((situation.payload or {}).items()))

    def rows_of(self, state: StateDefinition, event: str) -> Iterator[tuple[str, Transition]]:
        """The rows that could handle an event, with their sections, in the order in which they are tried (1)."""
        sections = (("first", self.protocol.first), ("state", state.transitions), ("any", self.protocol.any))
        for section, transitions in sections:
            for row in transitions:
                if any(name.text == event for name in row.events):
                    yield section, row

    def chain(self, rows: Iterable[tuple[str, Transition]], situation: Situation) -> tuple[RowModel, ...]:
        """The rows checked; those of other sections behind one that always fires need not fit this state."""
        checked: list[RowModel] = []
        closed = False
        for section, row in rows:
            if closed and section != "state":
                continue
            self._fits.add((id(row), situation.event))
            checked.append(self.check_row(row, section, situation))
            closed = closed or row.when is None or _is_true(checked[-1].when)
        return tuple(checked)

    def _situation(self, state: StateDefinition, event: str) -> Situation:
        sides = dict(zip(("up", "down"), self._sides[state.name.text], strict=True))
        if event in self.rules.machine_events and self.custom is not None:
            return custom.situation(self, state.name.text, event)
        if event in self.rules.machine_events:
            model = self.rules.machine_events[event]
            payload = {} if model is None else dict(model.fields)
            return Situation(state.name.text, event, payload=payload, payload_broken=model is None)
        if event in self.substreams:
            substream = self.events.get(event)
            record = None if substream is None or substream.rule is None else RecordType(substream.rule)
            return Situation(state.name.text, event, record, record is None, substream=True)
        if event not in sides:
            return Situation(state.name.text, event)
        rule = next((side.rule for side in sides[event].alternatives if side.rule is not None), None)
        message = self.rules.type_of(rule) if rule is not None else None
        other = "down" if event == "up" else "up"
        holds = any(side.hold is not None or side.kind == "hold" for side in sides[other].alternatives)
        held = (other,) if holds else ()
        return Situation(state.name.text, event, message, message is None, held)

    def can_raise(self, state: str, event: str) -> bool:
        """Whether the state can raise the event at all."""
        if self.custom is not None and event not in ("init", "midstream"):
            return custom.can_raise(self, event)
        sides = self._sides[state]
        up, down = ({side.kind for side in one.alternatives} for one in sides)
        match event:
            case "up":
                return "rule" in up
            case "down":
                return "rule" in down
            case "parse_error":
                return "rule" in up | down or bool(self.substreams)
            case "transform_error":
                return ("rule" in up | down or bool(self.substreams)) and self.rules.decodes
            case "missing_grammar":
                return bool({"absent", "hold"} & (up | down))
            case "child_finish":
                return "child" in up | down
            case "init" | "midstream":
                return self._may_start(state)
            case _ if event in self.rules.machine_events and event not in self.raised_by_verbs:
                rules = (side.rule or "" for one in sides for side in one.alternatives)
                return any(event in self._raised_by_rules.get(rule, ()) for rule in rules)
            case _:
                return True

    def _may_start(self, state: str) -> bool:
        """The session starts in the initial state, or where its `enter` jumps to."""
        initial = self.protocol.initial
        if initial is None or initial.text not in self.definitions:
            return True
        rows = (*self.protocol.first, *self.definitions[initial.text].transitions, *self.protocol.any)
        moves = any(row.jump is not None and any(name.text in ("enter", "init") for name in row.events) for row in rows)
        return moves or state == initial.text

    def _never(self, state: StateDefinition, event: Name) -> None:
        why = {
            "up": "the state reads no rule from `up`",
            "down": "the state reads no rule from `down`",
            "parse_error": "the state reads no rule",
            "transform_error": "no rule that the state reads decodes a stream",
            "missing_grammar": "the state takes data from both sides",
            "child_finish": "no side of the state is `child`",
            **dict.fromkeys(self.rules.machine_events, "no rule that the state reads raises it"),
        }.get(event.text, "a session begins in the initial state only")
        if self.custom is not None and event.text not in ("init", "midstream"):
            why = custom.why_never(event.text)
        self.context.diagnostics.error(
            "DG512",
            f"the state `{state.name.text}` never raises `{event.text}`",
            event.span,
            why,
            also=[(state.name.span, "this state")],
            help="leave the transition out, or move it to the initial state"
            if event.text in ("init", "midstream")
            else "leave the transition out, or give the state that side"
            if self.custom is None
            else "leave the transition out",
        )

    def _check_fits(self, section: str, row: Transition) -> None:
        """A row that is not inherited and that no state could ever fire is dead; of a list of events one may fit."""
        known = [event for event in row.events if event.text in self.known_events]
        fits = any((id(row), event.text) in self._fits for event in known)
        if fits or not known or not self.definitions or known[0].span.source != self.protocol.source:
            return
        self.context.diagnostics.error(
            "DG513",
            f"this row of `{section}` fits no state",
            known[0].span,
            f"no state raises `{known[0].text}` without handling it before",
            help="leave it out",
        )

    def check_row(self, row: Transition, section: str, situation: Situation) -> RowModel:
        found = Diagnostics()
        kept, self.shared_diagnostics = self.shared_diagnostics, found
        try:
            checked = self._checked_row(row, section, situation, found)
        finally:
            self.shared_diagnostics = kept
        note = ""
        if section != "state":
            note = f"in the state `{situation.state}`"
        self.relay(found, self.context.diagnostics, note=note)
        return checked

    def _checked_row(self, row: Transition, section: str, situation: Situation, found: Diagnostics) -> RowModel:
        scope = TransitionScope(self, situation)
        when = self.context.expression(row.when, scope, BOOL, diagnostics=found) if row.when is not None else None
        known = narrowings(when) if when is not None else frozenset()
        where = situation.state if section == "state" else section
        place_name = f"{where}_{situation.event}"
        verbs: list[ops.Verb] = []
        inside = Diagnostics()
        checker = VerbChecker(self, scope, known, inside, place_name)
        for definition in row.execute or ():
            verb = checker.check(definition)
            if verb is not None:
                verbs.append(verb)
        for item in inside:
            # what a guard with a mistake would have shown to be present is not known
            if item.code != "DG306" or row.when is None or when is not None:
                found.add(item)
        return RowModel(when, tuple(verbs), row.jump.text if row.jump is not None else None, section, row.span)


def _raised_by_rows(protocol: Protocol) -> dict[str, frozenset[str]]:
    """Event -> the events that verbs raise in its transitions, in any state."""
    own = (row for state in protocol.states for row in state.transitions)
    found: dict[str, frozenset[str]] = {}
    for row in (*protocol.first, *protocol.any, *own):
        raised = frozenset(
            name.text for verb in row.execute or () if verb.kind == "raise" and (name := raised_name(verb)) is not None
        )
        for event in row.events:
            found[event.text] = found.get(event.text, frozenset()) | raised
    return found


def _is_true(when: Typed | None) -> bool:
    return isinstance(when, Constant) and when.value is True
