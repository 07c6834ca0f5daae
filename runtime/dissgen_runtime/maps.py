"""Map variables: what a session remembers by a key, for a while."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Map(dict[K, V]):
    """A `map` variable: keys in the order in which they were remembered last, the oldest first.

    `limit` is the most entries that it may have (None: `limits.items`), `expires` how long an entry stays, in
    nanoseconds (None: for ever). `dues` says when each entry leaves; all stay equally long, so it is in order too.
    """

    __slots__ = ("dues", "expires", "limit")

    def __init__(self, *, limit: int | None = None, expires: int | None = None) -> None:
        super().__init__()
        self.limit = limit
        self.expires = expires
        self.dues: dict[K, int] = {}

    def remember(self, key: K, value: V, now: int) -> None:
        """Set an entry; it is the youngest from here on."""
        self.forget(key)
        self[key] = value
        if self.expires is not None:
            self.dues[key] = now + self.expires

    def forget(self, key: K) -> None:
        """Remove an entry; nothing happens if there is none."""
        if key in self:
            del self[key]
            self.dues.pop(key, None)

    def next_due(self) -> int | None:
        """When the oldest entry leaves."""
        return next(iter(self.dues.values()), None)
