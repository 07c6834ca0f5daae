"""Types and conversions of values, as Python source."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from dissgen.codegen import naming
from dissgen.codegen.conversions import fails, further
from dissgen.codegen.layouts import Layout
from dissgen.codegen.pysource import literal, tuple_literal
from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.tokens import CompiledToken
from dissgen.types import BytesType, EnumType, IntType, StrType, Type, inner, python

_DIGITS = frozenset(b"0123456789")
_INT_DIGITS = 4300


_TRANSFORMS = {
    "dot_unstuff": "DotUnstuff",
    "zlib": "Zlib",
    "gzip": "Gzip",
    "deflate": "Deflate",
    "base64": "Base64",
    "quoted_printable": "QuotedPrintable",
}


def decoders(transforms: tuple[ops.Transform, ...], key: Callable[[Typed], str]) -> str:
    """What makes the decoders of a stream or a value; `key` gives the source of a key."""
    return tuple_literal(
        _TRANSFORMS[item.name] if item.key is None else f"{item.name}({key(item.key)})" for item in transforms
    )


def python_type(type: Type) -> str:
    """The annotation of a value."""
    return python(type, naming.record_class)


def decode(raw: str, module: ops.Module) -> str:
    """Bytes as text; what does not decode becomes \\xNN."""
    if module.encoding == "latin-1":
        return f'{raw}.decode("latin-1")'
    return f'{raw}.decode({literal(module.encoding)}, "backslashreplace")'


def plain_digits(op: ops.Leaf, module: ops.Module) -> bool:
    """Whether the value can only be ASCII digits, few enough for `int`."""
    if not isinstance(op, ops.TokenRead) or op.transforms:
        return False
    definition = next(token for token in module.tokens if token.name == op.token)
    compiled = definition.compiled
    short = compiled.maximum is not None and compiled.maximum <= _INT_DIGITS
    return short and compiled.minimum > 0 and alphabet(compiled) <= _DIGITS


def alphabet(compiled: CompiledToken) -> frozenset[int]:
    """All bytes that a token can contain."""
    classes = (chars for _, moves in compiled.automaton for chars, _ in moves)
    return frozenset(byte for chars in classes for byte in _members(chars))


@cache
def _members(chars: bytes) -> frozenset[int]:
    return frozenset(match.start() for match in re.finditer(b"[" + chars + b"]", bytes(range(256)), re.DOTALL))


def converted(op: ops.Leaf, raw: str, module: ops.Module, *, checked: bool) -> str:
    """The value of a leaf from its bytes, or from its number.

    What may fail is a ParseError through `r` in the `checked` form; in the other one it raises, or is None for an int
    that is the last step.
    """
    if isinstance(op, ops.LiteralRead):
        return decode(raw, module)
    if isinstance(op, ops.PackedRead):
        return raw
    text = isinstance(op, ops.TokenRead) or (isinstance(op, ops.TakeRead | ops.UntilRead | ops.RestRead) and op.text)
    of_number = isinstance(op, ops.NumberRead | ops.VarintRead)
    value, is_bytes = raw, not of_number
    if isinstance(op, ops.Converted):
        is_bytes, of_number = isinstance(op.source.type, BytesType), not isinstance(op.source.type, BytesType | StrType)
    elif checked and _changes_length(op, text, module):
        value = f"r.measured({value}, {literal(op.field)})"
    for step in op.conversions:
        match step.kind:
            case "int":
                value = _int(op, step, value, is_bytes, module, checked)
                of_number = True
                is_bytes = False
                text = False
            case "float":
                value = _float(op, value, is_bytes, of_number, checked)
                is_bytes = text = False
                of_number = True
            case "upper" | "lower" | "strip":
                value = decode(value, module) if is_bytes and text else value
                is_bytes = is_bytes and not text
                value = f"{value}.{step.kind}()"
            case "hex":
                value = f"{value}.hex()"
                is_bytes = text = False
            case "decode":
                value = _decode_strictly(op, value, module, checked)
                is_bytes = text = False
            case _:
                value = decode(value, module) if is_bytes and text else value
                value = further(op, step, value, checked=checked)
                is_bytes = text = False
    if is_bytes and text and not isinstance(op.type, BytesType):
        value = decode(value, module)
    return value


def _changes_length(op: ops.Leaf, text: bool, module: ops.Module) -> bool:
    """Whether what a conversion refuses may be longer or shorter than the bytes that were read."""
    if isinstance(op, ops.LiteralRead | ops.PackedRead | ops.NumberRead | ops.VarintRead) or op.transforms:
        return False
    same = module.encoding == "latin-1" or not text
    for number, step in enumerate(op.conversions):
        on_bytes = number == 0 and (same or step.kind in ("int", "float", "decode"))
        if not on_bytes and (step.kind in ("int", "float") or fails(op, step)):
            return True
    return False


def fixed_literal(found: Layout) -> str:
    """The structure with the places of its fields, for a frame."""
    places = tuple_literal(f"({literal(name)}, {begin}, {end})" for name, begin, end in found.places)
    advance = f", advance={found.advance}" if found.advance != found.size else ""
    return f"Fixed({literal(found.format)}, {places}{advance})"


def may_raise(op: ops.Op) -> bool:
    """Whether a conversion of the value may raise: not every text is a float, not every run of bytes an address."""
    if not isinstance(op, ops.Leaf) or isinstance(op, ops.LiteralRead):
        return False
    inner = any(step.kind == "int" for step in op.conversions[:-1])
    return inner or any(step.kind in ("float", "decode") or fails(op, step) for step in op.conversions)


def parsed_int(op: ops.Leaf, module: ops.Module) -> bool:
    """Whether making a number of the leaf, as the last step, may fail."""
    if isinstance(op, ops.LiteralRead) or not op.conversions or op.conversions[-1].kind != "int":
        return False
    return not (op.conversions[0].kind == "int" and op.conversions[0].base == 10 and plain_digits(op, module))


def _decode_strictly(op: ops.Leaf, raw: str, module: ops.Module, checked: bool) -> str:
    encoding = literal(module.encoding)
    if not checked or isinstance(op, ops.LiteralRead):
        return f"{raw}.decode({encoding})"
    return f"strict_text(r, {raw}, {encoding}, {literal(op.field)})"


def _float(op: ops.Leaf, value: str, is_bytes: bool, of_number: bool, checked: bool) -> str:
    if of_number:
        return f"float({value})"
    raw = value if is_bytes else f'{value}.encode("latin-1", "replace")'
    return f"r.to_float({raw}, {literal(op.field)})" if checked else f"read_float({raw})"


def _int(
    op: ops.Leaf, conversion: ops.Conversion, value: str, is_bytes: bool, module: ops.Module, checked: bool
) -> str:
    raw = value if is_bytes else f'{value}.encode("latin-1", "replace")'
    if conversion.base == 10 and is_bytes and plain_digits(op, module):
        return f"int({raw})"
    if checked:
        return f"r.to_int({raw}, {conversion.base}, {conversion.signed}, {literal(op.field)})"
    function = "parse_int" if not isinstance(op, ops.LiteralRead) and conversion is op.conversions[-1] else "read_int"
    return f"{function}({raw}, {conversion.base}, {conversion.signed})"


def case_test(subject: str, values: tuple[str | int | float | bool | bytes, ...], *, negated: bool = False) -> str:
    """Whether a subject is one of the values; `negated`: none of them."""
    if len(values) == 1:
        return f"{subject} {'!=' if negated else '=='} {literal(values[0])}"
    return f"{subject} {'not in' if negated else 'in'} {tuple_literal(literal(value) for value in values)}"


MOST_CASES: Final = 8
"""That a parse error names."""


def no_case(op: ops.Branch, subject: str) -> str:
    """What a parse error says that was expected where no case of a branch is the value of its subject."""
    type_ = inner(op.subject.type)
    names: dict[object, str] = {number: name for name, number in type_.members} if isinstance(type_, EnumType) else {}
    values = [value for case in op.cases for value in case.values]
    shown = [names[value] if value in names else literal(value) for value in values[:MOST_CASES]]
    more = f" and {len(values) - MOST_CASES} more" if len(values) > MOST_CASES else ""
    text = f"one of {', '.join(shown)}{more}" if len(values) > 1 else "".join(shown)
    if isinstance(type_, IntType | EnumType) and all(part.isidentifier() for part in subject.split(".")):
        return f'f"{text}, not {{{subject}}}"'  # numbers and names only: nothing of it has to be quoted
    return literal(text)
