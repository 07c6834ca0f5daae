"""A bare name: an anonymous token, or a rule whose fields are merged."""

from __future__ import annotations

from dissgen.ir.ops import Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.token import TokenPrimitive
from dissgen.primitives.use import check_use
from dissgen.spec.tree import Element, name_of


class NamePrimitive(Primitive):
    kind = "name"
    doc = "A token that is matched and passed over, or a rule whose fields are merged into this rule's."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        name = name_of(element.argument)
        if name is None:
            return None
        if context.is_token(name.text):
            return TokenPrimitive().check(element, context)
        if context.is_rule(name.text):
            return check_use(element, context, name)
        context.unknown_element(name)
        return None

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        raise AssertionError("a bare name is bound as a token or as the use of a rule")
