"""Flow events to sessions: which dissector a flow gets, what its session is told, what it reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from dissgen_runtime.events import DOWN, UP, Alert, Direction, Event
from dissgen_runtime.net.alarms import Alarms
from dissgen_runtime.net.capture import Packet
from dissgen_runtime.net.flows import Flow, FlowLimits, FlowStatistics, FlowTable
from dissgen_runtime.net.packets import PacketTable
from dissgen_runtime.net.registry import Choice, DissectorModule, Dissectors, SessionLike
from dissgen_runtime.net.tcp import Close, Conflict, Data, Gap, TcpEvent

CONFIRM_BYTES = 64
CONFIRM_PACKETS = 4
CONFIRM_EVENTS = 16
CONFIRM_MEMORY = 64 * 1024 * 1024  # bytes that wait, in all flows, for a dissector to be found
ALERT_BYTES = 64


class Conversation:
    """A flow that a dissector reads. `protocol`, `client` and `server` are text; `session` is the dissector's."""

    __slots__ = ("_built_in_alerts", "client", "flow", "module", "protocol", "server", "session")

    def __init__(self, flow: Flow, module: DissectorModule, session: SessionLike) -> None:
        side = flow.client or 0
        self.flow = flow
        self.module = module
        self.session = session
        self.protocol = module.PROTOCOL
        self.client = flow.endpoint(side)
        self.server = flow.endpoint(1 - side)
        self._built_in_alerts = 0

    def take(self, event: TcpEvent) -> list[Event]:
        """Tell the session what happened. Returns what it reports."""
        session = self.session
        if type(event) is Gap and self.flow.connection is None:
            return []  # a packet that was cut is not a message; it is counted as lost
        reported = session.advance(event.time)
        direction = UP if event.side == self.flow.client else DOWN
        match event:
            case Data():
                more = session.feed(direction, event.data)
            case Gap():
                more = session.gap(direction, event.size)
            case Close():
                more = session.close(direction, event.cut)
            case Conflict():
                more = [self._conflict_alert(event, direction)]
        return reported + more if reported else more

    def summary(self) -> dict[str, object]:
        """The session's summary, with the alerts that were raised here."""
        summary = dict(self.session.summary())
        if self._built_in_alerts:
            alerts = summary.get("alerts")
            summary["alerts"] = self._built_in_alerts + (alerts if isinstance(alerts, int) else 0)
        return summary

    def _conflict_alert(self, conflict: Conflict, direction: Direction) -> Alert:
        alert = Alert(
            "conflict",
            "medium",
            f"packet {conflict.frame} sends {len(conflict.second)} bytes again with other content; the first were kept",
            data=conflict.second[:ALERT_BYTES],
        )
        alert.direction = direction
        alert.time = conflict.time
        alert.state = self.session.state.value
        alert.offset = (conflict.start, conflict.start + len(conflict.second))
        self._built_in_alerts += 1
        return alert


@dataclass(slots=True)  # not frozen: that makes building one, which each event needs, four times as slow
class Reported:
    """A session reported an event."""

    conversation: Conversation
    event: Event


@dataclass(frozen=True, slots=True)
class Finished:
    """A flow is over; nothing follows for it. `time` in nanoseconds."""

    conversation: Conversation
    time: int
    summary: dict[str, object]


Item: TypeAlias = Reported | Finished


@dataclass(slots=True)
class _Waiting:
    """A flow whose dissector is not known yet, and what has happened on it."""

    events: list[TcpEvent] = field(default_factory=list)
    first: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    packets: int = 0
    closed: int = 0
    size: int = 0


@dataclass(slots=True)
class Totals:
    """What was reported: conversations and events by protocol, alerts by severity.

    `failed` are sessions that gave up, `skipped` flows without a dissector.
    """

    conversations: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    skipped: int = 0
    hurried: int = 0  # flows whose dissector had to be chosen early, to stay within the limits


class Dissection:
    """One capture through a set of dissectors. `subscribe` limits the events that sessions build (None: all)."""

    def __init__(
        self, dissectors: Dissectors, *, subscribe: frozenset[str] | None = None, limits: FlowLimits | None = None
    ) -> None:
        self._dissectors = dissectors
        self._subscribe = subscribe
        transports = frozenset(dissectors.packets)
        self._table = (
            PacketTable(transports, self._is_over, dissectors.server_ports, limits)
            if transports
            else FlowTable(dissectors.server_ports, limits)
        )
        # Flow number -> its conversation; what is waiting for one; None where no dissector fits.
        self._known: dict[int, Conversation | _Waiting | None] = {}
        self._closed: dict[int, int] = {}
        self._alarms = Alarms()
        self._early: list[Item] = []  # what was reported before the packet that is looked at
        self._held = 0  # bytes of payload in all that waits
        self.totals = Totals()

    @property
    def statistics(self) -> FlowStatistics:
        return self._table.statistics

    def items(self, packets: Iterable[Packet]) -> Iterator[Item]:
        """What the sessions report, in the order of the packets. Raises what `packets` raises, after all of it.

        Timers of all sessions fire before the packet whose time is theirs or later, in the order of their times.
        """
        known, alarms = self._known, self._alarms
        early = self._early
        for flow, event in self._table.events(self._in_time(packets) if self._dissectors.packets else packets):
            if early:
                yield from early
                early.clear()
            if alarms.first is not None and alarms.first <= event.time:
                yield from self._pass_time(event.time)
            number = flow.number
            conversation = known.get(number, known)
            if conversation is known:
                conversation = known[number] = self._first_choice(flow)
            if type(conversation) is Conversation:
                for reported in conversation.take(event):
                    yield self._reported(conversation, reported)
                deadline = conversation.session.deadline
                if deadline is not None:
                    alarms.set(number, deadline)
            elif type(conversation) is _Waiting:
                yield from self._confirm(flow, conversation, event)
            if type(event) is Close:
                yield from self._close(flow, event)

    def _in_time(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """The packets; what time does to sessions before each is done when its flow is looked for.

        Whether a session of whole packets is at its end decides to which flow the next packet belongs.
        """
        for packet in packets:
            if self._alarms.first is not None and self._alarms.first <= packet.time:
                self._early += self._pass_time(packet.time)
            yield packet

    def _pass_time(self, now: int) -> Iterator[Item]:
        """What sessions report because it is `now`; of one time in the order of the flows' numbers."""
        reports: list[tuple[int, int, Conversation, Event]] = []
        for number in self._alarms.due(now):
            conversation = self._known.get(number)
            if not isinstance(conversation, Conversation):
                continue
            session = conversation.session
            reports += ((event.time, number, conversation, event) for event in session.advance(now))
            if session.deadline is not None:
                self._alarms.set(number, session.deadline)
        reports.sort(key=_time_and_flow)
        for _, _, conversation, event in reports:
            yield self._reported(conversation, event)

    def _reported(self, conversation: Conversation, event: Event) -> Reported:
        if type(event) is Alert:
            self.totals.alerts[event.severity] += 1
        else:
            self.totals.events[conversation.protocol] += 1
        return Reported(conversation, event)

    def _close(self, flow: Flow, event: Close) -> Iterator[Item]:
        """A flow is over when both of its sides are."""
        closed = self._closed.pop(flow.number, 0) + 1
        if closed < 2:
            self._closed[flow.number] = closed
            return
        conversation = self._known.pop(flow.number)
        self._alarms.forget(flow.number)
        if isinstance(conversation, Conversation):
            summary = conversation.summary()
            self.totals.failed += bool(summary.get("failed"))
            yield Finished(conversation, event.time, summary)
        else:
            self.totals.skipped += 1

    def _is_over(self, flow: Flow) -> bool:
        """Whether a conversation of whole packets is at its end, and another one may begin.

        Where any packet could begin it, one that failed stays so: what is wrong is said once.
        """
        conversation = self._known.get(flow.number)
        if not isinstance(conversation, Conversation) or not conversation.session.finished:
            return False
        return flow.transport == "tcp" or not conversation.session.failed

    # Which dissector

    def _first_choice(self, flow: Flow) -> Conversation | _Waiting | None:
        choice = self._dissectors.by_port(flow)
        if choice is not None:
            return self._begin(flow, choice)
        return _Waiting() if self._dissectors.can_confirm(flow.transport) else None

    def _begin(self, flow: Flow, choice: Choice) -> Conversation:
        module, client = choice
        flow.client = client
        server = flow.endpoint(1 - client)
        session = module.Session(
            now=flow.first_time,
            midstream=flow.midstream,
            transport=flow.transport,
            subscribe=self._subscribe,
            dissectors=self._dissectors.by_name,
            client=flow.endpoint(client),
            server=server,
        )
        self.totals.conversations[module.PROTOCOL] += 1
        return Conversation(flow, module, session)

    def _confirm(self, flow: Flow, waiting: _Waiting, event: TcpEvent) -> Iterator[Item]:
        """Keep what happens until the first bytes tell, or enough has been seen to know that they do not."""
        waiting.events.append(event)
        last = len(waiting.events) >= CONFIRM_EVENTS
        if type(event) is Data:
            waiting.packets += 1
            waiting.size += len(event.data)
            self._held += len(event.data)
            first = waiting.first[event.side]
            first += event.data[: CONFIRM_BYTES - len(first)]
            # A long greeting alone does not decide: the other side is to be heard as well.
            last = last or (waiting.packets >= CONFIRM_PACKETS and all(waiting.first))
        elif type(event) is Close:
            waiting.closed += 1
            last = last or waiting.closed == 2
        hurry = not last and self._held > CONFIRM_MEMORY
        choice, possible = self._dissectors.by_content(flow, waiting.first, last=last or hurry, enough=CONFIRM_BYTES)
        if choice is not None or not possible:
            self._held -= waiting.size
            self.totals.hurried += hurry
        if choice is not None:
            conversation = self._known[flow.number] = self._begin(flow, choice)
            for kept in waiting.events:
                for reported in conversation.take(kept):
                    yield self._reported(conversation, reported)
            deadline = conversation.session.deadline
            if deadline is not None:
                self._alarms.set(flow.number, deadline)
        elif not possible:
            self._known[flow.number] = None


def _time_and_flow(report: tuple[int, int, Conversation, Event]) -> tuple[int, int]:
    return report[:2]
