"""A rule as a frame: read step by step, able to stop before any element and to go on there.

The tree of operations becomes a list of steps. A step has at most one operation that may have to wait, and what comes
before it in the step can be done again without harm. A step ends by naming the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from dissgen.codegen import naming
from dissgen.codegen.environments import FrameNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.pysource import literal, tuple_literal
from dissgen.codegen.values import case_test, converted, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import Index, Peek, Typed, walk

_TRANSFORMS = {"dot_unstuff": "DotUnstuff"}


@dataclass
class Step:
    """`number` is given when all steps are known; a step that nothing names is part of the one before."""

    lines: list[str]
    place: str = ""
    waits: bool = False


class FrameBody:
    """Builds the `run` method of one rule."""

    def __init__(self, rule: ops.Rule, module: ops.Module) -> None:
        self.rule = rule
        self.module = module
        self.names = FrameNames()
        self.steps: list[Step] = []
        self.slots: dict[str, tuple[str, str]] = {}  # attribute -> (annotation, initial value)
        self.loops = False
        self.transforms: set[str] = set()
        self._counter = 0
        self._new_step()
        self._all(rule.body)
        self._line(f"return {self._result()}")

    # Steps

    def _new_step(self, place: str = "") -> int:
        """Begin a step and return its number; the one before goes on to it."""
        number = len(self.steps)
        if self.steps and not self._jumped():
            self.steps[-1].lines.append(f"self.step_ = {number}")
        self.steps.append(Step([], place))
        return number

    def _jumped(self) -> bool:
        lines = self.steps[-1].lines
        return bool(lines) and lines[-1] == "# jumps"

    def _line(self, line: str) -> None:
        self.steps[-1].lines.append(line)

    def _waiting(self, place: ops.Place) -> None:
        """The next operation may have to wait: it begins a step, unless this one is still free."""
        if self.steps[-1].waits or (self.steps[-1].lines and not self._only_idempotent()):
            self._new_step()
        self.steps[-1].waits = True
        if not self.steps[-1].place:
            self.steps[-1].place = str(place)

    def _only_idempotent(self) -> bool:
        return not self.steps[-1].waits

    def _fresh(self, name: str, annotation: str, initial: str) -> str:
        self._counter += 1
        attribute = f"{name}{self._counter}_"
        self.slots[attribute] = (annotation, initial)
        return f"self.{attribute}"

    # Operations

    def _all(self, body: tuple[ops.Op, ...]) -> None:
        for op in body:
            self._op(op)

    def _op(self, op: ops.Op) -> None:
        match op:
            case ops.TokenRead() | ops.LiteralRead() | ops.TakeRead() | ops.UntilRead() | ops.RestRead():
                self._waiting(op.place)
                self._leaf(op)
            case ops.StreamRead():
                self._waiting(op.place)
                self._stream(op)
            case ops.Call():
                self._waiting(op.place)
                self._assign(op.target, self._call(op))
            case ops.Let():
                if _peeks(op.value):
                    self._waiting(op.place)
                self._line(f"self.{naming.frame_attribute(op.name)} = {emit(op.value, self.names)}  # {op.place}")
            case ops.Branch():
                self._branch(op)
            case ops.If():
                self._if(op)
            case ops.Loop():
                self._loop(op)
            case ops.Union():
                self._union(op)
            case ops.Verify():
                self._verify(op)
            case ops.Fail():
                self._waiting(op.place)
                self._line(f'r.fail("verify", None, {literal(op.message)})')
            case ops.Run():
                raise AssertionError("a fused run belongs to the straight-line variant only")
            case _:
                assert_never(op)

    def _assign(self, target: ops.Target, value: str) -> None:
        self._line(value if target.name is None else f"self.{naming.frame_attribute(target.name)} = {value}")

    def _raw(self, op: ops.Leaf) -> str:
        """The expression that reads the bytes of a leaf."""
        field = literal(op.field)
        match op:
            case ops.TokenRead():
                return f"r.token({naming.token(op.token)}{_field(op.field)})"
            case ops.LiteralRead():
                return f"r.literal({op.data!r}, {op.ignore_case}{_field(op.field)})"
            case ops.TakeRead():
                return f"r.take({emit(op.size, self.names)}{_field(op.field)})"
            case ops.UntilRead():
                limit = self.module.limits.token if op.limit is None else op.limit
                return f"r.until({naming.terminator(op.terminator)}, {limit}{_field(op.field)})"
            case ops.RestRead():
                return f"r.rest({field if op.field else ''})"
            case _:
                assert_never(op)

    def _value(self, op: ops.Leaf) -> str:
        return converted(op, self._raw(op), self.module, checked=True)

    def _leaf(self, op: ops.Leaf) -> None:
        constant = op.constant if isinstance(op, ops.TokenRead) else None
        if op.target.name is None and constant is None:
            self._line(self._raw(op))
            return
        self._assign(op.target, self._value(op)) if op.target.name else self._line(f"value = {self._value(op)}")
        if constant is not None:
            value = f"self.{naming.frame_attribute(op.target.name)}" if op.target.name else "value"
            self._line(f"if {value} != {literal(constant)}:")
            self._line(f'    r.fail("const", {literal(op.field)}, {literal(repr(constant))})')

    def _stream(self, op: ops.StreamRead) -> None:
        source = op.source
        event = literal(op.event)
        self.transforms.update(_TRANSFORMS[name] for name in op.transforms)
        transforms = tuple_literal(_TRANSFORMS[name] for name in op.transforms) if op.transforms else ""
        extra = (f", {transforms}" if transforms else "") + (f", field={literal(source.field)}" if source.field else "")
        match source:
            case ops.UntilRead():
                self._line(f"r.stream_until({event}, {naming.terminator(source.terminator)}{extra})")
            case ops.TakeRead():
                self._line(f"r.stream_take({event}, {emit(source.size, self.names)}{extra})")
            case ops.RestRead():
                self._line(f"r.stream_rest({event}{', ' + transforms if transforms else ''})")
            case ops.TokenRead():
                raw = f"r.stream_token({event}, {naming.token(source.token)}{extra})"
                if source.target.name is None:
                    self._line(raw)
                else:
                    self._assign(source.target, converted(source, raw, self.module, checked=True))
            case ops.LiteralRead():
                raise AssertionError("a literal is not streamed")
            case _:
                assert_never(source)

    def _call(self, op: ops.Call) -> str:
        arguments = "".join(f", {emit(value, self.names)}" for _, value in op.arguments)
        return f"r.call(self, {naming.frame_class(op.rule)}{arguments})"

    def _branch(self, op: ops.Branch) -> None:
        self._waiting(op.place)
        head = self.steps[-1]
        subject = emit(op.subject, self.names)
        if op.table_miss:
            subject = _may_miss(subject, op, self.names)
        head.lines.append(f"subject = {subject}")
        ends: list[Step] = []
        heads: list[str] = []
        starts: list[int] = []
        for case in op.cases:
            starts.append(self._open_arm())
            heads.append(case_test("subject", case.values))
            self._all(case.body)
            ends.append(self.steps[-1])
        if op.otherwise is not None:
            starts.append(self._open_arm())
            self._all(op.otherwise)
            ends.append(self.steps[-1])
        after = self._open_arm()
        for index, (test, start) in enumerate(zip(heads, starts, strict=False)):
            head.lines.append(f"{'if' if index == 0 else 'elif'} {test}:")
            head.lines.append(f"    self.step_ = {start}")
        if op.otherwise is not None:
            head.lines += ["else:", f"    self.step_ = {starts[-1]}"] if heads else [f"self.step_ = {starts[-1]}"]
        else:
            values = [literal(value) for case in op.cases for value in case.values]
            expected = literal("one of " + ", ".join(values)) if len(values) > 1 else literal("".join(values))
            head.lines += ["else:", f'    r.fail("mismatch", None, {expected})']
        for end in ends:
            end.lines.append(f"self.step_ = {after}")

    def _open_arm(self) -> int:
        """A step that is reached by a jump only."""
        self.steps.append(Step([]))
        return len(self.steps) - 1

    def _if(self, op: ops.If) -> None:
        self._waiting(op.place)
        head = self.steps[-1]
        test = emit(op.test, self.names)
        start = self._open_arm()
        self._all(op.body)
        end = self.steps[-1]
        after = self._open_arm()
        end.lines.append(f"self.step_ = {after}")
        head.lines.append(f"self.step_ = {start} if {test} else {after}")

    def _loop(self, op: ops.Loop) -> None:
        self.loops = True
        kept = op.target.name is not None
        items = f"self.{naming.frame_attribute(op.target.name)}" if op.target.name else ""
        count = ""
        index = f"len({items})"
        if kept:
            self._line(f"{items} = []")
        if op.count is not None:
            count = self._fresh("count", "int", "0")
            self._line(f"{count} = {emit(op.count, self.names)}")
        if not kept:
            index = self._fresh("index", "int", "0")
            self._line(f"{index} = 0")
        self.names.index = index
        top = self._new_step(str(op.place))
        head = self.steps[-1]
        head.waits = True
        stops: list[str] = []
        if op.count is not None:
            stops.append(f"{index} >= {count}")
        if op.while_ is not None:
            stops.append(f"not ({emit(op.while_, self.names)})")
        if op.rest:
            stops.append("r.peek() < 0")
        body: list[str] = []
        if not kept:
            body.append("before = r.offset")
        item = op.item
        value = self._call(item) if isinstance(item, ops.Call) else self._value(item)
        body.append(f"item = {value}" if kept or op.until is not None else value)
        if kept:
            body.append(f"r.add({items}, item{_field(op.field)})")
        else:
            body += [f"{index} += 1", "if r.offset == before:", f'    r.fail("limit", {literal(op.field)}, "progress")']
        after_index = len(self.steps)
        after = self._open_arm()
        assert after == after_index
        self.names.index = f"{index} - 1"
        again: list[str]
        if op.until is not None:
            again = [f"if {emit(op.until, self.names)}:", f"    self.step_ = {after}", "else:", "    continue"]
        else:
            again = ["continue"]
        self.names.index = "0"
        if stops:
            head.lines.append(f"if {' or '.join(stops)}:")
            head.lines.append(f"    self.step_ = {after}")
            head.lines.append("else:")
            head.lines += [f"    {line}" for line in (*body, *again)]
        else:
            head.lines += [*body, *again]
        del top

    def _union(self, op: ops.Union) -> None:
        start = self._fresh("start", "int", "0")
        reach = self._fresh("reach", "int", "0")
        if self.steps[-1].lines or self.steps[-1].waits:
            self._new_step(str(op.place))
        self._line(f"{start} = {reach} = r.mark()")
        self.steps[-1].waits = True
        for index, member in enumerate(op.members):
            self._all(member)
            self._line(f"{reach} = max({reach}, r.offset)")
            last = index == len(op.members) - 1
            self._line(f"r.go_to({reach if last else start})")
            if last:
                self._line("r.release()")
            self._new_step()

    def _verify(self, op: ops.Verify) -> None:
        if _peeks(op.test):
            self._waiting(op.place)
        self._line(f"if not ({emit(op.test, self.names)}):")
        self._line(f'    r.fail("verify", None, {literal(op.message)})')

    def _result(self) -> str:
        rule = self.rule
        if rule.result is not None:
            return emit(rule.result, self.names)
        values = ", ".join(f"self.{naming.frame_attribute(field.name)}" for field in rule.fields if not field.local)
        return f"{naming.record_class(rule.name)}({values})"

    # Result

    def attributes(self) -> list[tuple[str, str, str]]:
        """Name, annotation and initial value of every attribute of the frame, parameters excluded."""
        found = []
        for field in self.rule.fields:
            annotation = python_type(field.type)
            initial = "None"
            if not annotation.endswith("| None"):
                initial = ""
            found.append((naming.frame_attribute(field.name), annotation, initial))
        found += [(name, annotation, initial) for name, (annotation, initial) in self.slots.items()]
        return found

    def lines(self) -> list[str]:
        """The body of `run`."""
        if len(self.steps) == 1:
            return list(self.steps[0].lines)
        lines: list[str] = []
        for number, step in enumerate(self.steps):
            place = f"  # {step.place}" if step.place else ""
            lines.append(f"if self.step_ == {number}:{place}")
            lines += [f"    {line}" for line in step.lines] or ["    pass"]
        if self.loops:
            return ["while True:", *(f"    {line}" for line in lines)]
        last = self.steps[-1].lines
        return [*lines[: -len(last) - 1], *last]


def _field(name: str | None) -> str:
    return f", {literal(name)}" if name else ""


def _peeks(expression: Typed) -> bool:
    return any(isinstance(node, Peek) for node in walk(expression))


def _may_miss(subject: str, op: ops.Branch, names: FrameNames) -> str:
    """A look-up that may miss: `TABLE[key]` becomes `TABLE.get(key)`."""
    assert isinstance(op.subject, Index)
    return f"{emit(op.subject.value, names)}.get({emit(op.subject.index, names)})"
