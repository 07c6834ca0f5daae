"""What only the whole machine shows: endless moves, dead ends, parse errors that cannot move on, unfed streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dissgen.diagnostics import Diagnostics
from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Compare, Constant, Logic, Name, Typed
from dissgen.sema.machine import Machine
from dissgen.sema.model import EventModel, HandlerModel, RowModel, StateModel
from dissgen.sema.rules import Rules
from dissgen.text import Span


def check_flow(states: tuple[StateModel, ...], machine: Machine, diagnostics: Diagnostics) -> None:
    """Report what is wrong with the machine as a whole."""
    by_name = {state.name: state for state in states}
    again: set[Span] = set()
    _check_cycles(by_name, diagnostics)
    for state in states:
        _check_dead_end(state, machine, diagnostics)
        _check_again(state, by_name, machine, again, diagnostics)
        _check_upgrades(state, by_name, diagnostics)
        for handler in state.handlers:
            if handler.event == "parse_error":
                _check_moves(state, handler, machine, diagnostics)


def check_fed(events: Mapping[str, EventModel | None], rules: Rules, diagnostics: Diagnostics) -> None:
    """Every stream event needs a rule that feeds it."""
    for event in events.values():
        if event is not None and (event.stream or event.substream) and event.name not in rules.fed:
            diagnostics.error(
                "DG514",
                f"nothing feeds the stream event `{event.name}`",
                event.span,
                "no element has this `stream`",
                help=f"write `stream: {event.name}` at an element of the grammar",
            )


def check_raised(machine: Machine, rules: Rules, diagnostics: Diagnostics) -> None:
    """Every event of the machine needs a rule or a verb that raises it; those of a custom one come from outside."""
    if machine.custom is not None:
        return
    raised = frozenset[str]().union(*rules.raises().values(), machine.raised_by_verbs)
    for event in rules.machine_events.values():
        if event is not None and event.name not in raised:
            diagnostics.error(
                "DG521",
                f"nothing raises the event `{event.name}`",
                event.span,
                "no rule and no transition raises it",
                help=f"write `raise: {event.name}` in a rule or in `execute`",
            )


def firing(handler: HandlerModel) -> Iterator[RowModel]:
    """The rows that can fire: all up to the first without a guard."""
    for row in handler.rows:
        yield row
        if row.when is None or (isinstance(row.when, Constant) and row.when.value is True):
            return


def _handler(state: StateModel, event: str) -> HandlerModel | None:
    return next((handler for handler in state.handlers if handler.event == event), None)


def _check_cycles(states: Mapping[str, StateModel], diagnostics: Diagnostics) -> None:
    """A jump in `enter` moves on at once, and one in `leave` says where to: a ring of unguarded ones never ends."""
    moves: dict[str, list[RowModel]] = {}
    for name, state in states.items():
        enters = _always_jumps(state, "enter", states)
        if enters is not None:
            leaves = _always_jumps(state, "leave", states)
            moves[name] = [enters] if leaves is None else [leaves, enters]
    reported: set[str] = set()
    for start in moves:
        path = [start]
        while path[-1] in moves and moves[path[-1]][0].jump not in path:
            path.append(moves[path[-1]][0].jump or "")
        if path[-1] not in moves:
            continue
        ring = path[path.index(moves[path[-1]][0].jump or "") :]
        if reported & set(ring):
            continue
        reported.update(ring)
        rows = [row for name in ring for row in reversed(moves[name])]
        diagnostics.error(
            "DG515",
            f"the states {' -> '.join([*ring, ring[0]])} move on for ever",
            rows[0].span,
            "this `enter` jumps at once",
            also=[(row.span, "and this") for row in rows[1:]],
            help="guard one of the jumps with `when`",
        )


def _always_jumps(state: StateModel, event: str, states: Mapping[str, StateModel]) -> RowModel | None:
    """The first row of a state for an event, if it always jumps to another state, or to its own."""
    handler = _handler(state, event)
    first = handler.rows[0] if handler is not None else None
    if first is None or first.jump not in states:
        return None
    return first if first.when is None or (isinstance(first.when, Constant) and first.when.value is True) else None


def _check_dead_end(state: StateModel, machine: Machine, diagnostics: Diagnostics) -> None:
    """Neither direction is read, and nothing leads out."""
    if machine.custom is not None:  # its states may be ends
        return
    if not all(_never_read(one) for _, side in state.sides for one in side.alternatives):
        return
    for handler in state.handlers:
        stays = (None,) if handler.event == "enter" else (None, state.name)
        if any(row.jump not in stays and not _is(row.when, False) for row in firing(handler)):
            return
    if any(isinstance(verb, ops.Skip) for handler in state.handlers for row in handler.rows for verb in row.execute):
        return
    diagnostics.error(
        "DG516",
        f"in the state `{state.name}` neither direction can go on",
        state.span,
        "it reads nothing and nothing leads out",
        help="give it a side (`up: rule`, `down: rule`, `{discard: true}`), or a transition with a `jump`",
    )


def _never_read(side: ops.Side) -> bool:
    """Whether bytes of the side wait for ever; a rule that is always held is read only when waiting is in vain."""
    return side.kind in ("absent", "hold") or (side.kind == "rule" and _is(side.hold, True))


def _is(test: Typed | None, value: bool) -> bool:
    return isinstance(test, Constant) and test.value is value


def _check_again(
    state: StateModel,
    states: Mapping[str, StateModel],
    machine: Machine,
    reported: set[Span],
    diagnostics: Diagnostics,
) -> None:
    """A jump on `parse_error` to a state that reads the same rule again, which would fail again, and so on."""
    for direction, start in state.sides:
        here, rows = state, []
        while start.rule is not None and not start.arguments and _rereads(start.rule, machine):
            row = _always_jumps(here, "parse_error", states)
            if row is None or any(isinstance(verb, ops.Skip | ops.Abandon) for verb in row.execute):
                break
            rows.append(row)
            here = states[row.jump or ""]
            if _handler(here, "enter") is not None or dict(here.sides)[direction].rule != start.rule:
                break
            if here is state and rows[0].span in reported:
                return
            if here is state:
                reported.update(one.span for one in rows)
                diagnostics.error(
                    "DG519",
                    "a message that failed is read again, and fails again",
                    rows[0].span,
                    f"the jump leads to where `{start.rule}` is read from its first byte",
                    also=[(other.span, "then this") for other in rows[1:]],
                    help="write `skip: TOKEN` or `skip: rest` beside the `jump`, or jump where another rule is read",
                )
                return
            if len(rows) > len(states):
                break


def _rereads(rule: str, machine: Machine) -> bool:
    """Whether a message of the rule that fails is read again from its first byte: nothing of it is let go before."""
    model = machine.rules.model(rule)
    if model is None or model.body is None or {name for name, _ in machine.protocol.transport} == {"udp"}:
        return False
    rules = machine.rules
    return model.body.kind != "sequence" and not (rules.streams().get(rule) or rules.effects().get(rule))


def _check_upgrades(state: StateModel, states: Mapping[str, StateModel], diagnostics: Diagnostics) -> None:
    """What is handed to another protocol is what the sides `child` of a state get."""
    for handler in state.handlers:
        for row in firing(handler):
            upgrades = [verb for verb in row.execute if isinstance(verb, ops.Upgrade)]
            after = states.get(row.jump or state.name)
            if not upgrades or after is None or (row.jump is None and row.origin != "state"):
                continue
            kinds = {one.kind for _, side in after.sides for one in side.alternatives}
            enters = _handler(after, "enter")
            if "child" not in kinds and not (enters is not None and any(one.jump for one in enters.rows)):
                diagnostics.error(
                    "DG523",
                    "an `upgrade` that gets no bytes",
                    row.span,
                    f"no side of the state `{after.name}` is `child`",
                    also=[(after.span, "the state behind it")],
                    help="jump to a state with `up: child`, `down: child`",
                )


def _check_moves(state: StateModel, handler: HandlerModel, machine: Machine, diagnostics: Diagnostics) -> None:
    """A handled parse error that stays in the state must move: by `skip`, or by the rule's `resync`."""
    for row in firing(handler):
        if row.jump is not None or _skips(row):
            continue
        directions = _named(row.when, BindingKind.DIRECTION, ("up", "down"))
        transports = _named(row.when, BindingKind.TRANSPORT, ("tcp", "udp"))
        for transport, direction, side in _of_streams(state, machine):
            if side.rule is None or direction not in directions or transport not in transports:
                continue
            model = machine.rules.model(side.rule)
            if model is not None and (model.resync is None or model.resync.terminator is None):
                without = "has no `resync`" if model.resync is None else "has a `resync` that searches for nothing"
                diagnostics.error(
                    "DG517",
                    f"after this parse error `{direction}` could not go on",
                    row.span,
                    f"no `jump`, no `skip`, and `{side.rule}` {without}",
                    also=[(model.span, "this rule"), (state.span, "read in this state")],
                    help="write `skip: TOKEN` or `skip: rest` in `execute`, a `jump`, or give the rule a `resync`",
                )
                return


def _of_streams(state: StateModel, machine: Machine) -> Iterator[tuple[str, str, ops.Side]]:
    """Transport, direction and side, where a stream is read; a datagram that fails is passed over whole."""
    transports = {name for name, _ in machine.protocol.transport}
    for direction, side in state.sides:
        if side.variants:
            yield from ((name, direction, variant) for name, variant in side.variants if name != "udp")
        elif transports != {"udp"}:
            yield "tcp", direction, side


def _skips(row: RowModel) -> bool:
    return any(isinstance(verb, ops.Skip) and verb.when is None for verb in row.execute)


def _named(when: Typed | None, kind: BindingKind, names: tuple[str, ...]) -> tuple[str, ...]:
    """The directions or transports for which a guard may hold, as far as `direction == '...'` in it shows."""
    match when:
        case Compare(Name(binding), ("==",), (Constant(str(named)),)) if binding.kind is kind:
            return (named,)
        case Logic("and", values):
            each = [set(_named(value, kind, names)) for value in values]
            return tuple(sorted(set.intersection(*each)))
        case Name(binding) if binding.definition is not None:
            return _named(binding.definition, kind, names)
        case _:
            return names
