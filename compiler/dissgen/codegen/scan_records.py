"""The record that a scan makes.

A record of many fields is made without a call of its class and takes them one by one: at half the time, and where its
rule ends in a branch, with what all cases have in common set once before it.
"""

from __future__ import annotations

from typing import Final

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.locals import Locals
from dissgen.codegen.paths import touched
from dissgen.codegen.pysource import Code
from dissgen.ir import ops
from dissgen.types import OptionalType

MANY_FIELDS: Final = 4


class ScanRecords:
    """The part of a scan's builder that makes the value of its rule."""

    rule: ops.Rule
    names: ScanNames
    code: Code
    locals: Locals
    _path: list[ops.Op]
    _record: str = ""
    """The local that has the record, once it is made."""

    _common: int = 0
    """How many operations stood before it was made."""

    def result(self) -> str:
        """The value of the rule behind all that it reads."""
        if self.rule.result is not None:
            return emit(self.rule.result, self.names)
        fields = self._fields()
        if len(fields) < MANY_FIELDS:
            values = ", ".join(naming.local(field.name) for field in fields)
            return f"{naming.record_class(self.rule.name)}({values})"
        self._make()
        for field in fields:
            self._set(field.name, naming.local(field.name))
        return self._record

    def begin_record(self) -> None:
        """Before the branch in which the rule ends: the record with the fields that are known, None in the others."""
        fields = self._fields()
        if self._record or len(fields) < MANY_FIELDS:
            return
        self._make()
        self._common = len(self._path)
        known = touched(self._path)
        for field in fields:
            if field.name in known:
                self._set(field.name, naming.local(field.name))
        for field in fields:
            if field.name not in known and isinstance(field.type, OptionalType):
                self._set(field.name, "None")

    def end_record(self) -> None:
        """At the end of a case: the record with the fields that this path has set."""
        fields = self._fields()
        if self._record:
            before, since = touched(self._path[: self._common]), touched(self._path[self._common :])
            for field in fields:
                late = field.name not in before and not isinstance(field.type, OptionalType)
                if field.name in since or late:
                    self._set(field.name, naming.local(field.name))
            self.code.add(f"return {self._record}, pos")
            return
        some = touched(self._path)
        absent = [isinstance(field.type, OptionalType) and field.name not in some for field in fields]
        last = max((at for at, no in enumerate(absent) if not no), default=-1)
        values = ["None" if no else naming.local(field.name) for field, no in zip(fields, absent, strict=True)]
        self.code.add(f"return {naming.record_class(self.rule.name)}({', '.join(values[: last + 1])}), pos")

    def _fields(self) -> list[ops.Field]:
        return [field for field in self.rule.fields if not field.local]

    def _make(self) -> None:
        self._record = self.locals.fresh("record")
        self.code.add(f"{self._record} = new_record({naming.record_class(self.rule.name)})")

    def _set(self, field: str, value: str) -> None:
        self.code.add(f"{self._record}.{naming.record_attribute(field)} = {value}")
