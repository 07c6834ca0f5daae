"""How often the bytes of a message may be read: each member of a `union`, each alternative of a `try` reads them again.

Frames count what is read again, and hold it to `limits.work`. Scans do not; so the rules that could come near the
limit have none.
"""

from __future__ import annotations

from collections.abc import Iterator

from dissgen.ir import ops
from dissgen.ir.walk import every


def must_count(module: ops.Module) -> frozenset[str]:
    """The rules that go back, and do it in rules that may exceed the limit."""
    calls = {rule.name: _called(rule.body) for rule in module.rules}
    times = _times(module, calls)
    heavy = {name for name, often in times.items() if often > module.limits.work}
    inside = heavy.union(*(_reached(name, calls) for name in heavy))
    return frozenset(rule.name for rule in module.rules if rule.name in inside and any(_groups(rule.body)))


def _times(module: ops.Module, calls: dict[str, set[str]]) -> dict[str, float]:
    """How often each rule reads a byte at most; without end where it uses itself in what it reads again."""
    times = {rule.name: 1.0 for rule in module.rules}
    for rule in module.rules:
        for group in _groups(rule.body):
            called = set[str]().union(*map(_called, group))
            if rule.name in called.union(*(_reached(name, calls) for name in called)):
                times[rule.name] = float("inf")
    for _ in module.rules:
        before = dict(times)
        for rule in module.rules:
            times[rule.name] = max(times[rule.name], _body(rule.body, times))
        if times == before:
            break
    return times


def _body(body: tuple[ops.Op, ...], times: dict[str, float]) -> float:
    return max((_op(op, times) for op in body), default=1.0)


def _op(op: ops.Op, times: dict[str, float]) -> float:
    match op:
        case ops.Union():
            return sum(_body(member, times) for member in op.members)
        case ops.Try():
            return sum(times[alternative.call.rule] for alternative in op.alternatives)
        case ops.Call():
            return times[op.rule]
        case ops.Loop():
            return _op(op.item, times)
        case ops.If() | ops.Within():
            return _body(op.body, times)
        case ops.Branch():
            return max(_body(body, times) for body in (op.otherwise or (), *(case.body for case in op.cases)))
        case _:
            return 1.0


def _groups(body: tuple[ops.Op, ...]) -> Iterator[tuple[tuple[ops.Op, ...], ...]]:
    """What is read from the same start, of each place in a body."""
    for op in every(body):
        if isinstance(op, ops.Union):
            yield op.members
        elif isinstance(op, ops.Try):
            yield tuple((alternative.call,) for alternative in op.alternatives)


def _called(body: tuple[ops.Op, ...]) -> set[str]:
    return {op.rule for op in every(body) if isinstance(op, ops.Call)}


def _reached(name: str, calls: dict[str, set[str]]) -> set[str]:
    """The rules that a rule uses, directly or not."""
    found: set[str] = set()
    open_ = [name]
    while open_:
        for callee in calls.get(open_.pop(), ()):
            if callee not in found:
                found.add(callee)
                open_.append(callee)
    return found
