"""The kinds of elements of the grammar: one module a kind or a family, all listed here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dissgen.primitives.array import ArrayPrimitive
from dissgen.primitives.at import AtPrimitive
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive, RuleUse
from dissgen.primitives.branch import BranchPrimitive
from dissgen.primitives.choice import TryPrimitive
from dissgen.primitives.converted import ConvertedPrimitive
from dissgen.primitives.effects import RaisePrimitive, SetPrimitive, TriggerPrimitive
from dissgen.primitives.empty import EmptyPrimitive
from dissgen.primitives.fail import FailPrimitive
from dissgen.primitives.hexadecimal import HexPrimitive
from dissgen.primitives.join import JoinPrimitive
from dissgen.primitives.let import LetPrimitive
from dissgen.primitives.literal import LiteralPrimitive
from dissgen.primitives.name import NamePrimitive
from dissgen.primitives.number import FlagPrimitive, FloatPrimitive, NumberPrimitive
from dissgen.primitives.octets import BytesPrimitive, TextPrimitive
from dissgen.primitives.optional import OptionalPrimitive
from dissgen.primitives.record import RecordPrimitive, SequencePrimitive
from dissgen.primitives.skip import AlignPrimitive, SkipPrimitive
from dissgen.primitives.token import TokenPrimitive
from dissgen.primitives.union import UnionPrimitive
from dissgen.primitives.use import UsePrimitive
from dissgen.primitives.varint import VarintPrimitive
from dissgen.primitives.verify import VerifyPrimitive
from dissgen.primitives.within import WithinPrimitive

PRIMITIVES: Final[tuple[Primitive, ...]] = (
    NamePrimitive(),
    TokenPrimitive(),
    LiteralPrimitive(),
    HexPrimitive(),
    NumberPrimitive(),
    FloatPrimitive(),
    VarintPrimitive(),
    FlagPrimitive(),
    BytesPrimitive(),
    TextPrimitive(),
    UsePrimitive(),
    RecordPrimitive(),
    SequencePrimitive(),
    BranchPrimitive(),
    OptionalPrimitive(),
    ArrayPrimitive(),
    TryPrimitive(),
    UnionPrimitive(),
    AtPrimitive(),
    AlignPrimitive(),
    SkipPrimitive(),
    LetPrimitive(),
    SetPrimitive(),
    TriggerPrimitive(),
    RaisePrimitive(),
    VerifyPrimitive(),
    WithinPrimitive(),
    JoinPrimitive(),
    ConvertedPrimitive(),
    EmptyPrimitive(),
    FailPrimitive(),
)
"""In the order of the language's page."""

BY_KIND: Final[Mapping[str, Primitive]] = MappingProxyType({primitive.kind: primitive for primitive in PRIMITIVES})

__all__ = ["BY_KIND", "PRIMITIVES", "Bound", "CheckContext", "LowerContext", "Primitive", "RuleUse"]
