"""The straight-line variant of a rule: reads one element that is all there and valid, or declines with None.

It decides nothing that more input could change, and says nothing about errors: where it declines, the frame of the
same rule reads on, waits, or says exactly what is wrong. So fusing can change speed only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames, scan_local
from dissgen.codegen.expressions import emit
from dissgen.codegen.pysource import Code, literal, regex_literal
from dissgen.codegen.runs import RunPattern, run_pattern
from dissgen.codegen.values import case_test, converted, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import Index, Peek, Typed, fallible, walk
from dissgen.ir.walk import every
from dissgen.tokens import CompiledToken
from dissgen.types import OptionalType


@dataclass(frozen=True, slots=True)
class Pattern:
    """A module-level compiled expression: name, source text, comment."""

    name: str
    regex: str
    comment: str


class ScanBody:
    """Builds the `_scan_<rule>` function of one rule that has a straight-line variant."""

    def __init__(self, rule: ops.Rule, module: ops.Module) -> None:
        assert rule.whole is not None
        self.rule = rule
        self.module = module
        self.tokens = {token.name: token for token in module.tokens}
        self.names = ScanNames()
        self.code = Code()
        self.patterns: list[Pattern] = []
        self.parses_int = False
        self._marks = 0
        self._limit = module.limits.message
        if any(fallible(expression) for expression in expressions(rule.whole)):
            with self.code.block("try:"):
                self._body(rule.whole)
            self.code.add("except EVALUATION_ERRORS:")
            self.code.add("    return None")
        else:
            self._body(rule.whole)

    def _body(self, whole: tuple[ops.Op, ...]) -> None:
        self.code.add("start = pos")
        self._optional_fields()
        self._all(whole)
        self.code.add(f"if pos - start > {self._limit}:")
        self.code.add("    return None")
        self.code.add(f"return {self._result()}, pos")

    def _optional_fields(self) -> None:
        for field in self.rule.fields:
            if isinstance(field.type, OptionalType):
                self.code.add(f"{scan_local(field.name)}: {python_type(field.type)} = None")

    def _decline(self, test: str) -> None:
        self.code.add(f"if {test}:")
        self.code.add("    return None")

    def _all(self, body: tuple[ops.Op, ...]) -> None:
        for op in body:
            self._op(op)

    def _op(self, op: ops.Op) -> None:
        match op:
            case ops.TokenRead() | ops.LiteralRead():
                self._run(ops.Run((op,), op.place))
            case ops.Run():
                self._run(op)
            case ops.TakeRead():
                self._take(op)
            case ops.Call():
                self._call(op)
            case ops.Let():
                self._peeks(op.value)
                self.code.add(f"{scan_local(op.name)} = {emit(op.value, self.names)}")
            case ops.Branch():
                self._branch(op)
            case ops.If():
                self._peeks(op.test)
                with self.code.block(f"if {emit(op.test, self.names)}:", op.place):
                    self._all(op.body)
            case ops.Loop():
                self._loop(op)
            case ops.Union():
                self._union(op)
            case ops.Verify():
                self._peeks(op.test)
                self._decline(f"not ({emit(op.test, self.names)})")
            case ops.Fail():
                self.code.add("return None")
            case ops.UntilRead() | ops.RestRead() | ops.StreamRead():
                raise AssertionError(f"{op} has no straight-line variant")
            case _:
                assert_never(op)

    # Runs of tokens

    def _run(self, op: ops.Run) -> None:
        run = run_pattern(op, self.module)
        self._limit = min(self._limit, run.limit)
        name = self._pattern(run)
        self.code.add(f"m = {name}(data, pos)", op.place)
        if run.margin:
            self._decline(f"m is None or m.end() + {run.margin} > len(data)")
        else:
            self._decline("m is None")
        for group in run.groups:
            self._group(group.number, group.leaf, group.optional)
        self.code.add("pos = m.end()")

    def _group(self, number: int, leaf: ops.TokenRead | ops.LiteralRead, optional: bool) -> None:
        constant = leaf.constant if isinstance(leaf, ops.TokenRead) else None
        raw = f"m[{number}]"
        value = self._convert(leaf, raw)
        target = scan_local(leaf.target.name) if leaf.target.name else "value"
        if optional:
            with self.code.block(f"if {raw} is not None:"):
                self.code.add(f"{target} = {value}")
        else:
            self.code.add(f"{target} = {value}")
        if "parse_int(" in value:
            self._decline(f"{target} is None")
        if constant is not None:
            self._decline(f"{target} != {literal(constant)}")

    def _convert(self, leaf: ops.Leaf, raw: str) -> str:
        value = converted(leaf, raw, self.module, checked=False)
        self.parses_int = self.parses_int or "parse_int(" in value
        return value

    def _pattern(self, run: RunPattern) -> str:
        name = naming.pattern(self.rule.name, len(self.patterns) + 1)
        self.patterns.append(Pattern(name, regex_literal(run.regex), run.comment))
        return name

    # Others

    def _take(self, op: ops.TakeRead) -> None:
        self._peeks(op.size)
        size = emit(op.size, self.names)
        if not size.isidentifier() and not size.isdigit():
            self.code.add(f"size = {size}")
            size = "size"
        self._decline(f"{size} < 0 or len(data) - pos < {size}")
        if op.target.name is not None:
            value = self._convert(op, f"data[pos : pos + {size}]")
            self.code.add(f"{scan_local(op.target.name)} = {value}", op.place)
            if "parse_int(" in value:
                self._decline(f"{scan_local(op.target.name)} is None")
        self.code.add(f"pos += {size}")

    def _call(self, op: ops.Call) -> None:
        arguments = "".join(f", {emit(value, self.names)}" for _, value in op.arguments)
        got = self._numbered("got")
        self.code.add(f"{got} = {naming.scan_function(op.rule)}(data, pos{arguments})", op.place)
        self._decline(f"{got} is None")
        target = scan_local(op.target.name) if op.target.name else "_"
        self.code.add(f"{target}, pos = {got}")

    def _numbered(self, name: str) -> str:
        self._marks += 1
        return f"{name}{self._marks}"

    def _branch(self, op: ops.Branch) -> None:
        self._peeks(op.subject)
        if op.table_miss and isinstance(op.subject, Index):
            subject = f"{emit(op.subject.value, self.names)}.get({emit(op.subject.index, self.names)})"
        else:
            subject = emit(op.subject, self.names)
        if not subject.isidentifier():
            name = self._numbered("subject")
            self.code.add(f"{name} = {subject}", op.place)
            subject = name
        for index, case in enumerate(op.cases):
            with self.code.block(f"{'if' if index == 0 else 'elif'} {case_test(subject, case.values)}:", case.place):
                self._all(case.body)
        if op.otherwise is None:
            self.code.add("else:")
            self.code.add("    return None")
        elif op.otherwise and op.cases:
            with self.code.block("else:"):
                self._all(op.otherwise)
        elif op.otherwise:
            self._all(op.otherwise)

    def _loop(self, op: ops.Loop) -> None:
        kept = op.target.name is not None
        items = scan_local(op.target.name) if op.target.name else ""
        index = f"len({items})"
        if kept:
            field = next((field for field in self.rule.fields if field.name == op.target.name), None)
            annotation = f": {python_type(field.type)}" if field else ""
            self.code.add(f"{items}{annotation} = []")
        else:
            index = self._numbered("index")
            self.code.add(f"{index} = 0")
        self.names.index = index
        count = ""
        if op.count is not None:
            count = self._numbered("count")
            self._peeks(op.count)
            self.code.add(f"{count} = {emit(op.count, self.names)}")
        with self.code.block("while True:", op.place):
            if op.count is not None:
                self.code.add(f"if {index} >= {count}:")
                self.code.add("    break")
            if op.while_ is not None:
                self._peeks(op.while_)
                self.code.add(f"if not ({emit(op.while_, self.names)}):")
                self.code.add("    break")
            before = self._numbered("before")
            if not kept:
                self.code.add(f"{before} = pos")
            self._loop_item(op)
            if kept:
                self._decline(f"len({items}) >= {self.module.limits.items}")
                self.code.add(f"{items}.append(item)")
            else:
                self._decline(f"pos == {before}")
                self.code.add(f"{index} += 1")
            if op.until is not None:
                self.names.index = f"({index} - 1)"
                self._peeks(op.until)
                self.code.add(f"if {emit(op.until, self.names)}:")
                self.code.add("    break")
        self.names.index = "0"

    def _loop_item(self, op: ops.Loop) -> None:
        if isinstance(op.item, ops.Call):
            arguments = "".join(f", {emit(value, self.names)}" for _, value in op.item.arguments)
            self.code.add(f"got = {naming.scan_function(op.item.rule)}(data, pos{arguments})")
            self._decline("got is None")
            self.code.add("item, pos = got")
            return
        self._op(op.item)

    def _union(self, op: ops.Union) -> None:
        mark, reach = self._numbered("mark"), self._numbered("reach")
        self.code.add(f"{mark} = {reach} = pos", op.place)
        for index, member in enumerate(op.members):
            self._all(member)
            if index < len(op.members) - 1:
                self.code.add(f"{reach} = max({reach}, pos)")
                self.code.add(f"pos = {mark}")
        self.code.add(f"pos = max({reach}, pos)")

    def _peeks(self, expression: Typed) -> None:
        """Read what the expression peeks at, as far as it is certain."""
        self.names.peeks = {}
        for node in walk(expression):
            if not isinstance(node, Peek) or node in self.names.peeks:
                continue
            name = self._numbered("peeked")
            self.names.peeks[node] = name
            match node.kind, node.argument:
                case "octet", _:
                    self._decline("pos >= len(data)")
                    self.code.add(f"{name} = data[pos]")
                case "token", str(token):
                    # no match may be for want of data: only the longest viable prefix decides, so stay clear of the end
                    compiled = self.tokens[token].compiled
                    self.code.add(f"{name} = {naming.token(token)}.match(data, pos) is not None")
                    self._decline(f"not {name} and len(data) - pos < {_viable_length(compiled, self.module)}")
                case "bytes", bytes(expected):
                    self._decline(f"len(data) - pos < {len(expected)}")
                    self.code.add(f"{name} = data.startswith({expected!r}, pos)")
                case _, argument:
                    assert argument is not None
                    assert not isinstance(argument, str | bytes)
                    size = self._numbered("size")
                    self.code.add(f"{size} = {emit(argument, self.names)}")
                    self._decline(f"len(data) - pos < {size}")
                    self.code.add(f"{name} = data[pos : pos + {size}]")

    def _result(self) -> str:
        rule = self.rule
        if rule.result is not None:
            return emit(rule.result, self.names)
        values = ", ".join(scan_local(field.name) for field in rule.fields if not field.local)
        return f"{naming.record_class(rule.name)}({values})"


def expressions(body: tuple[ops.Op, ...]) -> Iterator[Typed]:
    """All expressions of a body."""
    for op in every(body):
        match op:
            case ops.TakeRead():
                yield op.size
            case ops.Call():
                yield from (value for _, value in op.arguments)
            case ops.Let():
                yield op.value
            case ops.Branch():
                if not op.table_miss:
                    yield op.subject
            case ops.If() | ops.Verify():
                yield op.test
            case ops.Loop():
                yield from (part for part in (op.count, op.while_, op.until) if part is not None)
            case _:
                pass


def _viable_length(compiled: CompiledToken, module: ops.Module) -> int:
    """How many bytes have to be there to know that a token does not match."""
    return 1 if compiled.minimum == 1 and compiled.overrun == 0 else module.limits.token
