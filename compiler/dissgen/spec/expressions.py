"""Expressions as written: Python's parser behind a whitelist, with places in the spec.

The text of a spec is parsed with `ast` and never run. What is not in the language is refused here, with what to write
instead; what the names and types mean is the business of `sema.expressions`.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dissgen.diagnostics import Diagnostics
from dissgen.reader import ScalarNode
from dissgen.spec.keywords import meant, misused
from dissgen.text import Span

MAXIMUM_LENGTH: Final = 1024
"""Bytes of UTF-8 in one expression."""

MAXIMUM_DEPTH: Final = 32
"""Nodes on the longest path of the tree."""

MAXIMUM_INT: Final = 2**64 - 1
"""The largest number that may be written."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An expression that is in the language, before its names and types are known.

    `text` stands in the value of `node` from code point `start` on; places in `tree` count UTF-8 bytes of `text`.
    """

    text: str
    node: ScalarNode
    tree: ast.expr
    start: int = 0

    def offsets(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node begins and ends in `text`, in code points."""
        return self._points(node.col_offset), self._points(node.end_col_offset or node.col_offset)

    def span(self, node: ast.expr | ast.keyword) -> Span:
        """Where a node stands in the spec."""
        return self.part(*self.offsets(node))

    def part(self, start: int, end: int) -> Span:
        """Where the code points from start to end of `text` stand in the spec."""
        return self.node.inner_span(self.start + start, self.start + end)

    def source(self, node: ast.expr) -> str:
        """The text of a node."""
        start, end = self.offsets(node)
        return self.text[start:end]

    def operator(self, left: ast.expr, right: ast.expr) -> Span:
        """Where the operator between two neighbours stands."""
        start, end = self.offsets(left)[1], self.offsets(right)[0]
        between = self.text[start:end]
        trimmed = between.strip(" \t\r\n()")
        begin = start + between.find(trimmed)
        return self.part(begin, begin + len(trimmed))

    def attribute(self, node: ast.Attribute) -> Span:
        """Where the name after the dot stands."""
        end = self.offsets(node)[1]
        return self.part(end - len(node.attr), end)

    def _points(self, offset: int) -> int:
        if self.text.isascii():
            return offset
        return len(self.text.encode()[:offset].decode())


def parse(node: ScalarNode, diagnostics: Diagnostics) -> Written | None:
    """The expression that a scalar writes: a string, or a bare number or boolean.

    None after reporting what is wrong.
    """
    if isinstance(node.value, str):
        return parse_text(node.value, node, 0, diagnostics)
    return _constant(node, node.value, diagnostics)


def parse_text(text: str, node: ScalarNode, start: int, diagnostics: Diagnostics) -> Written | None:
    """The expression `text`, which begins at code point `start` of the scalar's value."""
    if not _acceptable(text, node, start, diagnostics):
        return None
    blank = len(text) - len(text.lstrip())
    text, start = text.strip(), start + blank
    line = re.sub(r"[\r\n\f\v]", " ", text)
    tree = _parse(line, Written(line, node, ast.Constant(None), start), diagnostics)
    if tree is None:
        return None
    written = Written(line, node, tree, start)
    return written if _in_language(written, diagnostics) else None


def _constant(node: ScalarNode, value: int | float | bool | None, diagnostics: Diagnostics) -> Written | None:
    text = node.span.text
    if value is None:
        diagnostics.error(
            "DG301", "an expression is missing here", node.span, text and "null", help=("for no value write `None`",)
        )
        return None
    if isinstance(value, int) and abs(value) > MAXIMUM_INT:
        diagnostics.error("DG302", "a number of more than 64 bits", node.span, "too large")
        return None
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        diagnostics.error("DG301", f"`{text}` is no number to count with", node.span, "not finite")
        return None
    tree = ast.Constant(value, lineno=1, col_offset=0, end_lineno=1, end_col_offset=len(text.encode()))
    return Written(text, node, tree)


def _acceptable(text: str, node: ScalarNode, start: int, diagnostics: Diagnostics) -> bool:
    """Whether the text is fit for Python's parser at all."""
    where = node.inner_span(start, start + len(text))
    if not text.strip():
        diagnostics.error("DG301", "an expression is missing here", where, "empty")
        return False
    unfit = re.search("[\x00\ud800-\udfff]", text)
    if unfit is not None:
        at = start + unfit.start()
        diagnostics.error("DG301", "a character that no expression holds", node.inner_span(at, at + 1), ascii(unfit[0]))
        return False
    if len(text.encode()) > MAXIMUM_LENGTH:
        diagnostics.error(
            "DG302",
            f"an expression of over {MAXIMUM_LENGTH} bytes",
            where,
            f"{len(text.encode())} bytes",
            help=("give parts of it names, with `let` in a rule or under `conditions`",),
        )
        return False
    return True


def _parse(line: str, place: Written, diagnostics: Diagnostics) -> ast.expr | None:
    hint = _foreign(line)
    if hint is not None:
        start, end, message, help_ = hint
        diagnostics.error("DG301", message, place.part(start, end), "not an operator", help=(help_,))
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a wrong escape is only a warning to Python
            tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        _report_syntax(error, line, place, diagnostics)
        return None
    except (ValueError, OverflowError, MemoryError, RecursionError):
        diagnostics.error("DG302", "the expression is nested too deep", place.part(0, len(line)), "too deep")
        return None
    return None if _has_comment(line, place, tree, diagnostics) else tree


_STRINGS: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_FOREIGN: Final = re.compile(
    rf"{_STRINGS}|(?P<and>&&)|(?P<or>\|\|)|(?P<not>!(?!=))|(?P<is>===?|<>)|(?P<set>(?<![=!<>:+\-*/%&|^@~])=(?!=))"
)
_INSTEAD: Final = {"and": "and", "or": "or", "not": "not", "is": "==", "set": "=="}


def _foreign(line: str) -> tuple[int, int, str, str] | None:
    """An operator of another language: where, what, and what to write instead."""
    for match in _FOREIGN.finditer(line):
        kind = match.lastgroup
        if kind is None or match[0] == "==":
            continue
        if kind == "is" and match[0] == "<>":
            return *match.span(), "`<>` is not an operator", "write `!=`"
        if kind == "set" and _names_argument(line, match.start()):
            continue
        return *match.span(), f"`{match[0]}` is not an operator", f"write `{_INSTEAD[kind]}`"
    return None


def _names_argument(line: str, at: int) -> bool:
    """Whether the `=` at this place names an argument of a call (refused later, with its own text)."""
    return re.search(r"[(,]\s*[A-Za-z_]\w*\s*$", line[:at]) is not None


_BRACES: Final = re.compile(r"\{[A-Za-z_][^{}]*\}")
IN_TEXTS_ONLY: Final = "`{expression}` stands in descriptions and `log` only; here join texts: `a + ':' + str(b)`"
_UNFINISHED: Final = re.compile(r"(?:[.+\-*/%&|^<>=!~,:]+|\b(?:and|or|not|in|is|if|else|for))$")


def _report_syntax(error: SyntaxError, line: str, place: Written, diagnostics: Diagnostics) -> None:
    start = min(max((error.offset or 1) - 1, 0), len(line))
    end = (error.end_offset or 0) - 1
    if end <= start:
        end = start + 1
    if start >= len(line):
        start, end = len(line) - 1, len(line)
    message = error.msg or ""
    name, unfinished = misused(line, start), _UNFINISHED.search(line)
    if name is None and unfinished is not None and message == "invalid syntax":
        diagnostics.error("DG301", "the expression is not finished", place.part(*unfinished.span()), "what follows?")
        return
    help_: tuple[str, ...] = ()
    if "invalid escape sequence" in message:
        found = re.search(r"\\[^\\'\"abfnrtvxuUN0-7]", line)
        if found is not None:
            start, end = found.span()
        message, help_ = "an unknown escape", ("write `\\\\` for a backslash",)
    elif "null byte" in message or "too many nested" in message or "too many statically" in message:
        message = "the expression is nested too deep"
    elif "integer string conversion" in message:
        message = "a number of more than 64 bits"
    elif "bytes can only contain ASCII" in message:
        message, help_ = "bytes hold ASCII characters and escapes only", ("write other octets as `\\xNN`",)
    else:
        message = f"the expression cannot be read: {_in_our_words(message)}"
        if name is not None:
            help_ = (f"`{name}` is a keyword of Python: write `{name}_` for what has that name",)
        elif _BRACES.search(line):
            help_ = (IN_TEXTS_ONLY,)
    diagnostics.error("DG301", message, place.part(start, min(end, len(line))), "here", help=help_)


def _in_our_words(message: str) -> str:
    """Python's message without its advice, which is about statements."""
    message = message.split(". ")[0].split(" (<")[0]
    return message.replace("invalid syntax", "this does not belong here")


def _has_comment(line: str, place: Written, tree: ast.expr, diagnostics: Diagnostics) -> bool:
    end = Written(line, place.node, tree, place.start).offsets(tree)[1]
    at = line.find("#", end)
    if at < 0:
        return False
    diagnostics.error(
        "DG301",
        "a comment inside an expression",
        place.part(at, len(line)),
        "",
        help=("put the comment behind the value, outside its quotes",),
    )
    return True


# What Python has and the language has not: what it is called, and what to write instead.
_REFUSED: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.Lambda: ("`lambda`", "name the test under `conditions`, or write it where it is used"),
    ast.NamedExpr: ("`:=`", "in a rule write a `let`; else write the expression twice"),
    ast.JoinedStr: ("an f-string", "join texts with `+`; in a description write `{expression}`"),
    ast.ListComp: ("a list comprehension", "write `list(... for ... in ...)`"),
    ast.SetComp: ("a set", "write `list(... for ... in ...)`"),
    ast.DictComp: ("a dict", "declare a table under `tables`, or a variable of type `map`"),
    ast.Dict: ("a dict", "declare a table under `tables`, or a variable of type `map`"),
    ast.Set: ("a set", "write a list, `[a, b]`; `{expression}` stands in descriptions and `log` only"),
    ast.Tuple: ("a tuple", "write a list: `[a, b]`"),
    ast.Await: ("`await`", "expressions wait for nothing; leave it out"),
    ast.Yield: ("`yield`", "write the value alone"),
    ast.YieldFrom: ("`yield`", "write the value alone"),
    ast.Starred: ("`*`", "write the items out, or join lists with `+`"),
    ast.Pow: ("`**`", "write the number out, or `1 << n`"),
    ast.MatMult: ("`@`", "write `*`"),
}
_ALLOWED: Final = (
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.IfExp,
    ast.List,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Name,
    ast.Constant,
    ast.GeneratorExp,
)


def _in_language(written: Written, diagnostics: Diagnostics) -> bool:
    """Whether every node is in the language; reports each that is not, but nothing inside it."""
    correct = True
    waiting: list[tuple[ast.expr, int, bool]] = [(written.tree, 1, False)]
    while waiting:
        node, depth, is_argument = waiting.pop()
        if depth > MAXIMUM_DEPTH:
            diagnostics.error(
                "DG302",
                f"the expression nests over {MAXIMUM_DEPTH} deep",
                written.span(node),
                "too deep",
                help=("give parts of it names, with `let` in a rule or under `conditions`",),
            )
            return False
        problem = _problem(node, written, is_argument)
        if problem is not None:
            message, span, help_ = problem
            diagnostics.error("DG301", message, span, "not in the language", help=(help_,))
            correct = False
            continue
        waiting.extend((part, depth + 1, sole) for part, sole in reversed(list(_parts(node))))
    return correct


def _parts(node: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    """The parts of a node and whether each is the sole argument of a call."""
    if isinstance(node, ast.GeneratorExp):
        generator = node.generators[0]
        yield from ((part, False) for part in (node.elt, generator.iter, *generator.ifs))
        return
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            yield part, isinstance(node, ast.Call) and part is not node.func and len(node.args) == 1


def _problem(node: ast.expr, written: Written, is_argument: bool) -> tuple[str, Span, str] | None:
    """Why this node alone is not in the language: message, place, what to write instead."""
    span = written.span(node)
    if type(node) in _REFUSED:
        what, help_ = _REFUSED[type(node)]
        return f"{what} is not in the language", span, help_
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _REFUSED:
            what, help_ = _REFUSED[type(op)]
            return f"{what} is not in the language", written.operator(left, right), help_
        case ast.Name(id=name) if name.startswith("__"):
            return f"`{name}` is not a name of the language", span, "names begin with a letter or one `_`"
        case ast.Attribute(attr=name) if name.startswith("__"):
            return f"`{name}` is not a field", written.attribute(node), "write the name of a field"
        case ast.Constant(value=value):
            return _constant_problem(value, span)
        case ast.Call(keywords=[first, *_]):
            return "arguments have no names here", written.span(first), "write the value alone"
        case ast.Slice(step=ast.expr() as step):
            return "a slice has no step", written.span(step), "write `x[a:b]`"
        case ast.GeneratorExp():
            return _generator_problem(node, written, is_argument)
        case _ if not isinstance(node, _ALLOWED):
            return "this is not in the language", span, "see section 6 of the language page"
    return None


def _constant_problem(value: object, span: Span) -> tuple[str, Span, str] | None:
    match value:
        case complex():
            return "a complex number is not in the language", span, "write an int or a float"
        case bool() | None | str() | bytes():
            return None
        case int():
            return None if value <= MAXIMUM_INT else ("a number of more than 64 bits", span, "write a smaller one")
        case float():
            return None if value <= 1e308 else ("a number that is not finite", span, "write a smaller one")
        case _:
            return "`...` is not in the language", span, "write the value"


def _generator_problem(node: ast.GeneratorExp, written: Written, is_argument: bool) -> tuple[str, Span, str] | None:
    generator = node.generators[0]
    if not is_argument:
        return (
            "a generator stands alone in a call only",
            written.span(node),
            "write `list(... for ... in ...)`, or any, all, sum, min, max, first",
        )
    if len(node.generators) > 1:
        return "one `for` is all a generator has", written.span(node.generators[1].target), "nest two calls"
    if generator.is_async:
        return "`async` is not in the language", written.span(generator.target), "write `for` alone"
    if not isinstance(generator.target, ast.Name):
        return "a generator has one variable", written.span(generator.target), "write `x.a`, `x.b` for its fields"
    if generator.target.id.startswith("__"):
        return "not a name of the language", written.span(generator.target), "names begin with a letter or one `_`"
    return None


def path_of(node: ast.expr) -> tuple[str, ...] | None:
    """The path that a node writes: `root.x`, or any number of `parent` before a field; None for anything else."""
    match node:
        case ast.Attribute(value=ast.Name(id="root"), attr=field):
            return ("root", meant(field))
        case ast.Attribute(value=ast.Name(id="parent"), attr=field) if field != "parent":
            return ("parent", meant(field))
        case ast.Attribute(value=above, attr=field) if field != "parent":
            words = _parents(above)
            return None if words is None else (*words, meant(field))
        case _:
            return None


def _parents(node: ast.expr) -> tuple[str, ...] | None:
    match node:
        case ast.Name(id="parent"):
            return ("parent",)
        case ast.Attribute(value=above, attr="parent"):
            words = _parents(above)
            return None if words is None else (*words, "parent")
        case _:
            return None
