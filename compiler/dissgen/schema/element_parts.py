"""The schema of what stands in elements of several kinds: sizes, extents, conversions, transforms."""

from __future__ import annotations

from typing import Final

from dissgen.schema.fragments import TRUE, Schema, ref, text
from dissgen.schema.shapes import SCALARS, listed, mapping, one_of, text_or

CONSTANT: Final[Schema] = {"title": "a text, a number or a boolean", "type": SCALARS}

_CONVERSIONS: Final = (
    *("int", "float", "upper", "lower", "strip", "hex"),
    *("bool", "ipv4", "ipv6", "mac", "timestamp", "bit_set", "number"),
)

ELEMENT_PARTS: Final[dict[str, Schema]] = {
    "quantity": {
        "description": "An expression, or an element that is read first and gives the number.",
        "if": {"type": "object"},
        "then": ref("element"),
        "else": ref("expression"),
    },
    "extent": {
        "title": "`{size: e}`, `{until: TOKEN}` or `{rest: true}`",
        "type": "object",
        **one_of(
            "extent",
            {
                "size": mapping("extent", "a size", {"size": ref("quantity")}),
                "until": mapping("extent", "an end", {"until": ref("token"), "limit": ref("size")}),
                "until_value": mapping("extent", "an end", {"until_value": ref("expression"), "limit": ref("size")}),
                "rest": mapping("extent", "the rest", {"rest": TRUE}),
            },
        ),
    },
    "lookup": mapping(
        "lookup",
        "`{key: field, value: field}`",
        {"key": ref("name"), "value": ref("name"), "ignore_case": {"title": "`true` or `false`", "type": "boolean"}},
        required=["key", "value"],
        description="By which field of an item it is found, and what is found.",
    ),
    "conversion": text_or(
        {"title": "a conversion", "$comment": "conversion", "enum": list(_CONVERSIONS)},
        mapping(
            "conversion",
            "a conversion",
            {
                "int": {"title": "a base from 2 to 36", "type": "integer", "minimum": 2, "maximum": 36},
                "enum": ref("reference"),
                "table": ref("reference"),
                "scale": {"title": "a number", "type": "number"},
                "unescape": text("one character", pattern="^[\\s\\S]$"),
                "bool": mapping(
                    "conversion",
                    "`{true: value, false: value}`",
                    dict.fromkeys(("true", "false"), CONSTANT),
                    required=["true", "false"],
                ),
            },
            maxProperties=1,
            minProperties=1,
        ),
    ),
    "conversions": {
        "description": "One conversion or a list of them, applied in order.",
        "if": {"type": "array"},
        "then": listed("a list of conversions", ref("conversion"), 1),
        "else": ref("conversion"),
    },
    "transform": text_or(
        {
            "title": "a transform",
            "$comment": "transform",
            "enum": ["dot_unstuff", "zlib", "gzip", "deflate", "base64", "quoted_printable"],
        },
        mapping("transform", "a transform", {"xor": ref("expression")}, required=["xor"]),
    ),
    "transforms": {
        "description": "One transform or a list of them, applied in order.",
        "if": {"type": "array"},
        "then": listed("a list of transforms", ref("transform"), 1),
        "else": ref("transform"),
    },
    "derivation": {
        "title": "a mapping with `checksum`, `size_of` or `count_of`",
        "type": "object",
        **one_of(
            "derivation",
            {
                "checksum": mapping(
                    "derivation",
                    "a checksum",
                    {"checksum": {"title": "a checksum", "enum": ["inet"]}, "over": ref("over")},
                    required=["checksum", "over"],
                ),
                "size_of": mapping("derivation", "the size of a field", {"size_of": ref("name")}),
                "count_of": mapping("derivation", "the number of items of a field", {"count_of": ref("name")}),
            },
        ),
    },
    "over": {
        "if": {"type": "array"},
        "then": listed("a list of rules and one range", text_or(ref("reference"), ref("range")), 1),
        "else": ref("range"),
    },
    "range": mapping(
        "range",
        "a range of fields, as in `{from: first, to: last}`",
        {"from": ref("name"), "to": ref("name")},
        required=["from", "to"],
    ),
    "selector": {
        "description": "The value, or the values, that select this case.",
        "if": {"type": "array"},
        "then": listed("a list of values", CONSTANT, 1),
        "else": CONSTANT,
    },
    "resync": text_or(
        ref("token"),
        one_of(
            "resync",
            {
                key: mapping("resync", f"`{{{key}: TOKEN}}`", {key: ref("token"), "begins": ref("token")})
                for key in ("before", "behind", "begins")
            },
        ),
        description="Where parsing may start again after an error.",
    ),
}
