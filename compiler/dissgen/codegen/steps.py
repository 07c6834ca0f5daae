"""The steps of a frame: what is done at once between two places at which reading may have to wait.

A step has at most one operation that waits; when more input is there the step is done again from its beginning, so
what stands before that operation must bear repetition. What stands behind it is done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(eq=False, slots=True)
class Step:
    """`next` follows when all lines are done; None: the lines themselves say how it goes on, or return."""

    place: str = ""
    lines: list[Line] = field(default_factory=list)
    waits: bool = False
    next: Step | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at `target` where `test` holds (always, if it is empty), else at `otherwise`. `depth`: levels indented."""

    target: Step
    test: str = ""
    otherwise: Step | None = None
    depth: int = 0


Line: TypeAlias = str | Jump


class Steps:
    """The steps of one frame, in the order in which they will stand."""

    def __init__(self) -> None:
        self.order = [Step()]

    @property
    def current(self) -> Step:
        return self.order[-1]

    def add(self, *lines: Line) -> None:
        """Lines at the end of the current step; behind its end they begin one that nothing reaches."""
        if self.current.closed:
            self.detached()
        self.current.lines += lines

    def wait(self, place: object) -> None:
        """What comes next may have to wait: it gets a step of its own, unless the current one has no such thing yet."""
        if self.current.waits or self.current.closed:
            self.begin()
        self.current.waits = True
        self.current.place = self.current.place or str(place)

    def begin(self) -> Step:
        """A new step, to which the current one goes on."""
        before, step = self.current, Step()
        if not before.closed:
            before.next = step
            before.closed = True
        self.order.append(step)
        return step

    def detached(self) -> Step:
        """A new step, which is reached by jumps only."""
        step = Step()
        self.order.append(step)
        return step

    def close(self, following: Step | None = None) -> Step:
        """End the current step; it goes on to `following`, or not at all."""
        step = self.current
        if not step.closed:
            step.next = following
            step.closed = True
        return step

    def lines(self) -> list[str]:
        """The body of `run`: empty and unreachable steps are left out, the others numbered in order."""
        last = self.order[-1]
        reached = self._reached()
        kept = [step for step in self.order if step is last or (step in reached and step.lines)]
        if len(kept) == 1:
            return _Layout({last: 0}).step(last)
        layout = _Layout({step: number for number, step in enumerate(kept)})
        lines: list[str] = []
        for number, step in enumerate(kept[:-1]):
            lines.append(f"if self.step_ == {number}:" + (f"  # {step.place}" if step.place else ""))
            lines += [f"    {line}" for line in layout.step(step)]
        lines += layout.step(last)
        return ["while True:", *(f"    {line}" for line in lines)] if layout.goes_back else lines

    def _reached(self) -> set[Step]:
        reached: set[Step] = set()
        open_ = [_forward(self.order[0])]
        while open_:
            step = open_.pop()
            if step in reached:
                continue
            reached.add(step)
            following = [step.next]
            for line in step.lines:
                if isinstance(line, Jump):
                    following += [line.target, line.otherwise]
            open_ += [_forward(target) for target in following if target is not None]
        return reached


def _forward(step: Step) -> Step:
    """The step at which a jump to this one really arrives."""
    while not step.lines and step.next is not None:
        step = step.next
    return step


class _Layout:
    """Steps as text, once they have numbers."""

    def __init__(self, numbers: dict[Step, int]) -> None:
        self.numbers = numbers
        self.goes_back = False

    def step(self, step: Step) -> list[str]:
        own = self.numbers[step]
        lines: list[str] = []
        for line in step.lines:
            lines += [line] if isinstance(line, str) else self._jump(line, own)
        if step.next is not None:
            lines += self._jump(Jump(step.next), own)
        return lines

    def _jump(self, jump: Jump, own: int) -> list[str]:
        target = self.numbers[_forward(jump.target)]
        targets = [target]
        text = f"self.step_ = {target}"
        if jump.otherwise is not None:
            targets.append(self.numbers[_forward(jump.otherwise)])
            text += f" if {jump.test} else {targets[1]}"
        lines = [text]
        if any(number <= own for number in targets):
            self.goes_back = True
            lines.append("continue")
        return ["    " * jump.depth + line for line in lines]
