"""Random specs have every word of the grammar: a word that the generator never writes is one that nothing compares.

The words come from the tables of the compiler, so a new one fails here until the generator writes it or `NEVER` says why not.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from test_random_rules import model_of, spec

from dissgen.primitives.conversions import _KINDS
from dissgen.primitives.varint import FORMS
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, TRANSFORMS
from dissgen.sema.expressions.functions import FUNCTIONS
from dissgen.sema.expressions.lookups import METHODS
from dissgen.sema.expressions.methods import _BYTES_METHODS, _STR_METHODS

COUNT = int(os.environ.get("DISSGEN_SPECS", "150"))
LEAST = 3  # specs that are accepted, with each word

EXPRESSIONS = ("let", "value", "when", "while", "until", "size", "count", "within", "skip", "at", "branch", "verify")
NEVER = {
    "derive": "the reference computes no checksums: tests/conformance/test_derived.py",
    "derived()": "the reference computes no checksums: tests/conformance/test_derived.py",
    "seconds()": "durations belong to the machine: tests/conformance/test_time.py",
    "doc": "says nothing to the reader of bytes",
}


def wanted() -> set[str]:
    """Every word that may stand in a rule."""
    kinds = {f"{kind}:" for kind in FRAGMENTS}
    own = {key for kind, fragment in FRAGMENTS.items() for key in fragment.properties if key != kind}
    more = {f"transform {name}" for name in TRANSFORMS} | {f"convert {name}" for name in _KINDS}
    more |= (
        {f"varint {form}" for form in FORMS}
        | {f"{name}()" for name in FUNCTIONS}
        | {f".{name}()" for name in (*METHODS, *_STR_METHODS, *_BYTES_METHODS)}
    )
    more |= {f"{kind} {extent}" for kind in ("bytes", "text") for extent in ("size", "until", "until_value")} | {
        "bytes rest"
    }
    more |= {f"bits {order}" for order in ("msb", "lsb")} | {f"endian {order}" for order in ("little", "big")}
    more |= {f"float {bits}" for bits in (16, 32, 64)} | {
        "else",
        "is",
        "fail",
        "empty",
        "parameters",
        "origin",
        "resync",
    }
    more |= {"rule value", "implicit parameter", "quantity read", "joined stream"}
    more |= {"position", "remaining", "item", "index"}
    return kinds | own | {*MODIFIERS} | more


def words(node: Any) -> Iterator[str]:
    """The words of an element and of those inside it."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from words(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        yield from (f"{key}:", str(key)) if key in FRAGMENTS else (str(key),)
        if key in ("transform", "convert"):
            for step in value if isinstance(value, list) else [value]:
                yield f"{key} {next(iter(step)) if isinstance(step, dict) else step}"
        if key in ("bytes", "text"):
            yield from (f"{key} {extent}" for extent in value)
        if key in ("varint", "bits", "endian", "float"):
            yield f"{key} {value}"
        if key in ("size", "count", "within", "skip", "at") and isinstance(value, dict):
            yield "quantity read"
        if key == "use" and value == "asks" and "with" not in node:
            yield "implicit parameter"
        if isinstance(value, str) and key in EXPRESSIONS:
            yield from said(value)
        if key in ("bytes", "text") and isinstance(value.get("size"), str):
            yield from said(value["size"])
        yield from words(value)
    if "stream" in node and "array" in node:
        yield "joined stream"


def said(text: str) -> Iterator[str]:
    """The words of an expression; what is none (the name of a token) has none."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return
    for part in ast.walk(tree):
        match part:
            case ast.Call(func=ast.Name(id=name)):
                yield f"{name}()"
            case ast.Call(func=ast.Attribute(attr=name)):
                yield f".{name}()"
            case ast.Name(id=name):
                yield name


def test_every_word_is_written() -> None:
    found: Counter[str] = Counter()
    for seed in range(COUNT):
        generator, text = spec(seed)
        if model_of(text) is None:
            continue
        for rule in generator.grammar.values():
            if "value" in rule and "let" not in rule:
                found["rule value"] += 1
            found.update(set(words(rule)))
    missing = {word: found[word] for word in wanted() - NEVER.keys() if found[word] < LEAST}
    assert not missing, f"not written in {LEAST} rules of {COUNT} specs: {missing}"
    assert NEVER.keys() <= wanted(), "a word that is no more"
