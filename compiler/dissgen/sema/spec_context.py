"""What every part of the analysis shares: the diagnostics, what is used, what is broken."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from dissgen.diagnostics import Diagnostics, suggest
from dissgen.ir.expressions import Binding, BindingKind, Matches, Peek, Typed, names, walk
from dissgen.reader import Node, ScalarNode
from dissgen.sema.expressions import Fact, check
from dissgen.sema.expressions.scope import Scope
from dissgen.spec.expressions import Written, parse, path_of
from dissgen.spec.tree import Name
from dissgen.types import INT, STR, BoolType, BytesType, EnumType, FloatType, Type, is_int, show

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_SECTIONS: Final = {
    BindingKind.VARIABLE: "variables",
    BindingKind.MESSAGE_VARIABLE: "variables",
    BindingKind.DIRECTION_VARIABLE: "variables",
    BindingKind.TABLE: "tables",
    BindingKind.CONDITION: "conditions",
    BindingKind.ENUM: "enums",
}


def folded(name: str) -> str:
    """A name without what makes two names only look different."""
    return name.replace("_", "").lower()


def _as_written(found: str, places: Mapping[str, Name], user: Name) -> str:
    """What a name is called where it is to be used: imported ones have another name there than in their own file."""
    place = places.get(found)
    if place is None or place.span.text == found or not found.endswith(f"_{place.span.text}"):
        return found
    own = place.span.text
    return own if place.span.source == user.span.source else f"{found.removesuffix(own)[:-1]}.{own}"


def _is_lost(node: ast.Attribute, scope: BreakableScope) -> bool:
    """Whether it is `parent.x` or `root.x`, and that was reported."""
    path = path_of(node)
    return path is not None and scope.is_broken(".".join(path))


class BreakableScope(Scope, Protocol):
    """A scope that knows which of its names could not be resolved, so that their use is not reported again."""

    def is_broken(self, name: str) -> bool: ...


@dataclass(slots=True)
class SpecContext:
    """One compilation's shared state.

    `broken_fields` are fields, of any record, whose types could not be found out: expressions that read one are passed
    over in silence. `used` has the names that are referred to, by section.
    """

    diagnostics: Diagnostics
    broken_fields: set[str] = field(default_factory=set)
    used: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    enums: dict[str, EnumType] = field(default_factory=dict)
    _names: dict[tuple[str, str], Name] = field(default_factory=dict)

    def use(self, section: str, name: str) -> None:
        self.used[section].add(name)

    def check_name(self, name: Name, kind: str = "") -> None:
        """Names of the sections are identifiers; two of one `kind` that differ in case and `_` alone are refused.

        Such names would be told apart by nobody, and constants and classes of the output are named after them.
        """
        text = name.text
        if not IDENTIFIER.fullmatch(text):
            self.diagnostics.error(
                "DG204", f"`{text}` is no name", name.span, "", help="letters, digits and `_`, no digit first"
            )
            return
        if text.startswith("__"):
            self.diagnostics.error(
                "DG204", f"`{text}` begins with two `_`", name.span, "", help=f"write `{text.lstrip('_') or 'name'}`"
            )
        first = self._names.setdefault((kind, folded(text)), name) if kind else name
        if first.text != text:
            self.diagnostics.error(
                "DG202",
                f"the {kind}s `{first.text}` and `{text}` differ in case and `_` alone",
                name.span,
                "too alike",
                also=[(first.span, "the other one")],
                help="give one of them another name",
            )

    def unknown(
        self,
        what: str,
        name: Name,
        known: Iterable[str],
        places: Mapping[str, Name],
        label: str,
        diagnostics: Diagnostics | None = None,
    ) -> None:
        """Report a name that is not defined, with the place of the one that looks like it."""
        similar = suggest(name.text, known)
        also = (
            [(places[similar].span, f"{what} with a similar name")] if similar is not None and similar in places else []
        )
        found = diagnostics if diagnostics is not None else self.diagnostics
        found.error(
            "DG201",
            f"unknown {what.removeprefix('a ').removeprefix('an ')} `{name.text}`",
            name.span,
            label,
            also=also,
            help=f"write `{_as_written(similar, places, name)}`" if similar else (),
        )

    def expression(
        self,
        node: Node | None,
        scope: BreakableScope,
        expected: Type | None = None,
        *,
        narrowed: frozenset[Fact] = frozenset(),
        allow_missing: bool = False,
        diagnostics: Diagnostics | None = None,
    ) -> Typed | None:
        """The typed tree of a scalar's expression; None where something was reported, now or before."""
        found = diagnostics if diagnostics is not None else self.diagnostics
        if not isinstance(node, ScalarNode):
            if node is not None:
                help_ = (
                    f"write `'{node.span.text}'`" if "\n" not in node.span.text and "'" not in node.span.text else ()
                )
                found.error("DG301", "an expression is a string, a number or a boolean", node.span, "", help=help_)
            return None
        written = parse(node, found)
        if written is None or self.reads_broken(written, scope):
            return None
        typed = check(written, scope, found, expected, narrowed=narrowed, allow_missing=allow_missing)
        if typed is not None:
            self.record_use(typed)
        return typed

    def reads_broken(self, written: Written, scope: BreakableScope) -> bool:
        """Whether it reads something whose definition was reported already."""
        for node in ast.walk(written.tree):
            if isinstance(node, ast.Name) and scope.is_broken(node.id):
                self._record_names(written)
                return True
            if isinstance(node, ast.Attribute) and (node.attr in self.broken_fields or _is_lost(node, scope)):
                self._record_names(written)
                return True
        return False

    def _record_names(self, written: Written) -> None:
        """An expression that is passed over still uses its names."""
        for node in ast.walk(written.tree):
            if isinstance(node, ast.Name):
                for section in ("variables", "tables", "conditions", "tokens", "enums"):
                    self.use(section, node.id)

    def record_use(self, typed: Typed) -> None:
        """Note the variables, tables, conditions and tokens that a tree reads."""
        for binding in names(typed):
            section = _SECTIONS.get(binding.kind)
            if section is not None:
                self.use(section, binding.name)
            if binding.definition is not None:
                self.record_use(binding.definition)
        for node in walk(typed):
            token = node.token if isinstance(node, Matches) else None
            if isinstance(node, Peek) and node.kind == "token":
                token = str(node.argument)
            if token is not None:
                self.use("tokens", token)
                self.use("matched", token)

    def constant(self, node: ScalarNode, type_: Type) -> str | int | float | bool | bytes | None:
        """A YAML value as a constant of a type; None after reporting that it is none."""
        value = node.value
        if isinstance(type_, EnumType) and not isinstance(value, int):
            return self._member(node, type_)
        if type_ == STR and isinstance(value, str):
            return value
        if isinstance(type_, BoolType) and isinstance(value, bool):
            return value
        if is_int(type_) and isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(type_, FloatType) and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(type_, BytesType) and isinstance(value, str):
            try:
                return value.encode("latin-1")
            except UnicodeEncodeError:
                pass
        help_: str | tuple[str, ...] = ()
        if type_ == STR:
            help_ = f"write `'{node.span.text}'`"
        elif type_ == INT and isinstance(value, str) and value.isdecimal():
            help_ = f"write `{int(value)}`"
        self.diagnostics.error(
            "DG206",
            f"`{node.span.text}` is no `{show(type_)}`",
            node.span,
            f"`{show(type_)}` is needed here",
            help=help_,
        )
        return None

    def _member(self, node: ScalarNode, type_: EnumType) -> int | None:
        """The number of a member that is written by its name."""
        members = dict(type_.members)
        text = node.value if isinstance(node.value, str) else node.span.text
        self.use("enums", type_.name)
        if text in members:
            return members[text]
        similar = suggest(text, members)
        self.diagnostics.error(
            "DG206",
            f"the enum `{type_.name}` has no member `{text}`",
            node.span,
            "unknown",
            help=f"write `{similar}`" if similar else "write the number, or add a member",
        )
        return None

    def enum(self, name: str) -> Binding | None:
        """What the name of an enum stands for in an expression."""
        found = self.enums.get(name)
        return None if found is None else Binding(BindingKind.ENUM, name, found)
