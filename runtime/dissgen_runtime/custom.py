"""Sessions of custom machines: a program raises their events, or gives packets that are these events.

The numbers in comments are the rules of the semantics that a piece of code realises.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from dissgen_runtime.events import UP, Direction, Event, Verdict, VerdictEvent
from dissgen_runtime.machine import ABSENT, Side
from dissgen_runtime.reader import Frame, Reader
from dissgen_runtime.session import Session

StateT = TypeVar("StateT", bound=enum.Enum)

_RESTART = "!restart"  # among raised events; no event of a spec has such a name
_PROTOCOLS: Mapping[str, int] = {"tcp": 6, "udp": 17}  # the protocol numbers of IP


class Packet(Frame[bytes]):
    """A packet of which the machine takes the bytes as they are."""

    __slots__ = ()
    RULE = "packet"

    @staticmethod
    def scan(data: bytes, pos: int, end: int) -> tuple[bytes, int]:
        """All of it."""
        return data[pos:end], end

    def run(self, reader: Reader) -> bytes:
        """One that is longer than a message may be is an error."""
        return reader.rest("packet")


class CustomSession(Session[StateT]):
    """A session whose machine has events of its own.

    Generated subclasses have a `raise_<event>` for each. `ROLES` are the events that belong to a direction; `swap`
    exchanges them. `PACKETS` are those of them whose payload is read from a packet: `feed` takes one packet, reads it
    and raises the event that its direction has now. What is wrong with a packet concerns no other (19).
    """

    __slots__ = ("late",)

    ROLES: ClassVar[Mapping[str, Direction]] = {}
    PACKETS: ClassVar[Mapping[str, Side]] = {}
    ADDRESSED: ClassVar[bool] = False  # the rules of packets ask for the addresses around them

    def _choose_transport(self, transport: str | None) -> None:
        super()._choose_transport(transport)
        self._datagrams = True  # each call of `feed` is one packet, whatever carries it
        self.late = 0  # events that were raised after the end
        self._assign_roles(UP)

    def feed(self, direction: Direction, data: bytes) -> list[Event]:
        """Give the next packet of a direction. Returns the events that it leads to.

        Where only the other direction has a role that is read from packets, it is discarded and counted. Raises
        TypeError where the machine reads no packets at all, ValueError where the session was made without the
        addresses that its packets are read with (`client` and `server`).
        """
        reader = self._reader(direction)
        if not self.PACKETS:
            raise TypeError(f"{self.PROTOCOL} reads no packets: raise its events")
        if reader.event not in self.PACKETS and type(data) is bytes:
            reader.total += len(data)
            reader.discarded += len(data)
            return []
        if self.ADDRESSED and (self.client_address is None or self.server_address is None):
            raise ValueError(f"packets of {self.PROTOCOL} are read with the addresses `client` and `server`")
        return super().feed(direction, data)

    def role(self, direction: Direction) -> str:
        """The event that packets of a direction are now; "" if there is none."""
        return self._reader(direction).event

    def summary(self) -> dict[str, object]:
        """As for every session; `late` counts the events that came after the end."""
        return super().summary() | ({"late": self.late} if self.late else {})

    # What the rules of packets are given (the packet around)

    @property
    def _version(self) -> int:
        return 6 if ":" in self._source else 4

    @property
    def _source(self) -> str:
        return _host(self.client_address if self._at[0] is UP else self.server_address)

    @property
    def _destination(self) -> str:
        return _host(self.server_address if self._at[0] is UP else self.client_address)

    @property
    def _protocol(self) -> int:
        return _PROTOCOLS[self.transport or ""]

    # What `raise_<event>` and handlers use

    def _drive(self, event: str, *values: object) -> list[Event]:
        """Let the machine handle an event that comes from outside."""
        if not self._started:
            self._start()
        if self.finished:
            self.late += 1
            return self._take_events()
        reader = next((one for one in (self._up, self._down) if one.event == event), None)
        self._heard = self.now
        self._moves = 0
        self._error = None
        self._at = (None, (0, 0))
        if reader is not None:
            reader.messages += 1
            self._at = (reader.direction, (reader.offset, reader.offset))
        self._fire(event, *values)
        self._confident = True
        return self._take_events()

    def _swap(self) -> None:
        """Exchange the events of the directions."""
        self._up.event, self._down.event = self._down.event, self._up.event

    def _restart(self, event: str | None = None, *values: object) -> None:
        """End the session and begin another one, which handles the event anew; after this row."""
        self._raised.append((self._at, _RESTART, (event, values)))

    def _fire(self, event: str, *arguments: Any) -> Any:
        if event != _RESTART:
            return super()._fire(event, *arguments)
        self._begin_again(*arguments)
        return None

    def _begin_again(self, event: str | None, values: tuple[object, ...]) -> None:
        at = self._at
        self._finish()
        self._failing = self.finished = False
        if self.verdict is not Verdict.ACCEPT:  # the other session's
            self.verdict = Verdict.ACCEPT
            if self._wants("verdict"):
                self._emit(VerdictEvent(Verdict.ACCEPT))
        self.midstream = False
        self.variables = type(self).VARIABLES()
        self._assign_roles(at[0] or UP)
        self.state = self.INITIAL
        self._state_name = self.INITIAL.value
        self._row = self._table[self.INITIAL]
        self._stay += 1
        self._start()
        if event is not None and not self.finished:
            self._at = at
            self._fire(event if at[0] is None else self._reader(at[0]).event, *values)

    def _assign_roles(self, first: Direction) -> None:
        """Roles as the spec says, where `first` is the direction that it calls `up`."""
        for reader in (self._up, self._down):
            reader.event = ""
        for event, direction in self.ROLES.items():
            reader = self._up if (direction is UP) is (first is UP) else self._down
            reader.event = event

    def _side(self, reader: Reader) -> Side:
        return self.PACKETS.get(reader.event, ABSENT)


def _host(endpoint: str | None) -> str:
    """The address of `192.0.2.1:25`, `[2001:db8::1]:25`, or of an address without a port."""
    text = endpoint or ""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
