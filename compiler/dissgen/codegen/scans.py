"""The straight-line variant of a rule: reads one element that is all there and valid, or declines with None.

It decides nothing that more input could change, and says nothing about errors: where it declines, the frame of the
same rule reads on, waits, or says exactly what is wrong. So fusing can change speed only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, assert_never

from dissgen.codegen import naming
from dissgen.codegen.constants import ConstantView
from dissgen.codegen.environments import ScanNames, subject
from dissgen.codegen.expressions import emit, emit_part
from dissgen.codegen.extents import Extents
from dissgen.codegen.locals import Locals
from dissgen.codegen.origins import Origins, ScanOrigins
from dissgen.codegen.paths import ends_in_branch, unsure
from dissgen.codegen.pysource import Code, literal
from dissgen.codegen.scan_loops import ScanLoops, may_fail
from dissgen.codegen.scan_numbers import Struct
from dissgen.codegen.scan_records import ScanRecords
from dissgen.codegen.scan_tokens import Pattern, ScanTokens
from dissgen.codegen.values import case_test, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import PRIMARY_LEVEL, Name, Peek, Typed, walk
from dissgen.ir.walk import body_expressions, every
from dissgen.primitives.array import ITEM
from dissgen.tokens import CompiledToken
from dissgen.types import BoolType, OneOfType, OptionalType, inner

FEW: Final = 4  # first bytes of a token that are looked for before it is matched
# Behind these, nothing is known of the bytes that follow.
_MOVES: Final = (
    ops.TokenRead
    | ops.LiteralRead
    | ops.Run
    | ops.VarintRead
    | ops.PackedRead
    | ops.RestRead
    | ops.Prefer
    | ops.TakeRead
    | ops.Call
    | ops.Branch
    | ops.If
    | ops.Union
)


class ScanBody(ScanTokens, ScanLoops, ScanOrigins, ScanRecords):
    """Builds the `_scan_<rule>` function of one rule that has a straight-line variant."""

    def __init__(self, rule: ops.Rule, module: ops.Module, origins: Origins) -> None:
        assert rule.whole is not None
        self.rule = rule
        self.module = module
        self.tokens = {token.name: token for token in module.tokens}
        self.names = ScanNames()
        self._last: ops.Op | None = None
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
        if may_fail(rule):
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
        bytewise = any(isinstance(op, ops.TokenRead | ops.Run | ops.Prefer) for op in every(whole))
        kept = self.rule.name in self.origins.in_place
        sunk = bool(optional) and not kept and self.rule.result is None and not bytewise and ends_in_branch(whole)
        if sunk:
            read = {
                node.binding.name for tree in body_expressions(whole) for node in walk(tree) if isinstance(node, Name)
            }
            needed = [name for name in optional if name in read | several | unsure(whole, last=True)]
            self._declared |= set(needed)
            self.all(whole, self.end_record)
        else:
            self._declared |= set(optional)
            needed = list(optional)
            self._last = whole[-1] if whole else None
            self.all(whole)
            if self._limit < self.module.limits.message and (most is None or most > self._limit):
                self.decline(f"pos - start > {self._limit}")
            self.code.add(f"return {self.remembered(self.result())}, pos")
        for field in self.rule.fields:
            if isinstance(field.type, OneOfType):
                self.code.insert(place, f"{naming.local(field.name)}: {python_type(field.type)}")
        for name in reversed(needed):
            self.code.insert(place, f"{naming.local(name)}: {python_type(optional[name].type)} = None")
        if any(re.search(r"\bstart\b", line) for line in self.code.lines[place:]):
            self.code.insert(place, "start = pos")

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
                    self.begin_record()
                    self._branch(op, tail)
                elif isinstance(op, ops.Within):
                    self.peeks(op.size)
                    self.within(op, tail)
                return
            self.op(op)
            self._path.append(op)
        if tail is not None:
            tail()

    def op(self, op: ops.Op) -> None:
        self._one(op)
        if isinstance(op, _MOVES):
            self.moved()

    def _one(self, op: ops.Op) -> None:
        match op:
            case ops.TokenRead() | ops.LiteralRead():
                self.run(ops.Run((op,), op.place))
            case ops.Run():
                self.run(op)
            case ops.NumberRead():
                self.fixed((op,), op.place)
            case ops.FixedRun():
                self.fixed(op.parts, op.place)
            case ops.VarintRead():
                self.varint(op)
            case ops.PackedRead():
                self.peeks(op.count) if op.count is not None else None
                self.packed(op)
            case ops.RestRead():
                self.rest(op)
            case ops.Within():
                self.peeks(op.size)
                self.within(op)
            case ops.Prefer():
                self.prefer(op)
            case ops.TakeRead():
                self._take(op)
            case ops.Converted():
                self._converted(op)
            case ops.Call():
                self._call(op)
            case ops.At():
                self.peeks(op.offset)
                for _, value in op.call.arguments:
                    self.peeks(value)
                self.at(op)
            case ops.Let():
                self.peeks(op.value)
                self.code.add(f"{naming.local(op.name)} = {emit(op.value, self.names)}")
            case ops.Branch():
                self._branch(op)
            case ops.If():
                self.peeks(op.test)
                with self.code.block(f"if {emit(op.test, self.names)}:", op.place):
                    self.all(op.body)
            case ops.Loop():
                self.loop(op)
            case ops.Union():
                self._union(op)
            case ops.Verify():
                self.peeks(op.test)
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
                | ops.Try()
            ):
                raise AssertionError(f"{op} has no straight-line variant")
            case _:
                assert_never(op)

    # Others

    def _take(self, op: ops.TakeRead) -> None:
        self.peeks(op.size)
        size = self.named("wanted", emit(op.size, self.names))
        if size.isdigit() or op.target.name is None:
            negative = "" if self.extents.value(op.size) is not None else f"{size} < 0 or "
            self.decline(f"{negative}{self.names.end} - pos < {size}")
            if op.target.name is not None:
                self.set_leaf(self.local(op.target.name), op, f"data[pos : pos + {size}]", op.place)
            self.code.add(f"pos += {size}")
            return
        stop = self.locals.fresh("stop")
        self.code.add(f"{stop} = pos + {size}")
        negative = "" if self.extents.value(op.size) is not None else f"{size} < 0 or "
        self.decline(f"{negative}{stop} > {self.names.end}")
        self.set_leaf(self.local(op.target.name), op, f"data[pos:{stop}]", op.place)
        self.code.add(f"pos = {stop}")

    def _converted(self, op: ops.Converted) -> None:
        source = emit_part(op.source, self.names, PRIMARY_LEVEL)
        target = source
        if op.target.name is not None or op.conversions:
            target = self.local(op.target.name) if op.target.name is not None else self.locals.fresh("value")
            self.set_leaf(target, op, source, op.place)
        if op.constant is not None:
            self.decline(f"{target} != {literal(op.constant)}")

    def _call(self, op: ops.Call) -> None:
        for _, value in op.arguments:
            self.peeks(value)
        arguments = "".join(f", {emit(value, self.names)}" for _, value in op.arguments)
        arguments += ", origin" if op.rule in self.origins.looking_back else ""
        got = self.locals.fresh("got")
        self.code.add(f"{got} = {naming.scan_function(op.rule)}(data, pos, {self.names.end}{arguments})", op.place)
        self.decline(f"{got} is None")
        self.code.add(f"{self.local(op.target.name)}, pos = {got}" if op.target.name else f"pos = {got}[1]")

    def _branch(self, op: ops.Branch, tail: Callable[[], None] | None = None) -> None:
        self.peeks(op.subject)
        value = subject(op, self.names)
        if not isinstance(op.subject, Name) and not _is_a_test(op):
            name = self.locals.fresh("subject")
            self.code.add(f"{name} = {value}", op.place)
            value = name
        for index, case in enumerate(op.cases):
            test = value if _is_a_test(op) else case_test(value, case.values)
            other = "else:" if _is_a_test(op) else f"elif {test}:"
            with self.code.block(other if index else f"if {test}:", case.place):
                self._arm(case.body, tail, last=op is self._last)
        if op.otherwise is None and _is_a_test(op) and len(op.cases) == 2:
            return
        if op.otherwise is None:
            self.code.add("else:")
            self.code.add("    return None")
        elif op.cases and (op.otherwise or tail is not None):
            with self.code.block("else:"):
                self._arm(op.otherwise, tail, last=op is self._last)
        elif op.otherwise or tail is not None:
            self._arm(op.otherwise, tail)

    def _arm(self, body: tuple[ops.Op, ...], tail: Callable[[], None] | None, last: bool = False) -> None:
        """A case; `last`: after it comes nothing but the result."""
        before, known = len(self._path), (self.sure, self.octet)
        self.all(body, tail)
        if last and body and self.only_refers(body[-1]):
            self.code.add(f"return {self.result()}, pos")
        self.sure, self.octet = known
        del self._path[before:]

    def _union(self, op: ops.Union) -> None:
        mark, reach = self.locals.fresh("mark"), self.locals.fresh("reach")
        self.code.add(f"{mark} = {reach} = pos", op.place)
        for index, member in enumerate(op.members):
            self.moved()
            self.all(member)
            if index < len(op.members) - 1:
                self.code.add(f"{reach} = max({reach}, pos)")
                self.code.add(f"pos = {mark}")
        self.code.add(f"pos = max({reach}, pos)")

    def peeks(self, expression: Typed) -> None:
        """Read what the expression peeks at, as far as it is certain."""
        self.names.peeks = {}
        for node in walk(expression):
            if not isinstance(node, Peek) or node in self.names.peeks:
                continue
            name = self.locals.fresh("peeked")
            self.names.peeks[node] = name
            match node.kind, node.argument:
                case "octet", _:
                    if not self.sure:
                        self.decline(f"pos >= {self.names.end}")
                        self.sure = 1
                    self.code.add(f"{name} = data[pos]")
                    self.octet = name
                case "token", str(token):
                    self._peeked_token(name, token)
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

    def _peeked_token(self, name: str, token: str) -> None:
        """Whether the token matches here. That it does not may be for want of data, where its first byte is there."""
        compiled = self.tokens[token].compiled
        match = f"{name} = {naming.token(token)}.match(data, pos, {self.names.end}) is not None"
        few = 0 < len(compiled.first) <= FEW and not compiled.nullable
        if not few:
            # only the longest viable prefix decides, so stay clear of the end
            self.code.add(match)
            self.decline(f"not {name} and {self.names.end} - pos < {_viable_length(compiled, self.module)}")
            return
        if not self.sure:
            self.decline(f"pos >= {self.names.end}")
            self.sure = 1
        self.code.add(f"{name} = False")
        with self.code.block(f"if {self.octet or 'data[pos]'} in {bytes(sorted(compiled.first))!r}:"):
            self.code.add(match)
            if compiled.maximum != 1:
                longest = min(compiled.maximum or self.module.limits.token, self.module.limits.token)
                self.decline(f"not {name} and {self.names.end} - pos < {longest}")


def structures(scan: ScanBody | None, of_frame: list[tuple[str, str]]) -> tuple[ConstantView, ...]:
    """The structures of a rule: those of its scan, then those of its frame."""
    found = [ConstantView(item.name, item.value, item.comment) for item in scan.structs] if scan is not None else []
    return (*found, *(ConstantView(name, value, "") for name, value in of_frame))


def _is_a_test(op: ops.Branch) -> bool:
    """Whether the branch is an `if` with an `else`."""
    values = [case.values for case in op.cases]
    return isinstance(op.subject.type, BoolType) and values in ([(True,)], [(True,), (False,)])


def _viable_length(compiled: CompiledToken, module: ops.Module) -> int:
    """How many bytes have to be there to know that a token does not match."""
    return 1 if compiled.minimum == 1 and compiled.overrun == 0 else module.limits.token
