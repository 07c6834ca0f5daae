"""Look-ups in arrays with `lookup`: several in one rule ask a set of the keys first, most keys are not there."""

from __future__ import annotations

from typing import Final

from dissgen.codegen import naming
from dissgen.ir import ops
from dissgen.ir.expressions import (
    Attribute,
    BindingKind,
    Call,
    Compare,
    Constant,
    Generator,
    Method,
    Name,
    Typed,
    walk,
)
from dissgen.ir.walk import every, op_expressions
from dissgen.types import ListType, Lookup

SEVERAL: Final = 2


def asked(call: Call) -> tuple[Generator, str] | None:
    """The generator of a look-up and the key that it looks for; None: the call is something else."""
    match call:
        case Call("list" | "first", (Generator(conditions=(test,)) as generator,)):
            pass
        case Call("any", (Generator(element=test, conditions=()) as generator,)):
            pass
        case _:
            return None
    lookup = _lookup(generator.iterable)
    if lookup is None:
        return None
    match test:
        case Compare(Method(found, "lower", ()), ("==",), (Constant(str(key)),)) if lookup.ignore_case:
            pass
        case Compare(found, ("==",), (Constant(str(key)),)) if not lookup.ignore_case:
            pass
        case _:
            return None
    match found:
        case Attribute(Name(variable), lookup.key) if variable == generator.variable:
            return generator, key
        case _:
            return None


def keyed(rule: ops.Rule) -> dict[str, Lookup]:
    """The fields of a rule that are set once, always, and then asked for several keys always."""
    found: dict[str, Lookup] = {}
    everywhere = [_set_by(op) for op in every(rule.body)]
    for at, op in enumerate(rule.body):
        name = _set_by(op)
        if name is None or everywhere.count(name) > 1:
            continue
        nodes = [node for later in rule.body[at + 1 :] for tree in op_expressions(later) for node in walk(tree)]
        asking = [look_up[0].iterable for node in nodes if isinstance(node, Call) and (look_up := asked(node))]
        of_it = [items for items in asking if isinstance(items, Name) and items.binding.name == name]
        lookup = _lookup(of_it[0]) if len(of_it) >= SEVERAL else None
        if lookup is not None:
            found[name] = lookup
    return found


def keys(lookup: Lookup, items: str) -> str:
    """The set of the keys that a list has."""
    key = f"entry.{naming.record_attribute(lookup.key)}" + (".lower()" if lookup.ignore_case else "")
    return f"{{{key} for entry in {items}}}"


def _lookup(items: Typed) -> Lookup | None:
    """How a field finds its items."""
    if isinstance(items, Name) and items.binding.kind is BindingKind.FIELD and isinstance(items.type, ListType):
        return items.type.lookup
    return None


def _set_by(op: ops.Op) -> str | None:
    match op:
        case ops.Let(name=name):
            return name
        case ops.Loop(target=target) | ops.Call(target=target):
            return target.name
        case _:
            return None
