"""What a frame reads from the same start: every member of a union, the first alternative of a `try` that matches."""

from __future__ import annotations

from dissgen.codegen import naming
from dissgen.codegen.locals import Locals
from dissgen.codegen.steps import Steps
from dissgen.ir import ops
from dissgen.ir.expressions import Typed


class FrameChoices:
    """The part of a frame's builder that goes back."""

    steps: Steps
    locals: Locals

    def _slot(self, name: str, annotation: str, initial: str = "") -> str:
        raise NotImplementedError

    def assign(self, target: ops.Target, value: str, place: ops.Place | None = None) -> None:
        raise NotImplementedError

    def settled(self, expression: Typed, place: ops.Place) -> str:
        raise NotImplementedError

    def all(self, body: tuple[ops.Op, ...]) -> None:
        raise NotImplementedError

    def called(self, op: ops.Call) -> str:
        """The class of the rule, and its arguments."""
        return ", ".join((naming.frame_class(op.rule), *(self.settled(value, op.place) for _, value in op.arguments)))

    def union(self, op: ops.Union) -> None:
        start, reach = self._slot("start", "int", "0"), self._slot("reach", "int", "0")
        # a mark is set once: behind it nothing of its step may wait
        if self.steps.current.waits or self.steps.current.lines or self.steps.current.closed:
            self.steps.begin()
        self.steps.add(f"{start} = {reach} = r.mark()")
        self.steps.current.waits = True
        for index, member in enumerate(op.members):
            self.all(member)
            last = index == len(op.members) - 1
            self.steps.add(f"{reach} = max({reach}, r.offset)", f"r.go_to({reach})" if last else f"r.go_back({start})")
        self.steps.add("r.release()")

    def choice(self, op: ops.Try) -> None:
        tried = [f"({self.called(alternative.call)},)" for alternative in op.alternatives]
        self.steps.wait(op.place)
        number, value = self.locals.fresh("number"), self.locals.fresh("value")
        self.steps.add(f"{number}, {value} = attempt({', '.join(('r', 'self', *tried))})")
        for index, alternative in enumerate(op.alternatives):
            call = alternative.call
            before = len(self.steps.current.lines)
            self.steps.add(f"{'elif' if index else 'if'} {number} == {index}:  # {call.place}")
            if call.target.name is not None:
                self.assign(call.target, value)
            self.all(alternative.then)
            lines = self.steps.current.lines
            lines[before + 1 :] = [f"    {line}" for line in lines[before + 1 :]] or ["    pass"]
