"""The operations that read one element: tokens, bytes, numbers; their conversions, and where they stem from."""

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
    "number",
    "table",
    "decode",
    "unescape",
]


@dataclass(frozen=True, slots=True)
class Conversion:
    """One step of `convert`: int (with base; `signed`), scale (by `factor`), table, bool (of `values`) and the like.

    `decode` is that of `errors: fail`: text that must be right; `unescape` has a `mark`; `number` has an `order` of
    bytes and may be `signed`.
    """

    kind: ConversionKind
    base: int = 10
    signed: bool = False
    factor: int | float = 1
    table: str = ""
    values: tuple[tuple[str | int, bool], ...] = ()
    mark: str = ""
    order: Literal["big", "little"] = "big"


@dataclass(frozen=True, slots=True)
class Transform:
    """One step of `transform`; `key` is that of `xor`."""

    name: str
    key: Typed | None = None


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
    transforms: tuple[Transform, ...] = ()


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
    transforms: tuple[Transform, ...] = ()


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
    transforms: tuple[Transform, ...] = ()
    exact: Typed | None = None
    """Instead of the terminator: exactly this value."""


@dataclass(frozen=True, slots=True)
class RestRead:
    """All bytes up to the end of the direction (or of the budget)."""

    text: bool
    target: Target
    conversions: tuple[Conversion, ...]
    type: Type
    place: Place
    field: str | None
    transforms: tuple[Transform, ...] = ()


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

    kind: Literal["leb128", "zigzag", "vlq", "mqtt", "quic", "ber_length"]
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


@dataclass(frozen=True, slots=True)
class Converted:
    """Reads nothing: another value is made of one that was read, or it must be a certain one.

    An error of it stands behind what was read.
    """

    source: Typed
    target: Target
    transforms: tuple[Transform, ...]
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | float | bool | bytes | None
    place: Place
    field: str | None


Leaf: TypeAlias = (
    TokenRead | LiteralRead | TakeRead | UntilRead | RestRead | NumberRead | VarintRead | PackedRead | Converted
)
