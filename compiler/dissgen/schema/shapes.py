"""Shapes that schemas are put together from.

`$comment` carries an area to the translation of errors (`messages.py`). Alternatives are `if`/`then`/`else` on a key
that tells them apart, never `oneOf`: each violation has then exactly one reason.
"""

from __future__ import annotations

from typing import Final

from dissgen.schema.fragments import Schema, ref

SCALARS: Final = ["string", "number", "boolean"]
TRANSPORTS: Final = ("tcp", "udp")


def keys(area: str, *names: str) -> Schema:
    """The keys that a mapping may have."""
    return {"$comment": area, "enum": list(names)}


def mapping(area: str, title: str, properties: dict[str, object], **keywords: object) -> Schema:
    """A mapping with these keys and no other."""
    return {
        "title": title,
        "type": "object",
        "propertyNames": keys(area, *properties),
        "properties": properties,
        **keywords,
    }


def named(title: str, value: Schema, **keywords: object) -> Schema:
    """A mapping of names that the spec chooses."""
    return {
        "title": title,
        "type": "object",
        "propertyNames": ref("name"),
        "additionalProperties": value,
        **keywords,
    }


def listed(title: str, item: Schema, minimum: int = 0) -> Schema:
    """A list of equal items."""
    return {"title": title, "type": "array", "items": item, **({"minItems": minimum} if minimum else {})}


def never(area: str) -> Schema:
    """What nothing satisfies: the end of a chain of alternatives."""
    return {"$comment": area, "not": {}}


def one_of(area: str, alternatives: dict[str, Schema]) -> Schema:
    """The alternative whose key the mapping has; the first one when it has several."""
    chain = never(area)
    for key, schema in reversed(alternatives.items()):
        chain = {"if": {"required": [key]}, "then": schema, "else": chain}
    return chain


def text_or(string: Schema, other: Schema, **keywords: object) -> Schema:
    """One schema for text, another for everything else."""
    return {**keywords, "if": {"type": "string"}, "then": string, "else": other}
