"""Hooks, and the verb that calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dissgen.ir import ops
from dissgen.reader import MappingNode, Node
from dissgen.sema.declarations import check_payload_name, declared_type
from dissgen.sema.model import HookModel
from dissgen.sema.payloads import fill
from dissgen.sema.spec_context import SpecContext
from dissgen.spec.machine import parse_arguments
from dissgen.spec.tree import HookDefinition, Name, Protocol, VerbDefinition, name_of
from dissgen.types import BOOL, BYTES, FLOAT, INT, STR, Type, assignable, inner, show

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules
    from dissgen.sema.verbs import VerbChecker

_RETURNS: Final[tuple[Type, ...]] = (BOOL, INT, FLOAT, STR, BYTES)


def check_hooks(protocol: Protocol, rules: Rules, context: SpecContext) -> dict[str, HookModel | None]:
    """The hooks by name; None for one with a mistake in its declaration."""
    return {item.name.text: _hook(item, rules, context) for item in protocol.hooks}


def _hook(item: HookDefinition, rules: Rules, context: SpecContext) -> HookModel | None:
    context.check_name(item.name, "hook")
    parameters: list[tuple[str, Type]] = []
    correct = True
    for name, node in item.parameters:
        type_ = declared_type(node, rules.definitions, context)
        correct = check_payload_name(name, context, "parameter") and correct and type_ is not None
        if type_ is not None:
            parameters.append((name.text, type_))
    returns = None
    if item.returns is not None:
        returns = declared_type(item.returns, rules.definitions, context)
        correct = correct and returns is not None
        if returns is not None and inner(returns) not in _RETURNS:
            correct = False
            context.diagnostics.error(
                "DG560",
                f"a hook returns no `{show(returns)}`",
                item.returns.span,
                "a variable could not keep it",
                help=f"write one of {', '.join(f'`{show(type_)}`' for type_ in _RETURNS)}, or an `optional[...]` of it",
            )
    if not correct:
        return None
    return HookModel(item.name.text, tuple(parameters), returns, item.name.span, item.doc)


def call(checker: VerbChecker, verb: VerbDefinition) -> ops.Verb | None:
    """`call: hook` or `call: {hook: {parameter: e}}`, perhaps with `into: variable`."""
    name, given = _called(verb)
    if name is None:
        checker.diagnostics.error("DG503", "`call` of what?", verb.span, "", help="write `call: hook`")
        return None
    machine = checker.machine
    if name.text not in machine.hooks:
        places = {item.name.text: item.name for item in machine.protocol.hooks}
        machine.context.unknown("a hook", name, places, places, "not defined in `hooks`", checker.diagnostics)
        return None
    machine.context.use("hooks", name.text)
    hook = machine.hooks[name.text]
    if hook is None:
        return None
    arguments = fill(checker, name, given, dict(hook.parameters), "call", "hook")
    into = None
    if verb.into is not None:
        into = _kept(checker, verb.into, hook)
        if into is None:
            return None
    return None if arguments is None else ops.CallHook(name.text, arguments, into, checker.when, checker.at(verb))


def _called(verb: VerbDefinition) -> tuple[Name | None, dict[str, tuple[Name, Node]]]:
    argument = verb.argument
    if isinstance(argument, MappingNode) and argument.entries:
        key, values = argument.entries[0]
        return name_of(key), {name.text: (name, value) for name, value in parse_arguments(values)}
    return (None if argument is None else name_of(argument)), {}


def _kept(checker: VerbChecker, name: Name, hook: HookModel) -> str | None:
    """The variable that keeps what the hook returns; None after reporting that it cannot."""
    if hook.returns is None:
        checker.diagnostics.error(
            "DG561",
            f"the hook `{hook.name}` returns nothing",
            name.span,
            "there is nothing to keep",
            also=[(hook.span, "declared here, without `returns`")],
            help="leave `into` out",
        )
        return None
    type_ = checker.variable(name)
    if type_ is None:
        return None
    if not assignable(hook.returns, type_):
        checker.diagnostics.error(
            "DG305",
            f"`{name.text}` is `{show(type_)}`, the hook `{hook.name}` returns `{show(hook.returns)}`",
            name.span,
            "it cannot keep this",
            also=[(hook.span, "declared here")],
        )
        return None
    return name.text
