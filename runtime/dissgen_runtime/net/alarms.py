"""When the next timer of each flow is due, so that time passes for flows that are silent too."""

from __future__ import annotations

import heapq


class Alarms:
    """The deadlines of flows, by their numbers.

    A deadline that moves on, as that of a timer of idleness with each packet, costs one look: its flow is woken at the
    first one, has nothing to do, and says when it is to be woken again.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        """No flow has to be woken before this time; None: none at all."""
        self._planned: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def set(self, number: int, deadline: int) -> None:
        """Wake the flow at its deadline, or before."""
        planned = self._planned.get(number)
        if planned is not None and planned <= deadline:
            return
        self._planned[number] = deadline
        heapq.heappush(self._heap, (deadline, number))
        if len(self._heap) > 2 * len(self._planned) + 64:  # most are out of date
            self._heap = [(due, flow) for flow, due in self._planned.items()]
            heapq.heapify(self._heap)
        self.first = self._heap[0][0]

    def forget(self, number: int) -> None:
        """The flow is over."""
        self._planned.pop(number, None)

    def due(self, now: int) -> list[int]:
        """The flows to be woken by `now`, by their deadlines, then their numbers. Each has to be `set` again."""
        heap = self._heap
        found: list[int] = []
        while heap and heap[0][0] <= now:
            deadline, number = heapq.heappop(heap)
            if self._planned.get(number) == deadline:
                del self._planned[number]
                found.append(number)
        self.first = heap[0][0] if heap else None
        return found
