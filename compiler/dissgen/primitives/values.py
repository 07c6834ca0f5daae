"""What the kinds that yield one value share: `field`, `convert`, `const`, `stream`, `transform`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dissgen.ir.ops import Conversion, Leaf, Place, StreamRead, Target
from dissgen.primitives.base import Bound, CheckContext
from dissgen.primitives.conversions import check_conversions, listed
from dissgen.reader import ScalarNode
from dissgen.spec.tree import Element, name_of
from dissgen.types import Type

TRANSFORMS: Final = ("dot_unstuff", "zlib", "gzip", "deflate", "base64", "quoted_printable")


@dataclass(frozen=True, slots=True)
class Value:
    """What becomes of the bytes of a leaf. `field` None: the value goes nowhere."""

    field: str | None
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    stream: str | None
    transforms: tuple[str, ...]

    @property
    def target(self) -> Target:
        return Target(self.field)


@dataclass(frozen=True, slots=True)
class BoundLeaf(Bound):
    """A leaf and what becomes of its value."""

    result: Value


def check_value(element: Element, context: CheckContext, raw: Type) -> Value | None:
    """The modifiers of a leaf whose unconverted value is of type `raw`; defines its field."""
    stream_name, field = element.name("stream"), element.field
    stream = streamed(element, context)
    converted = check_conversions(element, context, raw)
    transforms = check_transforms(element, context, stream_name is not None)
    constant = _constant(element, context, converted[1] if converted is not None else None)
    keeps = stream_name is None or element.kind in ("token", "name")
    if field is not None and not keeps:
        context.diagnostics.error(
            "DG222",
            f"`{field.text}` would keep what is streamed",
            field.span,
            "a streamed element has no value",
            help="leave `field` out, or `stream`",
        )
    elif field is not None:
        context.define(field, converted[1] if converted is not None else None)
    if converted is None or transforms is None or (stream_name is not None and stream is None):
        return None
    steps, type_ = converted
    return Value(field.text if field is not None else None, steps, type_, constant, stream, transforms)


def streamed(element: Element, context: CheckContext) -> str | None:
    """The stream event of an element's `stream`."""
    name = element.name("stream")
    if name is not None and context.in_union:
        context.diagnostics.error(
            "DG221",
            "a stream where bytes may be read more than once",
            name.span,
            "they would be delivered more than once",
            help="stream it outside of the `union`, `try` or `at`",
        )
    return context.stream(name) if name is not None else None


def yielded(value: Value) -> Type | None:
    """The type of what a leaf yields: nothing where it is streamed."""
    return None if value.stream is not None and value.field is None else value.type


def check_transforms(element: Element, context: CheckContext, streamed: bool) -> tuple[str, ...] | None:
    names: list[str] = []
    for node in listed(element.get("transform")):
        name = name_of(node)
        if name is None or name.text not in TRANSFORMS:
            span = name.span if name is not None else node.span
            context.diagnostics.error(
                "DG225", "unknown transform", span, "", help=f"there is `{', '.join(TRANSFORMS)}`"
            )
            return None
        if not streamed:
            context.diagnostics.error(
                "DG225", "a transform of what is not streamed", name.span, "", help="add `stream: event`"
            )
            return None
        names.append(name.text)
    return tuple(names)


def _constant(element: Element, context: CheckContext, type_: Type | None) -> str | int | None:
    node = element.get("const")
    if not isinstance(node, ScalarNode) or type_ is None:
        return None
    if element.kind not in ("token", "name", "number", "varint", "flag"):
        context.diagnostics.error(
            "DG226", "`const` stands at a token or a number", node.span, "", help="write a `verify` behind it"
        )
        return None
    value = context.constant(node, type_)
    return value if isinstance(value, str | int) else None


def with_stream(leaf: Leaf, value: Value, place: Place) -> Leaf | StreamRead:
    """The operation of a leaf, streamed if its element says so."""
    return leaf if value.stream is None else StreamRead(leaf, value.stream, value.transforms, place)
