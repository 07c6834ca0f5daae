"""The schema of `examples`."""

from __future__ import annotations

from typing import Final

from dissgen.schema.fragments import Schema, ref, text
from dissgen.schema.shapes import SCALARS, TRANSPORTS, listed, mapping, named, text_or

EXAMPLES: Final[dict[str, Schema]] = {
    "example": mapping(
        "example",
        "an example",
        {
            "name": text("a text"),
            "doc": ref("doc"),
            "rule": ref("reference"),
            "with": named("a mapping of parameters to values", {}),
            "transport": {"title": "a transport", "enum": list(TRANSPORTS)},
            "talk": ref("talk"),
            "expect": ref("expect"),
            "hooks": named(
                "a mapping of hooks to what they return", {}, description="A list: one answer for each call, in order."
            ),
        },
        required=["name", "talk", "expect"],
    ),
    "talk": text_or(
        {"title": "a talk"},
        listed("a text or a list of steps", ref("step"), 1),
        description="Lines such as `C: text`, or a list of steps.",
    ),
    "step": text_or(
        text("a step"),
        {
            "title": "a step, as in `{C: text}`",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": ref("said"),
        },
    ),
    "said": {
        "if": {"type": "object"},
        "then": {
            "if": {"minProperties": 1, "propertyNames": {"enum": ["raw", "hex", "file"]}},
            "then": mapping(
                "said",
                "what is said",
                {"raw": {"title": "a text", "type": "string"}, "hex": ref("hex"), "file": text("the name of a file")},
                maxProperties=1,
            ),
            "else": named("a way to say something (`raw`, `hex`, `file`), or the payload of an event", {}),
        },
        "else": {"title": "a text, or one of `raw`, `hex`, `file`", "type": [*SCALARS, "null"]},
    },
    "expect": mapping(
        "expect",
        "what is expected",
        {
            "state": ref("name"),
            "verdict": {"title": "a verdict", "enum": ["accept", "drop", "reset"]},
            "alerts": listed("a list of alerts", ref("name")),
            "events": ref("expected_events"),
            "streams": named("a mapping of streams to lists", listed("a list of streams", ref("bytes_value"))),
            "variables": named("a mapping of variables to values", {}),
            "calls": ref("expected_calls"),
            "value": {},
            "error": {"title": "a mapping", "type": "object"},
        },
    ),
    "expected_events": {
        "if": {"type": "array"},
        "then": listed(
            "a list of events", {"title": "an event with its fields", "type": "object", "required": ["event"]}
        ),
        "else": named(
            "a mapping of events to counts, or a list", {"title": "a number", "type": "integer", "minimum": 0}
        ),
    },
    "expected_calls": {
        "if": {"type": "array"},
        "then": listed(
            "a list of calls", {"title": "a hook with its arguments", "type": "object", "required": ["hook"]}
        ),
        "else": named(
            "a mapping of hooks to counts, or a list", {"title": "a number", "type": "integer", "minimum": 0}
        ),
    },
    "bytes_value": text_or({}, mapping("bytes_value", "a text or `{hex: digits}`", {"hex": {"type": "string"}})),
}
