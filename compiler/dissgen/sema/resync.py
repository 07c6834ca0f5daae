"""Where a rule is found again after an error, or behind bytes that are missing."""

from __future__ import annotations

from dissgen.ir import ops
from dissgen.sema.tokens import TokenTable
from dissgen.spec.tree import ResyncDefinition


def resync_of(tokens: TokenTable, name: str, item: ResyncDefinition | None) -> ops.Resync | None:
    """The `resync` of the rule `name`; None if it has none, or none that is right."""
    if item is None:
        return None
    terminator = None if item.terminator is None else tokens.terminator(item.terminator, (f"{name}_resync",))
    begins = None if item.begins is None else tokens.token(item.begins, (f"{name}_begins",))
    if (terminator is None) != (item.terminator is None) or (begins is None) != (item.begins is None):
        return None  # reported
    return ops.Resync(terminator, item.before, begins)
