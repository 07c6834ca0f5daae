"""Conversions that are more than a method call, as Python source."""

from __future__ import annotations

from typing import Final

from dissgen.codegen import naming
from dissgen.codegen.pysource import literal
from dissgen.ir import ops
from dissgen.ir.expressions import Constant

_FUNCTIONS: Final = {
    "ipv4": "ipv4_text",
    "ipv6": "ipv6_text",
    "mac": "mac_text",
    "timestamp": "timestamp_text",
    "bit_set": "bits_of",
}
_NUMBERS: Final = {
    ("big", False): "unsigned_big",
    ("little", False): "unsigned_little",
    ("big", True): "signed_big",
    ("little", True): "signed_little",
}
_SIZES: Final = {"ipv4": 4, "ipv6": 16, "mac": 6}


def fails(op: ops.Leaf, step: ops.Conversion) -> bool:
    """Whether the step cannot convert every value of the leaf."""
    match step.kind:
        case "ipv4" | "ipv6" | "mac":
            if isinstance(op, ops.NumberRead):
                return op.signed or op.bits > 32
            return not (isinstance(op, ops.TakeRead) and _is_size(op, _SIZES[step.kind]))
        case "timestamp":
            return not (isinstance(op, ops.NumberRead) and op.kind == "int" and op.bits <= 32)
        case "number":
            return not (isinstance(op, ops.TakeRead) and any(_is_size(op, size) for size in range(1, 9)))
        case "table":
            return True
        case "bool":
            return bool(step.values)
        case _:
            return False


def _is_size(op: ops.TakeRead, size: int) -> bool:
    return isinstance(op.size, Constant) and op.size.value == size


def further(op: ops.Leaf, step: ops.Conversion, value: str, *, checked: bool) -> str:
    """The value after a step. `checked`: what fails is an error of the leaf."""
    match step.kind:
        case "scale":
            return f"({value}) * {literal(step.factor)}" if " " in value else f"{value} * {literal(step.factor)}"
        case "bool" if not step.values:
            return f"({value}) != 0" if " " in value else f"{value} != 0"
        case "bool":
            pairs = ", ".join(f"{literal(key)}: {found}" for key, found in step.values)
            return _looked_up(op, f"{{{pairs}}}", value, checked=checked)
        case "unescape":
            return f"unescaped({value}, {literal(step.mark)})"
        case "table":
            return _looked_up(op, naming.table(step.table), value, checked=checked)
        case _:
            function = _NUMBERS[step.order, step.signed] if step.kind == "number" else _FUNCTIONS[step.kind]
            if checked and fails(op, step):
                return f"r.convert({function}, {value}{_place(op)})"
            return f"{function}({value})"


def _looked_up(op: ops.Leaf, mapping: str, value: str, *, checked: bool) -> str:
    return f"r.convert({mapping}.__getitem__, {value}{_place(op)})" if checked else f"{mapping}[{value}]"


def _place(op: ops.Leaf) -> str:
    """The field, and for a number the bytes that it has."""
    field = f", {literal(getattr(op, 'field', None))}"
    return field + (f", {(op.bits + op.shift + 7) // 8}" if isinstance(op, ops.NumberRead) else "")
