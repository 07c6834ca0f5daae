"""The schema of each element kind: the keys that belong to it alone, and the modifiers that it takes.

The key of the table is the kind's key in a spec; the names of modifiers are those of `MODIFIERS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

Schema: TypeAlias = dict[str, object]
"""A JSON Schema, draft 07."""


def ref(name: str) -> Schema:
    """A reference to one of the schema's definitions."""
    return {"$ref": f"#/definitions/{name}"}


def text(title: str, **keywords: object) -> Schema:
    """A string that is not empty."""
    return {"title": title, "type": "string", "minLength": 1, **keywords}


TRANSFORMS: Final = ("dot_unstuff", "zlib", "gzip", "deflate", "base64", "quoted_printable", "xor")

TRUE: Final[Schema] = {"title": "`true`", "const": True}

ELEMENTS: Final[Schema] = {"title": "a list of elements", "type": "array", "minItems": 1, "items": ref("element")}

MODIFIERS: Final[dict[str, Schema]] = {
    "within": ref("quantity"),
    "slack": {"title": "`allow`", "enum": ["allow"]},
    "endian": {"title": "`little` or `big`", "enum": ["little", "big"]},
    "bits": {"title": "`msb` or `lsb`", "enum": ["msb", "lsb"]},
    "field": ref("local_name"),
    "convert": ref("conversions"),
    "enum": ref("reference"),
    "const": ref("constant"),
    "errors": {"title": "`fail`", "enum": ["fail"]},
    "derive": ref("derivation"),
    "stream": ref("name"),
    "transform": ref("transforms"),
    "doc": ref("doc"),
}
"""What may stand beside a kind, in the order in which it is applied."""

_BUDGET: Final = ("within", "slack")
_VALUE: Final = (*_BUDGET, "field", "convert", "const", "stream", "transform", "doc")
_ORDER: Final = (*_BUDGET, "endian", "bits")
_TEXT: Final = (*_VALUE, "errors")
_NUMBER: Final = (*_ORDER, "field", "convert", "enum", "const", "derive", "doc")
_KEPT: Final = (*_ORDER, "field", "convert", "enum", "const", "stream", "transform", "doc")
_CHOSEN: Final = (*_ORDER, "field", "convert", "enum", "const", "transform", "doc")
_BARE: Final = ("doc",)
_SIGNED: Final[Schema] = {"title": "`true` or `false`", "type": "boolean"}


@dataclass(frozen=True, slots=True)
class Fragment:
    """One element kind: the schemas of its own keys, those that must be there, and the modifiers that it takes."""

    description: str
    modifiers: tuple[str, ...]
    properties: dict[str, Schema]
    required: tuple[str, ...] = ()


FRAGMENTS: Final[dict[str, Fragment]] = {
    "token": Fragment(
        "The longest match of a token here: a name from `tokens`, or a regular expression.",
        _TEXT,
        {"token": ref("token"), "signed": _SIGNED},
    ),
    "literal": Fragment(
        "Exactly these bytes.",
        _VALUE,
        {"literal": text("a text"), "ignore_case": {"title": "`true` or `false`", "type": "boolean"}},
    ),
    "hex": Fragment("Exactly these bytes, as pairs of hexadecimal digits.", _VALUE, {"hex": ref("hex")}),
    "number": Fragment(
        "A number of 1 to 64 bits, packed where it does not begin at a byte.",
        _NUMBER,
        {
            "number": {"title": "a number of bits", "type": "integer", "minimum": 1, "maximum": 64},
            "signed": _SIGNED,
        },
    ),
    "float": Fragment(
        "A number as IEEE 754 has it.", _NUMBER, {"float": {"title": "16, 32 or 64 bits", "enum": [16, 32, 64]}}
    ),
    "varint": Fragment(
        "A number of variable length.",
        _NUMBER,
        {"varint": {"title": "a form", "enum": ["leb128", "zigzag", "vlq", "mqtt", "quic", "ber_length"]}},
    ),
    "flag": Fragment("One bit, as a bool.", _NUMBER, {"flag": TRUE}),
    "bytes": Fragment(
        "Bytes: so many, until a token, or all the rest.",
        (*_VALUE, "endian"),
        {"bytes": ref("extent"), "signed": _SIGNED},
    ),
    "text": Fragment(
        "Like `bytes`, decoded with the encoding of the spec.", _TEXT, {"text": ref("extent"), "signed": _SIGNED}
    ),
    "use": Fragment("A rule, with its parameters.", _KEPT, {"use": ref("reference"), "with": ref("arguments")}),
    "record": Fragment("Elements in order; their fields make a record.", _KEPT, {"record": ELEMENTS}),
    "sequence": Fragment("Elements in order; nothing is held back until its end.", _KEPT, {"sequence": ELEMENTS}),
    "branch": Fragment(
        "The first case that has the value of the expression; none is a parse error.",
        _KEPT,
        {
            "branch": ref("expression"),
            "cases": {"title": "a list of cases", "type": "array", "minItems": 1, "items": ref("case")},
        },
        ("cases",),
    ),
    "optional": Fragment(
        "An element that is present when the expression is true.",
        _KEPT,
        {"optional": ref("element"), "when": ref("expression")},
        ("when",),
    ),
    "array": Fragment(
        "An element again and again; without `field` nothing is kept.",
        _KEPT,
        {
            "array": ref("element"),
            "count": ref("quantity"),
            "size": ref("quantity"),
            "while": ref("expression"),
            "until": ref("expression"),
            "rest": TRUE,
            "lookup": ref("lookup"),
        },
    ),
    "try": Fragment(
        "The first element that matches; what the ones before it read is read again.",
        _CHOSEN,
        {"try": {**ELEMENTS, "minItems": 2}},
    ),
    "union": Fragment(
        "Every member from the same start; it ends where the longest one ends.",
        _CHOSEN,
        {"union": {**ELEMENTS, "minItems": 2}},
    ),
    "at": Fragment(
        "An element at an offset before the start of the rule; afterwards reading goes on here.",
        _KEPT,
        {"at": ref("quantity"), "of": ref("element")},
        ("of",),
    ),
    "align": Fragment(
        "Up to a boundary of so many bits.", _BARE, {"align": {"title": "a number of bits", "type": "integer"}}
    ),
    "skip": Fragment("So many bytes, passed over.", _BARE, {"skip": ref("quantity")}),
    "let": Fragment(
        "A computed field.",
        ("convert", "enum", "doc"),
        {"let": ref("local_name"), "value": ref("expression")},
        ("value",),
    ),
    "set": Fragment(
        "Assigns variables of the message.",
        _BARE,
        {
            "set": {
                "title": "a mapping of variables to expressions",
                "type": "object",
                "minProperties": 1,
                "propertyNames": ref("name"),
                "additionalProperties": ref("assigned"),
            }
        },
    ),
    "trigger": Fragment("A user event in mid-message; its payload comes by name.", _BARE, {"trigger": ref("name")}),
    "raise": Fragment(
        "An event of the machine in mid-message.", _BARE, {"raise": ref("name"), "with": ref("arguments")}
    ),
    "verify": Fragment(
        "A parse error when the expression is false.", _BARE, {"verify": ref("expression"), "message": text("a text")}
    ),
    "empty": Fragment("Matches nothing.", _BARE, {"empty": TRUE}),
    "fail": Fragment("Always a parse error, with this text.", _BARE, {"fail": text("a text")}),
}
"""Every element kind of this version, in the order in which the documentation has them."""

VERBS: Final[dict[str, Schema]] = {
    "trigger": ref("trigger"),
    "alert": ref("alert_use"),
    "set": {
        "title": "a mapping of variables to expressions",
        "type": "object",
        "minProperties": 1,
        "propertyNames": ref("name"),
        "additionalProperties": ref("assigned"),
    },
    "push": {
        "title": "a mapping of one list variable to an expression",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": ref("name"),
        "additionalProperties": ref("expression"),
    },
    "pop": ref("name"),
    "remember": {
        "title": "a mapping of one map variable to a key",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": ref("name"),
        "additionalProperties": ref("expression"),
    },
    "forget": {
        "title": "a mapping of one map variable to a key",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": ref("name"),
        "additionalProperties": ref("expression"),
    },
    "log": text("a text"),
    "drop": TRUE,
    "reset": TRUE,
    "accept": TRUE,
    "skip": ref("skipped"),
    "abandon": {"title": "`up` or `down`", "enum": ["up", "down"]},
    "raise": ref("trigger"),
    "call": ref("called"),
    "swap": TRUE,
    "restart": TRUE,
    "upgrade": ref("upgraded"),
}
"""What an item of `execute` may do. The ones that are `true` here may also be written as the bare word."""

VERB_VALUES: Final = ("remember",)
"""Verbs that have a `value` beside them, which is an expression."""

VERB_TARGETS: Final = ("call",)
"""Verbs that may have `into` beside them, which is a variable."""
