"""The typed expression checker: names are bound, every node gets its type, every mistake its place."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.ir.expressions import (
    Attribute,
    Binding,
    BindingKind,
    Conditional,
    Constant,
    Index,
    Known,
    ListDisplay,
    Name,
    Slice,
    Typed,
)
from dissgen.sema.expressions import calls, comparisons, operators
from dissgen.sema.expressions.cases import Among, Cases, Fact
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.functions import FUNCTIONS
from dissgen.sema.expressions.scope import Scope, facts, path_of, supposed
from dissgen.spec.expressions import Written
from dissgen.spec.expressions import path_of as path_around
from dissgen.spec.keywords import meant
from dissgen.types import (
    BOOL,
    BYTES,
    FLOAT,
    INT,
    NONE,
    STR,
    BytesType,
    EnumType,
    ListType,
    MapType,
    OneOfType,
    OptionalType,
    RecordType,
    StrType,
    TableType,
    Type,
    assignable,
    inner,
    join,
    show,
)

DOTTED: Final = ("held", "client", "server")
"""First words of the scope words with a dot: `held.up`, `client.address`."""

_CONSTANTS: Final = {"true": "True", "false": "False", "none": "None", "null": "None", "nil": "None"}


def check(
    written: Written,
    scope: Scope,
    diagnostics: Diagnostics,
    expected: Type | None = None,
    *,
    narrowed: frozenset[Fact] = frozenset(),
    allow_missing: bool = False,
) -> Typed | None:
    """The typed tree of an expression, None after reporting every mistake in it.

    `expected` is the type its place needs; `narrowed` the optionals that a test around it has shown to be present;
    with `allow_missing` the whole expression may be a look-up that misses (the subject of a branch).
    """
    checker = Checker(written, scope, diagnostics, narrowed)
    node = written.tree
    if allow_missing and isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        typed = checker.subscript(node, allow_missing=True)
    else:
        typed = checker.infer(node, expected)
    if typed is None:
        return None
    if isinstance(typed, Name) and isinstance(typed.type, TableType):
        checker.error("DG305", f"the table `{typed.binding.name}` is no value", node, "a table", "look a key up in it")
        return None
    if expected is not None and not assignable(typed.type, expected):
        checker.mismatch(node, typed.type, expected)
        return None
    return typed


class Checker(Context):
    """One method for each kind of node."""

    __slots__ = ()

    def infer(self, node: ast.expr, expected: Type | None = None) -> Typed | None:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name() | ast.Attribute():
                return self._narrow(self.declared(node))
            case ast.Subscript(slice=ast.Slice()):
                return self.part(node)
            case ast.Subscript():
                return self.subscript(node)
            case ast.UnaryOp():
                return operators.unary(self, node)
            case ast.BinOp():
                return operators.binary(self, node, expected)
            case ast.Compare():
                return comparisons.compare(self, node)
            case ast.BoolOp():
                return operators.logic(self, node, expected)
            case ast.IfExp():
                return self.conditional(node, expected)
            case ast.List():
                return self.display(node, expected)
            case ast.Call():
                return calls.call(self, node, expected)
            case _:
                raise TypeError(f"the parser lets no {type(node).__name__} through")

    def declared(self, node: ast.expr) -> Typed | None:
        match node:
            case ast.Name():
                return self.name(node)
            case ast.Attribute():
                return self.attribute(node)
            case _:
                return self.infer(node)

    def _narrow(self, typed: Typed | None) -> Typed | None:
        """The type that the tests so far have shown."""
        if not (isinstance(typed, Name | Attribute) and isinstance(typed.type, OptionalType | OneOfType)):
            return typed
        if isinstance(typed.type, OptionalType) and path_of(typed) in self.narrowed:
            typed = replace(typed, type=inner(typed.type))
        found = self._by_subject(typed)
        return typed if found is None or found == typed.type else Known(typed, found, typed.span)

    def _by_subject(self, typed: Name | Attribute) -> Type | None:
        """The type that a field has where the subject of the branch that set it is as the tests so far have shown."""
        node: Typed = typed
        below: tuple[str, ...] = ()
        while isinstance(node, Attribute | Known):
            if isinstance(node, Known):
                node = node.value
                continue
            below, node = (node.field, *below), node.value
            record, base = inner(node.type), path_of(node)
            if base is None or not isinstance(record, RecordType):
                return None
            found = self._known(base, below, self.scope.cases_of(record))
            if found is not None:
                return found
        if not isinstance(node, Name) or node.binding.kind is not BindingKind.FIELD:
            return None
        return self._known((), (node.binding.name, *below), self.scope.cases_of(None))

    def _known(self, base: tuple[str, ...], below: tuple[str, ...], branches: Iterable[Cases]) -> Type | None:
        for cases in branches:
            for fact in self.narrowed:
                if isinstance(fact, Among) and fact.path == (*base, cases.subject):
                    found = cases.known(below, fact.values)
                    if found is not None:
                        return found
        return None

    def constant(self, node: ast.Constant) -> Typed | None:
        span = self.span(node)
        match node.value:
            case bool(value):
                return Constant(value, BOOL, span)
            case int(value):
                return Constant(value, INT, span)
            case float(value):
                return Constant(value, FLOAT, span)
            case str(text):
                return Constant(text, STR, span)
            case bytes(data):
                return Constant(data, BYTES, span)
            case None:
                return Constant(None, NONE, span)
            case _:
                raise TypeError("the parser lets no other literal through")

    def name(self, node: ast.Name) -> Typed | None:
        binding = self._lookup(node.id)
        if binding is None:
            self._unknown_name(node, node.id)
            return None
        if binding.kind is BindingKind.ENUM:
            self.error("DG305", f"the enum `{node.id}` is no value", node, "an enum", f"write {self._member(binding)}")
            return None
        return Name(binding, binding.type, self.span(node))

    def _lookup(self, name: str) -> Binding | None:
        found = self.locals.get(name) or self.scope.lookup(name)
        return found or self.scope.lookup(meant(name))

    def _unknown_name(self, node: ast.expr, name: str) -> None:
        reason = self.scope.explain(name)
        if reason is not None:
            self.error("DG303", reason, node, "not available here")
            return
        known = [*self.locals, *self.scope.names()]
        if name in _CONSTANTS:
            help_ = f"write `{_CONSTANTS[name]}`"
        elif name in FUNCTIONS:
            help_ = f"it is a function: write `{name}(...)`"
        elif name in DOTTED:
            words = " or ".join(f"`{word}`" for word in known if word.startswith(f"{name}."))
            help_ = f"write {words}" if words else ""
        else:
            similar = suggest(name, known)
            help_ = f"write `{similar}`" if similar else ""
            if not similar and self.scope.token(name):
                help_ = f"it is a token: write `peek({name})` or `matches(value, {name})`"
        self.error("DG303", f"unknown name `{name}`", node, "not known here", help_)

    @staticmethod
    def _member(binding: Binding) -> str:
        members = binding.type.members if isinstance(binding.type, EnumType) else ()
        return f"`{binding.name}.{members[0][0]}`" if members else "one of its members"

    def attribute(self, node: ast.Attribute) -> Typed | None:
        around = path_around(node)
        if around is not None:
            dotted = ".".join(around)
            binding = self.scope.lookup(dotted)
            if binding is None:
                self._unknown_dotted(node, dotted)
                return None
            return Name(binding, binding.type, self.span(node))
        if isinstance(node.value, ast.Name) and self._lookup(node.value.id) is None:
            dotted = f"{node.value.id}.{node.attr}"
            binding = self.scope.lookup(dotted)
            if binding is not None:
                return Name(binding, binding.type, self.span(node))
            if node.value.id in DOTTED:
                self._unknown_dotted(node, dotted)
                return None
        if isinstance(node.value, ast.Name):
            binding = self._lookup(node.value.id)
            if binding is not None and binding.kind is BindingKind.ENUM:
                return self._enum_member(node, node.value, binding)
        value = self.infer(node.value)
        if value is None:
            return None
        match value.type:
            case RecordType() as record:
                return self._field(node, value, record)
            case OptionalType(RecordType() as record) as found:
                self.may_be_none(node.value, found, show(record))
            case _:
                self._no_fields(node, value.type)
        return None

    def _unknown_dotted(self, node: ast.Attribute, dotted: str) -> None:
        reason = self.scope.explain(dotted)
        if reason is not None:
            self.error("DG303", reason, node, "not available here")
            return
        similar = suggest(dotted, [name for name in self.scope.names() if "." in name])
        help_ = f"write `{similar}`" if similar else ""
        self.error("DG303", f"unknown name `{dotted}`", node, "not known here", help_)

    def _enum_member(self, node: ast.Attribute, base: ast.Name, binding: Binding) -> Typed | None:
        members = dict(binding.type.members) if isinstance(binding.type, EnumType) else {}
        member = meant(node.attr, members)
        if member in members:
            enum = Name(binding, binding.type, self.span(base))
            return Attribute(enum, member, binding.type, self.span(node))
        similar = suggest(node.attr, members)
        where = self.written.attribute(node)
        message = f"the enum `{binding.name}` has no member `{node.attr}`"
        self.error("DG310", message, where, "unknown", f"write `{similar}`" if similar else "")
        return None

    def _field(self, node: ast.Attribute, value: Typed, record: RecordType) -> Typed | None:
        fields = self.scope.fields_of(record)
        name = meant(node.attr, fields)
        if name in fields:
            return Attribute(value, name, fields[name], self.span(node))
        similar = suggest(name, fields)
        if similar:
            help_ = f"write `{similar}`"
        else:
            help_ = f"it has {', '.join(fields)}" if fields else ""
        where = self.written.attribute(node)
        self.error("DG310", f"`{record.name}` has no field `{name}`", where, "unknown field", help_)
        return None

    def _no_fields(self, node: ast.Attribute, found: Type) -> None:
        source = self.source(node.value)
        help_ = ""
        if isinstance(found, ListType) and isinstance(found.item, RecordType):
            help_ = f"write `{source}[0].{node.attr}`, or any, all, first over its items"
        elif isinstance(found, StrType | BytesType):
            help_ = f"a method is called: write `{source}.{node.attr}()`"
        elif isinstance(found, TableType | MapType):
            help_ = f"write `{source}.get(key, default)`"
        message = f"`{show(found)}` has no field `{node.attr}`"
        self.error("DG310", message, self.written.attribute(node), f"`{source}` is `{show(found)}`", help_)

    def subscript(self, node: ast.Subscript, allow_missing: bool = False) -> Typed | None:
        value = self.infer(node.value)
        key_type = _key_type(value.type) if value is not None else None
        index = self.infer(node.slice)
        if value is None or index is None:
            return None
        result = self._item_type(node, value.type, allow_missing)
        if result is None:
            return None
        if not assignable(index.type, key_type or INT):
            self.mismatch(node.slice, index.type, key_type or INT)
            return None
        return Index(value, index, result, self.span(node))

    def _item_type(self, node: ast.Subscript, found: Type, allow_missing: bool) -> Type | None:
        source = self.source(node.value)
        match found:
            case ListType(item):
                return item
            case StrType():
                return STR
            case BytesType():
                return INT
            case OptionalType(within):
                self.may_be_none(node.value, found, show(within))
            case TableType(value=None):
                self.error("DG308", f"`{source}` is a set, it has keys only", node, "", f"write `x in {source}`")
            case TableType(value=Type_) | MapType(value=Type_) if allow_missing:
                return Type_
            case TableType() | MapType():
                key = self.source(node.slice)
                self.error(
                    "DG312",
                    f"`{source}` may have no such key",
                    node,
                    "this look-up may miss",
                    f"write `{source}.get({key}, default)`, or make it the subject of a `branch`",
                )
            case _:
                self.error("DG305", f"`{show(found)}` has no items", node.value, f"`{show(found)}`")
        return None

    def part(self, node: ast.Subscript) -> Typed | None:
        bounds = node.slice
        assert isinstance(bounds, ast.Slice)
        value = self.infer(node.value)
        lower = self.require(bounds.lower, INT) if bounds.lower else None
        upper = self.require(bounds.upper, INT) if bounds.upper else None
        if value is None or (bounds.lower and lower is None) or (bounds.upper and upper is None):
            return None
        match value.type:
            case ListType() | StrType() | BytesType():
                return Slice(value, lower, upper, value.type, self.span(node))
            case OptionalType(within) as found:
                self.may_be_none(node.value, found, show(within))
            case found:
                self.error("DG305", f"`{show(found)}` has no parts", node.value, f"`{show(found)}`")
        return None

    def conditional(self, node: ast.IfExp, expected: Type | None) -> Typed | None:
        test = self.require(node.test, BOOL)
        yes, no = (
            self.knowing(supposed(node.test, outcome) if test is None else facts(test, outcome))
            for outcome in (True, False)
        )
        if comparisons.is_empty_list(node.body) and expected is None:
            otherwise = no.infer(node.orelse, expected)
            then = yes.infer(node.body, otherwise.type if otherwise else None)
        else:
            then = yes.infer(node.body, expected)
            otherwise = no.infer(node.orelse, expected or (then.type if then else None))
        if test is None or then is None or otherwise is None:
            return None
        type_ = join(then.type, otherwise.type)
        if type_ is None:
            self.error(
                "DG304",
                f"the two values are `{show(then.type)}` and `{show(otherwise.type)}`",
                node.orelse,
                f"`{show(otherwise.type)}`, the first is `{show(then.type)}`",
                conversion_help(self.source(node.orelse), otherwise.type, then.type),
            )
            return None
        return Conditional(test, then, otherwise, type_, self.span(node))

    def display(self, node: ast.List, expected: Type | None) -> Typed | None:
        wanted = inner(expected) if expected is not None else None
        item_type = wanted.item if isinstance(wanted, ListType) else None
        if not node.elts and item_type is None:
            help_ = "compare with, or add to, a list of a known type"
            self.error("DG313", "the type of this list is not known", node, "a list of what?", help_)
            return None
        items = [self.infer(part, item_type) for part in node.elts]
        if any(item is None for item in items):
            return None
        typed = tuple(item for item in items if item is not None)
        if item_type is not None and all(assignable(item.type, item_type) for item in typed):
            return ListDisplay(typed, ListType(item_type), self.span(node))
        first = item_type or typed[0].type
        joined: Type | None = None
        for part, item in zip(node.elts, typed, strict=True):
            joined = item.type if joined is None else join(joined, item.type)
            if joined is None or (item_type is not None and join(item_type, item.type) is None):
                self._foreign_item(part, item.type, first)
                return None
        return None if joined is None else ListDisplay(typed, ListType(joined), self.span(node))

    def _foreign_item(self, node: ast.expr, found: Type, wanted: Type) -> None:
        self.error(
            "DG304",
            f"`{show(found)}` in a list of `{show(wanted)}`",
            node,
            f"`{show(found)}`, but `{show(wanted)}` is needed",
            conversion_help(self.source(node), found, wanted),
        )


def _key_type(type_: Type) -> Type | None:
    return type_.key if isinstance(type_, TableType | MapType) else None
