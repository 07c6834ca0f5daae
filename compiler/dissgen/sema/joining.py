"""Streams that are joined by an element around others: something inside has to feed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from dissgen.spec.tree import Name

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules

T = TypeVar("T")


class Joining:
    """What the primitives see of it."""

    rules: Rules
    streams: set[str]
    calls: list[str]

    def joined(self, stream: Name, inside: Callable[[], T]) -> T:
        """Check what is around the pieces of a stream."""
        streams, calls = self.streams, self.calls
        self.streams, self.calls = set(), []
        try:
            found = inside()
            if stream.text not in self.streams:
                self.rules.joined.append((stream, tuple(self.calls)))
        finally:
            self.streams, self.calls = streams | self.streams, calls + self.calls
        return found


def check_joined(rules: Rules) -> None:
    """Report elements that join a stream which nothing inside of them feeds."""
    if rules.context.diagnostics.has_errors:
        return
    streams = rules.streams()
    for name, calls in rules.joined:
        if not any(name.text in streams.get(rule, ()) for rule in calls):
            rules.context.diagnostics.error(
                "DG234",
                f"nothing in here is streamed to `{name.text}`",
                name.span,
                "it joins what is streamed inside",
                help=f"write `stream: {name.text}` at the `bytes`, `text` or `token` inside",
            )
