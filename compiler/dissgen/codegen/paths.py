"""Which fields a body sets: on every way through it, or on some."""

from __future__ import annotations

from collections.abc import Iterable

from dissgen.ir import ops
from dissgen.ir.walk import every


def set_by(op: ops.Op) -> str | None:
    """The field that the operation itself sets."""
    match op:
        case ops.Let(name):
            return name
        case (
            ops.TokenRead()
            | ops.LiteralRead()
            | ops.TakeRead()
            | ops.UntilRead()
            | ops.RestRead()
            | ops.NumberRead()
            | ops.VarintRead()
            | ops.PackedRead()
            | ops.Converted()
            | ops.Call()
            | ops.Loop()
        ):
            return op.target.name
        case _:
            return None


def touched(body: Iterable[ops.Op]) -> set[str]:
    """The fields that some way through the body sets."""
    return {name for op in every(tuple(body)) if (name := set_by(op)) is not None}


def ends_in_branch(body: tuple[ops.Op, ...]) -> bool:
    """Whether what follows the body may stand at the end of each case of its last operation."""
    last = body[-1] if body else None
    if isinstance(last, ops.Within):
        return ends_in_branch(last.body)
    return isinstance(last, ops.Branch) and len(last.cases) + (last.otherwise is not None) > 1


def unsure(body: tuple[ops.Op, ...], *, last: bool) -> set[str]:
    """The fields that only some way through the body sets; `last`: what follows a branch at its end is in each case."""
    found: set[str] = set()
    for index, op in enumerate(body):
        at_end = last and index == len(body) - 1
        match op:
            case ops.If():
                found |= touched(op.body)
            case ops.Branch() if at_end:
                bodies = (op.otherwise or (), *(case.body for case in op.cases))
                found |= set[str]().union(*(unsure(arm, last=True) for arm in bodies))
            case ops.Branch() | ops.Prefer():
                found |= touched((op,))
            case ops.Within():
                found |= unsure(op.body, last=at_end)
            case ops.Union():
                found |= set[str]().union(*(unsure(member, last=False) for member in op.members))
            case _:
                pass
    return found
