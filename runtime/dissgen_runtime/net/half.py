"""What one side of a TCP connection has sent: what was delivered of it, and what waits.

Positions count from 0, the first byte after SYN (or the first one seen), and never wrap.
"""

from __future__ import annotations

MAX_HISTORY = 64 * 1024  # memory of delivered bytes not yet acknowledged, kept to be compared with retransmissions
PIECE = 160  # bytes of memory that a piece takes beside its payload
MASK = 0xFFFFFFFF


class Half:
    """What one side has sent. `pending` are (start, end, data or None where cut off), sorted and disjoint."""

    __slots__ = (
        "acked",
        "base",
        "closed",
        "fin",
        "hint",
        "history",
        "kept",
        "next",
        "pending",
        "plain",
        "started",
        "syn",
        "waiting",
    )

    def __init__(self) -> None:
        self.started = False
        self.syn = False
        self.closed = False
        self.base = 0  # sequence number of position 0
        self.next = 0
        self.acked = 0  # the other side has everything before
        self.fin = -1
        self.hint: int | None = None  # sequence number of position 0, if the other side is right
        self.pending: list[tuple[int, int, bytes | None]] = []
        self.waiting = 0
        self.history: list[tuple[int, bytes]] = []
        self.kept = 0  # the memory of the history: its bytes, and `PIECE` for each piece
        self.plain = False  # the usual: its next segment in order only has to be delivered (see `Connection.settle`)

    def forget(self) -> None:
        """Drop the history."""
        self.history.clear()
        self.kept = 0

    def remember(self, start: int, data: bytes) -> None:
        """Keep delivered bytes, as long as they are not acknowledged."""
        if self.acked < start + len(data):
            self.history.append((start, data))
            self.kept += len(data) + PIECE
            if self.kept > MAX_HISTORY:
                self.trim()

    def trim(self) -> None:
        """Drop the oldest of what is remembered, down to the limit."""
        history = self.history
        while self.kept > MAX_HISTORY:
            self.kept -= len(history.pop(0)[1]) + PIECE

    def acknowledge(self, position: int) -> None:
        """The other side has everything before the position; such bytes are no longer compared."""
        self.acked = position
        if position >= self.next:
            self.forget()
            return
        history = self.history
        while history and history[0][0] + len(history[0][1]) <= position:
            self.kept -= len(history.pop(0)[1]) + PIECE

    def start(self, sequence: int, *, syn: bool) -> None:
        self.started = True
        self.syn = syn
        self.base = sequence & MASK

    def position(self, sequence: int) -> int:
        """The position of a sequence number: the one nearest to `next`."""
        distance = (sequence - self.base - self.next) & MASK
        return self.next + (distance if distance < 0x80000000 else distance - 0x100000000)
