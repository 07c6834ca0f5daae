"""Who an alert is about: its sources and targets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dissgen.diagnostics import Diagnostics
from dissgen.ir import ops
from dissgen.spec.tree import PartyDefinition
from dissgen.text import Span
from dissgen.types import STR, ListType, inner, show

if TYPE_CHECKING:
    from dissgen.sema.verbs import VerbChecker


def check_parties(
    checker: VerbChecker, parties: Iterable[PartyDefinition], used: Span | None
) -> tuple[ops.Party, ...] | None:
    """The parties as they are where the alert is raised; None after reporting what is wrong with one."""
    found: list[ops.Party] = []
    correct = True
    for party in parties:
        inside = Diagnostics()
        value = checker.machine.context.expression(
            party.value, checker.scope, narrowed=checker.known, diagnostics=inside
        )
        if value is not None:
            within = inner(value.type)
            if (within.item if isinstance(within, ListType) else within) == STR:
                found.append(ops.Party(party.kind, value))
            else:
                correct = False
                inside.error(
                    "DG305",
                    f"an {party.kind} is text" if party.kind == "address" else "a service is text",
                    party.value.span,
                    f"`{show(value.type)}`",
                    help="write `str(...)`",
                )
        correct = correct and value is not None
        also = [] if used is None else [(used, "raised here")]
        checker.machine.relay(inside, checker.diagnostics, also=also)
    return tuple(found) if correct else None
