"""What is probably a mistake in a spec without errors: one module a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dissgen.diagnostics import Diagnostic
from dissgen.lint.base import LintRule
from dissgen.lint.rules.shadowed_transition import ShadowedTransition
from dissgen.lint.rules.unreachable_state import UnreachableState
from dissgen.lint.rules.unused_name import UnusedName
from dissgen.sema import Model

RULES: Final[tuple[LintRule, ...]] = (ShadowedTransition(), UnreachableState(), UnusedName())
"""In the order of their slugs."""


def run(model: Model) -> Iterator[Diagnostic]:
    """What all rules find."""
    for rule in RULES:
        yield from rule.check(model)


__all__ = ["RULES", "LintRule", "run"]
