"""Calls: which function or method is meant; `peek` and `matches`, which see tokens."""

from __future__ import annotations

import ast
from typing import Final

from dissgen.diagnostics import suggest
from dissgen.ir.expressions import (
    Matches,
    Peek,
    Typed,
)
from dissgen.sema.expressions.context import Context, conversion_help
from dissgen.sema.expressions.functions import CHECKS, FUNCTIONS, counted, function, wrong
from dissgen.sema.expressions.methods import method
from dissgen.spec.keywords import meant
from dissgen.types import (
    BOOL,
    BYTES,
    INT,
    STR,
    BytesType,
    StrType,
    Type,
    is_int,
)

_KNOWN_ELSEWHERE: Final = {
    "ord": "write `x.encode()[0]`",
    "isinstance": "every value has one type; leave the test out",
    "bool": "write a comparison",
    "bytes": "write `x.encode()`",
    "sorted": "compare with min and max",
    "next": "write `first(...)`",
    "not": "write `not x`",
}


def call(context: Context, node: ast.Call, expected: Type | None) -> Typed | None:
    match node.func:
        case ast.Name(id="peek"):
            return _peek(context, node)
        case ast.Name(id="matches"):
            return _matches(context, node)
        case ast.Name(id="derived"):
            return _derived(context, node)
        case ast.Name(id=name) if name in CHECKS:
            return function(context, node, name, expected)
        case ast.Name(id=name):
            _unknown_function(context, node.func, name)
        case ast.Attribute():
            return method(context, node, node.func, expected)
        case _:
            context.error("DG308", "only functions and methods are called", node.func, "not a function")
    for argument in node.args:
        if not isinstance(argument, ast.GeneratorExp):
            context.infer(argument)
    return None


def _unknown_function(context: Context, node: ast.expr, name: str) -> None:
    if context.scope.lookup(name) is not None:
        context.error("DG308", f"`{name}` is not a function", node, "a value", f"write `{name}`")
        return
    help_ = _KNOWN_ELSEWHERE.get(name)
    if help_ is None:
        similar = suggest(name, FUNCTIONS)
        listed = ", ".join(FUNCTIONS)
        help_ = f"write `{similar}`" if similar else f"there are {listed}"
    context.error("DG308", f"unknown function `{name}`", node, "not a function of the language", help_)


def _derived(context: Context, node: ast.Call) -> Typed | None:
    reason = context.scope.explain("derived")
    if reason is not None:
        context.error("DG303", reason, node.func, "not available here")
        return None
    if not counted(context, node, "derived", 1, 1, "derived(field)"):
        return None
    field = node.args[0]
    if not isinstance(field, ast.Name):
        context.error("DG309", "`derived` takes the name of a field", field, "", "write `derived(field)`")
        return None
    return context.scope.derived(meant(field.id), context.span(field))


def _peek(context: Context, node: ast.Call) -> Typed | None:
    reason = context.scope.explain("peek")
    if reason is not None:
        context.error("DG303", reason, node.func, "not available here")
        return None
    span = context.span(node)
    if not node.args:
        return Peek("octet", None, INT, span)
    if not counted(context, node, "peek", 0, 1, "peek()"):
        return None
    (part,) = node.args
    match part:
        case ast.Name(id=name) if (token := _token(context, name)) is not None:
            return Peek("token", token, BOOL, span)
        case ast.Constant(value=bytes(data)) if data:
            return Peek("bytes", data, BOOL, span)
        case ast.Constant(value=bytes()):
            context.error("DG309", "`peek` of no bytes is always true", part, "empty", "leave the test out")
            return None
        case ast.Constant(value=str()):
            help_ = conversion_help(context.source(part), STR, BYTES)
            context.error("DG305", "`peek` sees bytes, not text", part, "`str`", help_)
            return None
    count = context.infer(part)
    if count is None:
        return None
    if not is_int(count.type):
        wrong(context, part, "peek", count.type, "a token, bytes as a literal, or a number of bytes")
        return None
    return Peek("octets", count, BYTES, span)


def _token(context: Context, word: str) -> str | None:
    """The token that a word names; None: there is none."""
    return next((name for name in (word, meant(word)) if context.scope.token(name)), None)


def _matches(context: Context, node: ast.Call) -> Typed | None:
    if not counted(context, node, "matches", 2, 2, "matches(value, TOKEN)"):
        return None
    value = context.infer(node.args[0])
    token = node.args[1]
    if not isinstance(token, ast.Name):
        context.error(
            "DG309", "the second value of `matches` is the name of a token", token, "", "declare it under `tokens`"
        )
        return None
    name = _token(context, token.id)
    if name is None:
        context.error("DG310", f"unknown token `{token.id}`", token, "not defined in `tokens`")
        return None
    if value is None:
        return None
    if not isinstance(value.type, StrType | BytesType):
        wrong(context, node.args[0], "matches", value.type, "a str or bytes")
        return None
    return Matches(value, name, BOOL, context.span(node))
