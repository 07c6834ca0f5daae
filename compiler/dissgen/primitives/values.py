"""What the kinds that yield one value share: `field`, `convert`, `const`, `stream`, `transform`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dissgen.ir.expressions import Typed
from dissgen.ir.ops import Conversion, Leaf, Place, StreamRead, Target, Transform
from dissgen.primitives.base import Bound, CheckContext
from dissgen.primitives.conversions import check_conversions, listed
from dissgen.reader import MappingNode, Node, ScalarNode
from dissgen.spec.tree import Element, Name, name_of
from dissgen.types import BYTES, Type, is_int, show

TRANSFORMS: Final = ("dot_unstuff", "zlib", "gzip", "deflate", "base64", "quoted_printable", "xor")


@dataclass(frozen=True, slots=True)
class Value:
    """What becomes of the bytes of a leaf. `field` None: the value goes nowhere."""

    field: str | None
    conversions: tuple[Conversion, ...]
    type: Type
    constant: str | int | None
    stream: str | None
    transforms: tuple[Transform, ...]

    @property
    def kept_transforms(self) -> tuple[Transform, ...]:
        """What decodes the value of the field: of a stream nothing is kept, or the token as it was read."""
        return self.transforms if self.stream is None else ()

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
    transforms = check_transforms(element, context, kept=stream_name is not None or field is not None)
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
        report_again(name, context)
    return context.stream(name) if name is not None else None


def report_again(stream: Name, context: CheckContext) -> None:
    """Say that what may be read more than once is not streamed."""
    context.diagnostics.error(
        "DG221",
        "a stream where bytes may be read more than once",
        stream.span,
        "they would be delivered more than once",
        help="stream it outside of the `union`, `try` or `at`",
    )


def yielded(value: Value) -> Type | None:
    """The type of what a leaf yields: nothing where it is streamed."""
    return None if value.stream is not None and value.field is None else value.type


def check_transforms(element: Element, context: CheckContext, kept: bool) -> tuple[Transform, ...] | None:
    """The steps of `transform`, of what is streamed or `kept`; None after reporting what is wrong."""
    found: list[Transform] = []
    for node in listed(element.get("transform")):
        name = name_of(node)
        if isinstance(node, MappingNode):
            name = Name(str(node.entries[0][0].value), node.entries[0][0])
        if name is None or name.text not in TRANSFORMS:
            span = name.span if name is not None else node.span
            context.diagnostics.error(
                "DG225", "unknown transform", span, "", help=f"there is `{', '.join(TRANSFORMS)}`"
            )
            return None
        if not kept:
            context.diagnostics.error(
                "DG225",
                "a transform of what is not kept",
                name.span,
                "",
                help="add `field: name`, or `stream: event`",
            )
            return None
        key = _key(node, name, context)
        if name.text == "xor" and key is None:
            return None
        found.append(Transform(name.text, key))
    return tuple(found)


def _key(node: Node, name: Name, context: CheckContext) -> Typed | None:
    """The key of `xor`: a byte or several."""
    if name.text != "xor":
        return None
    if not isinstance(node, MappingNode):
        context.diagnostics.error("DG225", "xor with what?", name.span, "", help="write `{xor: key}`")
        return None
    key = context.expression(node.entries[0][1])
    if key is None or is_int(key.type) or key.type == BYTES:
        return key
    context.diagnostics.error(
        "DG305",
        f"a key is `int` (one byte) or `bytes`, this is `{show(key.type)}`",
        node.entries[0][1].span,
        f"`{show(key.type)}`",
    )
    return None


def _constant(element: Element, context: CheckContext, type_: Type | None) -> str | int | None:
    node = element.get("const")
    if not isinstance(node, ScalarNode) or type_ is None:
        return None
    value = context.constant(node, type_)
    return value if isinstance(value, str | int) else None


def with_stream(leaf: Leaf, value: Value, place: Place) -> Leaf | StreamRead:
    """The operation of a leaf, streamed if its element says so."""
    return leaf if value.stream is None else StreamRead(leaf, value.stream, value.transforms, place)
