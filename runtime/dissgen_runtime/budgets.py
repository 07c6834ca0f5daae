"""Byte budgets: inside one, the bytes behind its end are not there, and its end is the end of the input.

So everything that reads needs to know nothing of budgets. The bytes behind are kept aside until the budget is left.
"""

from __future__ import annotations

from dissgen_runtime.buffer import Buffer


class Budget:
    """`cap` is the offset of its end; `beyond` the bytes behind it; `final`: whether no byte follows outside of it."""

    __slots__ = ("beyond", "cap", "final")

    def __init__(self, cap: int, final: bool) -> None:
        self.cap = cap
        self.beyond: list[bytes] = []
        self.final = final


class Budgeted(Buffer):
    """A buffer of which only a part may be seen."""

    __slots__ = ()

    @property
    def closed(self) -> bool:
        """Whether no byte will follow, also outside of the budgets."""
        return self.budgets[0].final if self.budgets else self.final

    def finish(self) -> None:
        """No byte will follow those that are there."""
        self.final = True
        for budget in self.budgets or ():
            budget.final = True

    def begin_budget(self, size: int) -> None:
        """Nothing behind the next `size` bytes is seen until `end_budget`."""
        self.join()
        budget = Budget(self.base + self.pos + size, self.final)
        cut = self.pos + size
        if len(self.data) > cut:
            budget.beyond.append(self.data[cut:])
            self.beyond_size += len(self.data) - cut
            self.data = self.data[:cut]
        if self.budgets is None:
            self.budgets = []
        self.budgets.append(budget)
        if len(self.data) == cut:
            self.final = True

    def end_budget(self) -> None:
        """What stands behind the innermost budget is seen again, as far as the next one lets it."""
        assert self.budgets
        budget = self.budgets.pop()
        if not self.budgets:
            self.budgets = None
        self.final = budget.final
        for piece in budget.beyond:
            self.beyond_size -= len(piece)
            visible = self.visible(piece)
            if visible:
                self.pending.append(visible)
                self.pending_size += len(visible)
        if self.budgets and self._visible_end() >= self.budgets[-1].cap:
            self.final = True

    def leave_budgets(self) -> None:
        """All bytes are seen again."""
        while self.budgets:
            self.end_budget()

    def visible(self, data: bytes) -> bytes:
        """The part of new bytes that is seen; the rest is kept aside."""
        if not self.budgets:
            return data
        budget = self.budgets[-1]
        room = budget.cap - self._visible_end()
        if len(data) < room:
            return data
        self.final = True
        if len(data) > room:
            budget.beyond.append(data[room:])
            self.beyond_size += len(data) - room
        return data[:room]

    def lose(self, size: int) -> None:
        """`size` bytes of a streamed field are missing; those before them have been read."""
        super().pass_all()
        self.base += size
        self.start = self.base
        if self.budgets and self.base >= self.budgets[-1].cap:
            self.final = True

    def rewind(self) -> None:
        self.leave_budgets()
        super().rewind()

    def pass_all(self) -> int:
        self.leave_budgets()
        return super().pass_all()

    def _visible_end(self) -> int:
        return self.base + len(self.data) + self.pending_size
