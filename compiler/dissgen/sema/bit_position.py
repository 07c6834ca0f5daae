"""Where in a byte a rule is: the orders that elements inherit, and the bits that are read of the next byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from dissgen.diagnostics import Diagnostics
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element
from dissgen.text import Span

UNKNOWN: Final = -1
"""Inside a byte, behind an array of bits."""

_WHOLE: Final = frozenset(
    {"token", "literal", "hex", "float", "varint", "bytes", "text", "array", "try", "union", "skip", "within"}
)
"""Kinds that begin at a byte."""


class BitPosition:
    """The byte and bit order here, and how many bits of the next byte have been read."""

    def __init__(self, endian: str, bits: str, diagnostics: Diagnostics) -> None:
        self.endian = endian
        self.bits = bits
        self.bit = 0
        self._order = ""
        self._diagnostics = diagnostics

    def inside(self, element: Element) -> AbstractContextManager[None]:
        """The orders that the element says hold for what is inside it."""
        return self.using(_word(element, "endian") or self.endian, _word(element, "bits") or self.bits)

    @contextmanager
    def using(self, endian: str, bits: str) -> Iterator[None]:
        """These orders hold for a while."""
        before = self.endian, self.bits
        self.endian, self.bits = endian, bits
        try:
            yield
        finally:
            self.endian, self.bits = before

    def take(self, bits: int, order: str, span: Span) -> int:
        """Go on by so many bits; how many bits of the first byte were read before."""
        shift = self.bit
        if shift < 0:
            self.report("a number behind an array of bits", span)
            shift = 0
        if shift and order != self._order:
            self._diagnostics.error(
                "DG251",
                "the order of bits changes inside a byte",
                span,
                "the bits before it are taken from the other end",
                help="let both orders begin at a byte",
            )
        self._order = order
        self.bit = (shift + bits) % 8
        return shift

    def needs_byte(self, kind: str, span: Span) -> bool:
        """Whether what stands here begins at a byte, if it must; reports if it does not."""
        if self.bit == 0 or kind not in (*_WHOLE, "rule"):
            return True
        self.report(f"{'a rule' if kind == 'rule' else f'`{kind}`'} begins inside a byte", span)
        return False

    def report(self, message: str, span: Span) -> None:
        label = f"{self.bit} bit{'s' if self.bit > 1 else ''} of the byte are read"
        help_ = f"read the others before: `{{number: {8 - self.bit}}}`"
        if self.bit == UNKNOWN:
            label, help_ = "an array of bits may end inside a byte", "write `{align: 8}` behind it"
        self._diagnostics.error("DG250", message, span, label, help=help_)
        self.bit = 0

    def join(self, ends: Sequence[int], span: Span) -> None:
        """Behind alternatives that have left so many bits of the byte read: they must be as many."""
        self.bit = ends[0] if ends else 0
        if len(set(ends)) > 1:
            self.bit = 0
            if not self._diagnostics.has_errors:
                self._diagnostics.error(
                    "DG252",
                    "the alternatives end at different bits of a byte",
                    span,
                    f"they have read {' or '.join(map(str, sorted(set(ends))))} bits of it",
                    help="let each of them end at a byte",
                )


class Positioned:
    """What the primitives see of the position."""

    position: BitPosition

    @property
    def endian(self) -> str:
        return self.position.endian

    @property
    def bits(self) -> str:
        return self.position.bits

    @property
    def bit(self) -> int:
        return self.position.bit

    def take_bits(self, bits: int, order: str, span: Span) -> int:
        return self.position.take(bits, order, span)

    def open_bits(self) -> None:
        self.position.bit = UNKNOWN

    def align_bits(self) -> int:
        shift, self.position.bit = self.position.bit, 0
        return max(shift, 0)

    def whole_bytes(self, span: Span) -> None:
        if self.position.bit:
            self.position.report("the element ends inside a byte", span)


def _word(element: Element, key: str) -> str:
    node = element.get(key)
    return str(node.value) if isinstance(node, ScalarNode) else ""
