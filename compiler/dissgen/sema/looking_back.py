"""What an `at` needs of the rules around it: that the bytes between the origin and it are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dissgen.text import Span

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules


def check_looking_back(rules: Rules) -> None:
    """No rule between the origin and an `at` lets bytes go."""
    models = {**rules.models, **rules.anonymous}
    holders: dict[str, Span] = dict(rules.looking_back)
    before = -1
    while before != len(holders):
        before = len(holders)
        for name, model in models.items():
            below = (callee for callee in model.calls if callee in holders and not _own(rules, callee))
            inner = next((holders[callee] for callee in below), None)
            if inner is not None:
                holders.setdefault(name, inner)
    streams, acting = rules.streams(), rules.effects()
    for name, span in holders.items():
        if name not in models:
            continue
        letting = rules.sequences.get(name)
        if not (streams[name] or acting[name] - {"set"} or letting):
            continue
        what = "a sequence" if letting else "streamed" if streams[name] else f"before a `{min(acting[name] - {'set'})}`"
        rules.context.diagnostics.error(
            "DG280",
            f"bytes of `{name}` are {'in ' if letting else ''}{what}, and looked at again",
            span,
            "they may be gone",
            also=[(letting or models[name].span, "let go here")],
            help="put what is looked at into a rule with `origin: true`",
        )


def _own(rules: Rules, name: str) -> bool:
    definition = rules.definitions.get(name)
    return definition is not None and definition.origin
