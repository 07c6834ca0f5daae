"""Reading messages: rules that stop before any element and go on there, and streams that are delivered as they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar, cast

from dissgen_runtime.buffer import Piece
from dissgen_runtime.elements import NeedMore
from dissgen_runtime.errors import ParseError
from dissgen_runtime.events import Direction, Event
from dissgen_runtime.limits import Limits
from dissgen_runtime.looking_back import LookingBack
from dissgen_runtime.numbers import parse_int
from dissgen_runtime.origins import Origin
from dissgen_runtime.output import Output, Suspended
from dissgen_runtime.streaming import Streaming
from dissgen_runtime.streams import Sink, Transform
from dissgen_runtime.tokens import Terminator, Token

__all__ = ["Frame", "NeedMore", "Output", "Reader", "Suspended", "parse_int"]

MOST_RUNS = 256  # of which the order of arrival is known; later bytes count as of the last one
FEW_PIECES = 8
SMALL_PIECE = 4096
HEAD = 64  # bytes of a message that are remembered when it is let go

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def _never(data: bytes, pos: int, end: int, *arguments: object) -> None:
    return None


class Frame(Generic[T_co]):
    """A rule in mid-message: the step it is at, and the fields that it has read."""

    __slots__ = ("child_", "depth_", "step_")
    RULE: ClassVar[str] = ""
    RESYNC: ClassVar[Terminator | None] = None
    RESYNC_BEFORE: ClassVar[bool] = False
    BEGINS: ClassVar[Token | None] = None  # where it matches right behind lost bytes, a message begins
    LOOKS_BACK: ClassVar[bool] = False  # its scan needs to know where the origin is

    def __init__(self) -> None:
        self.step_ = 0
        self.depth_ = 0
        self.child_: Frame[object] | None = None

    # Reads one whole, valid element of data[pos:end] and says where it ends; None = let `run` decide.
    scan: ClassVar[Callable[..., tuple[Any, int] | None]] = staticmethod(_never)

    def run(self, reader: Reader) -> T_co:
        """Go on reading. Raises NeedMore, ParseError."""
        raise NotImplementedError  # every generated rule defines it


class Reader(Streaming):
    """One direction of a session: the message in progress, its streams, and what keeps bytes from being read."""

    __slots__ = (
        "_new_variables",
        "arguments",
        "discards_all",
        "ended",
        "failed_at",
        "forced_until",
        "ignore_stay",
        "lost",
        "lost_stay",
        "messages",
        "missing_stay",
        "paused",
        "plain",
        "subs",
        "variables",
    )

    def __init__(
        self, direction: Direction, limits: Limits, output: Output, variables: Callable[[], Any] | None = None
    ) -> None:
        super().__init__(direction, limits)
        self.output = output
        # The variables of the message in progress; between messages they have their initial values.
        self._new_variables = variables
        self.variables: Any = None if variables is None else variables()
        self.frame: Frame[object] | None = None
        self.arguments: tuple[object, ...] = ()
        self.message_start = 0
        self.origins: list[tuple[int, Origin]] | None = None
        self.root: LookingBack | None = None
        self.messages = 0
        self.paused = False  # the machine has handled an event of the message, which goes on behind it
        # The streamed element in progress, and all streams of the message.
        self.sink: Sink | None = None
        self.sinks: list[Sink] | None = None
        self.subs: dict[str, Reader] | None = None  # what its messages stream, joined and read by other rules
        self._transforms: tuple[Transform, ...] = ()
        self._left = 0
        # What keeps bytes from being read by a rule; a stay is the number of the visit to a state.
        self.plain = True  # false: one of these may be at work
        self.ended = False
        self.lost = False
        self.lost_stay = -1
        self.forced_until = -1  # bytes before this offset may not be held any longer
        self.failed_at = -1  # the first byte of the message that failed, while `resync` is under way
        self.ignore_stay = -1
        self.missing_stay = -1
        self.discards_all = False

    def append(self, data: bytes, run: int) -> None:
        """Add bytes at the end (or behind the gap that is there); `run`: when they came, for both directions."""
        if self.later:
            self._append_later(data, run)
            return
        if self.pos == len(self.data) and not self.pending:
            self.arrival = run
            self.arrivals = None
        elif (self.arrivals[-1][1] if self.arrivals else self.arrival) != run:
            if self.arrivals is None:
                self.arrivals = []
            if len(self.arrivals) < MOST_RUNS:
                self.arrivals.append((self.end, run))
        if self.budgets:
            data = self.visible(data)
            if not data:
                return
        if self.frame is None and self.pos == len(self.data) and not self.pending:
            self.base += self.pos
            self.start = self.base
            self.data = data
            self.pos = 0
        else:
            self.pending.append(data)
            self.pending_size += len(data)
            if len(self.pending) > FEW_PIECES:
                self._merge_pending()

    def _append_later(self, data: bytes, run: int) -> None:
        """Bytes behind a gap. Small pieces are joined, so that what they cost is in proportion to their bytes."""
        assert self.later
        last = self.later[-1]
        self.later_size += len(data)
        same = isinstance(last, Piece) and (last.run == run or len(self.later) > MOST_RUNS)
        if same and isinstance(last, Piece) and len(last.data) < SMALL_PIECE:
            last.data += data
            return
        self.later.append(Piece(data, run))

    def _merge_pending(self) -> None:
        """Join pieces of like size, so that their number is logarithmic; those looked at apart from the others."""
        pending = self.pending
        looked_at = min(max(self._piece, 0), len(pending))
        seen, rest = pending[:looked_at], pending[looked_at:]
        for group in (seen, rest):
            while len(group) > 1 and len(group[-1]) * 2 > len(group[-2]):
                last = group.pop()
                group[-1] += last
        if self._piece > 0:
            self._piece = len(seen)
        self.pending = seen + rest

    def _reset_element(self) -> None:
        super()._reset_element()
        self.sink = None
        self.paused = False

    # Messages

    def begin(self, frame: Frame[object], arguments: tuple[object, ...]) -> None:
        """A message begins at the next byte."""
        self.frame = frame
        self.arguments = arguments
        self.start = self.floor = self.message_start = self.base + self.pos
        self.outermost = -1
        self.origins = None
        self.begin_work()

    def forget(self) -> None:
        """The message is over: its variables get their initial values."""
        if self._new_variables is not None:
            self.variables = self._new_variables()

    def abandon(self) -> None:
        """Give the message up: its streams end, its bytes are read anew."""
        self.frame = None
        self.end_streams(complete=False)
        self.rewind()
        self.forget()

    def give_up(self) -> None:
        """The direction is over: what still waits is discarded."""
        if self.frame is not None:
            self.abandon()
        self.discard_waiting()

    def end_streams(self, complete: bool) -> None:
        """Every stream of the message gets its last piece."""
        if self.sinks:
            sinks, self.sinks = self.sinks, None
            for sink in sinks:
                if not sink.ended:
                    self.output._stream_end(self, sink, complete and sink.intact)
        self.sink = None

    def in_stream(self) -> bool:
        """Whether a gap here only interrupts a streamed field."""
        return self.frame is not None and self.sink is not None

    def stream_gap(self, size: int) -> int:
        """`size` bytes are missing in the streamed field; how many of them belong to it. What was held back is out."""
        sink = self.sink
        assert sink is not None
        sink.intact = False
        for transform in (*self._transforms, *sink.decoders):
            transform.lose()
        self._fresh = False
        inside = size
        if self._left >= 0:
            inside = min(size, self._left)
            self._left -= inside
        elif self.budgets:
            inside = min(size, self.remaining())
        self.floor += inside
        return inside

    def _flush_held_back(self, sink: Sink) -> None:
        """What was held back as a possible terminator belongs to the stream after all."""
        self.join()
        if self.pos < len(self.data):
            self._push(sink, len(self.data))

    def give_up_held_back(self) -> None:
        """The direction stops here: what a stream held back as a possible terminator belongs to it after all."""
        if self.sink is not None:
            self._flush_held_back(self.sink)

    # Rules

    def call(self, parent: Frame[Any], rule: type[Frame[T]], *arguments: object) -> T:
        """Another rule at this place: at once where all of it is there, else step by step."""
        child = parent.child_
        if child is None:
            if self.pos < len(self.data):
                end = min(len(self.data), self.floor + self.limits.message - self.base)
                if rule.LOOKS_BACK:
                    origin = self.origin_of_scan()
                    more = (*arguments, origin)
                    got = None if origin is None else rule.scan(self.data, self.pos, end, *more)
                else:
                    got = rule.scan(self.data, self.pos, end, *arguments)
                if got is not None:
                    self.pos = got[1]
                    value: T = got[0]
                    return value
            if parent.depth_ >= self.limits.depth:
                self.fail("recursion", None, f"rules nested at most {self.limits.depth} deep")
            child = parent.child_ = rule(*arguments)
            child.depth_ = parent.depth_ + 1
        try:
            result: T = cast("Frame[T]", child).run(self)
        except ParseError as error:
            if not error.rule:
                error.rule = rule.RULE
            raise
        parent.child_ = None
        return result

    def _inner(self, origin: tuple[int, Origin], start: int) -> Reader:
        inner = Reader(self.direction, self.limits, self.output)
        inner.variables = self.variables
        inner.base = inner.start = inner.floor = inner.message_start = start
        inner.origins, inner.root = [origin], self
        return inner

    def add(self, items: list[T], item: T, field: str | None) -> None:
        """Append to an array within `limits.items`."""
        if len(items) >= self.limits.items:
            self.fail("limit", field, f"at most {self.limits.items} items")
        items.append(item)

    # Effects in mid-message

    def wants(self, event: str) -> bool:
        """Whether somebody consumes the event."""
        return self.output._wants(event)

    def report(self, event: Event) -> None:
        """Report a user event."""
        self.output._report(self, event)

    def let_go(self) -> None:
        """What has been read of the message is done with: it is not read again."""
        head = self.message_bytes(self.message_start, HEAD)
        self.commit()
        self.head = head

    def raise_event(self, event: str, *values: object) -> None:
        """Hand an event to the machine; bytes of the other direction that wait for it come before the rest.

        Raises Suspended when the machine has handled it and something else comes first; called again, it returns.
        """
        if self.paused:
            self.paused = False
            return
        self.paused = True
        goes_on = self.output._raise_in_message(self, event, values)
        if self.frame is not None:
            self.let_go()
            if goes_on:
                self.paused = False
                return
        raise Suspended

    # What is passed and not kept

    def place(self) -> tuple[int, int]:
        """What `pass_item` needs to know of an item's beginning."""
        return (self.base + self.pos, self.floor)

    def pass_item(self, begun: tuple[int, int], sequence: bool, field: str | None = None) -> None:
        """An item that began at `begun` has been read and is not kept.

        In a `sequence`, and in a message of which something was let go before, it is done with and counts for no
        limit. An item has a byte at least: else an array would not end.
        """
        offset, floor = begun
        size = self.base + self.pos - offset
        if not size:
            self.fail("limit", field, "progress")
        if (sequence or self.start > self.message_start) and self._marks is None and self.origins is None:
            self.floor = floor + size
            self.commit()

    def pass_leaf(self, value: bytes, sequence: bool) -> None:
        """The same for one element of a sequence."""
        if (sequence or self.start > self.message_start) and self._marks is None and self.origins is None:
            self.floor += len(value)
            self.commit()
