"""The whole module, part by part."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Literal, cast

from dissgen.ir import ops
from dissgen.lowering.budgets import settle
from dissgen.lowering.conditions import expand, expand_optional, expand_verb
from dissgen.primitives import BY_KIND, Bound
from dissgen.primitives.base import BoundMarked, BoundReached
from dissgen.sema.field_names import VALUE
from dissgen.sema.flow import firing
from dissgen.sema.model import AlertModel, HandlerModel, Model, RuleModel, StateModel
from dissgen.text import Span

Level = Literal["low", "medium", "high"]


def _digest(text: str, *imported: str) -> str:
    """Of the spec's text, or of the digests of all texts that it was made of."""
    first = hashlib.sha256(text.encode())
    for other in imported:
        first.update(hashlib.sha256(other.encode()).digest())
    return first.hexdigest()


def lower(model: Model) -> ops.Module:
    """What will run."""
    protocol = model.protocol
    machine = None
    if model.initial is not None:
        machine = ops.Machine(model.initial, tuple(_state(state) for state in model.states), model.custom)
    return ops.Module(
        path=protocol.source.path,
        digest=_digest(protocol.source.text, *(item.text for item in protocol.imported)),
        protocol=protocol.name,
        title=protocol.title,
        doc=protocol.doc,
        references=protocol.references,
        transport=protocol.transport,
        confirm=tuple((cast(Literal["up", "down"], direction), token) for direction, token in model.confirm),
        directions=protocol.directions,
        encoding=protocol.encoding,
        limits=protocol.limits,
        tokens=tuple(
            ops.TokenDefinition(token.name, token.text, token.compiled, protocol.limits.token, _place(token.span))
            for token in model.tokens
        ),
        terminators=tuple(
            ops.TerminatorDefinition(item.name, item.text, item.compiled, _place(item.span))
            for item in model.terminators
        ),
        enums=tuple(ops.Enum(item.name, item.type.members, _place(item.span)) for item in model.enums),
        tables=tuple(
            ops.Table(table.name, "set" if table.is_set else "mapping", table.entries, table.type, _place(table.span))
            for table in model.tables
        ),
        rules=settle(tuple(_rule(rule) for rule in model.rules)),
        variables=tuple(
            ops.Variable(item.name, item.type, item.initial, item.limit, _place(item.span), item.scope, item.expires)
            for item in model.variables
        ),
        events=tuple(
            ops.EventDefinition(
                event.name,
                tuple(ops.EventField(name, type_) for name, type_ in event.fields),
                event.stream,
                event.rule,
                _place(event.span),
                substream=event.substream,
            )
            for event in model.events
        ),
        alerts=tuple(_alert(alert) for alert in model.alerts),
        machine=machine,
        machine_events=tuple(
            ops.MachineEvent(
                event.name, tuple(ops.EventField(name, type_) for name, type_ in event.fields), _place(event.span)
            )
            for event in model.machine_events
        ),
        hooks=tuple(
            ops.Hook(item.name, item.parameters, item.returns, _place(item.span), item.doc) for item in model.hooks
        ),
        tutorial="tutorial" in protocol.source.path.split("/")[:-1],
    )


def _place(span: Span) -> ops.Place:
    return ops.Place(span.source.name, span.line)


class _Rules:
    """Implements `primitives.LowerContext`."""

    def lower(self, bound: Bound) -> tuple[ops.Op, ...]:
        if isinstance(bound, BoundReached):
            return (ops.Reached(bound.key, _place(bound.span)), *self.lower(bound.body))
        if isinstance(bound, BoundMarked):
            return self.all(bound.parts)
        return tuple(map(_without_name, BY_KIND[bound.kind].lower(bound, self)))

    def all(self, bounds: Sequence[Bound]) -> tuple[ops.Op, ...]:
        return tuple(op for bound in bounds for op in self.lower(bound))

    def place(self, span: Span) -> ops.Place:
        return _place(span)


def _without_name(op: ops.Op) -> ops.Op:
    """The value of a rule has no name that a spec knows, so that no error names it."""
    if isinstance(op, ops.Leaf | ops.Call | ops.Loop | ops.Within) and op.field == VALUE:
        return dataclasses.replace(op, field=None)
    return op


def _rule(rule: RuleModel) -> ops.Rule:
    assert rule.body is not None
    return ops.Rule(
        name=rule.name,
        parameters=rule.parameters,
        fields=tuple(
            ops.Field(item.name, item.type, _place(item.span), item.local, item.sparse) for item in rule.fields
        ),
        body=_Rules().lower(rule.body),
        result=rule.result,
        type=rule.type,
        resync=rule.resync,
        streams=tuple(sorted(rule.streams)),
        place=_place(rule.span),
        source=rule.source,
        doc=rule.doc,
        anonymous=rule.anonymous,
        origin=rule.origin,
    )


def _alert(alert: AlertModel) -> ops.AlertDefinition:
    return ops.AlertDefinition(
        alert.id,
        cast(Level, alert.severity),
        cast(Level, alert.confidence),
        alert.references,
        cast("Literal['failed', 'successful'] | None", alert.completion),
        alert.method,
        _place(alert.span),
    )


def _state(state: StateModel) -> ops.State:
    handlers = tuple(_handler(handler) for handler in state.handlers)
    return ops.State(state.name, _side(state.up), _side(state.down), handlers, _place(state.span), state.doc)


def _side(side: ops.Side) -> ops.Side:
    return ops.Side(
        side.kind,
        side.rule,
        tuple((name, expand(value)) for name, value in side.arguments),
        expand_optional(side.hold),
        side.place,
        tuple((transport, _side(variant)) for transport, variant in side.variants),
        side.between,
    )


def _handler(handler: HandlerModel) -> ops.Handler:
    rows = tuple(firing(handler))
    own = sum(1 for row in rows if row.origin != "any")
    return ops.Handler(
        handler.event,
        handler.message,
        tuple(
            ops.Row(
                expand_optional(row.when), tuple(expand_verb(verb) for verb in row.execute), row.jump, _place(row.span)
            )
            for row in rows
        ),
        own,
        handler.payload,
        None if handler.timer is None else ops.Timer(expand(handler.timer.after), handler.timer.idle),
        handler.map,
    )
