"""What every part of the checker has at hand: the text, the scope, what is narrowed, and the common complaints."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Binding, Typed
from dissgen.sema.expressions.cases import Fact
from dissgen.sema.expressions.scope import Scope
from dissgen.spec.expressions import Written
from dissgen.text import Span
from dissgen.types import (
    BOOL,
    BYTES,
    FLOAT,
    INT,
    STR,
    BoolType,
    BytesType,
    DurationType,
    FloatType,
    ListType,
    MapType,
    NoneType_,
    OptionalType,
    StrType,
    TableType,
    Type,
    assignable,
    is_int,
    show,
)

_DEFAULTS: Final[Mapping[Type, str]] = {STR: '""', INT: "0", BOOL: "False", BYTES: 'b""', FLOAT: "0.0"}


@dataclass(frozen=True, slots=True)
class Context(ABC):
    """The state of one check; narrower contexts are copies."""

    written: Written
    scope: Scope
    diagnostics: Diagnostics
    narrowed: frozenset[Fact] = frozenset()
    locals: Mapping[str, Binding] = field(default_factory=dict)

    @abstractmethod
    def infer(self, node: ast.expr, expected: Type | None = None) -> Typed | None:
        """The typed tree of a node; None after reporting what is wrong.

        `expected` is a hint only (it gives `[]` its type), whoever passes it checks the result.
        """

    @abstractmethod
    def declared(self, node: ast.expr) -> Typed | None:
        """As `infer`, but without what tests have shown about this very node."""

    def knowing(self, facts: Iterable[Fact]) -> Self:
        """The context where this is so."""
        return replace(self, narrowed=self.narrowed | frozenset(facts))

    def binding(self, variable: Binding) -> Self:
        """The context inside a generator with this variable."""
        return replace(self, locals={**self.locals, variable.name: variable})

    def span(self, node: ast.expr | ast.keyword) -> Span:
        return self.written.span(node)

    def source(self, node: ast.expr) -> str:
        return self.written.source(node)

    def error(
        self, code: str, message: str, where: Span | ast.expr, label: str = "", help: str | Iterable[str] = ()
    ) -> None:
        """Report a mistake at a node or place."""
        span = self.written.span(where) if isinstance(where, ast.expr) else where
        lines = tuple(line for line in ((help,) if isinstance(help, str) else help) if line)
        self.diagnostics.error(code, message, span, label, help=lines)

    def require(self, node: ast.expr, expected: Type) -> Typed | None:
        """The typed tree of a node that must be of the expected type."""
        typed = self.infer(node, expected)
        if typed is None:
            return None
        if not assignable(typed.type, expected):
            self.mismatch(node, typed.type, expected)
            return None
        return typed

    def mismatch(self, node: ast.expr, found: Type, expected: Type) -> None:
        """Report that a node is of another type than its place needs."""
        if isinstance(found, OptionalType) and assignable(found.inner, expected):
            self.may_be_none(node, found, show(expected))
        elif isinstance(expected, BoolType):
            self.error(
                "DG307",
                f"a test must be a `bool`, `{self.source(node)}` is `{show(found)}`",
                node,
                f"`{show(found)}`",
                truth_help(self.source(node), found),
            )
        else:
            self.error(
                "DG305",
                f"`{show(expected)}` is needed here, this is `{show(found)}`",
                node,
                f"`{show(found)}`",
                conversion_help(self.source(node), found, expected),
            )

    def may_be_none(self, node: ast.expr, found: OptionalType, needed: str) -> None:
        """Report the use of an optional where its inner type is needed."""
        text = self.source(node)
        default = _DEFAULTS.get(found.inner)
        if default is None and isinstance(found.inner, ListType):
            default = "[]"
        if re.fullmatch(r"[\w.]+", text):
            test = f"test `{text} is not None` first"
        else:
            test = "give it a name with `let` and test that"
        self.error(
            "DG306",
            f"`{text}` may be None",
            node,
            f"`{show(found)}`, but `{needed}` is needed",
            test if default is None else f"write `({text} or {default})`, or {test}",
        )


_PRIMARY: Final = re.compile(r"""[\w.]+(\(.*\)|\[.*\])?|'[^']*'|"[^"]*\"""")


def primary(text: str) -> str:
    """The text of an expression in parentheses, unless it is a name, a field, a call or a literal."""
    return text if _PRIMARY.fullmatch(text) else f"({text})"


def truth_help(text: str, found: Type) -> tuple[str, ...]:
    """What to write instead of a value as a test."""
    bare, text = text, primary(text)
    match found:
        case OptionalType():
            return (f"write `{text} is not None`",)
        case ListType() | MapType():
            return (f"write `len({bare}) > 0`",)
        case StrType():
            return (f'write `{text} != ""`',)
        case BytesType():
            return (f'write `{text} != b""`',)
        case FloatType():
            return (f"write `{text} != 0.0`",)
        case TableType():
            return (f"write `x in {text}`",)
        case _ if is_int(found):
            return (f"write `{text} != 0`",)
        case _:
            return ()


def conversion_help(text: str, found: Type, expected: Type) -> tuple[str, ...]:
    """What to write to get from one type to the other."""
    literal = text[:1] in "'\""
    if literal and isinstance(found, StrType) and is_int(expected):
        return (f"write `{text[1:-1]}`",) if text[1:-1].isdecimal() else ()
    match found, expected:
        case StrType(), BytesType():
            return (f"write `b{text}`" if literal else f"write `{primary(text)}.encode()`",)
        case BytesType(), StrType():
            return (f"write `{text[1:]}`" if text[:2] in ("b'", 'b"') else f"write `{primary(text)}.decode()`",)
        case _, DurationType() if is_int(found) or isinstance(found, FloatType):
            return (f"write `seconds({text})`",)
        case StrType(), _ if is_int(expected):
            return (f"write `int({text})`",)
        case _, StrType() if is_int(found):
            return (f"write `'{text}'`" if text.isdecimal() else f"write `str({text})`",)
        case _, FloatType() if is_int(found):
            return (f"write `{text}.0`" if text.isdecimal() else f"write `float({text})`",)
        case FloatType(), _ if is_int(expected) and text[:1].isdigit():
            return ("make a `float` of the other side: `float(x)`",)
        case FloatType(), _ if is_int(expected):
            return (f"write `int({text})`",)
        case NoneType_(), _:
            return ("leave it out, or write a value",)
        case _, ListType(item) if found == item:
            return (f"write `[{text}]`",)
        case _:
            return ()
