"""`stream: event` at an element around others: what is streamed inside of it is joined, and decoded as one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

from dissgen.ir import ops
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.values import check_transforms, report_again, streamed
from dissgen.spec.tree import Element

KINDS: Final = ("use", "record", "sequence", "branch", "optional", "array", "at")
"""The kinds that have other elements inside."""
MODIFIERS: Final = ("stream", "transform")


@dataclass(frozen=True, slots=True)
class BoundJoin(Bound):
    body: Bound
    event: str
    transforms: tuple[ops.Transform, ...]


class JoinPrimitive(Primitive):
    kind = "join"
    doc = "Around other elements: the pieces of one stream are joined, and decoded by `transform` as one."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        name = element.name("stream")
        assert name is not None
        if element.kind == "at":
            report_again(name, context)
            return None
        stream = streamed(element, context)
        transforms = check_transforms(element, context, True)
        kept = tuple(item for item in element.modifiers if item.key.value not in MODIFIERS)
        inside = dataclasses.replace(element, modifiers=kept)
        body = context.joined(name, lambda: context.element(inside))
        if stream is None or transforms is None or body is None:
            return None
        return BoundJoin(self.kind, element.span, body.minimum, body.source, body.value, body, stream, transforms)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundJoin)
        body = context.lower(bound.body)
        if not bound.transforms:
            return body
        place = context.place(bound.span)
        return (
            ops.OpenDecoders(bound.event, bound.transforms, place),
            *body,
            ops.CloseDecoders(bound.event, place),
        )


def joins(element: Element) -> bool:
    """Whether the element's `stream` is around other elements."""
    return element.kind in KINDS and element.get("stream") is not None


def decodes(element: Element) -> bool:
    """Whether a stream is decoded in it."""
    inside = (*element.children, *(case.element for case in element.cases))
    return element.get("transform") is not None or any(map(decodes, inside))
