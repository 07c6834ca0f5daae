"""The two byte streams of one TCP connection, in order (RFC 9293).

Bytes come out when they are first in order: at the packet that carries them, or at the one that fills the hole before
them. Of bytes sent twice the first win. A hole is given up, and reported, when the other side has acknowledged it, when
too much waits behind it, or at the end; so are bytes that the snap length cut off.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TypeAlias

from dissgen_runtime.net.decapsulate import ACK, FIN, RST, SYN, Segment
from dissgen_runtime.net.half import MASK, PIECE, Half

MAX_WAITING = 256 * 1024  # bytes behind a hole, one direction
MAX_PIECES = 4096  # pieces behind a hole
MAX_JUMP = 1 << 30  # RFC 7323 section 2.3: no window is larger
NEAR = 1 << 20


@dataclass(slots=True)  # these four are not frozen for speed
class Data:
    """The next bytes of a side; `time` (nanoseconds) and `frame` are of the packet that released them."""

    side: int
    data: bytes
    time: int
    frame: int


@dataclass(slots=True)
class Gap:
    """`size` bytes of a side are lost here."""

    side: int
    size: int
    time: int
    frame: int


@dataclass(slots=True)
class Close:
    """A side has ended: with FIN, or (`cut`) with RST, the end of the capture, eviction."""

    side: int
    cut: bool
    time: int
    frame: int


@dataclass(slots=True)
class Conflict:
    """Bytes from position `start` were sent a second time with other content. `first` was kept."""

    side: int
    start: int
    first: bytes
    second: bytes
    time: int
    frame: int


TcpEvent: TypeAlias = Data | Gap | Close | Conflict


class Connection:
    """Both sides of a connection: 0 sent the first packet, 1 is the other."""

    __slots__ = ("_candidate", "a", "b", "finished", "late", "overflows", "reset")

    def __init__(self) -> None:
        self.a = Half()
        self.b = Half()
        self.finished = False
        self.reset = False
        self.late = 0  # payload bytes behind the end of their side
        self.overflows = 0  # times that a hole was given up because too much waited behind it
        self._candidate: tuple[int, int] | None = None  # side and sequence number of a SYN into the open connection

    @property
    def memory(self) -> int:
        """Bytes kept in memory: payload, and what an object for each piece of it takes."""
        a, b = self.a, self.b
        return a.waiting + b.waiting + a.kept + b.kept + (len(a.pending) + len(b.pending)) * PIECE

    @property
    def unsettled(self) -> bool:
        """Whether `is_new` must be asked for segments without SYN too."""
        return self.finished or self._candidate is not None

    @property
    def exchanged(self) -> bool:
        """Whether any byte was sent."""
        return bool(self.a.next or self.b.next or self.a.pending or self.b.pending)

    def settle(self) -> None:
        """Find out, after a segment, what each side's next one in order would have to be looked at for: nothing, where
        both sides are open and no bytes, no end and no other connection is waited for."""
        a, b = self.a, self.b
        usual = a.started and b.started and not self.unsettled and a.acked <= a.next and b.acked <= b.next
        a.plain = usual and a.fin < 0 and not a.pending
        b.plain = usual and b.fin < 0 and not b.pending

    def receive(self, side: int, segment: Segment) -> list[TcpEvent]:
        """Take the segment that `side` sent. Returns what it brings into order."""
        half, other = (self.b, self.a) if side else (self.a, self.b)
        flags = segment.flags
        payload = segment.payload
        missing = segment.missing
        if self.finished:
            if payload and half.started:
                self.late += min(len(payload), max(0, half.position(segment.sequence) + len(payload) - half.next))
            return []
        out: list[TcpEvent] = []
        sequence = segment.sequence
        if flags & (SYN | RST):
            if flags & RST:
                return self._receive_reset(half, other, segment)
            self._receive_syn(half, other, segment)
            sequence += 1
        if not half.started:
            self._start_midstream(half, sequence)
        if flags & ACK:
            if other.started:
                self._acknowledge(other, segment.acknowledgment)
            elif half.syn and other.hint is None:
                other.hint = segment.acknowledgment
        if not (payload or missing or flags & FIN):
            return out
        # What the other side lost must be known before this side's answer to it.
        if other.acked > other.next:
            self._give_up_acknowledged(other, 1 - side, segment, out)
        start = half.position(sequence)
        end = start + len(payload) + missing
        if flags & FIN and half.fin < 0 and half.next <= end <= half.next + MAX_JUMP:
            half.fin = end
        if end > start:
            if start == half.next and not half.pending and not missing and not half.closed:
                half.next = end
                if payload:
                    half.remember(start, payload)
                    out.append(Data(side, payload, segment.time, segment.number))
            else:
                self._receive_disordered(half, side, start, segment, out)
        if half.fin >= 0 and half.next >= half.fin and not half.closed:
            self._close(half, side, False, segment.time, segment.number, out)
        return out

    def finish(self, time: int, frame: int) -> list[TcpEvent]:
        """The end of what is known of the connection: nothing is waited for any longer."""
        out: list[TcpEvent] = []
        if not self.finished:
            for side, half in ((0, self.a), (1, self.b)):
                self._give_up(half, side, time, frame, out)
            for side, half in ((0, self.a), (1, self.b)):
                if not half.closed:
                    self._close(half, side, True, time, frame, out)
            self.finished = True
        self.a.forget()
        self.b.forget()
        return out

    def release(self, time: int, frame: int) -> list[TcpEvent]:
        """Give up all holes, so that nothing is kept in memory; the connection goes on."""
        out: list[TcpEvent] = []
        for side, half in ((0, self.a), (1, self.b)):
            self._give_up(half, side, time, frame, out)
            half.forget()
        return out

    def is_new(self, side: int, segment: Segment) -> bool:
        """Whether the segment belongs to a later connection between the same two ports."""
        half, other = (self.b, self.a) if side else (self.a, self.b)
        flags = segment.flags
        if flags & SYN:
            ours = segment.sequence + 1 & MASK
            if flags & ACK and self._candidate == (1 - side, segment.acknowledgment - 1 & MASK):
                return True
            same = half.syn and half.base == ours
            if self.finished or half.closed:
                return not same or self.exchanged
            if same or not half.started:
                return bool(flags & ACK and other.syn and other.base != segment.acknowledgment and not self.exchanged)
            if flags & ACK:
                return False
            if not self.exchanged:
                return True
            # Anyone can send a SYN; it counts once it is answered, or followed by data.
            self._candidate = (side, segment.sequence)
            return False
        if self._candidate == (side, segment.sequence - 1 & MASK):
            return abs(half.position(segment.sequence) - half.next) > NEAR // 16
        if self.finished and segment.payload and half.started and not flags & RST:
            return abs(half.position(segment.sequence) - half.next) > NEAR
        return False

    def continue_from(self, earlier: Connection, segment: Segment) -> bool:
        """Take over the SYN that the earlier connection between the ports had seen, if this segment follows it."""
        candidate = earlier._candidate
        if candidate is None or segment.sequence != candidate[1] + 1 & MASK:
            return False
        self.a.start(segment.sequence, syn=True)
        return True

    # Beginning and end

    def _receive_syn(self, half: Half, other: Half, segment: Segment) -> None:
        if not half.started:
            half.start(segment.sequence + 1, syn=True)
        if segment.flags & ACK and not other.started:
            other.hint = segment.acknowledgment

    def _start_midstream(self, half: Half, sequence: int) -> None:
        """The first segment seen of a side; behind a handshake of which only the other side's half was captured, the
        bytes between what that side acknowledged and here are lost."""
        base = sequence & MASK
        if half.hint is not None and (sequence - half.hint) & MASK < NEAR:
            base = half.hint
        half.start(base, syn=False)

    def _receive_reset(self, half: Half, other: Half, segment: Segment) -> list[TcpEvent]:
        """RFC 5961 section 3: a reset out of the window is forged. The window is not known exactly."""
        if half.started:
            if abs(half.position(segment.sequence) - half.next) > NEAR:
                return []
        elif segment.flags & ACK and other.started:
            self._acknowledge(other, segment.acknowledgment)
            if abs(other.position(segment.acknowledgment) - other.next) > NEAR:
                return []
        self.reset = True
        return self.finish(segment.time, segment.number)

    def _close(self, half: Half, side: int, cut: bool, time: int, frame: int, out: list[TcpEvent]) -> None:
        half.closed = True
        half.forget()
        self.late += half.waiting
        half.pending.clear()
        half.waiting = 0
        out.append(Close(side, cut, time, frame))
        self.finished = self.a.closed and self.b.closed

    # Holes

    def _acknowledge(self, half: Half, acknowledgment: int) -> None:
        """The other side has everything of this half before the number."""
        acked = half.position(acknowledgment)
        if half.acked < acked <= half.next + MAX_JUMP:
            half.acknowledge(acked)

    def _give_up_acknowledged(self, half: Half, side: int, segment: Segment, out: list[TcpEvent]) -> None:
        """What the other side acknowledged and the capture lacks is lost."""
        if half.closed:
            return
        upto = half.acked if half.fin < 0 else min(half.acked, half.fin)
        if upto == half.next + 1 and not half.pending:
            return  # as likely a FIN that was not captured
        self._give_up_until(half, side, upto, segment.time, segment.number, out)

    def _give_up_until(self, half: Half, side: int, upto: int, time: int, frame: int, out: list[TcpEvent]) -> None:
        while half.next < upto:
            hole_end = min(half.pending[0][0], upto) if half.pending else upto
            if hole_end > half.next:
                out.append(Gap(side, hole_end - half.next, time, frame))
                half.next = hole_end
            self._drain(half, side, time, frame, out)
        if half.fin >= 0 and half.next >= half.fin and not half.closed:
            self._close(half, side, False, time, frame, out)

    def _give_up(self, half: Half, side: int, time: int, frame: int, out: list[TcpEvent]) -> None:
        if half.closed:
            return
        upto = half.pending[-1][1] if half.pending else half.next
        if half.acked > half.next + 1:
            upto = max(upto, half.acked)
        if half.fin >= 0:
            upto = half.fin
        self._give_up_until(half, side, upto, time, frame, out)

    # Order

    def _receive_disordered(self, half: Half, side: int, start: int, segment: Segment, out: list[TcpEvent]) -> None:
        """A segment that is not simply the next one: old, early, cut, or while others wait."""
        payload = segment.payload
        if half.closed or abs(start - half.next) > MAX_JUMP:
            self.late += len(payload)
            return
        time, frame = segment.time, segment.number
        if start < half.next:
            if len(payload) == 1 and start == half.next - 1 and half.acked == 0:
                return  # a keep-alive (RFC 9293 section 3.8.4) may carry any byte; unacknowledged ones are compared
            self._compare_with_history(half, side, start, segment, out)
        conflicts: list[Conflict] = []
        end = start + len(payload)
        if end > half.next:
            at = max(start, half.next)
            self._place(half, at, end, payload[at - start :], segment, conflicts, side)
        if segment.missing and end + segment.missing > half.next:
            self._place(half, max(end, half.next), end + segment.missing, None, segment, conflicts, side)
        if conflicts and not any(isinstance(event, Conflict) for event in out):
            out.append(conflicts[0])
        self._drain(half, side, time, frame, out)
        if half.acked > half.next and half.pending:
            self._give_up_acknowledged(half, side, segment, out)
        while half.waiting > MAX_WAITING or len(half.pending) > MAX_PIECES:
            self.overflows += 1
            self._give_up_until(half, side, half.pending[0][0], time, frame, out)
            self._drain(half, side, time, frame, out)

    def _place(
        self,
        half: Half,
        start: int,
        end: int,
        data: bytes | None,
        segment: Segment,
        conflicts: list[Conflict],
        side: int,
    ) -> None:
        """Put the range among the pending ones where they leave room; compare it with them where they do not."""
        pending = half.pending
        if half.fin >= 0:
            end = min(end, half.fin)
        index = bisect_left(pending, start, key=_start)
        if index and pending[index - 1][1] > start:
            index -= 1
        cursor = start
        while cursor < end:
            first, last, waiting = pending[index] if index < len(pending) else (end, end, None)
            if first > cursor:
                stop = min(first, end)
                pending.insert(index, (cursor, stop, None if data is None else data[cursor - start : stop - start]))
                half.waiting += stop - cursor if data is not None else 0
                cursor = stop
            else:
                stop = min(last, end)
                if data is not None and waiting is not None:
                    ours, theirs = data[cursor - start : stop - start], waiting[cursor - first : stop - first]
                    if ours != theirs:
                        conflicts.append(Conflict(side, cursor, theirs, ours, segment.time, segment.number))
                cursor = stop
            index += 1

    def _drain(self, half: Half, side: int, time: int, frame: int, out: list[TcpEvent]) -> None:
        """Deliver the pending pieces that are now in order."""
        pending = half.pending
        count = 0
        for start, end, data in pending:
            if start > half.next or start == half.fin:
                break
            count += 1
            if data is None:
                out.append(Gap(side, end - start, time, frame))
            else:
                half.waiting -= len(data)
                half.remember(start, data)
                out.append(Data(side, data, time, frame))
            half.next = end
        if count:
            del pending[:count]

    # Bytes sent twice

    def _compare_with_history(self, half: Half, side: int, start: int, segment: Segment, out: list[TcpEvent]) -> None:
        payload = segment.payload
        end = start + len(payload)
        for first, kept in half.history:
            low, high = max(start, first), min(end, first + len(kept))
            if low < high:
                theirs, ours = kept[low - first : high - first], payload[low - start : high - start]
                if theirs != ours:
                    out.append(Conflict(side, low, theirs, ours, segment.time, segment.number))
                    return


def _start(piece: tuple[int, int, bytes | None]) -> int:
    return piece[0]
