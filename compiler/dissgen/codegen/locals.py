"""Names of the local variables that generated functions need for themselves."""

from __future__ import annotations

from collections import Counter


class Locals:
    """Gives each variable a name of its own, so that none has two types: `item`, then `item2`.

    `codegen.naming.local` keeps the names of the spec away from both.
    """

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()

    def fresh(self, name: str) -> str:
        self._uses[name] += 1
        return name if self._uses[name] == 1 else f"{name}{self._uses[name]}"
