"""Grammar rules: trees of the operations that read input.

The set of operations is closed. Every element kind of the language lowers itself to it (`primitives/`), every pass
maps it to itself (`passes/`), and code generation handles each member once (`match` with `assert_never`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.ir.leaves import Leaf, LiteralRead, NumberRead, Place, Target, TokenRead, Transform
from dissgen.types import Type


@dataclass(frozen=True, slots=True)
class Within:
    """The body inside a budget of `size` bytes, which it must fill, or, with `slack`, may leave unread.

    `whole`: it is entered when all of it is there. `field` is for its own errors.
    """

    size: Typed
    whole: bool
    slack: bool
    body: tuple[Op, ...]
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class Align:
    """Up to a multiple of so many bytes, counted from the beginning of the message."""

    size: int
    place: Place


@dataclass(frozen=True, slots=True)
class StreamRead:
    """A leaf whose bytes are not kept but delivered to a stream event as they arrive.

    Only a streamed token with a field keeps its value too. `transforms` are applied in order; `codegen.frames`
    knows their decoders.
    """

    source: Leaf
    event: str
    transforms: tuple[Transform, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """Another rule in value position: its record (or value) goes to the target."""

    rule: str
    arguments: tuple[tuple[str, Typed], ...]
    target: Target
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class At:
    """A rule read at an offset from the origin, before the start of the rule that holds this; then back here."""

    offset: Typed
    call: Call
    place: Place


@dataclass(frozen=True, slots=True)
class Let:
    """A computed field or local."""

    name: str
    value: Typed
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """`values` are the constants that select it (of the subject's type)."""

    values: tuple[str | int | float | bool | bytes, ...]
    body: tuple[Op, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case whose values contain the subject; `otherwise` None = no match is a parse error.

    `table_miss` is true where the subject is a look-up that may miss: a miss is then no match.
    """

    subject: Typed
    cases: tuple[Case, ...]
    otherwise: tuple[Op, ...] | None
    table_miss: bool
    place: Place


@dataclass(frozen=True, slots=True)
class If:
    """The body where the test is true (`optional` with `when`)."""

    test: Typed
    body: tuple[Op, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Loop:
    """An array. `item` is the operation that reads one element into the target `item`.

    Exactly as the language has it: `while_` is tested before each item (without `item`), `until` after each (with
    `item`), `count` is evaluated once, `rest` goes on to the end of the input; the first that stops it ends it.
    `sequence`: it stands in one, so that items that are not kept are done with.
    """

    item: Leaf | Call
    item_type: Type
    count: Typed | None
    while_: Typed | None
    until: Typed | None
    rest: bool
    target: Target
    place: Place
    field: str | None
    sequence: bool = False
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class UsualPart:
    """A leaf of the usual form; `pattern` is that of its token narrowed, None: it is read as it is."""

    leaf: TokenRead | LiteralRead
    pattern: bytes | None


@dataclass(frozen=True, slots=True)
class Usual:
    """The form that the items of a loop usually have: where all do, up to the token `end`, no `if` of theirs is true.

    Made by `usual_items`; it says nothing about loops whose items are not all of this form.
    """

    parts: tuple[UsualPart, ...]
    end: str


@dataclass(frozen=True, slots=True)
class Union:
    """Every member from the same start; ends at the furthest."""

    members: tuple[tuple[Op, ...], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rule, and what takes the fields out of its value (`Let`s)."""

    call: Call
    then: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """The first alternative that matches, each from the same start."""

    alternatives: tuple[Alternative, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Verify:
    """A parse error with `message` where the test is false."""

    test: Typed
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fail:
    """Always a parse error."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Run:
    """Leaves (tokens, literals) and optional groups of them that one regular expression reads. Made by `fuse_regex`.

    An `If` among the parts is an optional group whose test is `peek` of its own first token.
    """

    parts: tuple[TokenRead | LiteralRead | If, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class FixedRun:
    """Numbers that stand one behind the other, read by one structure. Made by `fuse_struct`."""

    parts: tuple[NumberRead, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Prefer:
    """Try the run of the usual case first. Made by `prefer_else`.

    If it matches and the value of `subject`, one of its leaves, is none of `excluded`, all is read; else `otherwise`
    reads from the same start.
    """

    run: Run
    subject: TokenRead | LiteralRead
    excluded: tuple[str | int | float | bool | bytes, ...]
    otherwise: tuple[Op, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class TriggerInMessage:
    """Report a user event in mid-message. The payload in the order of its fields; what precedes is done with."""

    event: str
    payload: tuple[tuple[str, Typed], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class RaiseInMessage:
    """Hand an event to the machine in mid-message, its values in order; what precedes is done with."""

    event: str
    payload: tuple[tuple[str, Typed], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Assign:
    """Set variables of the message; all right sides are evaluated first."""

    values: tuple[tuple[str, Typed], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Unkept:
    """A leaf of a sequence that goes nowhere: what it reads is done with."""

    leaf: Leaf
    place: Place


@dataclass(frozen=True, slots=True)
class Reached:
    """Note that this place was reached. Only in modules that are made to measure what examples cover; also a verb."""

    key: str
    place: Place
    when: Typed | None = None


@dataclass(frozen=True, slots=True)
class OpenDecoders:
    """From here on the pieces of a stream are joined, whatever elements they come from, and decoded in order."""

    event: str
    transforms: tuple[Transform, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class CloseDecoders:
    """The data of the decoders of a stream is over."""

    event: str
    place: Place


Effect: TypeAlias = TriggerInMessage | RaiseInMessage | Assign | OpenDecoders | CloseDecoders
"""What a rule does besides reading; it stands in frames only."""

Op: TypeAlias = (
    Leaf
    | StreamRead
    | Call
    | At
    | Let
    | Branch
    | If
    | Loop
    | Try
    | Union
    | Within
    | Align
    | Verify
    | Fail
    | Effect
    | Reached
    | Unkept
    | Run
    | FixedRun
    | Prefer
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a rule. `optional`: some path leaves it unset, it then reads None (its type says so too).

    `local` fields (names that begin with `_`, and all fields of a rule with `value`) are seen by the rule only.
    `sparse` ones have a value wherever they are set: None means that the path did not set them.
    """

    name: str
    type: Type
    place: Place
    local: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Resync:
    """Where parsing may start again: after (or, `before`, at) the next match of the terminator.

    Behind lost bytes a message also begins where the token `begins` matches at once.
    """

    terminator: str | None
    before: bool
    begins: str | None = None

    def __str__(self) -> str:
        found = [] if self.terminator is None else [f"{'before' if self.before else 'after'} {self.terminator}"]
        return ", ".join([*found, *([] if self.begins is None else [f"begins {self.begins}"])])


@dataclass(frozen=True, slots=True)
class Rule:
    """A grammar rule. `result` is what it yields: its record (None), the value of one of its names, or an expression.

    `source` is the rule in one line, as a person would write it (`code separator text LINE_END`); `reference` the RFC
    section named in its comment or `doc`, or "". `streams` are the stream events that it or the rules it uses feed.
    `whole` is the body of its straight-line variant (for input that is all there), made by passes; None: it has none.
    `anonymous` rules stand for nested unnamed elements (`reply_item`), they have no public parse function.
    """

    name: str
    parameters: tuple[tuple[str, Type], ...]
    fields: tuple[Field, ...]
    body: tuple[Op, ...]
    result: Typed | None
    type: Type
    resync: Resync | None
    streams: tuple[str, ...]
    place: Place
    source: str
    doc: str = ""
    anonymous: bool = False
    whole: tuple[Op, ...] | None = None
    bounded: bool = False
    """Its straight-line variant reads up to the end that it is given, and so serves inside a budget only."""
    origin: bool = False
    """Offsets (`at`, `position`, `align`) count from its first byte."""
