"""Loops in a scan: arrays whose items are read one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dissgen.codegen import naming
from dissgen.codegen.expressions import emit
from dissgen.codegen.extents import Extents
from dissgen.codegen.runs import run_pattern
from dissgen.codegen.scan_numbers import ScanNumbers
from dissgen.codegen.scan_usual import ScanUsual
from dissgen.codegen.values import converted, may_raise, parsed_int, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name, Typed, fallible, walk
from dissgen.ir.walk import body_expressions, every
from dissgen.types import ListType, OneOfType, inner

MANY_TIMES: Final = 16


class ScanLoops(ScanNumbers, ScanUsual):
    """The part of a scan's builder that reads arrays, at once or item by item."""

    _declared: set[str]
    """The fields that have an annotation already."""

    _inlined: set[str]
    """The fields of the rules whose code stands in this scan."""

    def op(self, op: ops.Op) -> None:
        raise NotImplementedError

    def peeks(self, expression: Typed) -> None:
        raise NotImplementedError

    def loop(self, op: ops.Loop) -> None:
        if op.count is not None:
            self.peeks(op.count)
        if self.at_once(op):
            self.moved()
            return
        if op.count is not None and not op.rest and op.while_ is None and op.until is None:
            self._counted(op, op.count)
            return
        items = self.items(op)
        if self.usual(op, items):
            with self.code.block("else:"):
                self._one_by_one(op, items)
            self.moved()
        else:
            self._one_by_one(op, items)

    def _one_by_one(self, op: ops.Loop, items: str) -> None:
        """An array whose items are read one after another, as long as its tests say so."""
        index = f"len({items})" if items else self.locals.fresh("index")
        if not items:
            self.code.add(f"{index} = 0")
        self.names.index = index
        count = ""
        if op.count is not None:
            count = self.named("count", emit(op.count, self.names))
        tests = [f"{index} < {count}"] if count else []
        tests += [f"pos < {self.names.end}"] if op.rest else []
        with self.code.block(f"while {' and '.join(tests) or 'True'}:", op.place):
            self.moved()
            self.sure = 1 if op.rest else 0
            if op.while_ is not None:
                self.peeks(op.while_)
                self.code.add(f"if not ({emit(op.while_, self.names)}):")
                self.code.add("    break")
            known = (self.sure, self.octet)
            self._item_read(op, items)
            if items:
                if not self._bounded(op):
                    self.decline(f"len({items}) >= {self.module.limits.items}")
                self.code.add(f"{items}.append({self.names.item})")
            else:
                self.code.add(f"{index} += 1")
            if op.until is not None:
                self.names.index = f"({index} - 1)"
                self.peeks(op.until)
                self.code.add(f"if {emit(op.until, self.names)}:")
                self.code.add("    break")
        self.moved()
        if items and self._bounded(op) and self.module.limits.message > self.module.limits.items:
            self.decline(f"len({items}) > {self.module.limits.items}")
        if op.while_ is not None and not tests and op.until is None:
            self.sure, self.octet = known
        self.names.index = "0"

    def _bounded(self, op: ops.Loop) -> bool:
        """Whether a message holds not so many more items than are allowed that counting them later would cost much."""
        limits = self.module.limits
        return limits.message <= MANY_TIMES * limits.items and self._has_a_byte(op.item)

    def _has_a_byte(self, op: ops.Op) -> bool:
        """Whether what is read is surely not empty."""
        if isinstance(op, ops.NumberRead):
            return op.bits >= 8
        if isinstance(op, ops.FixedRun):
            return sum(part.bits for part in op.parts) >= 8
        if isinstance(op, ops.Call):
            rule = next(rule for rule in self.module.rules if rule.name == op.rule)
            return bool(rule.whole) and self._has_a_byte((rule.whole or ())[0])
        return False

    def _counted(self, op: ops.Loop, size: Typed) -> None:
        """An array that only its count ends."""
        count = self.named("count", emit(size, self.names))
        most = self.extents.value(size)
        limit = self.module.limits.items
        if op.target.name is not None and (most is None or most > limit):
            self.decline(f"{count} > {limit}")
        items = self.items(op)
        used = any(node.binding.kind is BindingKind.INDEX for node in self._names((op.item,)))
        self.names.index = self.locals.fresh("index") if used else "_"
        with self.code.block(f"for {self.names.index} in range({count}):", op.place):
            self.moved()
            self._item_read(op, items)
            if items:
                self.code.add(f"{items}.append({self.names.item})")
        self.moved()
        self.names.index = "0"

    @staticmethod
    def _names(body: tuple[ops.Op, ...]) -> Iterator[Name]:
        """The names in the expressions of a body."""
        return (node for tree in body_expressions(body) for node in walk(tree) if isinstance(node, Name))

    def items(self, op: ops.Loop) -> str:
        """The local that keeps the items, empty; "" for an array that keeps none."""
        name = op.target.name
        if name is None:
            return ""
        if any(field.name == name and isinstance(inner(field.type), OneOfType) for field in self.rule.fields):
            items = self.locals.fresh("items")
            self.code.add(f"{items}: {python_type(ListType(op.item_type))} = []")
            self.code.add(f"{naming.local(name)} = {items}")
            return items
        annotation = "" if name in self._declared else f": {python_type(ListType(op.item_type))}"
        self._declared.add(name)
        self.code.add(f"{naming.local(name)}{annotation} = []")
        return naming.local(name)

    def _item_read(self, op: ops.Loop, items: str) -> None:
        """Read an item into `names.item`; one that is not kept has a byte at least."""
        before = ""
        if not items:
            before = self.locals.fresh("before")
            self.code.add(f"{before} = pos")
        item = self.names.item = self.locals.fresh("item")
        if isinstance(op.item, ops.Call) and self._valued_item(op.item):
            item = self.names.item
        elif not (isinstance(op.item, ops.Call) and self._item_by_pattern(op.item, item)):
            self.op(op.item)
        self.moved()
        if not items:
            self.decline(f"pos == {before}")

    def _valued_item(self, call: ops.Call) -> bool:
        """An item whose size is read first is read here, without calling the scan of its rule."""
        rule = next(rule for rule in self.module.rules if rule.name == call.rule)
        if not rule.anonymous or rule.parameters or rule.whole is None or not isinstance(rule.result, Name):
            return False
        simple = all(isinstance(op, ops.NumberRead | ops.TakeRead) for op in rule.whole)
        names = {field.name for field in rule.fields}
        taken = {field.name for field in self.rule.fields} | {name for name, _ in self.rule.parameters} | self._inlined
        if not simple or may_fail(rule) or names & taken:
            return False
        self._inlined |= names
        before, self.extents = self.extents, Extents(rule, self.module)
        self.all(rule.whole)
        self.extents = before
        self.names.item = emit(rule.result, self.names)
        return True

    def _item_by_pattern(self, call: ops.Call, item: str) -> bool:
        """A record that one expression reads is built here, without calling the scan of its rule."""
        rule = next(rule for rule in self.module.rules if rule.name == call.rule)
        if rule.result is not None or rule.parameters or rule.whole is None or len(rule.whole) != 1:
            return False
        (only,) = rule.whole
        if not isinstance(only, ops.Run):
            return False
        run = run_pattern(only, self.module)
        values: dict[str, str] = {}
        for group in run.groups:
            name = group.leaf.target.name
            constant = isinstance(group.leaf, ops.TokenRead) and group.leaf.constant is not None
            if name is None or name in values or group.optional or constant or parsed_int(group.leaf, self.module):
                return False
            values[name] = converted(group.leaf, f"m[{group.number}]", self.module, checked=False)
        if set(values) != {field.name for field in rule.fields} or any(field.local for field in rule.fields):
            return False
        self.code.add(f"m = {naming.pattern(rule.name, 1)}(data, pos, {self.names.end})", call.place)
        margin = f"m.end() + {run.margin} > {self.names.end} or " if run.margin else ""
        self.decline(f"m is None or {margin}m.end() - pos > {min(run.limit, self.module.limits.message)}")
        arguments = ", ".join(values[field.name] for field in rule.fields)
        self.code.add(f"{item} = {naming.record_class(rule.name)}({arguments})")
        self.code.add("pos = m.end()")
        return True


def may_fail(rule: ops.Rule) -> bool:
    """Whether an expression or a conversion in the rule's scan may raise."""
    assert rule.whole is not None
    trees = [*body_expressions(rule.whole), *(() if rule.result is None else (rule.result,))]
    return any(map(fallible, trees)) or any(may_raise(op) for op in every(rule.whole))
