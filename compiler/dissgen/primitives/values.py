"""What the kinds that yield one value share: `field`, `convert`, `const`, `stream`, `transform`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from dissgen.diagnostics import suggest
from dissgen.ir.ops import Conversion, Leaf, Place, StreamRead, Target
from dissgen.primitives.base import Bound, CheckContext
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.tree import Element, name_of
from dissgen.text import Span
from dissgen.types import BYTES, FLOAT, INT, STR, Type, is_int, show

ConversionKind: TypeAlias = Literal["int", "float", "upper", "lower", "strip", "hex"]

_CONVERSIONS: Final[Mapping[str, tuple[ConversionKind, Type, Type]]] = {
    "int": ("int", STR, INT),
    "float": ("float", STR, FLOAT),
    "upper": ("upper", STR, STR),
    "lower": ("lower", STR, STR),
    "strip": ("strip", STR, STR),
    "hex": ("hex", BYTES, STR),
}
TRANSFORMS: Final = ("dot_unstuff",)


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
    stream = context.stream(stream_name) if stream_name is not None else None
    if stream_name is not None and context.in_union:
        context.diagnostics.error(
            "DG221",
            "a stream inside a union",
            stream_name.span,
            "its bytes would be read more than once",
            help="stream the member that needs it outside the union",
        )
    converted = _conversions(element, context, raw)
    transforms = _transforms(element, context, stream_name is not None)
    converted = _with_enum(element, context, converted)
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


def yielded(value: Value) -> Type | None:
    """The type of what a leaf yields: nothing where it is streamed."""
    return None if value.stream is not None and value.field is None else value.type


def _listed(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.items if isinstance(node, SequenceNode) else (node,)


def _conversions(element: Element, context: CheckContext, raw: Type) -> tuple[tuple[Conversion, ...], Type] | None:
    steps: list[Conversion] = []
    type_ = raw
    signed_node = element.get("signed")
    signed = isinstance(signed_node, ScalarNode) and signed_node.value is True
    for node in _listed(element.get("convert")):
        base = 10
        if isinstance(node, MappingNode) and node.get("enum") is not None:
            type_or_none = _enum(node.get("enum"), context, type_)
            if type_or_none is None:
                return None
            type_ = type_or_none
            continue
        if isinstance(node, MappingNode) and node.entries:
            key, argument = node.entries[0]
            word, span = str(key.value), key.span
            base = argument.value if isinstance(argument, ScalarNode) and isinstance(argument.value, int) else 0
        elif isinstance(node, ScalarNode):
            word, span = str(node.value), node.span
        else:
            return None
        step = _conversion(word, span, context, base, type_, signed)
        if step is None:
            return None
        steps.append(step)
        type_ = _CONVERSIONS[word][2]
    return tuple(steps), type_


def _with_enum(
    element: Element, context: CheckContext, converted: tuple[tuple[Conversion, ...], Type] | None
) -> tuple[tuple[Conversion, ...], Type] | None:
    """`enum: E`, short for that conversion."""
    node = element.get("enum")
    if node is None or converted is None:
        return converted
    type_ = _enum(node, context, converted[1])
    return None if type_ is None else (converted[0], type_)


def _enum(node: Node | None, context: CheckContext, type_: Type) -> Type | None:
    """A number becomes one of an enum; None after reporting why not."""
    name = name_of(node) if node is not None else None
    found = context.enum(name) if name is not None else None
    if name is None or found is None:
        return None
    if not is_int(type_):
        context.diagnostics.error(
            "DG224", f"an enum is a number, this is `{show(type_)}`", name.span, f"given `{show(type_)}`"
        )
        return None
    return found


def _conversion(
    word: str, span: Span, context: CheckContext, base: int, type_: Type, signed: bool
) -> Conversion | None:
    known = _CONVERSIONS.get(word)
    if known is None:
        similar = suggest(word, _CONVERSIONS)
        context.diagnostics.error(
            "DG223",
            f"unknown conversion `{word}`",
            span,
            "",
            help=f"write `{similar}`" if similar else f"there are {', '.join(_CONVERSIONS)}",
        )
        return None
    kind, needed, _ = known
    if type_ != needed:
        context.diagnostics.error(
            "DG224", f"`{word}` converts `{show(needed)}`, this is `{show(type_)}`", span, f"given `{show(type_)}`"
        )
        return None
    if kind == "int" and not 2 <= base <= 36:
        context.diagnostics.error("DG223", "a base is a number from 2 to 36", span, "", help="write `int: 16`")
        return None
    return Conversion(kind, base, signed and kind == "int")


def _transforms(element: Element, context: CheckContext, streamed: bool) -> tuple[str, ...] | None:
    names: list[str] = []
    for node in _listed(element.get("transform")):
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
