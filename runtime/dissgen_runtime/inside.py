"""The protocol inside another one: `upgrade`, and what its session is given and reports."""

from __future__ import annotations

from typing import Any

from dissgen_runtime.events import End, Event, Gap, VerdictEvent
from dissgen_runtime.probing import Probe, patterns_of
from dissgen_runtime.reader import Reader
from dissgen_runtime.substreams import SubStreams


class Inside(SubStreams):
    """The part of a session that hands its bytes to another session.

    While a `_probe` is there it is not known yet which protocol that is, and the bytes wait in the probe.
    """

    __slots__ = ("_datagrams", "_late", "_probe")

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self._datagrams = False  # each piece of input is one
        self._probe: Probe | None = None
        self._late = False  # it began behind the end of a direction, and has not been told

    # What handlers use

    def _upgrade(self, protocol: str) -> None:
        """The rest of the conversation is another protocol's; one that is not at hand is discarded, reported once."""
        self._give_up_child()
        self._late = self._up.ended or self._down.ended
        module = self._dissectors.get(protocol) if self._dissectors else None
        if module is None:
            self._say_once(f"no dissector for {protocol}: its bytes are discarded")
        else:
            self._child = self._begin_child(module)

    def _upgrade_to_one(self, *protocols: str) -> None:
        """The first bytes tell which of these the rest is; what is none of them is discarded, reported once."""
        self._give_up_child()
        self._late = self._up.ended or self._down.ended
        if any(name in (self._dissectors or {}) for name in protocols):
            self._probe = Probe(protocols)
        else:
            self._say_none_fits(protocols)

    def _say_none_fits(self, protocols: tuple[str, ...]) -> None:
        self._say_once(f"no dissector fits of {', '.join(protocols)}: the bytes are discarded")

    def _begin_child(self, module: Any) -> Any:
        child = module.Session(
            now=self.now,
            transport=self.transport if self.transport in module.TRANSPORT else None,
            subscribe=self._subscribe,
            dissectors=self._dissectors,
            client=self.client_address,
            server=self.server_address,
        )
        child._unread = []
        return child

    # What happens to it

    def _feed_child(self, reader: Reader) -> bool:
        data = reader.take_all()
        self._moves = 0
        if self._probe is not None:
            reader.child_bytes += len(data)
            known = patterns_of(self._dissectors or {}, self._probe.candidates)
            self._settle_probe(self._probe.add(reader.direction, data, known, self._datagrams))
        elif self._child is None:
            reader.discarded += len(data)
        else:
            reader.child_bytes += len(data)
            self._child.advance(self.now)
            self._from_child(self._child.feed(reader.direction, data))
        return True

    def _gap_in_child(self, reader: Reader, size: int) -> None:
        if self._probe is not None:
            known = patterns_of(self._dissectors or {}, self._probe.candidates)
            self._settle_probe(self._probe.decide(known, last=True))
        if self._child is not None:
            self._child.advance(self.now)
            self._from_child(self._child.gap(reader.direction, size))

    def _close_child(self, reader: Reader, cut: bool) -> None:
        if self._probe is not None:
            known = patterns_of(self._dissectors or {}, self._probe.candidates)
            self._settle_probe(self._probe.end(reader.direction, known))
        if self._child is not None:
            self._child.advance(self.now)
            self._from_child(self._child.close(reader.direction, cut))

    def _tell_what_has_ended(self) -> None:
        """What has begun behind the end of a direction is told of it."""
        self._late = False
        known = patterns_of(self._dissectors or {}, self._probe.candidates) if self._probe is not None else {}
        for reader in (self._up, self._down):
            if reader.ended and self._probe is not None:
                self._settle_probe(self._probe.end(reader.direction, known))
        self._close_what_has_ended()

    def _close_what_has_ended(self) -> None:
        for reader in (self._up, self._down):
            if reader.ended and self._child is not None:
                self._from_child(self._child.close(reader.direction))

    def _settle_probe(self, choice: str | None) -> None:
        """What has been decided: "" is no protocol, None is nothing yet."""
        probe = self._probe
        if probe is None or choice is None:
            return
        self._probe = None
        if choice:
            assert self._dissectors is not None
            self._child = child = self._begin_child(self._dissectors[choice])
        else:
            child = None
            self._say_none_fits(probe.candidates)
        for direction, data in probe.held:
            if child is not None and self._child is child:
                self._from_child(child.feed(direction, bytes(data)) if data else child.close(direction))
            elif child is not None:  # it has finished: the rest is not its own
                self._reader(direction).child_bytes -= len(data)
                self._reader(direction).put_back(bytes(data), behind=True)
            else:
                self._discard_probed(direction is self._up.direction, len(data))
        self._close_what_has_ended()

    def _discard_probed(self, up: bool, size: int) -> None:
        reader = self._up if up else self._down
        reader.child_bytes -= size
        reader.discarded += size

    def _give_up_child(self) -> None:
        probe, self._probe = self._probe, None
        for direction, data in probe.held if probe is not None else ():
            self._discard_probed(direction is self._up.direction, len(data))
        super()._give_up_child()

    def _from_child(self, events: list[Event]) -> None:
        """Hand on what the child reports; gaps and ends have been reported already."""
        child = self._child
        if child is None:
            return
        self._out.extend(event for event in events if not isinstance(event, Gap | End | VerdictEvent))
        self._streams = child._streams
        self._error = None
        self._set_verdict(child.verdict)
        if child.finished:
            self._child = None
            for direction, data in child._unread:
                if data:
                    reader = self._reader(direction)
                    reader.child_bytes -= len(data)
                    reader.put_back(data)
            self._fire("child_finish")
        else:
            child._streams = self._streams
