"""`hex: '0d 0a'`: exactly these bytes."""

from __future__ import annotations

from dissgen.ir.ops import Op
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.literal import check_literal, lower_literal
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element


class HexPrimitive(Primitive):
    kind = "hex"
    doc = "Exactly these bytes, as hexadecimal digits."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        assert isinstance(element.argument, ScalarNode)
        node = element.argument
        text = node.value if isinstance(node.value, str) else node.span.text
        try:
            data = bytes.fromhex(text)
        except ValueError:
            data = b""
        if not data:
            context.diagnostics.error(
                "DG227",
                f"`{text}` is no hexadecimal number of whole bytes",
                node.span,
                "",
                help="write for example `'0d 0a'`",
            )
            return None
        return check_literal(element, context, data, self.kind)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[Op, ...]:
        return lower_literal(bound, context)
