"""What every element kind has, and what it may ask of the phases around it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Op, Place
from dissgen.reader import Node, ScalarNode
from dissgen.spec.tree import Element, Name
from dissgen.text import Span
from dissgen.types import EnumType, RecordType, TableType, Type

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """An element as meant: names bound, expressions typed. Each kind adds what it needs.

    `kind` is the kind that lowers it; `minimum` the least number of bytes it reads when it succeeds; `source` its form
    in the one-line text of a rule; `value` the type of what it yields (None: nothing), `span` its place.
    """

    kind: str
    span: Span
    minimum: int
    source: str
    value: Type | None


@dataclass(frozen=True, slots=True)
class BoundReached(Bound):
    """Notes that `body` is about to be read; put around elements to measure what examples cover."""

    key: str
    body: Bound


@dataclass(frozen=True, slots=True)
class BoundMarked(Bound):
    """An element between two that read nothing: they remember where it begins and ends."""

    parts: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A rule in value position: what it is given, what it yields, and the least number of bytes it reads."""

    rule: str
    arguments: tuple[tuple[str, Typed], ...]
    type: Type
    minimum: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of a `try`: a rule, the field or local that takes its value, and what takes fields out of that."""

    span: Span
    use: RuleUse
    target: str | None
    fields: tuple[Bound, ...]


class CheckContext(Protocol):
    """The rule in which an element is checked."""

    @property
    def diagnostics(self) -> Diagnostics: ...

    @property
    def in_union(self) -> bool:
        """Whether the element is a member of a union, where nothing may be streamed."""

    @property
    def endian(self) -> str:
        """The byte order here: `big` or `little`."""

    @property
    def bits(self) -> str:
        """The bit order here: `msb` or `lsb`."""

    @property
    def bit(self) -> int:
        """How many bits of the next byte have been read."""

    def take_bits(self, bits: int, order: str, span: Span) -> int:
        """Go on by so many bits; how many bits of the first byte were read before."""

    def open_bits(self) -> None:
        """Some bits of the last byte may be left, no one knows how many."""

    def align_bits(self) -> int:
        """Go to the next byte; how many bits of this one are known to be read (0: it is not begun, or passed)."""

    def whole_bytes(self, span: Span) -> None:
        """Report what ends inside a byte."""

    def local(self, name: str, *, own: bool = False) -> str:
        """A name for a local of the rule that no field of the spec has, like this one; `own`: nor another path."""

    def is_broken(self, name: str) -> bool:
        """Whether something of that name was set whose type could not be found out, which was reported."""

    def local_type(self, name: str) -> Type | None:
        """The type of a field or local that was just set; None for one that was not, or is broken."""

    def element(self, element: Element) -> Bound | None:
        """Check an element inside this one."""

    def expression(
        self,
        node: Node | None,
        expected: Type | None = None,
        *,
        item: Type | None = None,
        loop: bool = False,
        allow_missing: bool = False,
    ) -> Typed | None:
        """The typed tree of an expression; None after reporting what is wrong, or where it was reported before.

        `loop` puts `index` in scope, `item` the item of that type.
        """

    def constant(self, node: ScalarNode, type_: Type) -> str | int | float | bool | bytes | None:
        """A YAML value as a constant of a type; None after reporting that it is none."""

    def enum(self, name: Name) -> EnumType | None:
        """The enum of that name; None after reporting that there is none."""

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        """The public fields of a record with their types."""

    def lookup_table(self, name: Name) -> TableType | None:
        """The table of that name; None after reporting that there is none."""

    def is_token(self, name: str) -> bool: ...

    def is_rule(self, name: str) -> bool: ...

    def yields_record(self, rule: str) -> bool:
        """Whether a rule builds a record of its fields; also of one that there is not."""

    def unknown_element(self, name: Name) -> None:
        """Report a bare name that is neither a token nor a rule."""

    def token(self, node: ScalarNode, field: str | None) -> str | None:
        """The name of a token: of a defined one, or of the inline expression, which is named after its place."""

    def terminator(self, node: ScalarNode, field: str | None) -> str | None:
        """As `token`, for what `until` reads up to."""

    def token_minimum(self, token: str) -> int:
        """The length of the token's shortest match."""

    def define(self, name: Name, type_: Type | None) -> None:
        """The element sets this field here; a type of None is one that could not be found out."""

    def may_differ(self, field: Name) -> None:
        """The cases of the branch that sets this field may give it values of several types."""

    def alternatives(self, arms: Sequence[Callable[[], T]], span: Span) -> list[T]:
        """Run each arm as one of several paths; afterwards those fields are set that every path has set."""

    def set_here(self) -> Mapping[str, Type] | None:
        """The fields that are set on this path, with the types that they have on it; None: it always fails."""

    def chosen(
        self,
        subject: Typed,
        arms: Iterable[tuple[frozenset[str | int | float | bool | bytes], Mapping[tuple[str, ...], Type]]],
        otherwise: Mapping[tuple[str, ...], Type] | None,
    ) -> None:
        """The values of each case of a branch, and the fields that it has set."""

    def holds(self, field: Name, use: RuleUse) -> None:
        """A field takes what a rule yields."""

    def members(self, arms: Sequence[Callable[[], T]]) -> list[T]:
        """Run each arm as a member of a union."""

    def elsewhere(self, arm: Callable[[], T], span: Span) -> T:
        """Run the arm as what stands at another offset: at a byte, and read any number of times."""

    def alternative(self, element: Element, number: int) -> Alternative | None:
        """Check an alternative of a `try`, the `number`-th; its fields become those of this rule."""

    def never_returns(self) -> None:
        """This path always fails."""

    def stream(self, name: Name) -> str | None:
        """The stream event that an element feeds; None after reporting what is wrong with it."""

    def joined(self, stream: Name, inside: Callable[[], T]) -> T:
        """Check what is around the pieces of a stream."""

    def assigned(self, element: Element) -> tuple[tuple[str, Typed], ...] | None:
        """The variables that a `set` assigns, with their values; None after reporting what is wrong."""

    def triggered(self, element: Element, event: Name) -> tuple[tuple[str, Typed], ...] | None:
        """The payload of a user event in mid-message; None after reporting what is wrong."""

    def raised(self, element: Element, event: Name) -> tuple[tuple[str, Typed], ...] | None:
        """The values that an event of the machine gets in mid-message; None after reporting what is wrong."""

    def call(self, rule: Name, arguments: Node | None) -> RuleUse | None:
        """A rule that is used for its value."""

    def merge(self, rule: Name, arguments: Node | None) -> Bound | None:
        """The body of a rule as if it stood here; of a rule that builds no record, its call."""

    def outline(self, element: Element, name: str, *, valued: bool = False) -> RuleUse | None:
        """The element as a rule of its own, called here: `name` is put behind the name of this rule.

        It yields a record, or, if it is `valued`, the value of its element.
        """


class LowerContext(Protocol):
    """What lowering has at hand."""

    def lower(self, bound: Bound) -> tuple[Op, ...]:
        """The operations of an element inside this one."""

    def all(self, bounds: Sequence[Bound]) -> tuple[Op, ...]:
        """The operations of several elements, in order."""

    def place(self, span: Span) -> Place: ...


class Primitive(ABC):
    """One kind of element: how it is checked and what it becomes."""

    kind: ClassVar[str]
    doc: ClassVar[str]

    @abstractmethod
    def check(self, element: Element, context: CheckContext) -> Bound | None:
        """Bind names, type expressions, define fields; None after reporting what is wrong."""

    @abstractmethod
    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        """The operations that read it; `bound` is what `check` made."""
