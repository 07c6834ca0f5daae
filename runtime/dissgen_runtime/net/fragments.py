"""Reassembly of IP datagrams from fragments (RFC 791 section 3.2, RFC 8200 section 4.5), bounded in memory and time."""

from __future__ import annotations

from typing import TypeAlias

MAX_DATAGRAM = 65_535
TIMEOUT = 60 * 1_000_000_000  # RFC 8200 section 4.5; network time
MAX_BYTES = 16 * 1024 * 1024
MAX_INCOMPLETE = 4096
MAX_PIECES = 2048  # of one datagram

Key: TypeAlias = tuple[bytes, int, int]  # both addresses, identification, protocol (0 where IPv6)


class _Datagram:
    """The pieces so far. Of overlapping ones the first wins; `cut` is where the first byte lacks to the snap length."""

    __slots__ = ("covered", "cut", "data", "protocol", "started", "total")

    def __init__(self, started: int, protocol: int) -> None:
        self.started = started
        self.protocol = protocol
        self.data = bytearray()
        self.covered: list[tuple[int, int]] = []  # sorted, disjoint
        self.total = -1
        self.cut = MAX_DATAGRAM

    def add(self, start: int, size: int, captured: bytes) -> None:
        end = start + size
        if len(self.data) < end:
            self.data.extend(bytes(end - len(self.data)))
        cursor = start
        for first, last in [*self.covered, (end, end)]:
            if last <= cursor:
                continue
            if first > cursor:
                stop = min(first, end)
                part = captured[cursor - start : stop - start]
                self.data[cursor : cursor + len(part)] = part
                if len(part) < stop - cursor:
                    self.cut = min(self.cut, cursor + len(part))
            cursor = max(cursor, last)
            if cursor >= end:
                break
        self.covered = _merged([*self.covered, (start, end)])

    @property
    def complete(self) -> bool:
        return self.total >= 0 and len(self.covered) == 1 and self.covered[0] == (0, self.total)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Fragments:
    """Incomplete datagrams, the oldest first. `dropped` counts those given up: too old, too many, too large, absurd;
    `evicted` those of them that had to make room."""

    __slots__ = ("_bytes", "_incomplete", "dropped", "evicted")

    def __init__(self) -> None:
        self._incomplete: dict[Key, _Datagram] = {}
        self._bytes = 0
        self.dropped = 0
        self.evicted = 0

    def add(
        self, key: Key, protocol: int, start: int, more: bool, size: int, captured: bytes, now: int
    ) -> tuple[int, bytes, int] | None:
        """Add the fragment of `size` bytes from `start`, of which `captured` are there.

        Returns (protocol, the bytes captured, their number on the wire) once the datagram is whole.
        """
        self._expire(now)
        datagram = self._incomplete.get(key)
        if datagram is None:
            datagram = self._incomplete[key] = _Datagram(now, protocol)
        if start == 0:
            datagram.protocol = protocol
        end = start + size
        wrong_end = datagram.total >= 0 and (end > datagram.total or (not more and end != datagram.total))
        if end > MAX_DATAGRAM or wrong_end or len(datagram.covered) >= MAX_PIECES or (more and size % 8):
            self._drop(key)
            return None
        before = len(datagram.data)
        if not more:
            if len(datagram.data) > end:
                self._drop(key)
                return None
            datagram.total = end
        datagram.add(start, size, captured)
        self._bytes += len(datagram.data) - before
        if datagram.complete:
            del self._incomplete[key]
            self._bytes -= len(datagram.data)
            kept = min(datagram.cut, datagram.total)
            return datagram.protocol, bytes(datagram.data[:kept]), datagram.total
        while self._bytes > MAX_BYTES or len(self._incomplete) > MAX_INCOMPLETE:
            self.evicted += 1
            self._drop(next(iter(self._incomplete)))
        return None

    def _expire(self, now: int) -> None:
        while self._incomplete:
            key, oldest = next(iter(self._incomplete.items()))
            if now - oldest.started <= TIMEOUT:
                return
            self._drop(key)

    def _drop(self, key: Key) -> None:
        self._bytes -= len(self._incomplete.pop(key).data)
        self.dropped += 1

    def finish(self) -> None:
        """Count what never became whole."""
        while self._incomplete:
            self._drop(next(iter(self._incomplete)))
