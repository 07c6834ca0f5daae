"""unreachable-state: a state that no jump leads to."""

from __future__ import annotations

from collections.abc import Iterable

from dissgen.diagnostics import Diagnostic
from dissgen.diagnostics.codes import CODES
from dissgen.lint.base import LintRule
from dissgen.sema import Model
from dissgen.sema.flow import firing


class UnreachableState(LintRule):
    code = CODES["unreachable-state"]

    def check(self, model: Model) -> Iterable[Diagnostic]:
        if model.initial is None:
            return
        states = {state.name: state for state in model.states}
        reached: set[str] = set()
        waiting = [model.initial]
        while waiting:
            name = waiting.pop()
            if name in reached or name not in states:
                continue
            reached.add(name)
            for handler in states[name].handlers:
                waiting += [row.jump for row in firing(handler) if row.jump is not None]
        for state in model.states:
            if state.name not in reached:
                yield self.finding(
                    f"the state `{state.name}` is never reached",
                    state.span,
                    "no jump from a reachable state leads here",
                    "remove it, or jump to it",
                )
