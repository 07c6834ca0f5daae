"""Arrays with `lookup`: `headers.first(key, default)`, `headers.every(key)`, `key in headers`.

Each becomes a generator over the items, as a person would write it; `codegen.lookups` notes the keys where a rule asks
for several.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Final

from dissgen.ir.expressions import (
    Attribute,
    Binding,
    BindingKind,
    Call,
    Compare,
    Constant,
    Generator,
    Method,
    Name,
    OrDefault,
    Typed,
    Unary,
)
from dissgen.sema.expressions.context import Context
from dissgen.sema.expressions.functions import counted
from dissgen.types import BOOL, STR, ListType, Lookup, RecordType, StrType, Type, join, optional

METHODS: Final = ("first", "every")


def lookup_method(context: Context, node: ast.Call, value: Typed, name: str) -> Typed | None:
    """`items.first(key, default)`: the value of the first item with the key; `items.every(key)`: all of them."""
    assert isinstance(value.type, ListType)
    form = "items.first(key, default)" if name == "first" else "items.every(key)"
    arguments = 2 if name == "first" else 1
    if not counted(context, node, name, arguments, arguments, form):
        return None
    key = context.require(node.args[0], STR)
    lookup = value.type.lookup
    assert lookup is not None
    found_type = _field_type(context, value.type, lookup.value)
    if key is None or found_type is None:
        return None
    variable = _variable(context, value.type.item)
    span = context.span(node)
    element = Attribute(Name(variable, variable.type, span), lookup.value, found_type, span)
    values = Generator(element, variable, value, (_test(variable, lookup, key),), ListType(found_type), span)
    if name == "every":
        return Call("list", (values,), ListType(found_type), span)
    default = context.infer(node.args[1], found_type)
    if default is None:
        return None
    type_ = join(found_type, default.type)
    if type_ is None:
        context.mismatch(node.args[1], default.type, found_type)
        return None
    return OrDefault(Call("first", (values,), optional(found_type), span), default, type_, span)


def has_key(context: Context, node: ast.Compare, key: Typed, items: Typed, *, negated: bool) -> Typed:
    """`key in items`."""
    assert isinstance(items.type, ListType)
    assert items.type.lookup is not None
    variable = _variable(context, items.type.item)
    span = context.span(node)
    test = _test(variable, items.type.lookup, key)
    found = Call("any", (Generator(test, variable, items, (), ListType(BOOL), span),), BOOL, span)
    return Unary("not", found, BOOL, span) if negated else found


def is_key(key: Typed, items: Typed) -> bool:
    """Whether `key in items` asks for a key."""
    return isinstance(items.type, ListType) and items.type.lookup is not None and isinstance(key.type, StrType)


def _field_type(context: Context, items: ListType, field: str) -> Type | None:
    assert isinstance(items.item, RecordType)
    return context.scope.fields_of(items.item).get(field)


def _variable(context: Context, item: Type) -> Binding:
    """A variable whose name nothing else has here."""
    name = "entry"
    while name in context.locals or context.scope.lookup(name) is not None:
        name += "_"
    return Binding(BindingKind.LOCAL, name, item)


def _test(variable: Binding, lookup: Lookup, key: Typed) -> Typed:
    """Whether an item has the key."""
    found: Typed = Attribute(Name(variable, variable.type, key.span), lookup.key, STR, key.span)
    if lookup.ignore_case:
        found = Method(found, "lower", (), STR, key.span)
        if isinstance(key, Constant) and isinstance(key.value, str):
            key = replace(key, value=key.value.lower())
        else:
            key = Method(key, "lower", (), STR, key.span)
    return Compare(found, ("==",), (key,), BOOL, key.span)
