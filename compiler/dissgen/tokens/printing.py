"""Byte sets and expressions as text, in the notation that the language and `re` share."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Final, assert_never

from dissgen.tokens.nodes import ALL_BYTES, ByteSet, Choice, Empty, Node, Repeat, Sequence, Start

_CONTROLS: Final = {0x0D: r"\r", 0x0A: r"\n", 0x09: r"\t", 0x0C: r"\f", 0x0B: r"\v"}
_SPECIAL: Final = frozenset(b"\\.?*+{}|()[]^$")
_CLASS_SPECIAL: Final = frozenset(b"\\]^-[&~|")


def byte_text(byte: int) -> str:
    """One byte outside a class."""
    return _byte_text(byte, _SPECIAL)


def _byte_text(byte: int, special: frozenset[int]) -> str:
    if byte in _CONTROLS:
        return _CONTROLS[byte]
    if not 0x20 <= byte < 0x7F:
        return f"\\x{byte:02x}"
    return "\\" + chr(byte) if byte in special else chr(byte)


def class_inside(members: frozenset[int], written: str | None = None) -> str:
    """A set as the inside of a class: the author's form if it has one, else the shorter of it and `^` the rest."""
    if written is not None and written.startswith("[") and _means(written, members):
        return written[1:-1]
    plain = _ranges(members)
    if members == ALL_BYTES:
        return plain
    rest = "^" + _ranges(ALL_BYTES - members)
    return plain if len(plain) <= len(rest) else rest


def set_text(node: ByteSet) -> str:
    """A set outside a class, in the author's form where it has one."""
    members, written = node.members, node.written
    if len(members) == 1 and (written is None or not written.startswith("[")):
        return byte_text(next(iter(members)))
    if written is not None and _means(written, members):
        return written
    return f"[{class_inside(members)}]"


@lru_cache(maxsize=4096)
def _means(written: str, members: frozenset[int]) -> bool:
    """Whether `re` reads the author's form as this very set, without a warning."""
    if "\\0" in written or not (written.isascii() and written.isprintable()):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            pattern = re.compile(written.encode("ascii"))
        except (re.error, Warning):
            return False
    return frozenset(byte for byte in ALL_BYTES if pattern.fullmatch(bytes((byte,)))) == members


def _ranges(members: frozenset[int]) -> str:
    pieces = []
    todo = sorted(members)
    while todo:
        count = 1
        while count < len(todo) and todo[count] == todo[0] + count:
            count += 1
        low, high = (_byte_text(byte, _CLASS_SPECIAL) for byte in (todo[0], todo[count - 1]))
        pieces.append(low if count == 1 else low + high if count == 2 else f"{low}-{high}")
        todo = todo[count:]
    return "".join(pieces)


def quantifier_text(minimum: int, maximum: int | None) -> str:
    match minimum, maximum:
        case 0, 1:
            return "?"
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case _, None:
            return f"{{{minimum},}}"
        case _:
            return f"{{{minimum}}}" if minimum == maximum else f"{{{minimum},{maximum}}}"


def expression_text(node: Node) -> str:
    """An expression in the notation of the language; parsing it gives an equal tree."""
    match node:
        case Empty():
            return ""
        case Start():
            return r"\A"
        case ByteSet(letter=str(letter)):
            return f"(?i:{letter})"
        case ByteSet():
            return set_text(node)
        case Sequence(parts):
            return "".join(_grouped(part, isinstance(part, Choice | Sequence | Empty)) for part in parts)
        case Choice(options):
            return "|".join(_grouped(option, isinstance(option, Choice)) for option in options)
        case Repeat(body, minimum, maximum):
            group = not isinstance(body, ByteSet)
            return _grouped(body, group) + quantifier_text(minimum, maximum)
        case _:
            assert_never(node)


def _grouped(node: Node, group: bool) -> str:
    text = expression_text(node)
    return f"({text})" if group else text
