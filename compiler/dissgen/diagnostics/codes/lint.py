"""The lint rules; the slug of a rule is its code, such as `unreachable-state`."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "shadowed-transition",
        "a transition behind one without a guard",
        "The first row whose `when` holds fires, and only that one. A row without `when` always fires, so rows for "
        "the same event behind it in the same list never do.",
        "- {event: up, jump: answer}\n- {event: up, when: message.verb == 'QUIT', jump: finish}",
        "- {event: up, when: message.verb == 'QUIT', jump: finish}\n- {event: up, jump: answer}",
    ),
    Code(
        "unreachable-state",
        "a state that no jump leads to",
        "From the initial state no chain of transitions leads here. Either a jump is missing, or the state is left "
        "over.",
        "initial: greeting\nstates:\n  greeting: {down: reply, up: {discard: true}}\n  answer: {down: reply}",
        "initial: greeting\nstates:\n  greeting:\n    down: reply\n    transitions: [{event: down, jump: answer}]\n"
        "  answer: {down: reply}",
    ),
    Code(
        "unused-name",
        "a definition that nothing uses",
        "The token, rule, table, variable, condition, event or alert is defined, but nothing refers to it. Either a "
        "use "
        "is missing, or it is left over.",
        "tokens: {WS: '[ ]+'}  # and no element is WS",
        "tokens: {}",
    ),
)
"""In ascending order."""
