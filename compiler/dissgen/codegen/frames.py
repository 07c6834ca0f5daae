"""A rule as a frame: read step by step, able to stop before any element and to go on there.

The tree of operations becomes a list of steps (`codegen.steps`); what has to outlast a step is an attribute of the
frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from dissgen.codegen import lookups, naming
from dissgen.codegen.bounds import kept
from dissgen.codegen.environments import FrameNames, subject
from dissgen.codegen.expressions import emit, emit_part
from dissgen.codegen.frame_choices import FrameChoices
from dissgen.codegen.frame_leaves import FrameLeaves
from dissgen.codegen.frame_numbers import FrameNumbers
from dissgen.codegen.known import known
from dissgen.codegen.locals import Locals
from dissgen.codegen.origins import FrameOrigins, Origins
from dissgen.codegen.pysource import literal
from dissgen.codegen.steps import Jump, Step, Steps
from dissgen.codegen.values import case_test, may_raise, no_case, python_type
from dissgen.ir import ops
from dissgen.ir.expressions import NOT_LEVEL, BindingKind, Name, Peek, Typed, walk
from dissgen.ir.walk import body_expressions
from dissgen.types import ListType, OneOfType, OptionalType, inner


@dataclass(frozen=True, slots=True)
class Slot:
    """An attribute of the frame; `initial` is "" for one that is always set before it is read."""

    name: str
    annotation: str
    initial: str


class FrameBody(FrameLeaves, FrameNumbers, FrameOrigins, FrameChoices):
    """Builds the `run` method of one rule."""

    def __init__(self, rule: ops.Rule, module: ops.Module, origins: Origins) -> None:
        self.rule = rule
        self.module = module
        self.known = known(rule)
        self.names = FrameNames(self.known)
        self.locals = Locals()
        self.steps = Steps()
        self._own: list[Slot] = []
        self._keyed = lookups.keyed(rule)
        self.structures: list[tuple[str, str]] = []
        self.origins = origins
        self.begin_origin()
        self.all(_whole_message(rule.body))
        self.end_origin(self._result())

    def lines(self) -> list[str]:
        """The body of `run`."""
        return self.steps.lines()

    def slots(self) -> list[Slot]:
        """Every attribute of the frame, parameters excluded."""
        found = []
        for field in self.rule.fields:
            optional = isinstance(field.type, OptionalType)
            found.append(Slot(naming.frame_attribute(field.name), python_type(field.type), "None" if optional else ""))
            if field.name in self.known:
                assert isinstance(field.type, OptionalType)
                found.append(Slot(naming.known_attribute(field.name), python_type(field.type.inner), ""))
        return found + self._own

    def _slot(self, name: str, annotation: str, initial: str = "") -> str:
        attribute = f"{name}{len(self._own) + 1}_"
        self._own.append(Slot(attribute, annotation, initial))
        return f"self.{attribute}"

    # Operations

    def all(self, body: tuple[ops.Op, ...]) -> None:
        run: list[ops.NumberRead] = []
        for op in body:
            if isinstance(op, ops.NumberRead):
                run.append(op)
                # a wrong constant or value is reported before what follows it is there
                if op.constant is None and not may_raise(op):
                    continue
            if run:
                self.fixed(tuple(run))
                run = []
            if not isinstance(op, ops.NumberRead):
                self._op(op)
        if run:
            self.fixed(tuple(run))

    def _op(self, op: ops.Op) -> None:
        match op:
            case ops.TokenRead() | ops.LiteralRead() | ops.TakeRead() | ops.UntilRead() | ops.RestRead():
                self.leaf(op)
            case ops.NumberRead():
                self.fixed((op,))
            case ops.VarintRead():
                self.leaf(op)
            case ops.Converted():
                self.converted(op)
            case ops.PackedRead():
                self.packed(op)
            case ops.Within():
                self.within(op)
            case ops.Align(size):
                self.steps.wait(op.place)
                self.steps.add(f"r.align({size})")
            case ops.StreamRead():
                self.stream(op)
            case ops.OpenDecoders():
                self._once(f"r.open_decoders({literal(op.event)}, {self._decoders(op.transforms, op.place)})", op.place)
            case ops.CloseDecoders():
                self._once(f"r.close_decoders({literal(op.event)})", op.place)
            case ops.Call():
                value = self._call(op)
                self.steps.wait(op.place)
                self.assign(op.target, value)
                self._note_keys(op.target.name)
            case ops.At():
                self.at(op)
            case ops.Let():
                self._wait_for(op.value, op.place)
                self.assign(ops.Target(op.name), emit(op.value, self.names), op.place)
                self._note_keys(op.name)
            case ops.Branch():
                self._branch(op)
            case ops.If():
                self._if(op)
            case ops.Loop():
                self._loop(op)
                self._note_keys(op.target.name)
            case ops.Try():
                self.choice(op)
            case ops.Union():
                self.union(op)
            case ops.Verify():
                self._wait_for(op.test, op.place)
                self.steps.add(f"if not ({emit(op.test, self.names)}):")
                self.steps.add(f'    r.fail("verify", None, {literal(op.message)})')
            case ops.Fail():
                self.steps.add(f'r.fail("verify", None, {literal(op.message)})')
                self.steps.close()
            case ops.TriggerInMessage():
                self._trigger(op)
            case ops.RaiseInMessage():
                values = self._payload(op.payload, op.place)
                self.steps.wait(op.place)  # it stops there, and goes on when the machine has handled it
                self.steps.add(f"r.raise_event({', '.join((literal(op.event), *values))})")
            case ops.Assign():
                self._set_variables(op)
            case ops.Reached(key):
                self.steps.add(f"{naming.REACHED}.add({literal(key)})")
            case ops.Unkept():
                text = self.raw(op.leaf)
                self.steps.wait(op.place)
                self.steps.add(f"r.pass_leaf({text}, self.depth_ == 0)")
            case ops.Run() | ops.FixedRun() | ops.Prefer():
                raise AssertionError("a fused run belongs to the straight-line variant only")
            case _:
                assert_never(op)

    def _wait_for(self, expression: Typed, place: ops.Place) -> None:
        """An expression that looks at the input may have to wait for it."""
        if _peeks(expression):
            self.steps.wait(place)

    def settled(self, expression: Typed, place: ops.Place) -> str:
        """An expression for an operation that waits itself: what it sees in the input is noted before."""
        text = emit(expression, self.names)
        if not _peeks(expression):
            return text
        slot = self._slot("given", python_type(expression.type))
        self.steps.wait(place)
        self.steps.add(f"{slot} = {text}")
        return slot

    # Effects: what is done once has to be the last thing of its step

    def _payload(self, payload: tuple[tuple[str, Typed], ...], place: ops.Place) -> list[str]:
        return [self.settled(value, place) for _, value in payload]

    def _trigger(self, op: ops.TriggerInMessage) -> None:
        values = ", ".join(self._payload(op.payload, op.place))
        self.steps.add(f"if r.wants({literal(op.event)}):  # {op.place}")
        self.steps.add(f"    r.report({naming.event_class(op.event)}({values}))", "r.let_go()")
        self.steps.current.waits = True

    def _once(self, line: str, place: ops.Place) -> None:
        self.steps.add(f"{line}  # {place}")
        self.steps.current.waits = True

    def _set_variables(self, op: ops.Assign) -> None:
        values = ", ".join(kept(value, self.settled(value, op.place)) for _, value in op.values)
        targets = ", ".join(f"r.variables.{naming.variable(name)}" for name, _ in op.values)
        self.steps.add(f"{targets} = {values}  # {op.place}")
        self.steps.current.waits = True

    def assign(self, target: ops.Target, value: str, place: ops.Place | None = None) -> None:
        suffix = f"  # {place}" if place is not None else ""
        if target.name is None:
            self.steps.add(value + suffix)
            return
        known = f" = self.{naming.known_attribute(target.name)}" if target.name in self.known else ""
        self.steps.add(f"self.{naming.frame_attribute(target.name)}{known} = {value}{suffix}")

    def _note_keys(self, field: str | None) -> None:
        """The keys of a list that is asked for several."""
        lookup = self._keyed.get(field or "")
        if field is not None and lookup is not None:
            slot = self._slot("keys", "set[str]")
            self.steps.add(f"{slot} = {lookups.keys(lookup, self.names.field(field))}")
            self.names.keyed[field] = slot

    def _call(self, op: ops.Call) -> str:
        return f"r.call(self, {self.called(op)})"

    # Groups

    def _branch(self, op: ops.Branch) -> None:
        self._wait_for(op.subject, op.place)
        value = subject(op, self.names)
        if not isinstance(op.subject, Name):
            name = self.locals.fresh("subject")
            self.steps.add(f"{name} = {value}")
            value = name
        head = self.steps.close()
        after = Step()
        for index, case in enumerate(op.cases):
            head.lines.append(f"{'if' if index == 0 else 'elif'} {case_test(value, case.values)}:  # {case.place}")
            head.lines.append(Jump(self._arm(case.body, after), depth=1))
        if op.otherwise is None:
            head.lines += ["else:", f'    r.fail("mismatch", None, {no_case(op, value)})']
        elif op.cases:
            head.lines += ["else:", Jump(self._arm(op.otherwise, after), depth=1)]
        else:
            head.next = self._arm(op.otherwise, after)
        self.steps.order.append(after)

    def _if(self, op: ops.If) -> None:
        self._wait_for(op.test, op.place)
        test = emit(op.test, self.names)
        head = self.steps.close()
        after = Step()
        head.lines.append(Jump(self._arm(op.body, after), test, after))
        self.steps.order.append(after)

    def _arm(self, body: tuple[ops.Op, ...], after: Step) -> Step:
        """The first step of a body that goes on to `after`."""
        first = self.steps.detached()
        self.all(body)
        self.steps.close(after)
        return first

    # Arrays

    def _loop(self, op: ops.Loop) -> None:
        if op.target.name is not None and self._is_one_of(op.target.name):
            items = self._slot("items", python_type(ListType(op.item_type)))
            index = f"len({items})"
            self.steps.add(f"{items} = []")
            self.assign(op.target, items)
        elif op.target.name is not None:
            self.assign(op.target, "[]")
            items = self.names.field(op.target.name, known=op.target.name in self.known)
            index = f"len({items})"
        else:
            items = ""
            index = self._slot("index", "int", "0")
            self.steps.add(f"{index} = 0")
        goes_on: list[str] = []
        if op.count is not None:
            count = self._slot("count", "int", "0")
            self._wait_for(op.count, op.place)
            self.steps.add(f"{count} = {emit(op.count, self.names)}")
            goes_on.append(f"{index} < {count}")
        self.names.index = index
        if op.while_ is not None:
            goes_on.append(emit_part(op.while_, self.names, NOT_LEVEL))
        if op.rest:
            goes_on.append("r.peek() >= 0")
        self.steps.begin()  # what prepares the loop is not done again
        parts = (*body_expressions((op.item,)), op.while_, op.until)
        if op.rest or any(part is not None and _peeks(part) for part in parts):
            self._looking_loop(op, items, index, " and ".join(goes_on))
        else:
            self._plain_loop(op, items, index, " and ".join(goes_on))
        self.names.index = "0"
        self.names.item = "item"

    def _is_one_of(self, name: str) -> bool:
        """Whether a field may also be something else than the list."""
        return any(field.name == name and isinstance(inner(field.type), OneOfType) for field in self.rule.fields)

    def _plain_loop(self, op: ops.Loop, items: str, index: str, goes_on: str) -> None:
        """Only the items wait: the loop is one step, and goes on where an item had to wait."""
        item = self._item(op, items, index)
        self.steps.wait(op.place)
        self.steps.add(f"while {goes_on or 'True'}:", *(f"    {line}" for line in item))
        if op.until is not None:
            self.names.index = f"({index} - 1)"
            self.steps.add(f"    if {emit(op.until, self.names)}:", "        break")

    def _looking_loop(self, op: ops.Loop, items: str, index: str, goes_on: str) -> None:
        """A test looks at the input, which it may do between two items only: it has a step of its own."""
        after = Step()
        top = self.steps.current
        if goes_on:
            self.steps.wait(op.place)
            head = self.steps.close()
            head.lines.append(Jump(self.steps.detached(), goes_on, after))
        item = self._item(op, items, index)
        self.steps.wait(op.place)
        self.steps.add(*item)
        if op.until is None:
            self.steps.close(top)
        else:
            self.names.index = f"({index} - 1)"
            if _peeks(op.until):
                kept = self._slot("item", python_type(op.item_type))
                self.steps.add(f"{kept} = {self.names.item}")
                self.names.item = kept
            self._wait_for(op.until, op.place)
            test = emit(op.until, self.names)
            self.steps.close().lines.append(Jump(after, test, top))
        self.steps.order.append(after)

    def _item(self, op: ops.Loop, items: str, index: str) -> list[str]:
        """Read one item and keep it, or make sure that it was not empty."""
        value = self._call(op.item) if isinstance(op.item, ops.Call) else self._value(op.item)
        field = f", {literal(op.field)}" if op.field else ""
        lines = []
        if items or op.until is not None:
            self.names.item = self.locals.fresh("item")
            value = f"{self.names.item} = {value}"
        if items:
            return [value, f"r.add({items}, {self.names.item}{field})"]
        if isinstance(op.item, ops.Call):  # it may have read a part before it had to wait
            begun = self._slot("begun", "tuple[int, int]", "(0, 0)")
            lines += ["if self.child_ is None:", f"    {begun} = r.place()"]
        else:
            begun = "begun"
            lines.append("begun = r.place()")
        sequence = "self.depth_ == 0" if op.sequence else "False"
        return [*lines, value, f"r.pass_item({begun}, {sequence}{field})", f"{index} += 1"]

    def _result(self) -> str:
        rule = self.rule
        if rule.result is not None:
            return emit(rule.result, self.names)
        values = ", ".join(self.names.field(field.name) for field in rule.fields if not field.local)
        return f"{naming.record_class(rule.name)}({values})"


def _whole_message(body: tuple[ops.Op, ...]) -> tuple[ops.Op, ...]:
    """The body; its last element need not be let go, because the message is complete behind it."""
    last = body[-1] if body else None
    return (*body[:-1], last.leaf) if isinstance(last, ops.Unkept) else body


def _peeks(expression: Typed) -> bool:
    return any(
        isinstance(node, Peek) or (isinstance(node, Name) and node.binding.kind is BindingKind.REMAINING)
        for node in walk(expression)
    )
