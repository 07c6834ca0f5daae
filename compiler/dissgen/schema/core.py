"""The schema of everything but the element kinds.

`$comment` carries an area to the translation of errors (`messages.py`); `x-source` marks text whose backslashes must
stand for themselves. Alternatives are `if`/`then`/`else` on a key that tells them apart, never `oneOf`: each violation
has then exactly one reason.
"""

from __future__ import annotations

from typing import Final

from dissgen.schema.element_parts import CONSTANT, ELEMENT_PARTS
from dissgen.schema.examples import EXAMPLES
from dissgen.schema.fragments import TRUE, Schema, ref, text
from dissgen.schema.shapes import SCALARS, TRANSPORTS, keys, listed, mapping, named, one_of, text_or

NAME: Final = "^[A-Za-z_][A-Za-z0-9_]*$"
REFERENCE: Final = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$"
"""A name, perhaps of an imported file."""
DURATION: Final = r"^[0-9]+(\.[0-9]+)? ?(ns|us|ms|s|min|h|d)$"
SIZE: Final = "^[0-9]+ ?(B|KiB|MiB|GiB)$"

EVENTS: Final = (
    *("up", "down", "parse_error", "missing_grammar", "init", "enter", "leave", "fail", "finish"),
    *("gap", "end", "midstream", "child_finish", "timeout", "expire", "transform_error"),
)
"""What a transition may wait for."""


_MAP: Final = r"^\s*map\s*\["
_DIRECTIONS: Final = ("up", "down")

_SOURCES: Final[dict[str, Schema]] = {
    "name": {"title": "a name", "type": "string", "pattern": NAME},
    "reference": {"title": "a name", "type": "string", "pattern": REFERENCE},
    "local_name": {"title": "a name", "type": "string", "pattern": NAME},
    "doc": text("a text", description="Documentation; it goes into the generated module."),
    "constant": CONSTANT,
    "expression": {
        "title": "an expression",
        "description": "Typed Python syntax; a bare number or boolean is a constant.",
        "$comment": "expression",
        "type": SCALARS,
        "x-source": "expression",
    },
    "assigned": {
        "description": "An expression; an empty list may also be written as one.",
        "if": {"type": "array"},
        "then": {"$comment": "assigned", "title": "an expression", "maxItems": 0},
        "else": ref("expression"),
    },
    "token": text(
        "a token", description="A name from `tokens`, or a regular expression over bytes.", **{"x-source": "token"}
    ),
    "skipped": {
        **text(
            "a token, `rest` or `message`",
            description="Through the next match of the token; `rest`: all that follows; `message`: to the end of the "
            "outermost budget of the message that failed.",
        ),
        "x-source": "token",
    },
    "hex": text("pairs of hexadecimal digits such as `0d 0a`", pattern="^ *[0-9A-Fa-f]{2}( *[0-9A-Fa-f]{2})* *$"),
    "type": text("a type", description="Such as `int`, `list[str]`, `optional[str]` or the name of a rule."),
    "duration": text("a duration such as `5 min`", pattern=DURATION),
    "size": {
        "title": "a size such as `64 KiB`",
        "if": {"type": "string"},
        "then": {"title": "a size such as `64 KiB`", "pattern": SIZE},
        "else": {"title": "a size such as `64 KiB`", "type": "integer", "minimum": 1},
    },
    "count": {"title": "a number", "type": "integer", "minimum": 1},
    "arguments": named("a mapping of parameters to expressions", ref("expression")),
    "references": listed("a list of references", text("a text such as `RFC 5321`")),
}

_TABLES: Final[dict[str, Schema]] = {
    "table": {
        "description": "A mapping `{key: value}`, a grouped one `{value: [keys]}`, or a set `[a, b]`.",
        "if": {"type": "array"},
        "then": listed("a set", CONSTANT, 1),
        "else": {
            "title": "a mapping or a list",
            "type": "object",
            "minProperties": 1,
            "if": {"additionalProperties": {"not": {"type": "array"}}},
            "then": {"additionalProperties": CONSTANT},
            "else": {"additionalProperties": listed("a list of keys, as the other values are", CONSTANT, 1)},
        },
    },
    "enum": {
        "title": "a mapping of numbers to names",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"$comment": "enum", "title": "a number", "pattern": "^(0x[0-9A-Fa-f]+|[0-9]+)$"},
        "additionalProperties": {"title": "a name", "type": [*SCALARS, "null"]},
    },
    "variable": mapping(
        "variable",
        "a variable, as in `{type: int, initial: 0}`",
        {
            "type": ref("type"),
            "initial": {"description": "A constant; a map begins empty."},
            "limit": ref("count"),
            "expires": ref("duration"),
            "scope": {"title": "a scope", "$comment": "scope", "enum": ["session", "direction", "message"]},
            "doc": ref("doc"),
        },
        required=["type"],
        **{"if": {"properties": {"type": {"pattern": _MAP}}}, "else": {"required": ["initial"]}},
    ),
    "event": text_or(
        ref("reference"),
        {
            "if": {"required": ["stream"]},
            "then": {
                "title": "an event",
                "type": "object",
                "propertyNames": keys("stream", "stream", "doc"),
                "properties": {
                    "stream": {
                        "title": "`bytes` or the name of a rule",
                        "description": "`bytes`: pieces as they arrive; a rule: messages of what is joined.",
                        "type": "string",
                        "pattern": NAME,
                    },
                    "doc": ref("doc"),
                },
            },
            "else": named("a rule, `{field: type}` or `{stream: bytes}`", ref("type")),
        },
    ),
    "alert": mapping(
        "alert",
        "an alert, as in `{severity: low, description: text}`",
        {
            "severity": {"title": "a severity", "enum": ["low", "medium", "high"]},
            "confidence": {"title": "a confidence", "enum": ["low", "medium", "high"]},
            "completion": {"title": "a completion", "enum": ["failed", "successful"]},
            "description": text("a text", description="`{expression}` in it is replaced by a value."),
            "method": text("a text"),
            "references": ref("references"),
            "sources": ref("parties"),
            "targets": ref("parties"),
            "doc": ref("doc"),
        },
        required=["severity", "description"],
    ),
    "hook": mapping(
        "hook",
        "a hook, as in `{parameters: {x: int}, returns: bool}`",
        {
            "parameters": named("a mapping of parameters to types", ref("type")),
            "returns": ref("type"),
            "doc": ref("doc"),
        },
        description="What a transition calls in the program around the session.",
    ),
    "parties": listed(
        "a list of addresses and services",
        {
            "if": {"type": "object"},
            "then": mapping(
                "party",
                "`{address: e}` or `{service: e}`",
                {"address": ref("expression"), "service": ref("expression")},
                minProperties=1,
                maxProperties=1,
            ),
            "else": ref("expression"),
        },
        1,
    ),
}

_SIDES: Final[dict[str, Schema]] = {
    "use": mapping(
        "side",
        "a side",
        {
            "use": ref("reference"),
            "with": ref("arguments"),
            "hold": ref("expression"),
            "between": ref("token"),
        },
    ),
    "discard": mapping("side", "a side", {"discard": TRUE}),
    "hold": mapping("side", "a side", {"hold": ref("expression")}),
}
_BY_TRANSPORT: Final = mapping("side", "a side for each transport", {name: ref("one_side") for name in TRANSPORTS})

_MACHINE: Final[dict[str, Schema]] = {
    "one_side": text_or(
        ref("reference"),
        {
            "title": "a rule, `child`, or a mapping with `use`, `hold` or `discard`",
            "type": "object",
            **one_of("side", _SIDES),
        },
    ),
    "side": text_or(
        ref("reference"),
        {
            "title": "a rule, `child`, or a mapping with `use`, `hold`, `discard`, or transports",
            "type": "object",
            **one_of("side", {**_SIDES, **dict.fromkeys(TRANSPORTS, _BY_TRANSPORT)}),
        },
        description="What is read from one direction in this state.",
    ),
    "state": mapping(
        "state",
        "a state",
        {"up": ref("side"), "down": ref("side"), "transitions": ref("transitions"), "doc": ref("doc")},
    ),
    "transitions": listed("a list of transitions", ref("transition")),
    "transition": mapping(
        "transition",
        "a transition",
        {
            "event": {
                "if": {"type": "array"},
                "then": listed("a list of events", ref("event_name"), 1),
                "else": ref("event_name"),
            },
            "after": ref("expression"),
            "idle": {**TRUE, "description": "Any byte starts this `timeout` anew."},
            "map": ref("name"),
            "when": ref("expression"),
            "execute": listed("a list of verbs", ref("verb")),
            "jump": ref("name"),
            "doc": ref("doc"),
        },
        required=["event"],
        **{"if": {"required": ["jump"]}, "else": {"$comment": "effect", "required": ["execute"]}},
    ),
    "event_name": {
        "title": "an event",
        "$comment": "event",
        "type": "string",
        "pattern": NAME,
        "examples": list(EVENTS),
    },
    "trigger": text_or(
        ref("name"),
        {
            "title": "an event, or `{event: {field: expression}}`",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": ref("name"),
            "additionalProperties": ref("arguments"),
        },
    ),
    "protocol_name": text("a protocol", pattern="^[a-z][a-z0-9_]*$"),
    "upgraded": text_or(
        ref("protocol_name"),
        mapping(
            "upgrade",
            "a protocol, or `{probe: [names]}`",
            {"probe": listed("a list of protocols", ref("protocol_name"), 1)},
            required=["probe"],
        ),
    ),
    "called": text_or(
        ref("name"),
        {
            "title": "a hook, or `{hook: {parameter: expression}}`",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": ref("name"),
            "additionalProperties": ref("arguments"),
        },
    ),
    "alert_use": text_or(ref("name"), ref("alert")),
}

DEFINITIONS: Final[dict[str, Schema]] = {**_SOURCES, **ELEMENT_PARTS, **_TABLES, **_MACHINE, **EXAMPLES}

_LIMITS: Final[dict[str, object]] = {
    "message": ref("size"),
    "token": ref("size"),
    "hold": ref("size"),
    "items": ref("count"),
    "depth": ref("count"),
    "transitions": ref("count"),
    "work": ref("count"),
    "expansion": ref("count"),
    "variable": ref("size"),
}
_PORTS: Final = listed("a list of ports", {"title": "a port", "type": "integer", "minimum": 1, "maximum": 65535})

TOP: Final[dict[str, object]] = {
    "dissgen": {"title": "the version of the spec language, 1", "const": 1},
    "protocol": {"title": "a name in lower case such as `smtp`", "type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    "title": text("a text"),
    "doc": ref("doc"),
    "references": ref("references"),
    "transport": mapping(
        "transport", "a transport, as in `{tcp: [25]}`", dict.fromkeys(TRANSPORTS, _PORTS), minProperties=1
    ),
    "confirm": mapping(
        "confirm", "a token for a direction", {name: ref("token") for name in _DIRECTIONS}, minProperties=1
    ),
    "directions": mapping(
        "directions", "names for `up` and `down`", {name: ref("name") for name in _DIRECTIONS}, required=[*_DIRECTIONS]
    ),
    "endian": {"title": "`little` or `big`", "enum": ["little", "big"]},
    "bits": {"title": "`msb` or `lsb`", "enum": ["msb", "lsb"]},
    "encoding": {"title": "an encoding", "enum": ["latin-1", "utf-8", "ascii"]},
    "limits": mapping("limits", "limits", _LIMITS),
    "imports": listed(
        "a list of files",
        text_or(
            text("a file such as `common/names.yaml`"),
            mapping(
                "import", "a file with a name for it", {"file": text("a file"), "as": ref("name")}, required=["file"]
            ),
        ),
    ),
    "extends": text("a file such as `dns.yaml`", description="The spec that this one changes."),
    "tokens": named("a mapping of names to regular expressions", ref("token")),
    "enums": named("a mapping of names to enums", ref("enum")),
    "tables": named("a mapping of names to tables", ref("table")),
    "grammar": named("a mapping of names to rules", ref("rule"), minProperties=1),
    "variables": named("a mapping of names to variables", ref("variable")),
    "conditions": named("a mapping of names to expressions", ref("expression")),
    "events": named("a mapping of names to events", ref("event")),
    "alerts": named("a mapping of names to alerts", ref("alert")),
    "hooks": named("a mapping of names to hooks", ref("hook")),
    "machine": mapping(
        "machine",
        "a machine, as in `{type: bidirectional, events: {head: {method: str}}}`",
        {
            "type": {"title": "a type of machine", "$comment": "machine_type", "enum": ["bidirectional", "custom"]},
            "events": named("a mapping of names to events", named("an event, as in `{field: type}`", ref("type"))),
            "roles": named(
                "a mapping of events to `up` or `down`",
                {"title": "a direction", "enum": [*_DIRECTIONS]},
                description="The events of a custom machine that belong to a direction.",
            ),
        },
        required=["type"],
    ),
    "initial": ref("name"),
    "states": named("a mapping of names to states", ref("state"), minProperties=1),
    "first": {**ref("transitions")},
    "any": {**ref("transitions")},
    "examples": listed("a list of examples", ref("example")),
}
"""The keys of a spec, in the order in which it is written."""
