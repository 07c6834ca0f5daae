"""Binary elements in a scan: structures, arrays of numbers, budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.extents import Extents
from dissgen.codegen.layouts import Layout, Unpacked, layout
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import Code, literal
from dissgen.codegen.values import converted
from dissgen.ir import ops
from dissgen.ir.expressions import Name


@dataclass(frozen=True, slots=True)
class Struct:
    """A module-level structure: name, source text, comment."""

    name: str
    value: str
    comment: str


class ScanNumbers:
    """The part of a scan's builder that reads binary elements."""

    rule: ops.Rule
    module: ops.Module
    names: ScanNames
    code: Code
    locals: Locals
    extents: Extents
    structs: list[Struct]
    left: tuple[str, str] | None = None
    """The end of a budget that was just entered, and its size."""

    sure: int = 0
    """How many bytes are known to be there."""

    octet: str = ""
    """The local that has the next byte."""

    ahead: int = 0
    """How many bytes of the budget that comes next are read."""

    _path: list[ops.Op]
    """The operations on the way here."""

    def decline(self, test: str) -> None:
        raise NotImplementedError

    def local(self, target: str) -> str:
        raise NotImplementedError

    def all(self, body: tuple[ops.Op, ...], tail: Callable[[], None] | None = None) -> None:
        raise NotImplementedError

    def items(self, op: ops.Loop) -> str:
        raise NotImplementedError

    def moved(self) -> None:
        """Of the bytes that come next nothing is known."""
        self.sure = 0
        self.octet = ""

    def named(self, name: str, source: str) -> str:
        """The source, if it is a name or a number; else a local that has its value."""
        if source.isidentifier() or source.isdigit():
            return source
        local = self.locals.fresh(name)
        self.code.add(f"{local} = {source}")
        return local

    # Runs of numbers

    def fixed(self, parts: tuple[ops.NumberRead, ...], place: ops.Place) -> None:
        """One test of the bounds, one structure."""
        found = layout(parts)
        if found.size > self.sure:
            self.decline(f"{self.names.end} - pos < {found.size}" if found.size > 1 else f"pos >= {self.names.end}")
        self.sure = max(found.size, self.sure) - found.advance
        unpacked = Unpacked(found, self._direct, self._number, self.locals.fresh)
        targets = unpacked.targets
        if len(targets) == 1 and found.format in (">B", "<B"):
            self.code.add(f"{targets[0]} = {self.octet or 'data[pos]'}", place)
        elif targets:
            name = self._struct(found.format, "unpack_from", _words(parts))
            left = ", ".join(targets) if len(targets) > 1 else f"({targets[0]},)"
            self.code.add(f"{left} = {name}(data, pos)", place)
        for leaf, text in unpacked.values:
            if leaf.target.name is not None:
                self.code.add(f"{self.local(leaf.target.name)} = {text}")
                text = self.local(leaf.target.name)
            if leaf.constant is not None:
                self.decline(f"({text}) != {literal(leaf.constant)}" if " " in text else f"{text} != {leaf.constant}")
        for leaf in parts:
            if leaf.constant is not None and (self._direct(leaf) in targets):
                self.decline(f"{self._direct(leaf)} != {literal(leaf.constant)}")
        if found.advance:
            self.octet = ""
            self.code.add(f"pos += {found.advance}")

    def _direct(self, leaf: ops.NumberRead) -> str | None:
        """The local that takes the number as it is."""
        if leaf.target.name is None or leaf.conversions:
            return None
        return self.local(leaf.target.name)

    def _number(self, leaf: ops.NumberRead, raw: str) -> str:
        return converted(leaf, raw, self.module, checked=False)

    def _struct(self, format: str, method: str, comment: str) -> str:
        value = f"struct.Struct({literal(format)}).{method}"
        for item in self.structs:
            if item.value == value:
                return item.name
        name = naming.unpack(self.rule.name, len(self.structs) + 1)
        self.structs.append(Struct(name, value, comment))
        return name

    # Arrays

    def at_once(self, op: ops.Loop) -> bool:
        """Read an array of items of one size at once, if it is one that only a count or the budget ends."""
        found = self._item(op.item)
        ended = (op.count is None) == op.rest and op.while_ is None and op.until is None
        if found is None or op.target.name is None or not ended:
            return False
        size, make = found
        stop = self.names.end
        values = f"({stop} - pos) // {size}"
        limit = self.module.limits.items
        if op.count is not None:
            count = self.named("count", emit(op.count, self.names))
            most = self.extents.value(op.count)
            values, stop = count, self.locals.fresh("stop")
            self.code.add(f"{stop} = pos + {f'{size} * ' if size > 1 else ''}{count}", op.place)
            negative = "" if most is not None else f"{count} < 0 or "
            many = f" or {count} > {limit}" if most is None or most > limit else ""
            self.decline(f"{negative}{stop} > {self.names.end}{many}")
        else:
            room, most = self._room(stop)
            values = f"{room} // {size}" if size > 1 else room
            tests = [f"{room} % {size}"] if size > 1 else []
            tests += [f"{room} > {limit * size}"] if most is None or most > limit * size else []
            if tests:
                self.decline(" or ".join(tests))
        self.code.add(f"{self.local(op.target.name)} = {make(values, stop)}", op.place)
        self.code.add(f"pos = {stop}")
        return True

    def _room(self, stop: str) -> tuple[str, int | None]:
        """What is left of the budget, and the most that this can be."""
        if self.left is not None and self.left[0] == stop:
            size = self.left[1]
            return size, next((most for name, most in self.extents.values.items() if naming.local(name) == size), None)
        return f"({stop} - pos)", None

    def _item(self, item: ops.Leaf | ops.Call) -> tuple[int, Callable[[str, str], str]] | None:
        """The size of an item, and what makes the list of all of them from their number and their end."""
        if isinstance(item, ops.NumberRead) and item.constant is None and item.bits % 8 == 0 and not item.conversions:
            found = layout((item,))
            if found.format in (">B", "<B"):
                return 1, lambda _, stop: f"list(data[pos:{stop}])"
            if found.words[0].whole is not None:
                order, code = found.format[0], found.format[1:]
                return found.size, lambda count, _: f'list(struct.unpack_from(f"{order}{{{count}}}{code}", data, pos))'
            return found.size, self._comprehension(found, None)
        rule = next((rule for rule in self.module.rules if isinstance(item, ops.Call) and rule.name == item.rule), None)
        if rule is None or rule.result is not None or rule.parameters or rule.whole is None or len(rule.whole) != 1:
            return None
        (only,) = rule.whole
        parts = only.parts if isinstance(only, ops.FixedRun) else (only,)
        if not all(isinstance(part, ops.NumberRead) and part.constant is None for part in parts):
            return None
        if any(field.local for field in rule.fields):
            return None
        found = layout([part for part in parts if isinstance(part, ops.NumberRead)])
        return found.size, self._comprehension(found, rule)

    def _comprehension(self, found: Layout, rule: ops.Rule | None) -> Callable[[str, str], str]:
        unpacked = Unpacked(found, self._field, self._number, self.locals.fresh)
        values = {leaf.target.name: self._field(leaf) or "" for leaf in found.leaves}
        values |= {leaf.target.name: text for leaf, text in unpacked.values}
        targets = ", ".join(unpacked.targets) + ("," if len(unpacked.targets) == 1 else "")
        if rule is None:
            value = next(iter(values.values()))
        else:
            arguments = [values[field.name] for field in rule.fields]
            value = f"{naming.record_class(rule.name)}({', '.join(arguments)})"
            if arguments == unpacked.targets and len(arguments) > 1:
                targets, value = "fields", f"{naming.record_class(rule.name)}(*fields)"
        words = " ".join(part.field or "-" for part in found.leaves)
        name = self._struct(found.format, "iter_unpack", words)
        return lambda _, stop: f"[{value} for {targets} in {name}(data[pos:{stop}])]"

    @staticmethod
    def _field(leaf: ops.NumberRead) -> str | None:
        """A local of the comprehension."""
        return None if leaf.target.name is None or leaf.conversions else naming.local(leaf.target.name)

    def packed(self, op: ops.PackedRead) -> None:
        limit = self.module.limits.items
        if op.count is not None:
            count = self.named("count", emit(op.count, self.names))
            bits = count if op.bits == 1 else f"{count} * {op.bits}"
            stop = self.locals.fresh("stop")
            self.code.add(f"{stop} = pos + ({bits} + 7) // 8", op.place)
            self.decline(f"{count} < 0 or {stop} > {self.names.end} or {count} > {limit}")
        else:
            stop = self.names.end
            room, most = self._room(stop)
            count = f"{room} * 8" + (f" // {op.bits}" if op.bits > 1 else "")
            if most is None or most * 8 // op.bits > limit:
                self.decline(f"{count} > {limit}")
        if op.target.name is not None:
            text = packed_items(op, f"data[pos:{stop}]", count)
            self.code.add(f"{self.local(op.target.name)} = {text}", op.place)
        self.code.add(f"pos = {stop}")

    # Others

    def varint(self, op: ops.VarintRead) -> None:
        got = self.locals.fresh("got")
        self.code.add(f"{got} = read_{op.kind}(data, pos, {self.names.end})", op.place)
        self.decline(f"{got} is None")
        if op.target.name is None and op.constant is None:
            self.code.add(f"pos = {got}[1]")
            return
        target = self.local(op.target.name) if op.target.name is not None else self.locals.fresh("value")
        if op.conversions:
            number = self.locals.fresh("number")
            self.code.add(f"{number}, pos = {got}")
            self.code.add(f"{target} = {converted(op, number, self.module, checked=False)}")
        else:
            self.code.add(f"{target}, pos = {got}")
        if op.constant is not None:
            self.decline(f"{target} != {literal(op.constant)}")

    def rest(self, op: ops.RestRead) -> None:
        if op.target.name is not None:
            value = converted(op, f"data[pos:{self.names.end}]", self.module, checked=False)
            self.code.add(f"{self.local(op.target.name)} = {value}", op.place)
        self.code.add(f"pos = {self.names.end}")

    def reads_ahead(self, op: ops.Op, budget: ops.Within) -> bool:
        """Read numbers before a budget together with those at its beginning; whether that is done."""
        first = budget.body[0] if budget.body else None
        before, inside = _numbers(op), _numbers(first)
        plain = isinstance(budget.size, Name) and self.extents.value(budget.size) is not None
        if not before or not inside or not plain or (inside[0].shift + sum(part.bits for part in inside)) % 8:
            return False
        self.fixed((*before, *inside), op.place)
        self.ahead = sum(part.bits for part in inside) // 8
        return True

    def within(self, op: ops.Within, tail: Callable[[], None] | None = None) -> None:
        """The body reads up to the end of the budget only; then comes `tail`."""
        size = self.named("wanted", emit(op.size, self.names))
        stop, before = self.locals.fresh("stop"), self.names.end
        ahead, self.ahead = self.ahead, 0
        self.code.add(f"{stop} = pos + {size}" + (f" - {ahead}" if ahead else ""), op.place)
        negative = "" if self.extents.value(op.size) is not None else f"{size} < 0 or "
        negative = f"{stop} < pos or " if ahead else negative
        self.decline(f"{negative}{stop} > {before}")

        def end() -> None:
            if op.slack:
                self.code.add(f"pos = {stop}")
            elif not _fills(self._path):
                self.decline(f"pos != {stop}")
            if tail is not None:
                tail()

        self.names.end = stop
        self.moved()
        body = op.body
        if ahead:
            self._path.append(body[0])
            body = body[1:]
        self.left = (stop, size) if body and not ahead and isinstance(body[0], ops.Loop | ops.PackedRead) else None
        if tail is None:
            self.all(body)
            end()
        else:
            self.all(body, end)
        self.left = None
        self.names.end = before
        self.moved()


def packed_items(op: ops.PackedRead, data: str, count: str) -> str:
    """The list of the items of an array of bits."""
    if op.kind == "flag":
        return f"flags_of({data}, {count}, {literal(op.order)})"
    return f"numbers_of({data}, {count}, {op.bits}, {op.signed}, {literal(op.order)})"


def _numbers(op: ops.Op | None) -> tuple[ops.NumberRead, ...]:
    if isinstance(op, ops.FixedRun):
        return op.parts
    return (op,) if isinstance(op, ops.NumberRead) else ()


def _fills(body: list[ops.Op]) -> bool:
    """Whether a body surely ends where its budget does."""
    last = body[-1] if body else None
    return isinstance(last, ops.RestRead | ops.PackedRead) or (isinstance(last, ops.Loop) and last.rest)


def _words(parts: tuple[ops.NumberRead, ...]) -> str:
    """The fields of a structure in a comment."""
    return " ".join(part.field or "-" for part in parts)
