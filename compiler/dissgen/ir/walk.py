"""Going through the operations of a rule, and the expressions of a module."""

from __future__ import annotations

from collections.abc import Iterator

from dissgen.ir import ops
from dissgen.ir.expressions import Matches, Peek, Typed, children, walk


def every(body: tuple[ops.Op, ...]) -> Iterator[ops.Op]:
    """Each operation of a body and of the bodies inside it: loops' items, streams' sources and runs' parts included."""
    for op in body:
        yield op
        match op:
            case ops.Branch():
                for case in op.cases:
                    yield from every(case.body)
                yield from every(op.otherwise or ())
            case ops.If() | ops.Within():
                yield from every(op.body)
            case ops.Union():
                for member in op.members:
                    yield from every(member)
            case ops.Try():
                for alternative in op.alternatives:
                    yield alternative.call
                    yield from every(alternative.then)
            case ops.Loop():
                yield op.item
            case ops.StreamRead():
                yield op.source
            case ops.Unkept():
                yield op.leaf
            case ops.At():
                yield op.call
            case ops.Run() | ops.FixedRun():
                yield from every(op.parts)
            case ops.Prefer():
                yield from every((op.run, *op.otherwise))
            case _:
                pass


def body_expressions(body: tuple[ops.Op, ...]) -> Iterator[Typed]:
    """All expressions of a body."""
    for op in every(body):
        yield from op_expressions(op)


def op_expressions(op: ops.Op) -> Iterator[Typed]:
    """The expressions of one operation, without those of what is inside it."""
    match op:
        case ops.Within():
            yield op.size
        case ops.TakeRead():
            yield op.size
            yield from _keys(op.transforms)
        case ops.UntilRead():
            yield from () if op.exact is None else (op.exact,)
            yield from _keys(op.transforms)
        case ops.TokenRead() | ops.RestRead() | ops.StreamRead() | ops.OpenDecoders():
            yield from _keys(op.transforms)
        case ops.PackedRead() if op.count is not None:
            yield op.count
        case ops.Converted():
            yield op.source
            yield from _keys(op.transforms)
        case ops.Call():
            yield from (value for _, value in op.arguments)
        case ops.At():
            yield op.offset
        case ops.Let():
            yield op.value
        case ops.TriggerInMessage(payload=values) | ops.RaiseInMessage(payload=values) | ops.Assign(values=values):
            yield from (value for _, value in values)
        case ops.Branch():  # a look-up that misses is no failure, so only its parts count
            yield from children(op.subject) if op.table_miss else (op.subject,)
        case ops.If() | ops.Verify():
            yield op.test
        case ops.Loop():
            yield from (part for part in (op.count, op.while_, op.until) if part is not None)
        case _:
            pass


def _keys(transforms: tuple[ops.Transform, ...]) -> Iterator[Typed]:
    yield from (transform.key for transform in transforms if transform.key is not None)


def expressions(rule: ops.Rule) -> Iterator[Typed]:
    """All expressions of a rule."""
    yield from body_expressions(rule.body)
    if rule.result is not None:
        yield rule.result


def verb_expressions(verb: ops.Verb) -> Iterator[Typed]:
    """The guard of a verb and the values that it gives."""
    if verb.when is not None:
        yield verb.when
    match verb:
        case ops.Trigger(payload=values) | ops.RaiseEvent(payload=values) | ops.SetVariables(values=values):
            yield from (value for _, value in values)
        case ops.CallHook(arguments=values):
            yield from (value for _, value in values)
        case ops.Push():
            yield verb.value
        case ops.Remember():
            yield from (verb.key, verb.value)
        case ops.Forget():
            yield verb.key
        case ops.RaiseAlert(description=template, sources=sources, targets=targets):
            yield from (part[0] for part in template if not isinstance(part, str))
            yield from (party.value for party in (*sources, *targets))
        case ops.WriteLog(text=template):
            yield from (part[0] for part in template if not isinstance(part, str))
        case _:
            pass


def machine_expressions(machine: ops.Machine) -> Iterator[Typed]:
    """All expressions of the machine."""
    for state in machine.states:
        for side in (state.up, state.down):
            yield from (value for _, value in side.arguments)
            if side.hold is not None:
                yield side.hold
        for handler in state.handlers:
            if handler.timer is not None:
                yield handler.timer.after
            for row in handler.rows:
                if row.when is not None:
                    yield row.when
                for verb in row.execute:
                    yield from verb_expressions(verb)


def all_expressions(module: ops.Module) -> Iterator[Typed]:
    """All expressions of the rules and of the machine."""
    for rule in module.rules:
        yield from expressions(rule)
    if module.machine is not None:
        yield from machine_expressions(module.machine)


def matched_tokens(module: ops.Module) -> frozenset[str]:
    """The tokens that are matched against whole values."""
    nodes = (node for tree in all_expressions(module) for node in walk(tree))
    return frozenset(node.token for node in nodes if isinstance(node, Matches))


def used_tokens(module: ops.Module) -> frozenset[str]:
    """The tokens that are read, peeked at, or matched against a value."""
    nodes = (node for tree in all_expressions(module) for node in walk(tree))
    peeked = {str(node.argument) for node in nodes if isinstance(node, Peek) and node.kind == "token"}
    reads = (op for rule in module.rules for op in every(rule.body))
    return (
        matched_tokens(module)
        | peeked
        | _between(module)
        | {op.token for op in reads if isinstance(op, ops.TokenRead)}
        | {rule.resync.begins for rule in module.rules if rule.resync is not None and rule.resync.begins is not None}
    )


def _between(module: ops.Module) -> frozenset[str]:
    """The tokens that are skipped in front of messages."""
    states = module.machine.states if module.machine is not None else ()
    sides = (side for state in states for whole in (state.up, state.down) for side in whole.alternatives)
    return frozenset(side.between for side in sides if side.between is not None)
