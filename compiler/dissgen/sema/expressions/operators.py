"""Operators: arithmetic, comparison, `and or not`, and `or` with a default."""

from __future__ import annotations

import ast
from typing import Final, get_args

from dissgen.ir.expressions import (
    Binary,
    BinaryOperator,
    Compare,
    ComparisonOperator,
    Constant,
    Logic,
    OrDefault,
    Typed,
    Unary,
    UnaryOperator,
)
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.scope import facts, supposed
from dissgen.types import (
    BOOL,
    BYTES,
    DURATION,
    FLOAT,
    INT,
    STR,
    BoolType,
    BytesType,
    DurationType,
    FloatType,
    IntType,
    ListType,
    MapType,
    NoneType_,
    OptionalType,
    RecordType,
    StrType,
    TableType,
    Type,
    inner,
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
_COMPARISONS: Final[dict[type[ast.cmpop], ComparisonOperator]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
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
        left = context.infer(node.left, right.type if right else hint)
    else:
        left = context.infer(node.left, hint)
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
            f"write a constant up to {MAXIMUM_SHIFT}, or bound it: `{context.source(node.right)} & 0x1f`",
        )
        return None
    return Binary(op, left, right, type_, context.span(node))


def is_empty_list(node: ast.expr) -> bool:
    """Whether the node is `[]`, whose type comes from its surroundings."""
    return isinstance(node, ast.List) and not node.elts


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


def compare(context: Context, node: ast.Compare) -> Typed | None:
    ops = tuple(_COMPARISONS[type(op)] for op in node.ops)
    nodes = [node.left, *node.comparators]
    if len(ops) > 1:
        for op, left, right in zip(ops, nodes, nodes[1:], strict=False):
            if op in ("in", "not in", "is", "is not"):
                context.error(
                    "DG301",
                    f"`{op}` stands in no chain",
                    context.written.operator(left, right),
                    "",
                    "join two tests with `and`",
                )
                return None
    if ops[0] in ("is", "is not"):
        return _identity(context, node, ops[0])
    if ops[0] in ("in", "not in"):
        return _membership(context, node, ops[0])
    operands = _operands(context, nodes)
    correct = all(operand is not None for operand in operands)
    for position, op in enumerate(ops):
        before, after = operands[position], operands[position + 1]
        if before is not None and after is not None:
            pair = (nodes[position], nodes[position + 1])
            correct = _comparable(context, op, pair, before.type, after.type) and correct
    if not correct:
        return None
    first, *rights = (operand for operand in operands if operand is not None)
    return Compare(first, ops, tuple(rights), BOOL, context.span(node))


def _operands(context: Context, nodes: list[ast.expr]) -> list[Typed | None]:
    """The operands; a list display, whose type may come from the others, last."""
    operands: list[Typed | None] = [None] * len(nodes)
    hint: Type | None = None
    order = sorted(range(len(nodes)), key=lambda position: isinstance(nodes[position], ast.List))
    for position in order:
        operands[position] = operand = context.infer(nodes[position], hint)
        if operand is not None and hint is None and isinstance(inner(operand.type), ListType):
            hint = inner(operand.type)
    return operands


def _identity(context: Context, node: ast.Compare, op: ComparisonOperator) -> Typed | None:
    right = node.comparators[0]
    if not (isinstance(right, ast.Constant) and right.value is None):
        context.error(
            "DG301",
            f"`{op}` is for `None` only",
            context.written.operator(node.left, right),
            "",
            f"write `{'==' if op == 'is' else '!='}`",
        )
        return None
    left = context.declared(node.left)
    if left is None:
        return None
    if not isinstance(left.type, OptionalType | NoneType_):
        text = context.source(node.left)
        context.error(
            "DG304",
            f"`{text}` is never None",
            node,
            f"always {'false' if op == 'is' else 'true'}, `{text}` is `{show(left.type)}`",
            "leave the test out",
        )
        return None
    none = Constant(None, NoneType_(), context.span(right))
    return Compare(left, (op,), (none,), BOOL, context.span(node))


def _membership(context: Context, node: ast.Compare, op: ComparisonOperator) -> Typed | None:
    right_node = node.comparators[0]
    left = context.infer(node.left)
    hint = ListType(inner(left.type)) if left is not None else None
    right = context.infer(right_node, hint)
    if left is None or right is None:
        return None
    if isinstance(right.type, OptionalType):
        context.may_be_none(right_node, right.type, show(right.type.inner))
        return None
    match right.type:
        case ListType(item) | MapType(item, _) | TableType(_, item, _):
            absent_is_unequal = True
        case StrType():
            item, absent_is_unequal = STR, False
        case BytesType():
            item, absent_is_unequal = BYTES, False
        case _:
            found = show(right.type)
            context.error("DG305", f"nothing is `in` a value of type `{found}`", right_node, f"`{found}`")
            return None
    found_type = inner(left.type) if absent_is_unequal else left.type
    if isinstance(found_type, OptionalType):
        context.may_be_none(node.left, found_type, show(item))
        return None
    if join(found_type, inner(item)) is None or not _has_equality(item) or isinstance(found_type, NoneType_):
        _report_membership(context, node.left, found_type, right.type, item)
        return None
    return Compare(left, (op,), (right,), BOOL, context.span(node))


def _report_membership(context: Context, node: ast.expr, found: Type, right: Type, item: Type) -> None:
    help_ = conversion_help(context.source(node), found, item)
    if is_int(found) and isinstance(right, BytesType):
        help_ = ("write the octets as a list: `[0x0a, 0x0d]`",)
    elif not _has_equality(item):
        help_ = ("compare a field: `any(x.name == ... for x in ...)`",)
    context.error(
        "DG304",
        f"a value of type `{show(found)}` is never in {_held(right, item)}",
        node,
        f"`{show(found)}`, but `{show(item)}` is needed",
        help_,
    )


def _held(right: Type, item: Type) -> str:
    if isinstance(right, TableType):
        return f"the table `{right.name}`, whose keys are `{show(item)}`"
    return f"`{show(right)}`"


def _has_equality(type_: Type) -> bool:
    match type_:
        case RecordType() | TableType() | MapType():
            return False
        case ListType(item) | OptionalType(item):
            return _has_equality(item)
        case _:
            return True


def _comparable(
    context: Context, op: ComparisonOperator, nodes: tuple[ast.expr, ast.expr], left: Type, right: Type
) -> bool:
    """Whether two neighbours of a comparison fit; reports if not."""
    if op not in ("==", "!=") and not _ordered(context, op, nodes, left, right):
        return False
    for node, other, type_ in ((nodes[1], nodes[0], right), (nodes[0], nodes[1], left)):
        if isinstance(type_, NoneType_):
            text = context.source(other)
            is_ = "is" if op == "==" else "is not"
            context.error("DG304", "`None` is not compared", node, "", f"write `{text} {is_} None`")
            return False
    for node, type_ in zip(nodes, (left, right), strict=True):
        if not _has_equality(type_):
            context.error(
                "DG305",
                f"values of type `{show(type_)}` do not compare",
                node,
                f"`{show(type_)}`",
                "compare a field: write `x.name == ...`" if isinstance(type_, RecordType) else "",
            )
            return False
    if join(left, right) is None:
        _report_different(context, nodes, left, right)
        return False
    return True


def _ordered(context: Context, op: str, nodes: tuple[ast.expr, ast.expr], left: Type, right: Type) -> bool:
    fine = True
    for node, type_ in zip(nodes, (left, right), strict=True):
        if isinstance(type_, OptionalType):
            context.may_be_none(node, type_, show(type_.inner))
            fine = False
        elif not (is_int(type_) or isinstance(type_, FloatType | StrType | BytesType | DurationType | NoneType_)):
            context.error("DG305", f"there is no `{op}` for `{show(type_)}`", node, f"`{show(type_)}`")
            fine = False
    return fine


def _report_different(context: Context, nodes: tuple[ast.expr, ast.expr], left: Type, right: Type) -> None:
    """The culprit is the literal, if one side is; else the right side."""
    culprit, found, other = nodes[1], right, left
    if isinstance(nodes[0], ast.Constant) and not isinstance(nodes[1], ast.Constant):
        culprit, found, other = nodes[0], left, right
    text = context.source(culprit)
    help_ = conversion_help(text, inner(found), inner(other))
    if isinstance(found, BytesType) and is_int(other) and context.source(nodes[0]).startswith("peek("):
        help_ = (f"write `peek({text})`",)
    context.error(
        "DG304",
        f"`{show(left)}` and `{show(right)}` do not compare",
        culprit,
        f"`{show(found)}`, the other side is `{show(other)}`",
        help_,
    )


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
