"""Grammar rules: trees of the operations that read input.

The set of operations is closed. Every element kind of the language lowers itself to it (`primitives/`), every pass
maps it to itself (`passes/`), and code generation handles each member once (`match` with `assert_never`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dissgen.ir.expressions import Typed
from dissgen.types import Type


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the spec something stems from: file name as shown, 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


ConversionKind: TypeAlias = Literal[
    "int",
    "float",
    "upper",
    "lower",
    "strip",
    "hex",
    "bool",
    "scale",
    "ipv4",
    "ipv6",
    "mac",
    "timestamp",
    "bit_set",
    "table",
]


@dataclass(frozen=True, slots=True)
class Conversion:
    """One step of `convert`: int (with base; `signed`), scale (by `factor`), table, bool (of `values`) and the like."""

    kind: ConversionKind
    base: int = 10
    signed: bool = False
    factor: int | float = 1
    table: str = ""
    values: tuple[tuple[str | int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where the value of a reading operation goes: the field or local `name` of the rule; None = passed over."""

    name: str | None = None


NOWHERE = Target(None)


@dataclass(frozen=True, slots=True)
class TokenRead:
    """The longest match of a named token. The value is text (`str`), converted."""

    token: str
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class LiteralRead:
    """These exact bytes. The value is the bytes as text."""

    data: bytes
    ignore_case: bool
    target: Target
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class TakeRead:
    """`size` bytes (an int expression, an error when negative)."""

    size: Typed
    text: bool
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class UntilRead:
    """The bytes before the next match of a terminator, which is not consumed."""

    terminator: str
    text: bool
    limit: int | None
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class RestRead:
    """All bytes up to the end of the direction (or of the budget)."""

    text: bool
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A number of `bits` bits that begins `shift` bits into the next byte: `int`, `float` (IEEE 754) or `flag` (bool).

    `order` is that of the bytes. A number that is not whole bytes at a byte boundary is packed: `big` takes the most
    significant bits of a byte first, `little` the least significant. The last byte stays where bits of it are unread.
    """

    kind: Literal["int", "float", "flag"]
    bits: int
    signed: bool
    order: Literal["big", "little"]
    shift: int
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class VarintRead:
    """A number of variable length."""

    kind: Literal["leb128", "zigzag", "mqtt", "quic", "ber_length"]
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class PackedRead:
    """An array of numbers or flags of `bits` bits, with the rest of the last byte; `type` is that of the list.

    `count` None: as many as fill the rest of the budget.
    """

    kind: Literal["int", "flag"]
    bits: int
    signed: bool
    order: Literal["big", "little"]
    count: Typed | None
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None


Leaf: TypeAlias = TokenRead | LiteralRead | TakeRead | UntilRead | RestRead | NumberRead | VarintRead | PackedRead


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

    Only a streamed token with a field keeps its value too. `transforms` are applied in order; of them this version
    has `dot_unstuff`.
    """

    source: Leaf
    event: str
    transforms: tuple[str, ...]
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
class Let:
    """A computed field or local."""

    name: str
    value: Typed
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """`values` are the constants that select it (of the subject's type)."""

    values: tuple[str | int | bool | bytes, ...]
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


@dataclass(frozen=True, slots=True)
class Union:
    """Every member from the same start; ends at the furthest."""

    members: tuple[tuple[Op, ...], ...]
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
    excluded: tuple[str | int | bool | bytes, ...]
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


Effect: TypeAlias = TriggerInMessage | RaiseInMessage | Assign
"""What a rule does besides reading; it stands in frames only."""

Op: TypeAlias = (
    Leaf
    | StreamRead
    | Call
    | Let
    | Branch
    | If
    | Loop
    | Union
    | Within
    | Align
    | Verify
    | Fail
    | Effect
    | Unkept
    | Run
    | FixedRun
    | Prefer
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a rule. `optional`: some path leaves it unset, it then reads None (its type says so too).

    `local` fields (names that begin with `_`, and all fields of a rule with `value`) are seen by the rule only.
    """

    name: str
    type: Type
    place: Place
    local: bool = False


@dataclass(frozen=True, slots=True)
class Resync:
    """Where parsing may start again: after (or, `before`, at) the next match of the terminator."""

    terminator: str
    before: bool


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
