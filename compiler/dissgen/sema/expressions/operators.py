"""Operators: arithmetic, `and or not`, and `or` with a default."""

from __future__ import annotations

import ast
from typing import Final, get_args

from dissgen.ir.expressions import (
    Binary,
    BinaryOperator,
    Constant,
    Logic,
    OrDefault,
    Typed,
    Unary,
    UnaryOperator,
)
from dissgen.sema.expressions.comparisons import is_empty_list
from dissgen.sema.expressions.context import Context, conversion_help, primary
from dissgen.sema.expressions.scope import facts, supposed
from dissgen.types import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    BoolType,
    BytesType,
    DurationType,
    FloatType,
    IntType,
    ListType,
    NoneType_,
    OptionalType,
    StrType,
    Type,
    is_int,
    join,
    show,
)

MAXIMUM_SHIFT: Final = 64
"""The most bits that `<<` may shift by."""


_UNARY: Final[dict[type[ast.unaryop], UnaryOperator]] = {
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}


_BINARY: Final[dict[type[ast.operator], BinaryOperator]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}


_DURATIONS: Final[dict[str, Type]] = {"+": DURATION, "-": DURATION, "%": DURATION, "//": INT, "/": FLOAT}
assert set(_BINARY.values()) == set(get_args(BinaryOperator))


def unary(context: Context, node: ast.UnaryOp) -> Typed | None:
    op = _UNARY[type(node.op)]
    if op == "not":
        test = context.require(node.operand, BOOL)
        return None if test is None else Unary(op, test, BOOL, context.span(node))
    operand = context.infer(node.operand)
    if operand is None:
        return None
    if is_int(operand.type):
        return Unary(op, operand, INT, context.span(node))
    if isinstance(operand.type, FloatType | DurationType) and op != "~":
        return Unary(op, operand, operand.type, context.span(node))
    if isinstance(operand.type, OptionalType) and is_int(operand.type.inner):
        context.may_be_none(node.operand, operand.type, "int")
    else:
        found = show(operand.type)
        context.error("DG305", f"`{op}` takes a number, this is `{found}`", node.operand, f"`{found}`")
    return None


def binary(context: Context, node: ast.BinOp, expected: Type | None) -> Typed | None:
    op = _BINARY[type(node.op)]
    hint = expected if isinstance(expected, ListType) else None
    if is_empty_list(node.left):
        right = context.infer(node.right, hint)
        left = context.infer(node.left, right.type) if right else None
    else:
        left = context.infer(node.left, hint)
        if left is None and is_empty_list(node.right):
            return None
        right = context.infer(node.right, left.type if left and isinstance(left.type, ListType) else hint)
    if left is None or right is None or not _both_present(context, node, left, right):
        return None
    type_ = _result(op, left.type, right.type)
    if type_ is None:
        _report_operands(context, node, op, left.type, right.type)
        return None
    if op == "<<" and not _bounded_shift(right):
        context.error(
            "DG314",
            f"`<<` may shift by more than {MAXIMUM_SHIFT} bits here",
            node.right,
            "not bounded",
            f"write a constant up to {MAXIMUM_SHIFT}, or bound it: `{primary(context.source(node.right))} & 0x1f`",
        )
        return None
    return Binary(op, left, right, type_, context.span(node))


def _both_present(context: Context, node: ast.BinOp, left: Typed, right: Typed) -> bool:
    present = True
    for part, typed in ((node.left, left), (node.right, right)):
        if isinstance(typed.type, OptionalType):
            context.may_be_none(part, typed.type, show(typed.type.inner))
            present = False
    return present


def _result(op: BinaryOperator, left: Type, right: Type) -> Type | None:
    """The type of an operation, None if there is no such operation."""
    if is_int(left) and is_int(right):
        return FLOAT if op == "/" else INT
    if op in ("&", "|", "^", "<<", ">>"):
        return None
    if isinstance(left, FloatType) and isinstance(right, FloatType):
        return FLOAT
    if op == "+" and isinstance(left, StrType | BytesType | ListType):
        return join(left, right) if isinstance(right, StrType | BytesType | ListType) else None
    if isinstance(left, DurationType) and isinstance(right, DurationType):
        return _DURATIONS.get(op)
    if isinstance(left, DurationType) and is_int(right) and op in ("*", "//"):
        return DURATION
    if is_int(left) and isinstance(right, DurationType) and op == "*":
        return DURATION
    return None


def _report_operands(context: Context, node: ast.BinOp, op: str, left: Type, right: Type) -> None:
    bits = op in ("&", "|", "^", "<<", ">>")
    plain = IntType | FloatType | DurationType
    usable = is_int(left) or (not bits and isinstance(left, plain))
    if op == "+":
        usable = usable or isinstance(left, StrType | BytesType | ListType)
    if not usable:
        help_: tuple[str, ...] = ()
        if isinstance(left, BoolType):
            help_ = {"&": ("write `and`",), "|": ("write `or`",), "^": ("write `!=`",)}.get(op, ())
        elif op == "%" and isinstance(left, StrType):
            help_ = ("join texts with `+` and `str(x)`",)
        context.error("DG305", f"there is no `{op}` for `{show(left)}`", node.left, f"`{show(left)}`", help_)
        return
    if is_int(left) and isinstance(right, FloatType):  # the other way round digits would be lost
        help_ = conversion_help(context.source(node.left), left, right)
        message = f"`{op}` cannot join `{show(left)}` and `{show(right)}`"
        context.error("DG304", message, node.left, f"`{show(left)}`, the right side is `{show(right)}`", help_)
        return
    context.error(
        "DG304",
        f"`{op}` cannot join `{show(left)}` and `{show(right)}`",
        node.right,
        f"`{show(right)}`, the left side is `{show(left)}`",
        conversion_help(context.source(node.right), right, left),
    )


def _bounded_shift(amount: Typed) -> bool:
    match amount:
        case Constant(int(value)):
            return value <= MAXIMUM_SHIFT
        case Binary("&" | "%", left, right):
            bounds = [right, left] if amount.op == "&" else [right]
            return any(
                isinstance(b, Constant) and isinstance(b.value, int) and b.value <= MAXIMUM_SHIFT for b in bounds
            )
        case _:
            return False


def logic(context: Context, node: ast.BoolOp, expected: Type | None) -> Typed | None:
    if isinstance(node.op, ast.Or):
        first = _first_of_or(context, node.values[0], expected)
        if first is None:
            for value in node.values[1:]:
                context.infer(value)
            return None
        if isinstance(first.type, OptionalType):
            return _with_default(context, node, first)
        if not isinstance(first.type, BoolType):
            context.mismatch(node.values[0], first.type, BOOL)
            return None
        return _tests(context, node.values[1:], "or", [first], node)
    return _tests(context, node.values, "and", [], node)


def _first_of_or(context: Context, node: ast.expr, expected: Type | None) -> Typed | None:
    """The first operand of `or`. A default for an optional that a test has narrowed is needless, but no mistake."""
    first = context.infer(node, expected)
    if first is None or isinstance(first.type, BoolType | OptionalType):
        return first
    declared = context.declared(node)
    return declared if declared is not None and isinstance(declared.type, OptionalType) else first


def _tests(context: Context, nodes: list[ast.expr], op: str, values: list[Typed], node: ast.BoolOp) -> Typed | None:
    """Bools joined by one operator, each seen in the light of those before it."""
    correct = True
    for value in values:
        context = context.knowing(facts(value, op == "and"))
    for part in nodes:
        test = context.require(part, BOOL)
        if test is None:
            correct = False
            context = context.knowing(supposed(part, op == "and"))
            continue
        values.append(test)
        context = context.knowing(facts(test, op == "and"))
    if not correct:
        return None
    return Logic("and" if op == "and" else "or", tuple(values), BOOL, context.span(node))


def _with_default(context: Context, node: ast.BoolOp, first: Typed) -> Typed | None:
    """`a or b or c` where a is optional: each is the default of what stands before it."""
    result = first
    span_start = context.written.offsets(node.values[0])[0]
    for position, part in enumerate(node.values[1:], 1):
        if not isinstance(result.type, OptionalType):
            if isinstance(result.type, BoolType):
                return _tests(context, node.values[position:], "or", [result], node)
            before = node.values[position - 1]
            context.error(
                "DG304", "this default is never used", part, "", f"`{context.source(before)}` is always present"
            )
            return None
        wanted = result.type.inner
        default = context.infer(part, wanted)
        if default is None:
            return None
        type_ = join(wanted, default.type)
        if type_ is None or isinstance(default.type, NoneType_):
            context.mismatch(part, default.type, wanted)
            return None
        span = context.written.part(span_start, context.written.offsets(part)[1])
        result = OrDefault(result, default, type_, span)
    return result
