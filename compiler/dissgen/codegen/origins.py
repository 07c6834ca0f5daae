"""Elements at offsets (`at`): which rules look back from where they stand, and how a scan and a frame do it."""

from __future__ import annotations

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import Code, literal
from dissgen.codegen.steps import Steps
from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name, Typed, walk
from dissgen.ir.walk import body_expressions, every
from dissgen.types import BoolType, BytesType, EnumType, FloatType, IntType, StrType

# What reads its bytes alike wherever they end.
_ALIKE = (
    ops.NumberRead
    | ops.FixedRun
    | ops.TakeRead
    | ops.Loop
    | ops.Branch
    | ops.If
    | ops.Converted
    | ops.Let
    | ops.Verify
    | ops.Fail
    | ops.Call
    | ops.At
)
_HASHABLE = BoolType | IntType | FloatType | StrType | BytesType | EnumType


class Origins:
    """Of one module. `looking_back`: the rules that need to know where the origin of what they stand in is."""

    def __init__(self, module: ops.Module) -> None:
        self.looking_back = looking_back(module)
        ats = [op for rule in module.rules for op in every(rule.body) if isinstance(op, ops.At)]
        self._single = len({op.call.rule for op in ats}) == 1 and not any(op.call.arguments for op in ats)
        # The rules whose values are remembered where they stand, and by which name.
        alike = _read_in_place(module, ats) & self.looking_back
        self.in_place = {rule: None if self._single else rule for rule in alike}

    def key(self, op: ops.At, offset: str, arguments: list[str]) -> str:
        """Under which name the value is remembered; with arguments that have no hash it is not."""
        if self._single:
            return offset
        if not all(isinstance(value.type, _HASHABLE) for _, value in op.call.arguments):
            return "None"
        return f"({', '.join((literal(op.call.rule), offset, *arguments))})"


def _read_in_place(module: ops.Module, ats: list[ops.At]) -> frozenset[str]:
    """The rules that an `at` reads and whose values, read in their places, are what it would read there.

    It would see another end of the bytes, so that none of their elements may look for one.
    """
    rules = {rule.name: rule for rule in module.rules}
    if any(isinstance(op, ops.Union | ops.Try) for rule in module.rules for op in every(rule.body)):
        return frozenset()

    def alike(name: str, inside: frozenset[str]) -> bool:
        rule = rules[name]
        if name in inside:
            return True
        called = {op.rule for op in every(rule.body) if isinstance(op, ops.Call)}
        names = (node for tree in body_expressions(rule.body) for node in walk(tree) if isinstance(node, Name))
        return (
            not (rule.parameters or rule.streams or rule.origin)
            and all(isinstance(op, _ALIKE) and not (isinstance(op, ops.Loop) and op.rest) for op in every(rule.body))
            and not any(name.binding.kind in (BindingKind.REMAINING, BindingKind.POSITION) for name in names)
            and all(alike(other, inside | {name}) for other in called)
        )

    found = {op.call.rule for op in ats if not op.call.arguments}
    return frozenset(name for name in found if alike(name, frozenset()))


def looking_back(module: ops.Module) -> frozenset[str]:
    """The rules that hold an `at`, or use a rule that does; not beyond a rule with an origin of its own."""
    found: set[str] = set()
    before = -1
    while before != len(found):
        before = len(found)
        for rule in module.rules:
            if not rule.origin and holds_at(rule, found):
                found.add(rule.name)
    return frozenset(found)


def holds_at(rule: ops.Rule, others: frozenset[str] | set[str]) -> bool:
    """Whether something in the rule needs its origin."""
    return any(isinstance(op, ops.At) or (isinstance(op, ops.Call) and op.rule in others) for op in every(rule.body))


class FrameOrigins:
    """The part of a frame's builder that looks back."""

    rule: ops.Rule
    module: ops.Module
    steps: Steps
    origins: Origins

    def _slot(self, name: str, annotation: str, initial: str = "") -> str:
        raise NotImplementedError

    def assign(self, target: ops.Target, value: str, place: ops.Place | None = None) -> None:
        raise NotImplementedError

    def settled(self, expression: Typed, place: ops.Place) -> str:
        raise NotImplementedError

    def begin_origin(self) -> None:
        """Note where the rule begins, if that is needed."""
        self.begun = ""
        if self.rule.name in self.origins.in_place or any(isinstance(op, ops.At) for op in every(self.rule.body)):
            self.begun = self._slot("begin", "int", "0")
            self.steps.add(f"{self.begun} = r.offset")
        if self.rule.origin:
            self.steps.add("r.begin_origin()")
            self.steps.current.waits = True

    def end_origin(self, result: str) -> None:
        """The end of the rule, which has this value."""
        if self.rule.origin:
            self.steps.add("r.end_origin()")
        if self.rule.name in self.origins.in_place:
            rule = self.origins.in_place[self.rule.name]
            result = f"r.read_in_place({literal(rule)}, {self.begun}, {result})"
        self.steps.add(f"return {result}")

    def at(self, op: ops.At) -> None:
        offset = self.settled(op.offset, op.place)
        arguments = [self.settled(value, op.place) for _, value in op.call.arguments]
        if not offset.isidentifier() and not offset.startswith("self."):
            slot = self._slot("offset", "int", "0")
            self.steps.add(f"{slot} = {offset}")
            offset = slot
        key = self.origins.key(op, offset, arguments)
        field = literal(op.call.field) if op.call.field else "None"
        given = ", ".join((naming.frame_class(op.call.rule), offset, self.begun, key, field, *arguments))
        self.assign(op.call.target, f"r.at({given})", op.place)


class ScanOrigins:
    """The part of a scan's builder that looks back."""

    rule: ops.Rule
    module: ops.Module
    names: ScanNames
    code: Code
    locals: Locals
    origins: Origins

    def decline(self, test: str) -> None:
        raise NotImplementedError

    def local(self, target: str) -> str:
        raise NotImplementedError

    def named(self, name: str, source: str) -> str:
        raise NotImplementedError

    def begin_origin(self) -> None:
        if self.rule.origin and holds_at(self.rule, self.origins.looking_back):
            self.code.add("origin = Origin(pos, LIMITS)")
        elif self.rule.name in self.origins.looking_back:
            self.code.add("if origin is None:")
            self.code.add("    origin = Origin(pos, LIMITS)")
        whole = every(self.rule.whole or ())
        if self.rule.name in self.origins.in_place or any(isinstance(op, ops.At) for op in whole):
            self.code.add("begin = pos - origin.begin")

    def remembered(self, result: str) -> str:
        """The value of the rule, which an `at` finds at this place."""
        if self.rule.name not in self.origins.in_place:
            return result
        value = self.named("value", result)
        rule = self.origins.in_place[self.rule.name]
        self.code.add("if origin.depth == 0:")
        self.code.add(f"    origin.seen[{'begin' if rule is None else f'{literal(rule)}, begin'}] = {value}")
        return value

    def only_refers(self, op: ops.Op) -> bool:
        """Whether the value of the rule is what stands elsewhere, under whose offset it is remembered already."""
        result = self.rule.result
        refers = isinstance(op, ops.At) and isinstance(result, Name) and op.call.target.name == result.binding.name
        return refers and self.rule.name in self.origins.in_place

    def at(self, op: ops.At) -> None:
        offset = self.named("offset", emit(op.offset, self.names))
        arguments = [emit(value, self.names) for _, value in op.call.arguments]
        self.decline(f"not 0 <= {offset} < begin")
        key = self.origins.key(op, offset, arguments)
        back = self.locals.fresh("back")
        if key != "None":
            key = self.named("key", key)
        passed = list(arguments)
        if op.call.rule in self.origins.looking_back:
            passed.append("origin")
        given = ", ".join((naming.scan_function(op.call.rule), "data", offset, "pos", key, *passed))
        if key == "None":
            self.code.add(f"{back} = origin.look({given})", op.place)
            self.decline(f"{back} is None")
        else:
            self.code.add(f"{back} = origin.seen.get({key})", op.place)
            with self.code.block(f"if {back} is None:"):
                self.code.add(f"{back} = origin.look({given})")
                self.decline(f"{back} is None")
        if op.call.target.name is not None:
            self.code.add(f"{self.local(op.call.target.name)} = {back}")
