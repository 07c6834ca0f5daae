"""`transform`, `convert`, `enum` and `const` at elements that do not apply them to the bytes they read themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from dissgen.ir import ops
from dissgen.ir.expressions import Binding, BindingKind
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives.base import Bound, CheckContext, LowerContext, Primitive
from dissgen.primitives.conversions import check_conversions, listed
from dissgen.primitives.values import check_transforms
from dissgen.reader import ScalarNode, SequenceNode
from dissgen.spec.tree import Element, Modifier
from dissgen.types import BYTES, ListType, MapType, OneOfType, OptionalType, RecordType, Type, show

CHANGES: Final = ("transform", "convert", "enum", "const")
"""What makes another value of a value, or says which one it is, in the order in which it is applied."""

_OWN_CONST: Final = ("token", "number", "varint", "flag")
_LEAVES: Final = (*_OWN_CONST, "float", "bytes", "text")
_AROUND: Final = ("branch", "optional", "try", "at")
_WITHOUT_VALUE: Final = ("empty", "fail")
_SEVERAL: Final = ("record", "sequence", "union", "array")


@dataclass(frozen=True, slots=True)
class BoundConverted(Bound):
    """`body` reads what `raw` then holds."""

    body: Bound
    raw: str
    raw_type: Type
    transforms: tuple[ops.Transform, ...]
    conversions: tuple[ops.Conversion, ...]
    constant: str | int | float | bool | bytes | None
    field: str | None


class ConvertedPrimitive(Primitive):
    """No kind of its own: an element whose value is another one's is bound as this, with itself inside."""

    kind = "converted"
    doc = "What becomes of the value of a rule, or which value it must be."

    def check(self, element: Element, context: CheckContext) -> Bound | None:
        field, stream = element.field, element.name("stream")
        given = changes(element)
        if stream is not None and element.kind in _LEAVES:
            context.diagnostics.error(
                "DG222", "`const` of what is streamed", stream.span, "a streamed element has no value"
            )
            return None
        kept = tuple(item for item in element.modifiers if item.key.value not in given)
        raw = field.text if field is not None and given == ["const"] else ""
        if not raw:
            raw = context.local("value" if field is None else f"{field.text.lstrip('_')}_value", own=True)
            own = Modifier(ScalarNode(element.span, "field"), ScalarNode(element.span, raw))
            kept = (*(item for item in kept if item.key.value != "field"), own)
        body = context.element(replace(element, modifiers=kept))
        raw_type = context.local_type(raw)
        found = None if body is None or raw_type is None else self._steps(element, context, raw_type)
        if field is not None and raw != field.text:
            context.define(field, found[1] if found is not None else None)
        if body is None or raw_type is None or found is None:
            return None
        steps, type_, transforms, constant = found
        name = field.text if field is not None else None
        of = (self.kind, element.span, body.minimum, body.source)
        return BoundConverted(*of, type_, body, raw, raw_type, transforms, steps, constant, name)

    def _steps(
        self, element: Element, context: CheckContext, raw: Type
    ) -> (
        tuple[tuple[ops.Conversion, ...], Type, tuple[ops.Transform, ...], str | int | float | bool | bytes | None]
        | None
    ):
        """What is done to the value, and the type of what comes out; None after reporting what cannot be done."""
        if isinstance(raw, RecordType | ListType | MapType | OneOfType | OptionalType):
            _report(element, context, f"this yields `{show(raw)}`, not one value")
            return None
        node = next((item.value for item in element.modifiers if item.key.value == "transform"), None)
        if node is not None and element.get("stream") is None and raw != BYTES:
            context.diagnostics.error(
                "DG225", f"a transform of `{show(raw)}`", node.span, "bytes are transformed", help="write `bytes:`"
            )
            return None
        transforms = () if element.get("stream") is not None else check_transforms(element, context, kept=True)
        converted = check_conversions(element, context, raw)
        if converted is None or transforms is None:
            return None
        steps, type_ = converted
        wanted = element.get("const")
        if wanted is None:
            return steps, type_, transforms, None
        if isinstance(type_, ListType) or not isinstance(wanted, ScalarNode):
            _report(element, context, f"`{show(type_)}` is not one value")
            return None
        constant = context.constant(wanted, type_)
        return None if constant is None else (steps, type_, transforms, constant)

    def lower(self, bound: Bound, context: LowerContext) -> tuple[ops.Op, ...]:
        assert isinstance(bound, BoundConverted)
        source = TypedName(Binding(BindingKind.FIELD, bound.raw, bound.raw_type), bound.raw_type, bound.span)
        target = None if bound.field == bound.raw else bound.field
        assert bound.value is not None
        return (
            *(_named(op, bound.raw, bound.field) for op in context.lower(bound.body)),
            ops.Converted(
                source,
                ops.Target(target),
                bound.transforms,
                bound.conversions,
                bound.value,
                bound.constant,
                context.place(bound.span),
                bound.field,
            ),
        )


def _named(op: ops.Op, raw: str, field: str | None) -> ops.Op:
    """Errors name the field that the spec names."""
    return replace(op, field=field) if isinstance(op, ops.Leaf | ops.Call) and op.field == raw else op


def changes(element: Element) -> list[str]:
    """Those modifiers of an element that make another value of its value; a stream has its transforms itself."""
    streams = element.get("stream") is not None
    return [key for key in CHANGES if element.get(key) is not None and not (streams and key == "transform")]


def is_converted(element: Element, context: CheckContext) -> bool:
    """Whether the element is bound as a `ConvertedPrimitive`."""
    given = changes(element)
    kind = "token" if element.kind == "name" and context.is_token(element.span.text) else element.kind
    if kind in _LEAVES:
        return "const" in given and kind not in _OWN_CONST
    return bool(given) and kind in ("literal", "hex", "use", "name")


def settle(element: Element, context: CheckContext) -> Element | None:
    """The element with what is said around others said of those inside; None after reporting what nothing can do."""
    given = changes(element)
    if not given:
        return element
    if element.kind in _SEVERAL:
        if element.kind == "array":
            _report(element, context, "an array is no value: what is said of each item stands at the item")
            return None
        _report(element, context, f"a `{element.kind}` has fields, not one value")
        return None
    if element.kind not in _AROUND:
        return element
    outer = tuple(item for item in element.modifiers if item.key.value in given)
    children = [_with(child, outer, context) for child in element.children]
    cases = [replace(case, element=inner) for case in element.cases if (inner := _with(case.element, outer, context))]
    if any(child is None for child in children) or len(cases) < len(element.cases):
        return None
    return replace(
        element,
        modifiers=tuple(item for item in element.modifiers if item.key.value not in given),
        children=tuple(child for child in children if child is not None),
        cases=tuple(cases),
    )


def _with(child: Element, outer: tuple[Modifier, ...], context: CheckContext) -> Element | None:
    """An element with what was said around it: its own comes first."""
    if child.kind in _WITHOUT_VALUE:
        return child
    found = list(child.modifiers)
    for item in outer:
        word = str(item.key.value)
        behind = CHANGES[CHANGES.index(word) + (word in ("transform", "convert")) :]
        late = next((own for own in child.modifiers if own.key.value in behind), None)
        if late is not None:
            context.diagnostics.error(
                "DG233",
                f"`{word}` behind the `{late.key.value}` of what is inside",
                item.key.span,
                "applied last",
                also=[(late.key.span, "applied first")],
                help="say it of each element inside",
            )
            return None
        own = next((number for number, one in enumerate(found) if one.key.value == word), None)
        if own is None:
            found.append(item)
            continue
        both = (*listed(found[own].value), *listed(item.value))
        found[own] = Modifier(item.key, SequenceNode(item.value.span, both))
    return replace(child, modifiers=tuple(found))


def _report(element: Element, context: CheckContext, why: str) -> None:
    key = next(item.key for item in element.modifiers if item.key.value in changes(element))
    context.diagnostics.error(
        "DG233",
        f"`{key.value}` of what has no single value",
        key.span,
        why,
        also=[(element.span, "the element")],
        help="say it of an element inside",
    )
