"""A small protocol that the tests of expressions share: names, records, tables, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dissgen.codegen.expressions import emit
from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Binding, BindingKind, Peek, Typed
from dissgen.reader import ScalarNode
from dissgen.sema.expressions import Path, check
from dissgen.spec.expressions import parse
from dissgen.text import SourceFile, Span
from dissgen.types import (
    BOOL,
    BYTES,
    DURATION,
    FLOAT,
    INT,
    NONE,
    STR,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    TableType,
    Type,
)

RECORDS: Mapping[str, Mapping[str, Type]] = {
    "command": {"verb": STR, "argument": OptionalType(STR), "size": OptionalType(INT), "class": STR},
    "reply": {"code": INT, "lines": ListType(RecordType("reply_line"))},
    "reply_line": {"code": INT, "separator": STR, "text": STR},
    "mail": {"bare_line_end": BOOL, "dot": STR},
    "tree": {"left": OptionalType(RecordType("tree")), "value": INT},
}

KIND = BindingKind
BINDINGS: Mapping[str, Binding] = {
    binding.name: binding
    for binding in (
        Binding(KIND.MESSAGE, "message", RecordType("command")),
        Binding(KIND.FIELD, "reply", RecordType("reply")),
        Binding(KIND.FIELD, "mail", RecordType("mail")),
        Binding(KIND.FIELD, "tree", OptionalType(RecordType("tree"))),
        Binding(KIND.FIELD, "data", BYTES),
        Binding(KIND.FIELD, "size", INT),
        Binding(KIND.FIELD, "ratio", FLOAT),
        Binding(KIND.FIELD, "flag", OptionalType(BOOL)),
        Binding(KIND.FIELD, "count", OptionalType(INT)),
        Binding(KIND.ITEM, "item", RecordType("reply_line")),
        Binding(KIND.VARIABLE, "outstanding", ListType(STR)),
        Binding(KIND.VARIABLE, "numbers", ListType(INT)),
        Binding(KIND.VARIABLE, "seen", MapType(STR, INT)),
        Binding(KIND.VARIABLE, "heard", BOOL),
        Binding(KIND.NOW, "now", DURATION),
        Binding(KIND.TABLE, "ends_group", TableType("ends_group", STR, None)),
        Binding(KIND.TABLE, "CMD", TableType("CMD", STR, INT)),
        Binding(KIND.ENUM, "TYPE", EnumType("TYPE", (("A", 1), ("NS", 2)))),
        Binding(KIND.FIELD, "type", EnumType("TYPE", (("A", 1), ("NS", 2)))),
        Binding(KIND.HELD_UP, "held.up", INT),
        Binding(KIND.CLIENT_ADDRESS, "client.address", OptionalType(STR)),
        Binding(KIND.DIRECTION, "direction", STR),
    )
}


class SmallScope:
    """The scope of a transition and of a rule at once."""

    def __init__(self, extra: Iterable[Binding] = (), in_rule: bool = True) -> None:
        self.bindings = {**BINDINGS, **{binding.name: binding for binding in extra}}
        self.in_rule = in_rule

    def lookup(self, name: str) -> Binding | None:
        return self.bindings.get(name)

    def names(self) -> Iterable[str]:
        return self.bindings

    def cases_of(self, record: RecordType | None) -> tuple[()]:
        return ()

    def fields_of(self, record: RecordType) -> Mapping[str, Type]:
        return RECORDS[record.name]

    def token(self, name: str) -> bool:
        return name in ("WS", "TEXT")

    def explain(self, name: str) -> str | None:
        if name == "error":
            return "`error` is available in parse_error and transform_error only"
        if name == "peek" and not self.in_rule:
            return "`peek` is available in rules only"
        return None


class PlainNames:
    """Names as they are in the spec; the input that `peek` sees is the variable `octets`."""

    def name(self, binding: Binding) -> str:
        return binding.name.replace(".", "_")

    def attribute(self, record: RecordType, field: str) -> str:
        return f"{field}_" if field == "class" else field

    def peek(self, peek: Peek) -> str:
        match peek.argument:
            case None:
                return "peek()"
            case str(token):
                return f"peek_token({token!r})"
            case bytes(data):
                return f"peek_bytes({data!r})"
            case argument:
                return f"peek_octets({emit(argument, self)})"

    def matches(self, token: str) -> str:
        return f"{token}_full"

    def table(self, name: str) -> str:
        return name


@dataclass(frozen=True)
class Problem:
    """A diagnostic as the tests compare it."""

    code: str
    message: str
    underlined: str
    help: tuple[str, ...]


def scalar(text: str) -> ScalarNode:
    """A node whose value is the text: a plain scalar, or for several lines a literal block."""
    source, style = text, ""
    if "\n" in text:
        source, style = "|-\n" + "\n".join(f"  {line}" for line in text.split("\n")), "|"
    if "\r" in text or text.startswith(("\n", " ")):
        style = ">"  # no YAML gives such a value side by side with its source
    return ScalarNode(Span(SourceFile("test.yaml", source), 0, len(source)), text, style)


def problems(diagnostics: Diagnostics) -> list[Problem]:
    return [Problem(d.code, d.message, d.primary.span.text, d.helps) for d in diagnostics]


def checked(
    text: str,
    *,
    scope: SmallScope | None = None,
    expected: Type | None = None,
    narrowed: frozenset[Path] = frozenset(),
    allow_missing: bool = False,
    node: ScalarNode | None = None,
) -> tuple[Typed | None, list[Problem]]:
    """The tree of a text and what was reported."""
    diagnostics = Diagnostics()
    written = parse(node or scalar(text), diagnostics)
    if written is None:
        return None, problems(diagnostics)
    tree = check(written, scope or SmallScope(), diagnostics, expected, narrowed=narrowed, allow_missing=allow_missing)
    return tree, problems(diagnostics)


def well_typed(text: str, *, narrowed: frozenset[Path] = frozenset(), allow_missing: bool = False) -> Typed:
    """The tree of a text that is correct."""
    tree, found = checked(text, narrowed=narrowed, allow_missing=allow_missing)
    assert not found
    assert tree is not None
    return tree


def source(text: str) -> str:
    """The Python that a text becomes."""
    return emit(well_typed(text), PlainNames())


__all__ = ["NONE", "PlainNames", "SmallScope", "checked", "problems", "scalar", "source", "well_typed"]
