"""Elements at offsets (`at`): which rules look back from where they stand, and how a scan and a frame do it."""

from __future__ import annotations

from dissgen.codegen import naming
from dissgen.codegen.environments import ScanNames
from dissgen.codegen.expressions import emit
from dissgen.codegen.locals import Locals
from dissgen.codegen.pysource import Code, literal
from dissgen.codegen.steps import Steps
from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.ir.walk import every
from dissgen.types import BoolType, BytesType, EnumType, FloatType, IntType, StrType

_HASHABLE = BoolType | IntType | FloatType | StrType | BytesType | EnumType


class Origins:
    """Of one module. `looking_back`: the rules that need to know where the origin of what they stand in is."""

    def __init__(self, module: ops.Module) -> None:
        self.looking_back = looking_back(module)
        ats = [op for rule in module.rules for op in every(rule.body) if isinstance(op, ops.At)]
        self._single = len({op.call.rule for op in ats}) == 1 and not any(op.call.arguments for op in ats)

    def key(self, op: ops.At, offset: str, arguments: list[str]) -> str:
        """Under which name the value is remembered; with arguments that have no hash it is not."""
        if self._single:
            return offset
        if not all(isinstance(value.type, _HASHABLE) for _, value in op.call.arguments):
            return "None"
        return f"({', '.join((literal(op.call.rule), offset, *arguments))})"


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
        if any(isinstance(op, ops.At) for op in every(self.rule.body)):
            self.begun = self._slot("begin", "int", "0")
            self.steps.add(f"{self.begun} = r.offset")
        if self.rule.origin:
            self.steps.add("r.begin_origin()")
            self.steps.current.waits = True

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
        if any(isinstance(op, ops.At) for op in every(self.rule.whole or ())):
            self.code.add("begin = pos - origin.begin")

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
