"""Runs of tokens in a scan: one match of one expression, whose groups are the fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import Code, literal, regex_literal
from dissgen.codegen.runs import RunPattern, run_pattern
from dissgen.codegen.values import case_test, converted, parsed_int
from dissgen.ir import ops


@dataclass(frozen=True, slots=True)
class Pattern:
    """A module-level compiled expression: name, source text, comment, and how it is used."""

    name: str
    regex: str
    comment: str
    method: str = "match"
    flags: str = "re.DOTALL"


class ScanTokens:
    """The part of a scan's builder that reads tokens."""

    rule: ops.Rule
    module: ops.Module
    names: ScanNames
    code: Code
    locals: Locals
    patterns: list[Pattern]

    _limit: int
    """The least limit of what was read, in bytes."""

    def decline(self, test: str) -> None:
        raise NotImplementedError

    def local(self, target: str) -> str:
        raise NotImplementedError

    def all(self, body: tuple[ops.Op, ...], tail: Callable[[], None] | None = None) -> None:
        raise NotImplementedError

    def run(self, op: ops.Run) -> None:
        run = run_pattern(op, self.module)
        self._limit = min(self._limit, run.limit)
        name = self._pattern(run)
        self.code.add(f"m = {name}(data, pos, {self.names.end})", op.place)
        if run.margin:
            self.decline(f"m is None or m.end() + {run.margin} > {self.names.end}")
        else:
            self.decline("m is None")
        for group in run.groups:
            self._group(group.number, group.leaf, group.optional)
        self.code.add("pos = m.end()")

    def prefer(self, op: ops.Prefer) -> None:
        """The usual case by one expression; what it is not is read as written."""
        run = run_pattern(op.run, self.module)
        self._limit = min(self._limit, run.limit)
        number = next(group.number for group in run.groups if group.leaf is op.subject)
        assert op.subject.target.name is not None
        target = self.local(op.subject.target.name)
        value = converted(op.subject, f"m[{number}]", self.module, checked=False)
        test = "m is not None" + (f" and m.end() + {run.margin} <= {self.names.end}" if run.margin else "")
        usual = case_test(f"({target} := {value})", op.excluded, negated=True)
        self.code.add(f"m = {self._pattern(run)}(data, pos, {self.names.end})", op.run.place)
        with self.code.block(f"if {test} and {usual}:", op.place):
            for group in run.groups:
                if group.leaf is not op.subject:
                    self._group(group.number, group.leaf, group.optional)
            self.code.add("pos = m.end()")
        with self.code.block("else:"):
            self.all(op.otherwise)

    def _group(self, number: int, leaf: ops.TokenRead | ops.LiteralRead, optional: bool) -> None:
        constant = leaf.constant if isinstance(leaf, ops.TokenRead) else None
        target = self.local(leaf.target.name) if leaf.target.name else self.locals.fresh("value")
        if optional:
            with self.code.block(f"if m[{number}] is not None:"):
                self.set_leaf(target, leaf, f"m[{number}]")
        else:
            self.set_leaf(target, leaf, f"m[{number}]")
        if constant is not None:
            self.decline(f"{target} != {literal(constant)}")

    def set_leaf(self, target: str, leaf: ops.Leaf, raw: str, place: ops.Place | None = None) -> None:
        """The value of a leaf into a local; a number that is none declines."""
        if parsed_int(leaf, self.module):
            number = self.locals.fresh("number")
            self.code.add(f"{number} = {converted(leaf, raw, self.module, checked=False)}", place)
            self.decline(f"{number} is None")
            self.code.add(f"{target} = {number}")
        else:
            self.code.add(f"{target} = {converted(leaf, raw, self.module, checked=False)}", place)

    def _pattern(self, run: RunPattern) -> str:
        name = naming.pattern(self.rule.name, len(self.patterns) + 1)
        self.patterns.append(Pattern(name, regex_literal(run.regex), run.comment))
        return name
