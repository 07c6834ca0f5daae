"""`derive`: how a field follows from others, and `derived(field)`, which says what it should hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dissgen.ir.expressions import Binary, Binding, BindingKind, Call, Compare, Conditional, Constant, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives import Bound
from dissgen.primitives.base import BoundMarked
from dissgen.primitives.let import BoundLet
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode
from dissgen.spec.tree import Element, Name, name_of
from dissgen.text import Span
from dissgen.types import BOOL, BYTES, INT, EnumType, IntType, StrType

if TYPE_CHECKING:
    from dissgen.sema.rule_checker import RuleChecker

_ADDRESSES: Final = {"ipv4": 4, "ipv6": 16}


@dataclass(frozen=True, slots=True)
class Derivation:
    """`begin` and `end` are the locals that hold where the bytes are; `pseudo` the rules of pseudo-headers."""

    field: Name
    kind: str
    begin: str
    end: str
    of: Name | None
    pseudo: tuple[Name, ...]


class Derivations:
    """Those of one rule while it is being checked."""

    def __init__(self, checker: RuleChecker) -> None:
        self._checker = checker
        self._known: dict[str, Derivation] = {}
        self._begins: dict[str, list[str]] = {}
        self._ends: dict[str, list[str]] = {}

    # Declarations

    def note(self, record: Element) -> None:
        """The derivations of a record's fields, before any of them is read."""
        for index, child in enumerate(record.children):
            node = child.get("derive")
            if isinstance(node, MappingNode) and child.field is not None:
                self._note(record, index, child.field, node)

    def _note(self, record: Element, index: int, field: Name, node: MappingNode) -> None:
        places = {child.field.text: at for at, child in enumerate(record.children) if child.field is not None}
        other = next((value for key in ("size_of", "count_of") if (value := node.get(key)) is not None), None)
        counted = None if other is None else name_of(other)
        if counted is not None:
            if self._place(counted, places) is not None:
                kind = "size_of" if node.get("size_of") is not None else "count_of"
                self._add(Derivation(field, kind, *self._marks(field, counted, counted), counted, ()))
            return
        over = node.get("over")
        listed = over.items if isinstance(over, SequenceNode) else () if over is None else (over,)
        pseudo = tuple(name for item in listed if (name := name_of(item)) is not None)
        ranges = [item for item in listed if isinstance(item, MappingNode)]
        first, last = (name_of(part) for part in _ends(ranges[0])) if len(ranges) == 1 else (None, None)
        if first is None or last is None:
            self._error("the bytes of a checksum are one range of fields", node.span, "write `over: {from: f, to: g}`")
            return
        begin, end = self._place(first, places), self._place(last, places)
        if begin is None or end is None:
            return
        if not begin <= index <= end:
            self._error("a checksum stands in the bytes that it is over", field.span, "begin before it, end behind it")
            return
        if not _even(record.children[begin:index]) or not _is_word(record.children[index]):
            self._error(
                "the place of a checksum must be known",
                field.span,
                "let it be `number: 16` without `convert`, at an even number of bytes behind the first field, and "
                "between them only numbers, flags and what reads nothing",
            )
            return
        for name in pseudo:
            if not self._checker.is_rule(name.text):
                self._checker.unknown_element(name)
                return
            self._checker.rules.context.use("grammar", name.text)
        self._add(Derivation(field, "inet", *self._marks(field, first, last), None, pseudo))

    def _add(self, derivation: Derivation) -> None:
        self._known[derivation.field.text] = derivation

    def _marks(self, field: Name, first: Name, last: Name) -> tuple[str, str]:
        begin, end = self._checker.local(f"{field.text}_begin"), self._checker.local(f"{field.text}_end")
        self._begins.setdefault(first.text, []).append(begin)
        self._ends.setdefault(last.text, []).append(end)
        return begin, end

    def _place(self, name: Name, places: dict[str, int]) -> int | None:
        if name.text not in places:
            self._error(f"the record has no field `{name.text}`", name.span, "name a field of the same record")
            return None
        return places[name.text]

    def _error(self, title: str, span: Span, help_: str) -> None:
        self._checker.diagnostics.error("DG290", title, span, "", help=help_)

    # Where the bytes are

    def around(self, element: Element, check: Callable[[], Bound | None]) -> Bound | None:
        """The element, with what remembers the places around it."""
        field = element.field.text if element.field is not None else ""
        begins, ends = self._begins.pop(field, ()), self._ends.pop(field, ())
        before = tuple(self._mark(name, element) for name in begins)
        bound = check()
        behind = tuple(self._mark(name, element) for name in ends)
        if bound is None or not (before or behind):
            return bound
        return BoundMarked("marked", bound.span, bound.minimum, bound.source, bound.value, (*before, bound, *behind))

    def _mark(self, name: str, element: Element) -> Bound:
        checker = self._checker
        if checker.position.bit:
            self._error("bytes of a derivation begin and end at a byte", element.span, "fill the byte with `number`")
        checker.define(Name(name, ScalarNode(element.span, name)), INT)
        position = TypedName(Binding(BindingKind.POSITION, "position", INT), INT, element.span)
        return BoundLet("let", element.span, 0, "", None, name, position)

    # `derived(field)`

    def derived(self, name: str, span: Span) -> Typed | None:
        """What the field should hold; None after reporting why that is not known here."""
        derivation = self._known.get(name)
        checker = self._checker
        if derivation is None:
            self._error(f"`{name}` has no `derive` in this record", span, "write `derive` at the field")
            return None
        parts = [checker.binding(name), *(self._local(mark) for mark in (derivation.begin, derivation.end))]
        if None in parts or derivation.end not in (checker.present or ()):
            self._error(f"`derived({name})` before the bytes were read", span, "write it behind the last of them")
            return None
        own, begin, end = (TypedName(part, part.type, span) for part in parts if part is not None)
        match derivation.kind:
            case "size_of":
                return Binary("-", end, begin, INT, span)
            case "count_of" if derivation.of is not None:
                counted = checker.binding(derivation.of.text)
                return None if counted is None else Call("len", (TypedName(counted, counted.type, span),), INT, span)
            case _:
                checker.rules.looking_back.setdefault(checker.name, span)
                pseudo = [self._pseudo(rule) for rule in derivation.pseudo]
                if None in pseudo:
                    return None
                data = Call("between", (begin, end), BYTES, span)
                return Call("inet_checksum", (data, own, *(part for part in pseudo if part is not None)), INT, span)

    def _local(self, name: str) -> Binding:
        return Binding(BindingKind.FIELD, name, INT)

    def _pseudo(self, rule: Name) -> Typed | None:
        """The bytes of a pseudo-header, as the expression that gives them."""
        definition = self._checker.rules.definitions[rule.text]
        found = self._bytes(definition.element, rule)
        if found is None:
            return None
        return self._joined(found, rule, rule.span)

    def _joined(self, parts: list[Typed], rule: Name, span: Span) -> Typed | None:
        """One value of bytes; the words of what follows must not be torn apart."""
        sizes = [part.arguments[1] for part in parts if isinstance(part, Call) and len(part.arguments) == 2]
        if sum(size.value for size in sizes if isinstance(size, Constant) and isinstance(size.value, int)) % 2:
            self._checker.diagnostics.error(
                "DG291",
                "a pseudo-header of an odd number of bytes",
                span,
                "the checksum is over words of two bytes",
                also=[(rule.span, "used here")],
                help="fill it with `{number: 8, const: 0}`",
            )
            return None
        return parts[0] if len(parts) == 1 else Call("joined", tuple(parts), BYTES, span)

    def _bytes(self, element: Element, rule: Name) -> list[Typed] | None:
        match element.kind:
            case "record":
                parts = [self._bytes(child, rule) for child in element.children]
                return None if None in parts else [item for part in parts if part is not None for item in part]
            case "branch":
                return self._branch(element, rule)
            case "number":
                return self._number(element, rule)
            case "use" | "name" | "bytes":
                return self._address(element, rule)
            case _:
                return self._unfit(element, rule)

    def _unfit(self, element: Element, rule: Name) -> list[Typed] | None:
        self._checker.diagnostics.error(
            "DG291",
            "this cannot stand in a pseudo-header",
            element.span,
            "it is built from numbers of whole bytes, addresses, and branches of those",
            also=[(rule.span, "used as one here")],
            help="write numbers and addresses, as `dissgen explain DG291` shows",
        )
        return None

    def _number(self, element: Element, rule: Name) -> list[Typed] | None:
        bits = element.argument.value if isinstance(element.argument, ScalarNode) else None
        if not isinstance(bits, int) or bits % 8:
            return self._unfit(element, rule)
        size = Constant(bits // 8, INT, element.span)
        const = element.get("const")
        if element.field is None or const is not None:
            value = const.value if isinstance(const, ScalarNode) else 0
            if not isinstance(value, int):
                return self._unfit(element, rule)
            return [Call("number_bytes", (Constant(value, INT, element.span), size), BYTES, element.span)]
        named = self._value(element.field, (IntType, EnumType))
        return None if named is None else [Call("number_bytes", (named, size), BYTES, element.span)]

    def _address(self, element: Element, rule: Name) -> list[Typed] | None:
        """An address, by a rule of its own or in place."""
        whole = element
        name = name_of(element.argument)
        definitions = self._checker.rules.definitions
        if element.kind in ("use", "name") and name is not None and name.text in definitions:
            whole = definitions[name.text].element
        convert = whole.get("convert")
        size = _ADDRESSES.get(str(convert.value)) if isinstance(convert, ScalarNode) else None
        if whole.kind != "bytes" or size is None or element.field is None:
            return self._unfit(element, rule)
        named = self._value(element.field, (StrType,))
        if named is None:
            return None
        return [Call("address_bytes", (named, Constant(size, INT, element.span)), BYTES, element.span)]

    def _branch(self, element: Element, rule: Name) -> list[Typed] | None:
        """By the subject, which is an expression of the deriving rule."""
        subject = self._checker.expression(element.argument)
        if subject is None:
            return None
        result: Typed = Call("no_pseudo_header", (subject,), BYTES, element.span)
        for case in reversed(element.cases):
            parts = self._bytes(case.element, rule)
            if parts is None:
                return None
            value = self._joined(parts, rule, case.span)
            if value is None:
                return None
            tests = list(self._tests(subject, case.values))
            if not tests:
                result = value
                continue
            for test in reversed(tests):
                result = Conditional(test, value, result, BYTES, element.span)
        return [result]

    def _tests(self, subject: Typed, selectors: tuple[ScalarNode, ...]) -> Iterator[Typed]:
        for selector in selectors:
            value = self._checker.constant(selector, subject.type)
            if value is not None:
                yield Compare(subject, ("==",), (Constant(value, subject.type, selector.span),), BOOL, selector.span)

    def _value(self, field: Name, types: tuple[type, ...]) -> Typed | None:
        """A field or parameter of the deriving rule, by the name that the pseudo-header has for it."""
        found = self._checker.binding(field.text)
        if found is None or not isinstance(found.type, types):
            wanted = "a text" if StrType in types else "a number"
            self._checker.diagnostics.error(
                "DG291",
                f"the rule has no `{field.text}` for its pseudo-header, or it is not {wanted}",
                field.span,
                "",
                help=f"give the rule that derives a field or parameter `{field.text}`, before `derived`",
            )
            return None
        return TypedName(found, found.type, field.span)


def _ends(node: MappingNode) -> tuple[Node, Node]:
    nothing = ScalarNode(node.span, "")
    return node.get("from") or nothing, node.get("to") or nothing


def _is_word(element: Element) -> bool:
    return (
        element.kind == "number"
        and isinstance(element.argument, ScalarNode)
        and element.argument.value == 16
        and all(element.get(key) is None for key in ("convert", "enum", "signed", "endian", "within"))
    )


def _even(elements: tuple[Element, ...]) -> bool:
    """Whether they take a known, even number of bytes."""
    bits = 0
    for element in elements:
        if element.kind in ("verify", "let", "set"):
            continue
        argument = element.argument.value if isinstance(element.argument, ScalarNode) else None
        if element.get("within") is not None or element.kind not in ("number", "flag"):
            return False
        bits += 1 if element.kind == "flag" else argument if isinstance(argument, int) else 8
    return bits % 16 == 0
