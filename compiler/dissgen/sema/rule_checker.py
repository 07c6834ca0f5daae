"""One rule while it is being checked: what the primitives see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Binding, BindingKind, Typed
from dissgen.ir.expressions import Name as TypedName
from dissgen.primitives import BY_KIND, Bound, RuleUse
from dissgen.primitives.base import Alternative
from dissgen.primitives.converted import ConvertedPrimitive, is_converted, settle
from dissgen.primitives.join import JoinPrimitive, joins
from dissgen.primitives.let import BoundLet
from dissgen.primitives.record import BoundRecord
from dissgen.primitives.use import BoundCall
from dissgen.primitives.within import WithinPrimitive
from dissgen.reader import Node, ScalarNode
from dissgen.sema import choices, effects, surroundings
from dissgen.sema.arguments import given_arguments
from dissgen.sema.bit_position import BitPosition, Positioned
from dissgen.sema.branches import Branches
from dissgen.sema.definitions import Definitions
from dissgen.sema.deriving import Derivations
from dissgen.sema.expressions.cases import Cases
from dissgen.sema.field_names import check_field_name
from dissgen.sema.joining import Joining
from dissgen.sema.paths import Paths
from dissgen.sema.reserved import RESERVED
from dissgen.sema.rule_scope import FieldState, RuleNames, RuleScope
from dissgen.spec.machine import parse_arguments
from dissgen.spec.tree import Element, Name
from dissgen.text import Span
from dissgen.types import NONE, RecordType, Type, one_of, optional, show

if TYPE_CHECKING:
    from dissgen.sema.rules import Rules

T = TypeVar("T")

MAXIMUM_MERGES: Final = 256
"""How many rules one rule may merge, directly and through others."""


class RuleChecker(Positioned, Definitions, Branches, Paths, Joining, RuleNames):
    """Implements `primitives.CheckContext` for one rule."""

    def __init__(
        self, rules: Rules, name: str, parameters: dict[str, Type | None], outer: RuleChecker | None = None
    ) -> None:
        super().__init__(parameters, outer)
        self.rules = rules
        definition = rules.definitions.get(name)
        orders = (outer.endian, outer.bits) if outer is not None else ("big", "msb")
        if definition is not None:
            orders = (definition.endian, definition.bits)
        self.latest: dict[str, Type] = {}
        self.depth = 0
        self.position = BitPosition(*orders, rules.context.diagnostics)
        self.name = name
        self.derivations = Derivations(self)
        self.variables = rules.variables
        self.streams: set[str] = set()
        self.hidden: set[str] = set()
        """Parameters of merged rules: locals here."""
        self.calls: list[str] = []
        self.effects: set[str] = set()
        self.raises: set[str] = set()
        self.unread: list[tuple[Name, str]] = []
        """What a `trigger` gave as None, because it had not been read there."""
        self.around = outer
        self.in_union = outer is not None and outer.in_union
        self.one_of: set[str] = set()
        """Fields of branches, whose cases may differ."""
        self.cases: list[Cases] = []
        self.aliases: dict[str, str] = {}
        self._merges: list[int] = outer._merges if outer is not None else [0]
        self._merging: tuple[str, ...] = (name, *(outer._merging if outer is not None else ()))

    @property
    def diagnostics(self) -> Diagnostics:
        return self.rules.context.diagnostics

    # Locals

    def local(self, name: str, *, own: bool = False) -> str:
        free, number = name, 2
        if free in self.rules.field_names or free in RESERVED:
            name = free = f"{self.name}_{name}"
        while self._is_taken(free) or (own and free in self.internal):
            free, number = f"{name}_{number}", number + 1
        self.internal.add(free)
        self.hidden.add(free)
        return free

    def _is_taken(self, name: str) -> bool:
        """Whether the name means something else; a local that another path has set may be set on this one too."""
        if name in self.internal:
            return self.present is None or name in self.present
        return name in self.rules.field_names or name in self.fields or name in RESERVED

    def local_type(self, name: str) -> Type | None:
        type_ = self.fields[name].type if name in self.fields else None
        always = self.present is None or name in self.present
        return type_ if type_ is None or always else optional(type_)

    # Names

    def is_token(self, name: str) -> bool:
        return name in self.rules.tokens

    def is_rule(self, name: str) -> bool:
        return name in self.rules

    @property
    def merging(self) -> tuple[str, ...]:
        """The rules whose elements are being read here, the innermost first, with the nested ones around."""
        return self._merging

    def seen(self, name: str) -> Binding | None:
        return surroundings.seen(self, tuple(name.split(".")))

    def is_lost(self, name: str) -> bool:
        return surroundings.is_broken(self, name)

    def unseen(self, name: str) -> str | None:
        return surroundings.explain(self, name)

    def yields_record(self, rule: str) -> bool:
        return rule not in self.rules or self.rules.is_record(rule)

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        return self.rules.fields_of(record)

    def table(self, name: str) -> Binding | None:
        return self.rules.table(name) or self.rules.context.enum(name)

    def message_variables(self) -> Iterable[str]:
        return self.rules.message_variables

    def message_variable(self, name: str) -> Binding | None:
        type_ = self.rules.message_variables.get(name)
        return None if type_ is None else Binding(BindingKind.MESSAGE_VARIABLE, name, type_)

    def is_broken_table(self, name: str) -> bool:
        return name in self.rules.broken_tables or self.rules.message_variables.get(name, NONE) is None

    def table_names(self) -> Iterable[str]:
        return (*self.rules.tables, *self.rules.context.enums)

    def unknown_element(self, name: Name) -> None:
        places = {**self.rules.tokens.places(), **self.rules.places()}
        self.rules.context.unknown("a token or rule", name, places, places, "not defined in `tokens` or `grammar`")

    # Expressions and tokens

    def expression(
        self,
        node: Node | None,
        expected: Type | None = None,
        *,
        item: Type | None = None,
        loop: bool = False,
        allow_missing: bool = False,
    ) -> Typed | None:
        scope = RuleScope(self, item, loop)
        return self.rules.context.expression(node, scope, expected, allow_missing=allow_missing)

    def constant(self, node: ScalarNode, type_: Type) -> str | int | float | bool | bytes | None:
        return self.rules.context.constant(node, type_)

    def token(self, node: ScalarNode, field: str | None) -> str | None:
        return self.rules.tokens.token(node, self._places(field))

    def terminator(self, node: ScalarNode, field: str | None) -> str | None:
        return self.rules.tokens.terminator(node, self._places(field))

    def _places(self, field: str | None) -> tuple[str, ...]:
        rule = self._merging[0]
        if field is None or field.startswith("_"):
            return (rule, f"{rule}_token")
        return (field, f"{rule}_{field}")

    def token_minimum(self, token: str) -> int:
        return self.rules.tokens.minimum(token)

    def derived(self, name: str, span: Span) -> Typed | None:
        return self.derivations.derived(name, span)

    # Elements

    def element(self, element: Element) -> Bound | None:
        if element.kind in ("record", "sequence") and element.field is None:
            self.derivations.note(element)
        return self.derivations.around(element, lambda: self._element(element))

    def _element(self, element: Element) -> Bound | None:
        kind = "token" if element.kind == "name" and self.is_token(element.span.text) else element.kind
        within = element.get("within") is not None
        self.position.needs_byte("within" if within else kind, element.span)
        if not within:
            settled = settle(element, self)
            if settled is None:
                return None
            element = settled
        if within or joins(element):
            return (WithinPrimitive() if within else JoinPrimitive()).check(element, self)
        if element.kind == "sequence":
            self.rules.sequences.setdefault(self.name, element.span)
        if is_converted(element, self):
            return ConvertedPrimitive().check(element, self)
        primitive = BY_KIND[element.kind]
        with self.position.inside(element):
            return primitive.check(element, self)

    def define(self, name: Name, type_: Type | None) -> None:
        text, kept = name.text, type_
        if not self._acceptable(name):
            return
        before = self.fields.get(text)
        if before is not None and self.present is not None and text in self.present:
            self.diagnostics.error(
                "DG203",
                f"the field `{text}` is set twice on one path",
                name.span,
                "set again",
                also=[(before.span, "set here first")],
                help="give one of them another name",
            )
            return
        if text in self.one_of and before is not None and before.type is not None and type_ is not None:
            if before.type != type_:
                type_ = one_of(before.type, type_)
                self.fields[text] = FieldState(type_, before.span)
        elif before is not None and before.type is not None and type_ is not None and before.type != type_:
            self.diagnostics.error(
                "DG205",
                f"the field `{text}` is `{show(before.type)}` on one path and `{show(type_)}` on another",
                name.span,
                f"`{show(type_)}`",
                also=[(before.span, f"`{show(before.type)}`")],
                help="convert one of them, give it another name, or write `field` at the `branch`: it is either then",
            )
            type_ = None
        if type_ == NONE:
            self.diagnostics.error("DG305", f"`{text}` has no value but None", name.span, "", help="leave it out")
            type_ = None
        if type_ is None:
            self.rules.context.broken_fields.add(text)
        if before is None or type_ is None:
            self.fields[text] = FieldState(type_, name.span)
        if self.present is not None:
            self.present.add(text)
        if type_ is not None:
            self.latest[text] = kept if text in self.one_of and kept is not None else type_

    def _acceptable(self, name: Name) -> bool:
        text = name.text
        correct = check_field_name(name, self.rules.context)
        if correct and text in self.parameters and text not in self.captured:
            self.diagnostics.error(
                "DG204",
                f"the field `{text}` has the name of a parameter",
                name.span,
                "",
                help="give one of them another name",
            )
            correct = False
        if not correct:
            self.fields.setdefault(text, FieldState(None, name.span))
            self.rules.context.broken_fields.add(text)
        return correct

    def final_type(self, name: str) -> Type | None:
        """The field's type in the record: an optional where not every path has set it, or it is read before that."""
        type_ = self.fields[name].type
        always = self.present is None or name in self.present
        if type_ is None or name in self.internal or (always and name not in self.early):
            return type_
        return optional(type_)

    def may_differ(self, field: Name) -> None:
        if field.text not in self.fields:
            self.one_of.add(field.text)

    def elsewhere(self, arm: Callable[[], T], span: Span) -> T:
        self.rules.looking_back.setdefault(self.name, span)
        bit, self.position.bit = self.position.bit, 0
        try:
            (found,) = self.members([arm])
        finally:
            self.position.bit = bit
        return found

    def never_returns(self) -> None:
        self.present = None

    def stream(self, name: Name) -> str | None:
        event = self.rules.events.get(name.text)
        if event is None:
            places = {key: item.name for key, item in self.rules.events.items()}
            self.rules.context.unknown("an event", name, places, places, "not defined in `events`")
            return None
        self.rules.context.use("events", name.text)
        if event.stream is None:
            self.diagnostics.error(
                "DG211",
                f"`{name.text}` is no stream event",
                name.span,
                "streamed to",
                also=[(event.name.span, "defined here")],
                help=f"define it as `{name.text}: {{stream: bytes}}`",
            )
            return None
        self.streams.add(name.text)
        self.rules.fed.add(name.text)
        return name.text

    def assigned(self, element: Element) -> effects.Values | None:
        return effects.assigned(self, element)

    def triggered(self, element: Element, event: Name) -> effects.Values | None:
        return effects.triggered(self, element, event)

    def raised(self, element: Element, event: Name) -> effects.Values | None:
        return effects.raised(self, element, event)

    def alternative(self, element: Element, number: int) -> Alternative | None:
        return choices.alternative(self, element, number)

    # Rules

    def call(self, rule: Name, arguments: Node | None) -> RuleUse | None:
        if rule.text not in self.rules:
            self.rules.unknown(rule)
            parse_arguments(arguments)
            return None
        self.rules.context.use("grammar", rule.text)
        self.position.needs_byte("rule", rule.span)
        self.rules.value_uses.append((rule.text, rule.span))
        given, around = given_arguments(self, rule, arguments), surroundings.provided(self, rule)
        assumed = self.rules.assumed(rule.text)
        if self.rules.is_open(rule.text) and not self.rules.is_record(rule.text) and assumed is None:
            self.diagnostics.error(
                "DG214",
                f"the value of `{rule.text}` depends on itself",
                rule.span,
                "recursion",
                help="give the rule a `record` around its elements",
            )
            return None
        model = self.rules.model(rule.text)
        type_ = assumed or self.rules.type_of(rule.text)
        self.calls.append(rule.text)
        if self.in_union:
            self.rules.union_calls.append((rule.text, rule.span))
        if given is None or around is None or type_ is None or (model is not None and model.body is None):
            return None
        return RuleUse(rule.text, (*given, *around), type_, model.minimum if model is not None else 1)

    def merge(self, rule: Name, arguments: Node | None) -> Bound | None:
        if rule.text not in self.rules:
            self.rules.unknown(rule)
            return None
        if not self.rules.is_record(rule.text):
            use = self.call(rule, arguments)
            if use is None:
                return None
            return BoundCall("use", rule.span, use.minimum, use.rule, None, use, None)
        self.rules.context.use("grammar", rule.text)
        if self.rules.definitions[rule.text].origin:
            self.diagnostics.error(
                "DG281",
                f"`{rule.text}` has an origin of its own",
                rule.span,
                "merged here",
                help=f"give it a field: `{{field: inner, use: {rule.text}}}`",
            )
            return None
        if rule.text in self._merging:
            self.diagnostics.error(
                "DG214",
                f"`{rule.text}` would merge its own fields without end",
                rule.span,
                "recursion",
                help=f"give the inner one a field: `{{field: inner, use: {rule.text}}}`",
            )
            return None
        given = given_arguments(self, rule, arguments)
        if given is None or surroundings.provided(self, rule) is None:
            return None
        lets: list[Bound] = []
        for name, value in given:
            if isinstance(value, TypedName) and value.binding.name == name:
                continue
            self.define(Name(name, ScalarNode(rule.span, name)), value.type)
            self.hidden.add(name)
            self.also_called(name, value)
            lets.append(BoundLet("let", rule.span, 0, "", None, name, value))
        if not self._may_merge(rule):
            return None
        before, self._merging = self._merging, (rule.text, *self._merging)
        definition = self.rules.definitions[rule.text]
        try:
            with self.position.using(definition.endian, definition.bits):
                body = self.element(definition.element)
        finally:
            self.rules.leave()
            self._merging = before
        if body is None:
            return None
        if not lets:
            return body
        return BoundRecord("record", rule.span, body.minimum, body.source, None, (*lets, body))

    def _may_merge(self, rule: Name) -> bool:
        """A rule that is merged twice into one that is merged twice ... would make a body without measure."""
        self._merges[0] += 1
        if self._merges[0] > MAXIMUM_MERGES:
            self.diagnostics.error(
                "DG214",
                f"`{self.name}` merges over {MAXIMUM_MERGES} rules",
                rule.span,
                "too many",
                help=f"give it a field: `{{field: inner, use: {rule.text}}}`",
            )
            return False
        return self.rules.enter(rule)

    def outline(self, element: Element, name: str, *, valued: bool = False) -> RuleUse | None:
        inner = Element(
            element.kind,
            element.argument,
            element.span,
            element.children,
            element.cases,
            tuple(item for item in element.modifiers if item.key.value != "field"),
        )
        self.position.needs_byte("rule", element.span)
        model, captured = self.rules.outline(inner, f"{self.name}_{name}", self, valued)
        self.calls.append(model.name)
        if model.body is None:
            return None
        arguments = tuple((key, TypedName(binding, binding.type, element.span)) for key, binding in captured.items())
        return RuleUse(model.name, arguments, model.type, model.minimum)
