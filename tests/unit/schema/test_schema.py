"""The committed schema, what it takes and how it fails; what is said about bad specs is in tests/errors/schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.linking import link
from dissgen.reader import plain, read, read_file
from dissgen.schema import assemble, render, validate
from dissgen.schema.core import EVENTS, TOP
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, VERBS
from dissgen.schema.messages import _ALTERNATIVES, _AREAS
from dissgen.text import SourceFile

ROOT = Path(__file__).parents[3]

WHOLE = r"""
dissgen: 1
protocol: example
title: Everything that this version has
doc: |
  Text.
references: [RFC 5321]
transport: {tcp: [25, 587]}
confirm: {down: '220[ -]', up: WORD}
directions: {up: client, down: server}
encoding: utf-8
limits: {message: 256 KiB, token: 1024, hold: 64KiB, items: 10, depth: 3, transitions: 9}
tokens: {WORD: '[a-z]+', END: '\r?\n'}
tables:
  mapping: {a: 1, 2: b}
  grouped: {x: [a, b], y: [3]}
  set: [a, b]
grammar:
  alias: WORD
  parts:
    parameters: {size: int, name: 'optional[str]'}
    value: size + 1
    resync: {before: END}
    doc: every kind
    sequence:
      - WORD
      - {field: word, token: WORD, convert: [lower, {int: 16}], const: 12, doc: x}
      - {literal: 'HTTP/', ignore_case: true}
      - {hex: '0d 0A'}
      - {bytes: {size: size * 2}, stream: body, transform: [dot_unstuff]}
      - {bytes: {until: END, limit: 4 KiB}}
      - {text: {rest: true}}
      - {use: parts, with: {size: 3, name: None}, field: inner}
      - {record: [WORD]}
      - branch: word
        cases:
          - {is: a, use: alias}
          - {is: [b, 3, true], empty: true}
          - {else: true, optional: {fail: never}, when: peek() == 3}
      - {field: list, array: WORD, count: 3, while: true, until: item == 'x'}
      - {array: {token: WORD}, rest: true}
      - {union: [alias, {let: x, value: 1}]}
      - {verify: 'x == 1', message: one}
variables:
  queue: {type: 'list[str]', initial: [], limit: 100}
conditions: {busy: len(queue) > 0}
events:
  message: parts
  own: {code: int, lines: 'list[parts]'}
  body: {stream: bytes}
alerts:
  bad: {severity: low, confidence: high, completion: failed, method: x, description: '{error}', references: [CVE-1]}
initial: one
states:
  one:
    doc: the first
    up: parts
    down: {use: parts, with: {size: 1}, hold: busy}
    transitions:
      - event: [up, down]
        when: busy
        execute:
          - trigger: message
          - {trigger: {own: {code: 1}}, when: 'true'}
          - alert: bad
          - {alert: {severity: high, description: inline}}
          - set: {queue: [], other: 3}
          - push: {queue: message.word}
          - pop: queue
          - log: '{queue}'
          - drop
          - {reset: true, when: busy}
          - accept
          - skip: END
          - skip: rest
          - abandon: up
          - upgrade: tls
        jump: two
      - {event: end, execute: []}
  two: {up: child, down: {discard: true}}
  three: {up: {hold: true}}
first:
  - {event: parse_error, jump: fail}
any:
  - {event: missing_grammar, jump: finish}
examples:
  - name: text
    talk: |
      C: hello
      !gap up 3
    expect: {state: two, verdict: drop, alerts: [bad], events: {message: 1}, streams: {body: [a, {hex: '00'}]}}
  - name: steps
    talk: ['S: x', {C: hello}, {S: 220}, {C: {raw: "a\n"}}, {C: {hex: '00 01'}}, {C: {file: a.bin}}, {C: }]
    expect: {events: [{event: message, word: a}], variables: {queue: []}}
  - {name: rule, rule: parts, with: {size: 3}, talk: [{C: x}], expect: {value: {word: x}}}
  - {name: error, rule: parts, talk: [{C: x}], expect: {error: {kind: syntax}}}
"""


def problems(text: str) -> str:
    diagnostics = Diagnostics()
    node = read(SourceFile("a.yaml", text), diagnostics)
    if node is not None:
        assert validate(node, diagnostics) != diagnostics.has_errors
    return render_all(diagnostics)


def test_the_committed_file_is_up_to_date() -> None:
    committed = files("dissgen.schema").joinpath("dissgen-1.schema.json").read_text(encoding="utf-8")
    assert committed == render(), "write it again: python -m dissgen.schema"


def test_it_is_a_schema_of_draft_07() -> None:
    Draft7Validator.check_schema(assemble())


def walk(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from walk(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from walk(value)


def test_no_alternative_hides_its_reason() -> None:
    schema = assemble()
    definitions = schema["definitions"]
    assert isinstance(definitions, dict)
    used = set()
    for part in walk(schema):
        assert not {"oneOf", "anyOf", "dependencies", "patternProperties"} & part.keys() or "properties" in part
        if "$ref" in part:
            assert part.keys() == {"$ref"}, "draft 07 ignores what stands beside a reference"
            used.add(str(part["$ref"]).removeprefix("#/definitions/"))
    assert used == set(definitions)


def test_every_chain_of_alternatives_has_its_words() -> None:
    """A mapping that satisfies none of a chain ends at its last link, whose area says how it is called."""
    areas = {str(part["$comment"]) for part in walk(assemble()) if part.get("not") == {} and "$comment" in part}
    assert areas == {*_ALTERNATIVES, "selector", "selectors"}
    assert set(_ALTERNATIVES) <= set(_AREAS)


def test_everything_of_this_version() -> None:
    assert problems(WHOLE) == ""


def test_editors_see_the_same_language() -> None:
    node = read(SourceFile("a.yaml", WHOLE), Diagnostics())
    assert node is not None
    errors = Draft7Validator(json.loads(render())).iter_errors(plain(node))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("path", sorted((ROOT / "specs").rglob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_specs(path: Path) -> None:
    diagnostics = Diagnostics()
    node = read_file(path, ROOT, diagnostics)
    assert node is not None
    if node.key("protocol") is None:
        assert validate(node, diagnostics, whole=False), render_all(diagnostics)
    else:
        assert link(node, path, ROOT, diagnostics) is not None, render_all(diagnostics)
    errors = Draft7Validator(json.loads(render())).iter_errors(plain(node))  # what editors say
    assert [error.message for error in errors] == []


def test_the_words_of_the_language_are_all_here() -> None:
    kinds = (
        "token literal hex number float varint flag bytes text use record sequence branch optional array try union at"
        " align skip let set trigger raise verify empty fail"
    )
    assert set(kinds.split()) == set(FRAGMENTS)
    verbs = (
        "trigger alert set push pop remember forget log drop reset accept skip abandon upgrade raise swap restart call"
    )
    assert set(verbs.split()) == set(VERBS)
    keys = (
        "dissgen protocol title doc references transport confirm directions encoding endian bits limits imports extends"
        " tokens enums tables grammar variables conditions events alerts hooks machine initial states first any"
        " examples"
    )
    assert set(keys.split()) == set(TOP)
    events = (
        "up down parse_error missing_grammar init enter leave fail finish timeout gap end midstream child_finish expire"
        " transform_error"
    )
    assert set(events.split()) == set(EVENTS)


def test_a_misspelt_key_is_one_error() -> None:
    assert problems("dissgen: 1\nprotocal: p\ngrammar: {m: {empty: true}}\n").count("error[") == 1


def test_deep_elements_do_not_exhaust_the_stack() -> None:
    element = "WORD"
    for _ in range(30):
        element = f"{{record: [{element}]}}"
    assert problems(f"dissgen: 1\nprotocol: p\ngrammar: {{m: {element}}}\n") == ""


WORDS = [*TOP, *FRAGMENTS, *MODIFIERS, *VERBS, "up", "when", "is", "else", "x"]
VALUES: st.SearchStrategy[object] = st.recursive(
    st.sampled_from([None, True, 1, -1, 1.5, "", "x", "64 KiB", "drop", "a b", [], {}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_any_mapping_is_taken_or_refused_with_places(spec: dict[str, object]) -> None:
    said = problems(json.dumps({"dissgen": 1, **spec}))
    assert "under any of the given schemas" not in said
    assert "Traceback" not in said
