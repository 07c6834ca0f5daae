"""`skip`: past a token, past all the rest, or past the message that failed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from dissgen.ir import ops
from dissgen.primitives import Bound
from dissgen.reader import ScalarNode
from dissgen.spec.tree import VerbDefinition

if TYPE_CHECKING:
    from dissgen.sema.verbs import VerbChecker


def skip(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    """`skip: TOKEN`, `skip: rest` or `skip: message`."""
    error = checker.diagnostics.error
    if not isinstance(verb.argument, ScalarNode):
        error("DG503", "`skip` of what?", verb.span, "", help="write `skip: TOKEN`, `skip: rest` or `skip: message`")
        return None
    event = checker.scope.situation.event
    if not checker.scope.situation.directed:
        error(
            "DG534",
            f"`skip` on `{event}`",
            verb.span,
            "it belongs to no direction",
            help="skip on the event that leads here, such as `parse_error`"
            if event in ("enter", "leave", "fail", "finish")
            else "leave the `skip` out",
        )
        return None
    if verb.argument.value == "rest":
        return ops.Skip(None, checker.when, checker.at(verb))
    if verb.argument.value == "message":
        return _message(checker, verb, verb.argument)
    terminator = checker.machine.tokens.terminator(verb.argument, (f"{checker.place}_skip",))
    return None if terminator is None else ops.Skip(terminator, checker.when, checker.at(verb))


def _message(checker: VerbChecker, verb: VerbDefinition, argument: ScalarNode) -> ops.Verb | None:
    """To the end of a budget, which a message has that failed inside one."""
    if checker.scope.situation.event != "parse_error":
        checker.diagnostics.error(
            "DG518",
            f"`skip: message` on `{checker.scope.situation.event}`",
            argument.span,
            "no message has failed here",
            help="write `skip: TOKEN` or `skip: rest`",
        )
        return None
    if not any(model.body is None or _has_budget(model.body) for model in checker.machine.rules.all()):
        checker.diagnostics.error(
            "DG518",
            "`skip: message` without a budget",
            argument.span,
            "no rule has a `within`, so the end of a message that failed is never known",
            help="write `skip: TOKEN` or `skip: rest`",
        )
        return None
    return ops.Skip(None, checker.when, checker.at(verb), message=True)


def _has_budget(part: object) -> bool:
    if isinstance(part, tuple):
        return any(_has_budget(item) for item in part)
    if not (dataclasses.is_dataclass(part) and type(part).__module__.startswith("dissgen.primitives")):
        return False
    if isinstance(part, Bound) and part.kind == "within":
        return True
    return any(_has_budget(getattr(part, item.name)) for item in dataclasses.fields(part))
