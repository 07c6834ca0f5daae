"""Runs of fixed-width numbers as one structure: its format, and how the fields come out of what it unpacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dissgen.codegen.pysource import literal
from dissgen.ir import ops

_CODES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
_FLOATS: Final = {2: "e", 4: "f", 8: "d"}


@dataclass(frozen=True, slots=True)
class Part:
    """One number that the structure unpacks: so many bytes by this format character; "x": passed over."""

    code: str
    size: int


@dataclass(frozen=True, slots=True)
class Word:
    """Bytes that are unpacked together: those of one field, or of several that are packed.

    `order` is that of the bytes. A word of several `parts` is put together from them; one in the other order than the
    structure is taken as bytes.
    """

    size: int
    order: str
    leaves: tuple[ops.NumberRead, ...]
    places: tuple[int, ...]
    parts: tuple[Part, ...]
    swapped: bool = False

    @property
    def packed(self) -> bool:
        """Whether a field is a part of the word."""
        return len(self.leaves) > 1 or self.leaves[0].bits != self.size * 8

    @property
    def whole(self) -> ops.NumberRead | None:
        """The one field, if the structure gives its number as it is."""
        leaf = self.leaves[0]
        return leaf if not self.packed and len(self.parts) == 1 and not self.swapped and leaf.kind != "flag" else None


@dataclass(frozen=True, slots=True)
class Layout:
    """A run of numbers. `advance` is less than `size` where the last byte is not used up."""

    format: str
    size: int
    advance: int
    words: tuple[Word, ...]
    leaves: tuple[ops.NumberRead, ...]

    @property
    def places(self) -> tuple[tuple[str | None, int, int], ...]:
        """Each field's name, and where its bytes begin and end."""
        found = []
        bit = self.leaves[0].shift
        for leaf in self.leaves:
            found.append((leaf.field, bit // 8, (bit + leaf.bits + 7) // 8))
            bit += leaf.bits
        return tuple(found)


def used(leaf: ops.NumberRead) -> bool:
    """Whether anything needs the number."""
    return leaf.target.name is not None or leaf.constant is not None


def layout(leaves: Sequence[ops.NumberRead]) -> Layout:
    """The structure of numbers that stand one behind the other."""
    words = _words(leaves)
    order = next((word.order for word in words if word.size > 1 and any(map(used, word.leaves))), "big")
    words = [_parted(word, order) for word in words]
    format = "".join(_code(part) for word in words for part in word.parts)
    bits = leaves[0].shift + sum(leaf.bits for leaf in leaves)
    return Layout((">" if order == "big" else "<") + format, (bits + 7) // 8, bits // 8, tuple(words), tuple(leaves))


def _words(leaves: Sequence[ops.NumberRead]) -> list[Word]:
    words: list[Word] = []
    packed: list[ops.NumberRead] = []
    places: list[int] = []
    bit = leaves[0].shift
    for leaf in leaves:
        if not packed and bit == 0 and leaf.bits % 8 == 0 and leaf.kind != "flag":
            words.append(Word(leaf.bits // 8, leaf.order, (leaf,), (0,), ()))
            continue
        packed.append(leaf)
        places.append(bit)
        bit += leaf.bits
        if bit % 8 == 0:
            words.append(Word(bit // 8, packed[0].order, tuple(packed), tuple(places), ()))
            packed, places, bit = [], [], 0
    if packed:
        words.append(Word((bit + 7) // 8, packed[0].order, tuple(packed), tuple(places), ()))
    return words


def _parted(word: Word, order: str) -> Word:
    leaf = word.leaves[0]
    if not any(map(used, word.leaves)):
        parts: tuple[Part, ...] = (Part("x", word.size),)
    elif leaf.kind == "float" and word.order == order:
        parts = (Part(_FLOATS[word.size], word.size),)
    elif word.size > 1 and word.order != order:
        parts = (Part("s", word.size),)
    else:
        sizes = _sizes(word.size)
        if order == "little":
            sizes.reverse()
        codes = [_CODES[size] for size in sizes]
        if leaf.signed and not word.packed:  # the sign is that of the most significant part
            most = 0 if order == "big" else -1
            codes[most] = codes[most].lower()
        parts = tuple(Part(code, size) for code, size in zip(codes, sizes, strict=True))
    return Word(word.size, word.order, word.leaves, word.places, parts, parts[0].code == "s")


def _sizes(size: int) -> list[int]:
    """A number of so many bytes as numbers that a structure has, the largest first: 3 -> 2, 1."""
    found = []
    for width in (8, 4, 2, 1):
        while size >= width:
            found.append(width)
            size -= width
    return found


def _code(part: Part) -> str:
    if part.code in "sx":
        return f"{part.size}{part.code}" if part.size > 1 or part.code == "s" else "x"
    return part.code


class Unpacked:
    """How the fields of a layout come out of what it unpacks: the targets of the assignment, and what follows it."""

    def __init__(
        self,
        found: Layout,
        direct: Callable[[ops.NumberRead], str | None],
        value: Callable[[ops.NumberRead, str], str],
        fresh: Callable[[str], str],
    ) -> None:
        """`direct` names the place that takes a number as it is, `value` converts it, `fresh` names a local."""
        self.targets: list[str] = []
        self.values: list[tuple[ops.NumberRead, str]] = []
        for word in found.words:
            if word.parts[0].code == "x":
                continue
            whole = word.whole
            target = direct(whole) if whole is not None else None
            if target is not None:
                self.targets.append(target)
                continue
            names = [fresh("value" if not word.packed else "word") for _ in word.parts]
            self.targets += names
            text, plain = _joined(word, names)
            if word.packed and plain:
                self.values += _fields(word, text, text, value)
            elif word.packed:  # put together once
                together = fresh("word")
                self.values += _fields(word, f"({together} := {text})", together, value)
            else:
                self.values.append((word.leaves[0], value(word.leaves[0], text)))


def number_from(data: str, leaf: ops.NumberRead) -> str:
    """A number of whole bytes from exactly these bytes."""
    if leaf.kind == "float":
        order = ">" if leaf.order == "big" else "<"
        return f"struct.unpack({literal(order + _FLOATS[leaf.bits // 8])}, {data})[0]"
    if leaf.bits == 8 and not leaf.signed:
        return f"{data}[0]"
    return f"int.from_bytes({data}, {literal(leaf.order)}{', signed=True' if leaf.signed else ''})"


def _joined(word: Word, names: list[str]) -> tuple[str, bool]:
    """The number of a word from its parts, and whether it is a plain name."""
    leaf = word.leaves[0]
    if word.swapped and not word.packed:
        return number_from(names[0], leaf), False
    if word.swapped:
        return f"int.from_bytes({names[0]}, {literal(word.order)})", False
    if len(names) == 1:
        return names[0], True
    pieces = []
    shift = 0
    ordered = list(zip(names, word.parts, strict=True))
    for name, part in reversed(ordered) if word.order == "big" else ordered:
        pieces.append(f"{name} << {shift}" if shift else name)
        shift += part.size * 8
    return " | ".join(reversed(pieces)), False


def _fields(
    word: Word, first: str, name: str, value: Callable[[ops.NumberRead, str], str]
) -> list[tuple[ops.NumberRead, str]]:
    """The packed fields of a word; the first that is read may have to put it together."""
    found = []
    bits = word.size * 8
    text = first
    for leaf, place in zip(word.leaves, word.places, strict=True):
        if not used(leaf):
            continue
        shift = bits - place - leaf.bits if word.order == "big" else place
        found.append((leaf, value(leaf, _extract(leaf, text, shift, top=shift + leaf.bits == bits))))
        text = name
    return found


def _extract(leaf: ops.NumberRead, word: str, shift: int, *, top: bool) -> str:
    mask = (1 << leaf.bits) - 1
    if leaf.kind == "flag":
        return f"{word} & {hex(1 << shift)} != 0"
    text = f"{word} >> {shift}" if shift else word
    if not top:
        text = f"{text} & {hex(mask)}"
    if leaf.signed:
        half = hex(1 << (leaf.bits - 1))
        return f"(({text}) ^ {half}) - {half}"
    return text
