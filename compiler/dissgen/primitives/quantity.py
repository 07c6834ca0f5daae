"""A size, count, budget or offset: an expression, or an element that is read first and gives the number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dissgen.ir.expressions import Binding, BindingKind, Constant, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives.base import Bound, CheckContext
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.spec.elements import parse_element
from dissgen.spec.tree import Element, Modifier
from dissgen.types import INT, is_int, show


@dataclass(frozen=True, slots=True)
class Quantity:
    """`read` is the element that stands before what it measures, None for an expression."""

    value: Typed
    read: Bound | None = None

    @property
    def minimum(self) -> int:
        """The bytes of the element."""
        return 0 if self.read is None else self.read.minimum

    @property
    def reads(self) -> tuple[Bound, ...]:
        return () if self.read is None else (self.read,)

    @property
    def least(self) -> int:
        """The least value: a parameter counts as one, because a message of no bytes is an error when it is read."""
        match self.value:
            case Constant(value) if isinstance(value, int):
                return max(value, 0)
            case TypedName(binding) if binding.kind is BindingKind.PARAMETER:
                return 1
            case _:
                return 0


def check_quantity(owner: Element, word: str, node: Node, context: CheckContext) -> Quantity | None:
    """The number that `word` of the element says; None after reporting what is wrong with it."""
    if not isinstance(node, MappingNode):
        value = context.expression(node, INT)
        return None if value is None else Quantity(value)
    element = parse_element(node)
    if element is None:
        return None
    name = element.field
    if name is None:
        around = owner.field.text.lstrip("_") if owner.field is not None else "value"
        local = context.local(word if around == "value" else f"{around}_{word}")
        key, scalar = ScalarNode(element.span, "field"), ScalarNode(element.span, local)
        element = replace(element, modifiers=(*element.modifiers, Modifier(key, scalar)))
    else:
        local = name.text
    read = context.element(element)
    if read is None:
        return None
    type_ = context.local_type(local)
    if type_ is None:
        if not context.is_broken(local):
            message = f"a {word} is an `int`, `{element.kind}` gives no value"
            context.diagnostics.error("DG305", message, element.span, "no value")
        return None
    if not is_int(type_):
        context.diagnostics.error(
            "DG305", f"a {word} is an `int`, this element gives `{show(type_)}`", element.span, f"`{show(type_)}`"
        )
        return None
    binding = Binding(BindingKind.FIELD, local, type_)
    return Quantity(TypedName(binding, type_, element.span), read)
