"""shadowed-transition: a row behind one without a guard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dissgen.diagnostics import Diagnostic
from dissgen.diagnostics.codes import CODES
from dissgen.lint.base import LintRule
from dissgen.sema import Model
from dissgen.spec.tree import Transition
from dissgen.text import Span


class ShadowedTransition(LintRule):
    code = CODES["shadowed-transition"]

    def check(self, model: Model) -> Iterable[Diagnostic]:
        protocol = model.protocol
        before = _unguarded(protocol.first)
        yield from self._list(protocol.first, {})
        for state in protocol.states:
            yield from self._list(state.transitions, before)
        yield from self._list(protocol.any, before)

    def _list(self, rows: tuple[Transition, ...], before: Mapping[str, Span]) -> Iterable[Diagnostic]:
        seen = dict(before)
        for row in rows:
            for event in row.events:
                what = _event(row, event.text)
                earlier = seen.get(what) or seen.get(event.text)
                if earlier is not None:
                    yield self.finding(
                        f"this transition on `{event.text}` never fires",
                        event.span,
                        "a row before it always does",
                        "move it before that row, or give that row a `when`",
                        ((earlier, "this row has no `when`"),),
                    )
                elif _always(row):
                    seen[what] = event.span


def _event(row: Transition, event: str) -> str:
    """An event of which there may be several, with what tells one from another."""
    if event == "timeout" and row.after is not None:
        return f"timeout {row.after.value} {row.idle is not None}"
    return f"expire {row.map.text}" if event == "expire" and row.map is not None else event


def _always(row: Transition) -> bool:
    return row.when is None or row.when.value is True


def _unguarded(rows: tuple[Transition, ...]) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for row in rows:
        for event in row.events:
            if _always(row):
                found.setdefault(_event(row, event.text), event.span)
    return found
