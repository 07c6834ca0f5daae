"""Comparisons: equality, order, `in`, and `is None`."""

from __future__ import annotations

import ast
from typing import Final

from dissgen.ir.expressions import (
    Compare,
    ComparisonOperator,
    Constant,
    Typed,
)
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.lookups import has_key, is_key
from dissgen.types import (
    BOOL,
    BYTES,
    STR,
    BytesType,
    DurationType,
    FloatType,
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


def is_empty_list(node: ast.expr) -> bool:
    """Whether the node is `[]`, whose type comes from its surroundings."""
    return isinstance(node, ast.List) and not node.elts


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
        if hint is None and is_empty_list(nodes[position]) and order[0] != position and operands[order[0]] is None:
            continue  # its type would come from an operand that is wrong itself
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
    right = context.infer(right_node, hint) if hint is not None or not is_empty_list(right_node) else None
    if left is None or right is None:
        return None
    if isinstance(right.type, OptionalType):
        context.may_be_none(right_node, right.type, show(right.type.inner))
        return None
    if is_key(left, right):
        return has_key(context, node, left, right, negated=op == "not in")
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
