"""What only all rules together show: an order in which used ones come first, and what is handed on to users."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dissgen.sema.model import RuleModel


def users_last(known: Mapping[str, RuleModel], names: Iterable[str]) -> dict[str, RuleModel]:
    """The rules, each behind those that it uses; rules that use each other as they come."""
    ordered: dict[str, RuleModel] = {}

    def visit(name: str, above: frozenset[str]) -> None:
        if name in ordered or name in above or name not in known:
            return
        for callee in known[name].calls:
            visit(callee, above | {name})
        ordered[name] = known[name]

    for name in names:
        visit(name, frozenset())
    return ordered


def transitive(known: Mapping[str, RuleModel], own: Callable[[RuleModel], frozenset[str]]) -> dict[str, frozenset[str]]:
    """What each rule has by itself or through the rules it uses."""
    found = {name: own(model) for name, model in known.items()}
    changed = True
    while changed:
        changed = False
        for name, model in known.items():
            wider = found[name].union(*(found.get(callee, frozenset()) for callee in model.calls))
            changed = changed or wider != found[name]
            found[name] = wider
    return found
