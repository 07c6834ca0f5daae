"""The definitions of the spec that a rule refers to by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dissgen.spec.tree import Name
from dissgen.types import EnumType, TableType

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules


class Definitions:
    """The part of a rule's checker that finds enums and tables."""

    rules: Rules

    def is_broken_table(self, name: str) -> bool:
        return name in self.rules.broken_tables

    def enum(self, name: Name) -> EnumType | None:
        enums = self.rules.context.enums
        found = enums.get(name.text)
        if found is None:
            self.rules.context.unknown("an enum", name, enums, {}, "not defined in `enums`")
            return None
        self.rules.context.use("enums", name.text)
        return found

    def lookup_table(self, name: Name) -> TableType | None:
        found = self.rules.table(name.text)
        if found is None or not isinstance(found.type, TableType):
            if not self.is_broken_table(name.text):
                self.rules.context.unknown("a table", name, self.rules.tables, {}, "not defined in `tables`")
            return None
        self.rules.context.use("tables", name.text)
        return found.type
