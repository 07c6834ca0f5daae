"""Texts with values in them: `{expression}`, `{expression!r}`, `{{` and `}}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import BindingKind, Name, Typed
from dissgen.reader import ScalarNode
from dissgen.sema.expressions.cases import Fact
from dissgen.sema.expressions.checker import check
from dissgen.sema.expressions.scope import Scope
from dissgen.spec.expressions import parse_text
from dissgen.types import ListType, MapType, OptionalType, RecordType, Type, show

Conversion: TypeAlias = Literal["", "r"]
Template: TypeAlias = tuple[str | tuple[Typed, Conversion], ...]
"""Text as it stands, and values with how they are shown (`r`: as a literal)."""

_PIECES: Final = re.compile(r"\{\{|\}\}|[{}]|[^{}]+")
_INSIDE: Final = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*""")
_CONVERSION: Final = re.compile(r"!\s*(\w*)\s*$")
_FORM: Final = re.compile(r":[^:'\"\[\]{}()]*$")  # a slice has its colon inside brackets


def check_template(
    text: str,
    node: ScalarNode,
    scope: Scope,
    diagnostics: Diagnostics,
    *,
    narrowed: frozenset[Fact] = frozenset(),
) -> Template | None:
    """The parts of a text, None after reporting every mistake in it. `text` is the value of `node`."""
    parts: list[str | tuple[Typed, Conversion]] = []
    correct = True
    for start, end, is_expression in _split(text):
        if not is_expression:
            piece = text[start:end]
            if piece in ("{", "}"):
                correct = _report_brace(piece, start, node, diagnostics)
                continue
            piece = {"{{": "{", "}}": "}"}.get(piece, piece)
            if parts and isinstance(parts[-1], str):
                parts[-1] += piece
            else:
                parts.append(piece)
            continue
        value = _value(text, start, end, node, scope, diagnostics, narrowed)
        if value is None:
            correct = False
        else:
            parts.append(value)
    return tuple(parts) if correct else None


def _split(text: str) -> Iterator[tuple[int, int, bool]]:
    """The pieces of the text: where each is, and whether it is an expression (the place is then within the braces)."""
    at = 0
    while at < len(text):
        piece = _PIECES.match(text, at)
        assert piece is not None
        if piece[0] != "{":
            yield at, piece.end(), False
            at = piece.end()
            continue
        inside = _INSIDE.match(text, at + 1)
        end = inside.end() if inside is not None else at + 1
        if text[end : end + 1] == "}":
            yield at + 1, end, True
            at = end + 1
        else:
            yield at, at + 1, False
            at += 1


def _report_brace(brace: str, at: int, node: ScalarNode, diagnostics: Diagnostics) -> bool:
    missing = "`}` is missing" if brace == "{" else "no `{` before it"
    help_ = f"for the character itself write `{brace * 2}`"
    diagnostics.error("DG315", f"a single `{brace}`", node.inner_span(at, at + 1), missing, help=(help_,))
    return False


def _value(
    text: str,
    start: int,
    end: int,
    node: ScalarNode,
    scope: Scope,
    diagnostics: Diagnostics,
    narrowed: frozenset[Fact],
) -> tuple[Typed, Conversion] | None:
    conversion: Conversion = ""
    suffix = _CONVERSION.search(text[start:end])
    if suffix is not None:
        if suffix[1] != "r":
            where = node.inner_span(start + suffix.start(), end)
            diagnostics.error(
                "DG315", f"unknown conversion `{suffix[0].strip()}`", where, "", help=("write `!r` or nothing",)
            )
            return None
        conversion, end = "r", start + suffix.start()
    form = _FORM.search(text[start:end])
    if form is not None:
        where = node.inner_span(start + form.start(), end)
        help_ = ("write the expression alone; the bytes of a field have `.hex()`",)
        diagnostics.error("DG315", f"a format, `{form[0]}`, which texts here do not have", where, "", help=help_)
        return None
    written = parse_text(text[start:end], node, start, diagnostics)
    if written is None:
        return None
    typed = check(written, scope, diagnostics, narrowed=narrowed)
    if typed is None:
        return None
    is_error = isinstance(typed, Name) and typed.binding.kind is BindingKind.ERROR  # it has a text of its own
    if _holds_record(typed.type) and not is_error:
        diagnostics.error(
            "DG305",
            f"`{show(typed.type)}` has no text",
            written.span(written.tree),
            f"`{show(typed.type)}`",
            help=(f"write one of its fields: `{{{written.text}.name}}`",),
        )
        return None
    return typed, conversion


def _holds_record(type_: Type) -> bool:
    match type_:
        case RecordType() | MapType():
            return True
        case OptionalType(within) | ListType(within):
            return _holds_record(within)
        case _:
            return False


def interpolated(text: str) -> list[str]:
    """What stands in braces, roughly: enough to see which names a description reads."""
    parts: list[str] = []
    for piece in text.replace("{{", "").replace("}}", "").split("{")[1:]:
        inside = piece.partition("}")[0]
        parts.append(inside.removesuffix("!r"))
    return parts
