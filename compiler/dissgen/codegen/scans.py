"""The straight-line variant of a rule: reads one element that is all there and valid, or declines with None.

It decides nothing that more input could change, and says nothing about errors: where it declines, the frame of the
same rule reads on, waits, or says exactly what is wrong. So fusing can change speed only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from dissgen.codegen import naming
from dissgen.codegen.constants import ConstantView
from dissgen.codegen.environments import ScanNames, subject
from dissgen.codegen.expressions import emit
from dissgen.codegen.extents import Extents
from dissgen.codegen.locals import Locals
from dissgen.codegen.origins import Origins, ScanOrigins
from dissgen.codegen.paths import ends_in_branch, touched, unsure
from dissgen.codegen.pysource import Code, literal, regex_literal
from dissgen.codegen.runs import RunPattern, run_pattern
from dissgen.codegen.scan_numbers import ScanNumbers, Struct
from dissgen.codegen.values import case_test, converted, may_raise, parsed_int, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import Name, Peek, Typed, fallible, walk
from dissgen.ir.walk import body_expressions, every
from dissgen.primitives.array import ITEM
from dissgen.tokens import CompiledToken
from dissgen.types import ListType, OneOfType, OptionalType, inner


@dataclass(frozen=True, slots=True)
class Pattern:
    """A module-level compiled expression: name, source text, comment."""

    name: str
    regex: str
    comment: str


class ScanBody(ScanNumbers, ScanOrigins):
    """Builds the `_scan_<rule>` function of one rule that has a straight-line variant."""

    def __init__(self, rule: ops.Rule, module: ops.Module, origins: Origins) -> None:
        assert rule.whole is not None
        self.rule = rule
        self.module = module
        self.tokens = {token.name: token for token in module.tokens}
        self.names = ScanNames()
        self.code = Code()
        self.patterns: list[Pattern] = []
        self.structs: list[Struct] = []
        self.locals = Locals()
        self._declared: set[str] = set()
        self._inlined: set[str] = set()
        self._path: list[ops.Op] = []
        self.extents = Extents(rule, module)
        self._limit = module.limits.message
        self.origins = origins
        self.begin_origin()
        if self._may_fail(rule.whole):
            with self.code.block("try:"):
                self._body(rule.whole)
            self.code.add("except EVALUATION_ERRORS:")
            self.code.add("    return None")
        else:
            self._body(rule.whole)

    def _body(self, whole: tuple[ops.Op, ...]) -> None:
        most = self.extents.body(whole)
        place = len(self.code.lines)
        optional = {field.name: field for field in self.rule.fields if isinstance(field.type, OptionalType)}
        several = {field.name for field in self.rule.fields if isinstance(inner(field.type), OneOfType)}
        self._declared |= several
        limited = most is None or most > self._limit
        last = whole[-1] if whole else None
        budget = last if isinstance(last, ops.Within) else None
        bytewise = any(isinstance(op, ops.TokenRead | ops.Run | ops.Prefer) for op in every(whole))
        sunk = bool(optional) and self.rule.result is None and not bytewise and ends_in_branch(whole)
        if sunk and (budget is not None or not limited):
            self.budget = budget if limited else None
            read = {
                node.binding.name for tree in body_expressions(whole) for node in walk(tree) if isinstance(node, Name)
            }
            needed = [name for name in optional if name in read | several | unsure(whole, last=True)]
            self._declared |= set(needed)
            self.all(whole, self._return)
        else:
            self._declared |= set(optional)
            needed = list(optional)
            self.all(whole)
            if limited or self._limit < (most or 0):
                self.decline(f"pos - start > {self._limit}")
            self.code.add(f"return {self._result()}, pos")
        for field in self.rule.fields:
            if isinstance(field.type, OneOfType):
                self.code.insert(place, f"{naming.local(field.name)}: {python_type(field.type)}")
        for name in reversed(needed):
            self.code.insert(place, f"{naming.local(name)}: {python_type(optional[name].type)} = None")
        if any(re.search(r"\bstart\b", line) for line in self.code.lines[place:]):
            self.code.insert(place, "start = pos")

    def _return(self) -> None:
        """The record of the fields that this path has set."""
        some = touched(self._path)
        fields = [field for field in self.rule.fields if not field.local]
        values: list[str] = []
        named = False
        for index, field in enumerate(fields):
            absent = isinstance(field.type, OptionalType) and field.name not in some
            left_out = absent and all(isinstance(later.type, OptionalType) for later in fields[index:])
            value = "None" if absent else naming.local(field.name)
            if left_out:
                named = True
            else:
                values.append(f"{naming.record_attribute(field.name)}={value}" if named else value)
        self.code.add(f"return {naming.record_class(self.rule.name)}({', '.join(values)}), pos")

    def _may_fail(self, whole: tuple[ops.Op, ...]) -> bool:
        """Whether an expression or a conversion in it may raise."""
        trees = [*body_expressions(whole), *(() if self.rule.result is None else (self.rule.result,))]
        return any(map(fallible, trees)) or any(may_raise(op) for op in every(whole))

    def local(self, target: str) -> str:
        """A field, or the item of an array, whose name no field has."""
        return self.names.item if target == ITEM else naming.local(target)

    def decline(self, test: str) -> None:
        self.code.add(f"if {test}:")
        self.code.add("    return None")

    def all(self, body: tuple[ops.Op, ...], tail: Callable[[], None] | None = None) -> None:
        """The operations, and what follows them, at the end of each case where they end in a branch."""
        for index, op in enumerate(body):
            following = body[index + 1] if index + 1 < len(body) else None
            if isinstance(following, ops.Within) and self.reads_ahead(op, following):
                self._path.append(op)
                continue
            if tail is not None and index == len(body) - 1 and ends_in_branch((op,)):
                if isinstance(op, ops.Branch):
                    self._branch(op, tail)
                elif isinstance(op, ops.Within):
                    self._peeks(op.size)
                    self.within(op, tail)
                return
            self._op(op)
            self._path.append(op)
        if tail is not None:
            tail()

    def _op(self, op: ops.Op) -> None:
        match op:
            case ops.TokenRead() | ops.LiteralRead():
                self._run(ops.Run((op,), op.place))
            case ops.Run():
                self._run(op)
            case ops.NumberRead():
                self.fixed((op,), op.place)
            case ops.FixedRun():
                self.fixed(op.parts, op.place)
            case ops.VarintRead():
                self.varint(op)
            case ops.PackedRead():
                self._peeks(op.count) if op.count is not None else None
                self.packed(op)
            case ops.RestRead():
                self.rest(op)
            case ops.Within():
                self._peeks(op.size)
                self.within(op)
            case ops.Prefer():
                self._prefer(op)
            case ops.TakeRead():
                self._take(op)
            case ops.Call():
                self._call(op)
            case ops.At():
                self._peeks(op.offset)
                for _, value in op.call.arguments:
                    self._peeks(value)
                self.at(op)
            case ops.Let():
                self._peeks(op.value)
                self.code.add(f"{naming.local(op.name)} = {emit(op.value, self.names)}")
            case ops.Branch():
                self._branch(op)
            case ops.If():
                self._peeks(op.test)
                with self.code.block(f"if {emit(op.test, self.names)}:", op.place):
                    self.all(op.body)
            case ops.Loop():
                self._loop(op)
            case ops.Union():
                self._union(op)
            case ops.Verify():
                self._peeks(op.test)
                self.decline(f"not ({emit(op.test, self.names)})")
            case ops.Fail():
                self.code.add("return None")
            case (
                ops.UntilRead()
                | ops.Align()
                | ops.StreamRead()
                | ops.TriggerInMessage()
                | ops.RaiseInMessage()
                | ops.Assign()
                | ops.Reached()
                | ops.OpenDecoders()
                | ops.CloseDecoders()
                | ops.Unkept()
            ):
                raise AssertionError(f"{op} has no straight-line variant")
            case _:
                assert_never(op)

    # Runs of tokens

    def _run(self, op: ops.Run) -> None:
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

    def _prefer(self, op: ops.Prefer) -> None:
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
                self._set(target, leaf, f"m[{number}]")
        else:
            self._set(target, leaf, f"m[{number}]")
        if constant is not None:
            self.decline(f"{target} != {literal(constant)}")

    def _set(self, target: str, leaf: ops.Leaf, raw: str, place: ops.Place | None = None) -> None:
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

    # Others

    def _take(self, op: ops.TakeRead) -> None:
        self._peeks(op.size)
        size = self.named("wanted", emit(op.size, self.names))
        negative = "" if self.extents.value(op.size) is not None else f"{size} < 0 or "
        self.decline(f"{negative}{self.names.end} - pos < {size}")
        if op.target.name is not None:
            self._set(self.local(op.target.name), op, f"data[pos : pos + {size}]", op.place)
        self.code.add(f"pos += {size}")

    def _call(self, op: ops.Call) -> None:
        for _, value in op.arguments:
            self._peeks(value)
        arguments = "".join(f", {emit(value, self.names)}" for _, value in op.arguments)
        arguments += ", origin" if op.rule in self.origins.looking_back else ""
        got = self.locals.fresh("got")
        self.code.add(f"{got} = {naming.scan_function(op.rule)}(data, pos, {self.names.end}{arguments})", op.place)
        self.decline(f"{got} is None")
        self.code.add(f"{self.local(op.target.name)}, pos = {got}" if op.target.name else f"pos = {got}[1]")

    def _branch(self, op: ops.Branch, tail: Callable[[], None] | None = None) -> None:
        self._peeks(op.subject)
        value = subject(op, self.names)
        if not isinstance(op.subject, Name):
            name = self.locals.fresh("subject")
            self.code.add(f"{name} = {value}", op.place)
            value = name
        for index, case in enumerate(op.cases):
            with self.code.block(f"{'if' if index == 0 else 'elif'} {case_test(value, case.values)}:", case.place):
                self._arm(case.body, tail)
        if op.otherwise is None:
            self.code.add("else:")
            self.code.add("    return None")
        elif op.cases and (op.otherwise or tail is not None):
            with self.code.block("else:"):
                self._arm(op.otherwise, tail)
        elif op.otherwise or tail is not None:
            self._arm(op.otherwise, tail)

    def _arm(self, body: tuple[ops.Op, ...], tail: Callable[[], None] | None) -> None:
        before = len(self._path)
        self.all(body, tail)
        del self._path[before:]

    def _loop(self, op: ops.Loop) -> None:
        if op.count is not None:
            self._peeks(op.count)
        if self.at_once(op):
            return
        items = self.items(op)
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
            if op.while_ is not None:
                self._peeks(op.while_)
                self.code.add(f"if not ({emit(op.while_, self.names)}):")
                self.code.add("    break")
            self._loop_item(op, items, index)
            if op.until is not None:
                self.names.index = f"({index} - 1)"
                self._peeks(op.until)
                self.code.add(f"if {emit(op.until, self.names)}:")
                self.code.add("    break")
        self.names.index = "0"

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

    def _loop_item(self, op: ops.Loop, items: str, index: str) -> None:
        before = ""
        if not items:
            before = self.locals.fresh("before")
            self.code.add(f"{before} = pos")
        item = self.names.item = self.locals.fresh("item")
        if isinstance(op.item, ops.Call) and self._valued_item(op.item):
            item = self.names.item
        elif not (isinstance(op.item, ops.Call) and self._item_by_pattern(op.item, item)):
            self._op(op.item)
        if items:
            self.decline(f"len({items}) >= {self.module.limits.items}")
            self.code.add(f"{items}.append({item})")
        else:
            self.decline(f"pos == {before}")
            self.code.add(f"{index} += 1")

    def _valued_item(self, call: ops.Call) -> bool:
        """An item whose size is read first is read here, without calling the scan of its rule."""
        rule = next(rule for rule in self.module.rules if rule.name == call.rule)
        if not rule.anonymous or rule.parameters or rule.whole is None or not isinstance(rule.result, Name):
            return False
        simple = all(isinstance(op, ops.NumberRead | ops.TakeRead) for op in rule.whole)
        names = {field.name for field in rule.fields}
        taken = {field.name for field in self.rule.fields} | {name for name, _ in self.rule.parameters} | self._inlined
        if not simple or self._may_fail(rule.whole) or names & taken:
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

    def _union(self, op: ops.Union) -> None:
        mark, reach = self.locals.fresh("mark"), self.locals.fresh("reach")
        self.code.add(f"{mark} = {reach} = pos", op.place)
        for index, member in enumerate(op.members):
            self.all(member)
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
            name = self.locals.fresh("peeked")
            self.names.peeks[node] = name
            match node.kind, node.argument:
                case "octet", _:
                    self.decline(f"pos >= {self.names.end}")
                    self.code.add(f"{name} = data[pos]")
                case "token", str(token):
                    # no match may be for want of data: only the longest viable prefix decides, so stay clear of the end
                    compiled = self.tokens[token].compiled
                    self.code.add(f"{name} = {naming.token(token)}.match(data, pos, {self.names.end}) is not None")
                    self.decline(f"not {name} and {self.names.end} - pos < {_viable_length(compiled, self.module)}")
                case "bytes", bytes(expected):
                    self.decline(f"{self.names.end} - pos < {len(expected)}")
                    self.code.add(f"{name} = data.startswith({expected!r}, pos)")
                case _, argument:
                    assert argument is not None
                    assert not isinstance(argument, str | bytes)
                    size = self.locals.fresh("wanted")
                    self.code.add(f"{size} = {emit(argument, self.names)}")
                    self.decline(f"{self.names.end} - pos < {size}")
                    self.code.add(f"{name} = data[pos : pos + {size}]")

    def _result(self) -> str:
        rule = self.rule
        if rule.result is not None:
            return emit(rule.result, self.names)
        values = ", ".join(naming.local(field.name) for field in rule.fields if not field.local)
        return f"{naming.record_class(rule.name)}({values})"


def structures(scan: ScanBody | None, of_frame: list[tuple[str, str]]) -> tuple[ConstantView, ...]:
    """The structures of a rule: those of its scan, then those of its frame."""
    found = [ConstantView(item.name, item.value, item.comment) for item in scan.structs] if scan is not None else []
    return (*found, *(ConstantView(name, value, "") for name, value in of_frame))


def _viable_length(compiled: CompiledToken, module: ops.Module) -> int:
    """How many bytes have to be there to know that a token does not match."""
    return 1 if compiled.minimum == 1 and compiled.overrun == 0 else module.limits.token
