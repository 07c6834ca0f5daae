"""`branch: e` with `cases`: the first case whose values contain the subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dissgen.ir import ops
from dissgen.ir.expressions import Index, Typed, show
from dissgen.primitives.alternatives import is_one_record
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.optional import with_field
from dissgen.primitives.use import check_outlined
from dissgen.spec.tree import Case, Element
from dissgen.text import Span
from dissgen.types import MapType, OptionalType, TableType, Type, inner

_Constant = str | int | float | bool | bytes
_Arm = Mapping[tuple[str, ...], Type]


@dataclass(frozen=True, slots=True)
class BoundCase:
    values: tuple[_Constant, ...]
    body: Bound
    span: Span


@dataclass(frozen=True, slots=True)
class BoundBranch(Bound):
    subject: Typed
    cases: tuple[BoundCase, ...]
    otherwise: Bound | None
    table_miss: bool


class BranchPrimitive(Primitive):
    kind = "branch"
    doc = "The first case whose `is` has the value of the subject, else `else: true`; no match is a parse error."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        field = element.field
        if field is not None and is_one_record((case.element for case in element.cases), context):
            return check_outlined(element, context, field)
        if field is not None:
            context.may_differ(field)
        subject = context.expression(element.argument, allow_missing=True)
        if subject is not None and isinstance(subject.type, OptionalType):
            context.diagnostics.error(
                "DG306",
                f"`{show(subject)}` may be None",
                element.argument.span,
                "the subject of a branch is a value",
                help=f"write `{show(subject)} or ...` with a default",
            )
            subject = None
        values = self._values(element, context, subject)
        before = context.set_here() or {}
        arms: list[Callable[[], tuple[Bound | None, _Arm | None]]] = [
            _arm(with_field(case.element, element), context, before) for case in element.cases
        ]
        ends = context.alternatives(arms, element.span)
        bodies = [body for body, _ in ends]
        if subject is None or values is None or any(body is None for body in bodies):
            return None
        _tell(context, element, subject, values, [arm for _, arm in ends])
        return self._bound(element, subject, values, [body for body in bodies if body is not None])

    def _bound(
        self, element: Element, subject: Typed, values: list[tuple[_Constant, ...]], bodies: list[Bound]
    ) -> BoundBranch:
        cases = tuple(
            BoundCase(value, body, case.span)
            for case, value, body in zip(element.cases, values, bodies, strict=True)
            if not case.is_else
        )
        others = [body for case, body in zip(element.cases, bodies, strict=True) if case.is_else]
        misses = isinstance(subject, Index) and isinstance(subject.value.type, TableType | MapType)
        arms = " | ".join(body.source or "-" for body in bodies)
        return BoundBranch(
            "branch",
            element.span,
            min((body.minimum for body in bodies), default=0),
            f"({arms})",
            None,
            subject,
            cases,
            others[0] if others else None,
            misses,
        )

    def _values(
        self, element: Element, context: CheckContext, subject: Typed | None
    ) -> list[tuple[_Constant, ...]] | None:
        """The constants of each case; None after reporting one that is wrong or stands twice."""
        correct = True
        seen: dict[tuple[type, _Constant], Span] = {}
        found: list[tuple[_Constant, ...]] = []
        last_else: Case | None = None
        for case in element.cases:
            if last_else is not None:
                correct = False
                context.diagnostics.error(
                    "DG232", "a case behind `else`", case.span, "never reached", also=[(last_else.span, "the `else`")]
                )
            last_else = case if case.is_else else last_else
            constants: list[_Constant] = []
            for node in case.values if subject is not None else ():
                constant = context.constant(node, inner(subject.type)) if subject is not None else None
                if constant is None:
                    correct = False
                    continue
                first = seen.setdefault((type(constant), constant), node.span)
                if first is not node.span:
                    correct = False
                    message = f"the case `{node.span.text}` stands twice"
                    context.diagnostics.error(
                        "DG232", message, node.span, "never reached", also=[(first, "first here")]
                    )
                constants.append(constant)
            found.append(tuple(constants))
        return found if correct else None

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundBranch)
        cases = tuple(ops.Case(case.values, context.lower(case.body), context.place(case.span)) for case in bound.cases)
        otherwise = None if bound.otherwise is None else context.lower(bound.otherwise)
        return (ops.Branch(bound.subject, cases, otherwise, bound.table_miss, context.place(bound.span)),)


def _arm(
    element: Element, context: CheckContext, before: Mapping[str, Type]
) -> Callable[[], tuple[Bound | None, _Arm | None]]:
    def read() -> tuple[Bound | None, _Arm | None]:
        body, after = context.element(element), context.set_here()
        return body, None if after is None else {(name,): after[name] for name in after if name not in before}

    return read


def _tell(
    context: CheckContext,
    element: Element,
    subject: Typed,
    values: list[tuple[_Constant, ...]],
    ends: list[_Arm | None],
) -> None:
    """Say what each case has set; one that always fails has set nothing that anybody sees."""
    cases = [(frozenset(found), arm) for found, arm in zip(values, ends, strict=True) if found and arm is not None]
    others = [arm for case, arm in zip(element.cases, ends, strict=True) if case.is_else]
    context.chosen(subject, cases, others[0] if others else None)
