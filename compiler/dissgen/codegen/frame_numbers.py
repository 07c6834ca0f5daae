"""Fixed-width numbers in a frame: those that stand one behind the other are read at once."""

from __future__ import annotations

from dissgen.codegen import naming
from dissgen.codegen.layouts import Layout, Unpacked, layout
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import literal
from dissgen.codegen.scan_numbers import packed_items
from dissgen.codegen.steps import Steps
from dissgen.codegen.values import converted, fixed_literal
from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.primitives.array import ITEM


class FrameNumbers:
    """The part of a frame's builder that reads numbers."""

    rule: ops.Rule
    module: ops.Module
    known: frozenset[str]
    locals: Locals
    steps: Steps
    structures: list[tuple[str, str]]
    """The names and sources of the structures that it reads."""

    def assign(self, target: ops.Target, value: str, place: ops.Place | None = None) -> None:
        raise NotImplementedError

    def leaf(self, op: ops.Leaf) -> None:
        raise NotImplementedError

    def all(self, body: tuple[ops.Op, ...]) -> None:
        raise NotImplementedError

    def settled(self, expression: Typed, place: ops.Place) -> str:
        raise NotImplementedError

    def fixed(self, parts: tuple[ops.NumberRead, ...]) -> None:
        """Numbers that are read at once, so that what reports their errors is one place."""
        leaf = parts[0]
        if len(parts) == 1 and leaf.constant is None and leaf.shift == 0 and leaf.bits % 8 == 0:
            self.leaf(leaf)
            return
        found = layout(parts)
        unpacked = Unpacked(found, self._direct, self.number, self.locals.fresh)
        self.steps.wait(parts[0].place)
        call = f"r.fixed({self._structure(found)})"
        targets = unpacked.targets
        self.steps.add(f"{', '.join(targets)}{',' if len(targets) == 1 else ''} = {call}" if targets else call)
        for leaf, text in unpacked.values:
            if leaf.constant is None:
                self.assign(leaf.target, text)
                continue
            value = text
            if not text.isidentifier():
                value = self.locals.fresh("value")
                self.steps.add(f"{value} = {text}")
            self._check_constant(leaf, value, found)
            if leaf.target.name is not None:
                self.assign(leaf.target, value)

    def _structure(self, found: Layout) -> str:
        value = fixed_literal(found)
        for name, known in self.structures:
            if known == value:
                return name
        name = naming.fixed(self.rule.name, len(self.structures) + 1)
        self.structures.append((name, value))
        return name

    def _check_constant(self, leaf: ops.NumberRead, value: str, found: Layout) -> None:
        """The last field of a run."""
        _, begin, end = found.places[-1]
        field = literal(leaf.field)
        self.steps.add(f"if {value} != {literal(leaf.constant)}:")
        place = f"size={end - begin}, offset=r.offset - {found.advance - begin}"
        self.steps.add(f'    r.fail("const", {field}, {literal(repr(leaf.constant))}, {place})')

    def _direct(self, leaf: ops.NumberRead) -> str | None:
        name = leaf.target.name
        if name is None or leaf.conversions or leaf.constant is not None or name in self.known or name == ITEM:
            return None
        return f"self.{naming.frame_attribute(name)}"

    def number(self, leaf: ops.NumberRead, raw: str) -> str:
        return converted(leaf, raw, self.module, checked=True)

    def within(self, op: ops.Within) -> None:
        field = f", {literal(op.field)}" if op.field else ""
        size = self.settled(op.size, op.place)
        self.steps.wait(op.place)
        self.steps.add(f"r.enter({size}, {op.whole}{field})")
        self.all(op.body)
        self.steps.wait(op.place)
        self.steps.add(f"r.leave({op.slack}{field})")

    def packed(self, op: ops.PackedRead) -> None:
        """An array of bits, all at once."""
        field = f", {literal(op.field)}" if op.field else ""
        value = self.locals.fresh("value")
        if op.count is None:
            text, count = f"r.packed_rest({op.bits}{field})", f"len({value}) * 8 // {op.bits}"
        else:
            count = self.settled(op.count, op.place)
            text = f"r.packed({count}, {op.bits}{field})"
        self.steps.wait(op.place)
        if op.target.name is None:
            self.steps.add(text)
        else:
            self.steps.add(f"{value} = {text}")
            self.assign(op.target, packed_items(op, value, count))
