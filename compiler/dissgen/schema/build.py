"""Puts the JSON Schema together: the core, a definition for each element kind, and the three places of elements.

An element stands in a list (`element`), as the alternative of a branch (`case`, with `is` or `else`) or as a rule
(`rule`, with the attributes of rules). The kind's keys are described once; what differs are the keys that may stand
beside it.
"""

from __future__ import annotations

import json
from typing import Final

from dissgen.schema.core import DEFINITIONS, REFERENCE, TOP
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, TRUE, VERB_TARGETS, VERB_VALUES, VERBS, Schema, ref
from dissgen.schema.shapes import keys, mapping, named, never, one_of, text_or

RULE_ATTRIBUTES: Final[dict[str, object]] = {
    "parameters": named("a mapping of parameters to types", ref("type")),
    "value": ref("expression"),
    "origin": TRUE,
    "resync": ref("resync"),
    "doc": ref("doc"),
}

SELECTORS: Final[dict[str, object]] = {"is": ref("selector"), "else": TRUE}


_AROUND: Final = frozenset({"record", "sequence", "array", "optional", "branch", "union", "try"})

_NAMED: Final[Schema] = {
    "$comment": "element",
    "title": "the name of a token or of a rule",
    "type": "string",
    "pattern": REFERENCE,
}


def assemble(*, whole: bool = True) -> Schema:
    """The schema of a document that needs no other file; without `whole` of one that is there for others."""
    if not whole:
        return _document(mapping("top", "a spec", TOP, required=["dissgen"]))
    return _document(
        {**mapping("top", "a spec", TOP, required=["dissgen", "protocol"]), "allOf": [*_MACHINE, _GRAMMAR]}
    )


def editors() -> Schema:
    """The schema of every file that a person writes: also of those that change or serve others."""
    extending = {key: _changing(value) if isinstance(value, dict) else value for key, value in TOP.items()}
    extending["grammar"] = {**ref("changed_grammar")}
    alone = {
        **mapping("top", "a spec", TOP),
        "allOf": [*_MACHINE, {"if": {"required": ["protocol"]}, "then": _GRAMMAR}],
    }
    found = _document(
        {
            "required": ["dissgen"],
            "if": {"required": ["extends"]},
            "then": {**mapping("top", "a spec", extending), "allOf": [_MACHINE[1]]},
            "else": alone,
        }
    )
    definitions = found["definitions"]
    assert isinstance(definitions, dict)
    replacing = mapping(
        "rule",
        "`{replace: {field: element}}`",
        {"replace": named("a mapping of fields to elements", _or_null("element"))},
    )
    definitions["changed_grammar"] = named(
        "a mapping of names to rules",
        {"if": {"type": "null"}, "else": {"if": {"required": ["replace"]}, "then": replacing, "else": ref("rule")}},
    )
    return found


_MACHINE: Final[tuple[Schema, ...]] = (
    {"if": {"required": ["states"]}, "then": {"required": ["initial"]}},
    {"if": {"required": ["initial"]}, "then": {"required": ["states"]}},
)
_GRAMMAR: Final[Schema] = {"if": {"required": ["states"]}, "else": {"required": ["grammar"]}}


def _changing(section: Schema) -> Schema:
    """A section in which null removes an entry."""
    changed = {key: value for key, value in section.items() if key not in ("minProperties", "required")}
    for key in ("properties", "additionalProperties"):
        value = changed.get(key)
        if key == "properties" and isinstance(value, dict):
            changed[key] = {name: _or_null(schema) for name, schema in value.items()}
        elif isinstance(value, dict):
            changed[key] = _or_null(value)
    return _or_null(changed)


def _or_null(schema: object) -> Schema:
    return {"if": {"type": "null"}, "else": ref(schema) if isinstance(schema, str) else schema}


def _document(top: Schema) -> Schema:
    """A schema for the top of a document with the definitions of everything in it."""
    definitions: dict[str, object] = dict(DEFINITIONS)
    for kind in FRAGMENTS:
        definitions[f"kind_{kind}"] = _kind(kind)
    definitions["element"] = _element("element", "an element", {})
    definitions["case"] = _case()
    definitions["rule"] = _element("rule", "a rule", RULE_ATTRIBUTES)
    definitions["verb"] = _verb()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "dissgen spec, version 1",
        "description": "A declarative spec of a stateful protocol.",
        **top,
        "definitions": definitions,
    }


def render() -> str:
    """The schema as the text of the committed file, which editors use."""
    return json.dumps(editors(), indent=1, ensure_ascii=False) + "\n"


def _own_keys(kind: str) -> dict[str, Schema]:
    """The properties of a kind with its modifiers."""
    fragment = FRAGMENTS[kind]
    return {**fragment.properties, **{name: MODIFIERS[name] for name in fragment.modifiers}}


def _kinds() -> list[str]:
    """Every kind, those first that have others inside: the chain of alternatives is as deep as the place in it."""
    return sorted(FRAGMENTS, key=lambda kind: kind not in _AROUND)


def _kind(kind: str) -> Schema:
    fragment = FRAGMENTS[kind]
    return {
        "description": fragment.description,
        "required": [kind, *fragment.required],
        "properties": _own_keys(kind),
    }


def _element(area: str, title: str, attributes: dict[str, object]) -> Schema:
    """A bare name, or a mapping with exactly one kind; `attributes` are the further keys of the place."""
    alternatives: dict[str, Schema] = {}
    for kind in _kinds():
        names = dict.fromkeys((*_own_keys(kind), *attributes))
        alternatives[kind] = {
            "propertyNames": keys(f"{area}:{kind}", *names),
            "allOf": [ref(f"kind_{kind}")],
        }
    whole: Schema = {"title": f"{title}: a name, or a mapping with one kind", "type": "object"}
    if attributes:
        whole["properties"] = attributes
    return text_or(_NAMED, {**whole, **one_of(area, alternatives)}, title=title)


def _case() -> Schema:
    """A mapping with `is` or `else` and an element."""
    alternatives: dict[str, Schema] = {}
    for kind in _kinds():
        names = (*SELECTORS, *_own_keys(kind))
        alternatives[kind] = {"propertyNames": keys(f"case:{kind}", *names), "allOf": [ref(f"kind_{kind}")]}
    exclusive = {
        "if": {"required": ["is"]},
        "then": {"if": {"required": ["else"]}, "then": never("selectors")},
        "else": {"if": {"required": ["else"]}, "else": never("selector")},
    }
    return {
        "title": "a case, as in `{is: value, use: rule}`",
        "type": "object",
        "properties": SELECTORS,
        "allOf": [exclusive, one_of("case", alternatives)],
    }


def _verb() -> Schema:
    """A bare word, or a mapping with exactly one verb and perhaps `when`."""
    bare = [verb for verb, schema in VERBS.items() if schema is TRUE]
    alternatives: dict[str, Schema] = {}
    for verb, schema in VERBS.items():
        alternatives[verb] = {
            "propertyNames": keys(f"verb:{verb}", verb, "when"),
            "properties": {verb: schema, "when": ref("expression")},
        }
        if verb in VERB_VALUES:
            alternatives[verb] = {
                "propertyNames": keys(f"verb:{verb}", verb, "value", "when"),
                "properties": {verb: schema, "value": ref("expression"), "when": ref("expression")},
                "required": [verb, "value"],
            }
        if verb in VERB_TARGETS:
            alternatives[verb] = {
                "propertyNames": keys(f"verb:{verb}", verb, "into", "when"),
                "properties": {verb: schema, "into": ref("name"), "when": ref("expression")},
            }
    return text_or(
        {"title": "a verb", "$comment": "verb", "enum": bare},
        {"title": "a verb, as in `trigger: event`", "type": "object", **one_of("verb", alternatives)},
    )
