"""The payload of an event that a transition triggers or raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dissgen.diagnostics import suggest
from dissgen.ir.expressions import Attribute, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.reader import Node
from dissgen.spec.tree import Name
from dissgen.types import RecordType, Type, assignable, inner, show

if TYPE_CHECKING:
    from dissgen.sema.verbs import VerbChecker


def fill(
    checker: VerbChecker,
    name: Name,
    given: Mapping[str, tuple[Name, Node]],
    types: Mapping[str, Type],
    verb: str,
    what: str = "event",
) -> tuple[tuple[str, Typed], ...] | None:
    """Each field of an event: as given, else what the message, or the event that is handled, has of that name.

    `what` may also be a hook, whose parameters are the fields.
    """
    part = "field" if what == "event" else "parameter"
    correct = _known_fields(checker, f"the {what} `{name.text}` has no {part}", given, types)
    values: list[tuple[str, Typed]] = []
    missing: list[str] = []
    for field, type_ in types.items():
        value: Typed | None
        if field in given:
            value = checker.expression(given[field][1], type_)
        else:
            value = _from_message(checker, field, type_, name, missing, f"the {part} `{field}` of the {what}")
        correct = correct and value is not None
        if value is not None:
            values.append((field, value))
    if missing:
        _report_missing(checker, name, missing, verb, what)
    return tuple(values) if correct else None


def _known_fields(
    checker: VerbChecker, none: str, given: Mapping[str, tuple[Name, Node]], types: Mapping[str, Type]
) -> bool:
    correct = True
    for field, (name, _) in given.items():
        if field not in types:
            correct = False
            similar = suggest(field, types)
            listed = ", ".join(types)
            checker.diagnostics.error(
                "DG216",
                f"{none} `{field}`",
                name.span,
                "",
                help=f"write `{similar}`" if similar else f"it has {listed}" if types else "it has none",
            )
    return correct


def _from_message(
    checker: VerbChecker, field: str, type_: Type, event: Name, missing: list[str], part: str
) -> Typed | None:
    """The message's field of the same name."""
    situation = checker.scope.situation
    if situation.message_broken or field in checker.machine.context.broken_fields:
        return None
    if situation.payload is not None:
        return _from_payload(checker, field, type_, event, missing, part)
    message = situation.message
    fields = checker.scope.fields_of(message) if isinstance(message, RecordType) else {}
    if field not in fields:
        missing.append(field)
        return None
    found = fields[field]
    if ("message", field) in checker.known:
        found = inner(found)
    if not assignable(found, type_):
        checker.diagnostics.error(
            "DG217",
            f"{part} `{event.text}` is `{show(type_)}`, `message.{field}` is `{show(found)}`",
            event.span,
            f"`{field}` comes from `message`",
            help=f"write `{event.text}: {{{field}: ...}}`",
        )
        return None
    binding = checker.scope.lookup("message")
    assert binding is not None
    return Attribute(TypedName(binding, binding.type, event.span), field, found, event.span)


def _from_payload(
    checker: VerbChecker, field: str, type_: Type, event: Name, missing: list[str], part: str
) -> Typed | None:
    """What the handled event brings under the same name."""
    payload = checker.scope.situation.payload or {}
    if checker.scope.situation.payload_broken:
        return None
    if field not in payload:
        missing.append(field)
        return None
    found = inner(payload[field]) if (field,) in checker.known else payload[field]
    if not assignable(found, type_):
        checker.diagnostics.error(
            "DG217",
            f"{part} `{event.text}` is `{show(type_)}`, `{field}` here is `{show(found)}`",
            event.span,
            f"`{field}` comes from the event that is handled",
            help=f"write `{event.text}: {{{field}: ...}}`",
        )
        return None
    binding = checker.scope.lookup(field)
    assert binding is not None
    return TypedName(binding, found, event.span)


def _report_missing(checker: VerbChecker, event: Name, missing: list[str], verb: str, what: str) -> None:
    message = checker.scope.situation.message
    listed = ", ".join(f"`{field}`" for field in missing)
    why = "here is no `message`" if message is None else f"`message` ({show(message)}) has none of that name"
    shown = ", ".join(f"{field}: ..." for field in missing)
    checker.diagnostics.error(
        "DG217",
        f"the {what} `{event.text}` needs {listed}",
        event.span,
        why,
        help=f"write `{verb}: {{{event.text}: {{{shown}}}}}`",
    )
