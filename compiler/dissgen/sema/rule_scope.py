"""The names that expressions in a rule can see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dissgen.ir.expressions import Binding, BindingKind, Typed
from dissgen.sema.expressions import Cases
from dissgen.text import Span
from dissgen.types import INT, RecordType, Type, optional

_OTHERS: Final[Mapping[str, str]] = {
    "message": "`message` is available in transitions only",
    "error": "`error` is available in transitions of parse_error, missing_grammar and transform_error only",
    "sender": "`sender` is available in transitions only",
    "now": "rules do not see the time: they are functions of their input",
    "item": "`item` is available in the `until` of an array only",
    "index": "`index` is available in the `until` and `while` of an array only",
    "held.up": "`held.up` is available in transitions only",
    "held.down": "`held.down` is available in transitions only",
    "client.address": "`client.address` is available in transitions only",
    "server.address": "`server.address` is available in transitions only",
}


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field as far as the rule was read; a type of None could not be found out."""

    type: Type | None
    span: Span


class RuleScope:
    """A rule's earlier fields and parameters, the tables, `item` and `index` where they are."""

    def __init__(self, owner: RuleNames, item: Type | None, loop: bool) -> None:
        self.owner = owner
        self.extra: dict[str, Binding] = {
            "remaining": Binding(BindingKind.REMAINING, "remaining", INT),
            "position": Binding(BindingKind.POSITION, "position", INT),
        }
        if item is not None:
            self.extra["item"] = Binding(BindingKind.ITEM, "item", item)
        if loop:
            self.extra["index"] = Binding(BindingKind.INDEX, "index", INT)

    def lookup(self, name: str) -> Binding | None:
        if name.startswith(("parent.", "root.")):
            return self.owner.seen(name)
        return self.extra.get(name) or self.owner.binding(name)

    def names(self) -> Iterable[str]:
        return (*self.extra, *self.owner.names())

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        return self.owner.fields_of(record)

    def cases_of(self, record: RecordType | None) -> Iterable[Cases]:
        return self.owner.cases_of(record)

    def token(self, name: str) -> bool:
        return self.owner.is_token(name)

    def is_broken(self, name: str) -> bool:
        return self.owner.is_lost(name) if "." in name else self.owner.is_broken(name)

    def derived(self, name: str, span: Span) -> Typed | None:
        return self.owner.derived(name, span)

    def explain(self, name: str) -> str | None:
        if name in self.owner.variables:
            return f"`{name}` is a session variable; rules are functions of their input and `parameters`"
        return self.owner.unseen(name) or _OTHERS.get(name)


class RuleNames:
    """The fields and parameters of one rule, and those of the rule around it that an outlined one captures."""

    def __init__(self, parameters: dict[str, Type | None], outer: RuleNames | None) -> None:
        self.parameters = parameters
        self.outer = outer
        self.fields: dict[str, FieldState] = {}
        self.present: set[str] | None = set()
        """The fields that are set wherever the reading is now; None: it never gets here."""
        self.early: set[str] = set()
        """Fields that are read where not every path has set them."""
        self.captured: dict[str, Binding] = {}
        self.internal: set[str] = set()
        """Locals that the compiler has made: no expression sees them."""
        self.variables: frozenset[str] = frozenset()

    def is_token(self, name: str) -> bool:
        raise NotImplementedError

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        raise NotImplementedError

    def seen(self, name: str) -> Binding | None:
        """What `parent.x` or `root.x` stands for."""
        raise NotImplementedError

    def is_lost(self, name: str) -> bool:
        """Whether `parent.x` or `root.x` is not known because of what was reported already."""
        raise NotImplementedError

    def unseen(self, name: str) -> str | None:
        """Why `parent.x` or `root.x` is not known."""
        raise NotImplementedError

    def cases_of(self, record: RecordType | None) -> Iterable[Cases]:
        raise NotImplementedError

    def table(self, name: str) -> Binding | None:
        raise NotImplementedError

    def message_variable(self, name: str) -> Binding | None:
        raise NotImplementedError

    def is_broken_table(self, name: str) -> bool:
        raise NotImplementedError

    def derived(self, name: str, span: Span) -> Typed | None:
        raise NotImplementedError

    def message_variables(self) -> Iterable[str]:
        raise NotImplementedError

    def table_names(self) -> Iterable[str]:
        raise NotImplementedError

    def binding(self, name: str) -> Binding | None:
        """What a name stands for here; a name of the rule around becomes a parameter."""
        field = self.fields.get(name) if name not in self.internal else None
        if field is not None and field.type is not None:
            always = self.present is None or name in self.present
            if not always:
                self.early.add(name)
            return Binding(BindingKind.FIELD, name, field.type if always else optional(field.type))
        type_ = self.parameters.get(name)
        if type_ is not None:
            return Binding(BindingKind.PARAMETER, name, type_)
        if self.outer is not None:
            found = self.outer.binding(name)
            if found is not None and found.kind in (BindingKind.FIELD, BindingKind.PARAMETER):
                self.captured[name] = found
                self.parameters[name] = found.type
                return Binding(BindingKind.PARAMETER, name, found.type)
        return self.message_variable(name) or self.table(name)

    def names(self) -> Iterable[str]:
        around = self.outer.names() if self.outer is not None else (*self.message_variables(), *self.table_names())
        return (*self.fields, *self.parameters, *around)

    def is_broken(self, name: str) -> bool:
        if name in self.fields:
            return self.fields[name].type is None
        if name in self.parameters:
            return self.parameters[name] is None
        if self.outer is not None:
            return self.outer.is_broken(name)
        return self.is_broken_table(name)
