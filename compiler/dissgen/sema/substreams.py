"""Sub-streams: what their rules may and may not do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dissgen.diagnostics import Diagnostics
from dissgen.sema.model import EventModel
from dissgen.sema.rules import Rules
from dissgen.sema.surroundings import SESSION


def check_substreams(
    events: Mapping[str, EventModel | None], rules: Rules, builtin: Collection[str], diagnostics: Diagnostics
) -> None:
    """The rule of a sub-stream is given nothing, has a byte at least, and does nothing in mid-message."""
    taken = {*builtin, *rules.machine_events}
    streams, acting = rules.streams(), rules.effects()
    for event in events.values():
        if event is None or not event.substream or event.rule is None:
            continue
        if event.name in taken:
            diagnostics.error(
                "DG520",
                f"`{event.name}` is an event of the machine already",
                event.span,
                "its messages are events of the machine",
                help=f"write `{event.name}_message`",
            )
        model = rules.model(event.rule)
        definition = rules.events[event.name].stream
        if model is None or definition is None:
            continue
        if rules.definitions[event.rule].parameters or not set(rules.parameter_types(event.rule)) <= {*SESSION}:
            declared = bool(rules.definitions[event.rule].parameters)
            diagnostics.error(
                "DG243",
                f"`{event.rule}` {'has parameters' if declared else 'reads fields of the rule that uses it'}",
                definition.span,
                "nothing gives a sub-stream its parameters" if declared else "it has no parent here",
                also=[(model.span, "this rule")],
            )
        if model.body is not None and model.minimum == 0:
            diagnostics.error(
                "DG509",
                f"`{event.rule}` can be complete without any byte",
                definition.span,
                "messages would have no end",
                also=[(model.span, "every element of it may be empty")],
                help="let it end with an element of at least one byte",
            )
        done = [*sorted(streams.get(event.rule, ())), *(f"`{kind}`" for kind in sorted(acting.get(event.rule, ())))]
        if done:
            what = f"streams to `{done[0]}`" if streams.get(event.rule) else f"has a {done[0]}"
            diagnostics.error(
                "DG243",
                f"`{event.rule}` {what}",
                definition.span,
                "the messages of a sub-stream are read when they are complete",
                also=[(model.span, "this rule")],
                help="keep it in a field; the transitions of the event see it",
            )
