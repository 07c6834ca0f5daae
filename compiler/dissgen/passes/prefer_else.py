"""Reads the usual case of a branch with one expression, together with what precedes the branch.

Before:
    whole: token WORD -> verb
           branch verb
             is 'BDAT': ...
             else: run(TEXT -> argument, LINE_END)
After:
    whole: prefer run(WORD -> verb, TEXT -> argument, LINE_END) unless verb is 'BDAT'
             otherwise
               token WORD -> verb
               branch verb ...

If the run does not match, or what it read selects a case, everything is read again as it was written.
"""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name

_Part: TypeAlias = ops.TokenRead | ops.LiteralRead | ops.If


def prefer_else(module: ops.Module) -> ops.Module:
    return dataclasses.replace(
        module,
        rules=tuple(
            rule if rule.whole is None else dataclasses.replace(rule, whole=_body(rule.whole)) for rule in module.rules
        ),
    )


def _body(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    result: list[ops.Op] = []
    for op in body:
        if isinstance(op, ops.Branch) and result:
            preferred = _preferred(result[-1], op)
            if preferred is not None:
                result[-1] = preferred
                continue
        result.append(op)
    return tuple(result)


def _preferred(before: ops.Op, branch: ops.Branch) -> ops.Prefer | None:
    first, usual = _parts(before), _usual(branch)
    if not first or not usual or branch.table_miss:
        return None
    subject = branch.subject
    if not isinstance(subject, Name) or subject.binding.kind is not BindingKind.FIELD:
        return None
    leaves = [part for part in first if not isinstance(part, ops.If)]
    leaf = next((part for part in leaves if part.target.name == subject.binding.name), None)
    if leaf is None or (isinstance(leaf, ops.TokenRead) and leaf.constant is not None):
        return None
    excluded = tuple(value for case in branch.cases for value in case.values)
    return ops.Prefer(ops.Run((*first, *usual), before.place), leaf, excluded, (before, branch), branch.place)


def _parts(op: ops.Op) -> tuple[_Part, ...]:
    """The leaves of a run, or the one leaf."""
    if isinstance(op, ops.Run):
        return op.parts
    return (op,) if isinstance(op, ops.TokenRead | ops.LiteralRead) else ()


def _usual(branch: ops.Branch) -> tuple[_Part, ...]:
    """The else case, if all of it is one run."""
    return _parts(branch.otherwise[0]) if branch.otherwise is not None and len(branch.otherwise) == 1 else ()
