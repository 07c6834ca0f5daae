"""Fields for which a frame keeps a second attribute, of their type without None."""

from __future__ import annotations

from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name, walk
from dissgen.ir.walk import every, expressions
from dissgen.types import OneOfType, OptionalType, inner


def known(rule: ops.Rule) -> frozenset[str]:
    """Fields that some path leaves unset, but that are read (or filled) where they are surely set."""
    optional = {field.name for field in rule.fields if isinstance(field.type, OptionalType)}
    nodes = (node for expression in expressions(rule) for node in walk(expression))
    read = {
        node.binding.name
        for node in nodes
        if isinstance(node, Name)
        and node.binding.kind is BindingKind.FIELD
        and not isinstance(node.binding.type, OptionalType)
    }
    filled = {op.target.name for op in every(rule.body) if isinstance(op, ops.Loop) and op.target.name is not None}
    filled -= {field.name for field in rule.fields if isinstance(inner(field.type), OneOfType)}
    return frozenset(optional & (read | filled))
