"""unused-name: a definition that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dissgen.diagnostics import Diagnostic
from dissgen.diagnostics.codes import CODES
from dissgen.lint.base import LintRule
from dissgen.sema import Model
from dissgen.spec.tree import Name


class UnusedName(LintRule):
    code = CODES["unused-name"]

    def check(self, model: Model) -> Iterable[Diagnostic]:
        for section, what, name in _definitions(model):
            if name.span.source != model.protocol.source:
                continue  # an imported file serves others too
            if name.text not in model.used.get(section, frozenset()):
                yield self.finding(
                    f"the {what} `{name.text}` is never used", name.span, "nothing refers to it", "remove it, or use it"
                )


def _definitions(model: Model) -> Iterator[tuple[str, str, Name]]:
    """Section, word and name of everything that something should refer to."""
    protocol = model.protocol
    yield from (("tokens", "token", item.name) for item in protocol.tokens)
    yield from (("tables", "table", item.name) for item in protocol.tables)
    yield from (("enums", "enum", item.name) for item in protocol.enums)
    if not protocol.states:  # a pure message grammar: its rules, and their streams, are what it is for
        return
    yield from (("grammar", "rule", item.name) for item in protocol.rules)
    yield from (("variables", "variable", item.name) for item in protocol.variables)
    yield from (("conditions", "condition", item.name) for item in protocol.conditions)
    yield from (("events", "event", item.name) for item in protocol.events)
    yield from (("alerts", "alert", item.name) for item in protocol.alerts)
    yield from (("hooks", "hook", item.name) for item in protocol.hooks)
