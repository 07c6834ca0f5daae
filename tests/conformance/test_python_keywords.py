"""Names that are keywords of Python: `class_` in expressions and in Python, `class` in the spec and in JSON."""

from __future__ import annotations

import json

import pytest
from every_way import error, modules, read
from support import compile_text
from test_numbers import HEAD

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import UP, Alert
from dissgen_runtime.net.jsontext import json_text

HEADS = "enums: {is: {1: in, 2: class, 3: None}}\ntables: {try: {1: one, 2: two}}\ntokens: {pass: '[a-z]'}\n"
RULES = """
  m:
    record:
      - {field: from, number: 8, enum: is}
      - {field: def, number: 8, derive: {size_of: raise}}
      - {field: raise, bytes: {size: def_}}
      - {let: whole, value: def_ == derived(def_)}
      - {let: member, value: from_ == is_.in_ or from_ == is_.class_}
      - {optional: {field: yield, token: pass}, when: peek(pass_)}
      - {let: named, value: 'matches(yield_ or "", pass_)'}
      - {let: text, value: 'try_.get(from_, "none")'}
      - {field: import, use: inner, with: {lambda: from_}}
      - {field: items, array: item, count: 1}
      - {let: total, value: sum(i.if_ for i in items) + import_.with_}
      - {field: or, branch: from_, cases: [{is: in, number: 8}, {is: class, text: {size: 1}}, {else: true, empty: true}]}
      - {verify: from_ != 9, message: nine}
  inner:
    parameters: {lambda: int}
    record: [{field: with, number: 8}, {let: del, value: lambda_ + with_ + parent.def_ + root.from_}]
  item: {record: [{field: if, number: 8}, {let: else, value: parent.import_.del_}]}
"""
MACHINE = """
variables:
  global: {type: int, initial: 0}
  nonlocal: {type: int, initial: 0, scope: message}
conditions: {while: 'global_ == 0'}
events: {message: m, async: {or: int, from: int}}
alerts: {assert: {severity: low, description: 'from {message.from_} of {global_}'}}
initial: def
states:
  def:
    up: m
    transitions:
      - event: up
        when: while_ and message.from_ == is_.in_
        execute: [{set: {global: global_ + message.def_}}, trigger: {async: {or: message.or_}}, alert: assert]
      - {event: up, execute: [trigger: message]}
"""
DATA = bytes([1, 2]) + b"\0\0a" + bytes([3, 4, 7])


def test_every_way_of_reading_agrees() -> None:
    assert read(modules(RULES, HEADS), DATA) == {
        "from_": 1,
        "def_": 2,
        "raise_": b"\0\0",
        "whole": True,
        "member": True,
        "yield_": "a",
        "named": True,
        "text": "one",
        "import_": {"with_": 3, "del_": 1 + 3 + 2 + 1},
        "items": [{"if_": 4, "else_": 7}],
        "total": 7,
        "or_": 7,
    }


def test_errors_name_the_field_of_the_spec() -> None:
    assert error(modules(RULES, HEADS), b"\1\5ab")[:4] == ("truncated", "m", "raise", 2)


def test_json_has_the_names_of_the_spec() -> None:
    (made, _) = modules(RULES, HEADS)
    shown = json.loads(json_text(made.parse_m(DATA)[0]))
    assert (shown["from"], shown["from_name"], shown["def"], shown["yield"]) == (1, "in", 2, "a")
    assert (shown["import"], shown["items"]) == ({"with": 3, "del": 7}, [{"if": 4, "else": 7}])
    assert not [name for name in shown if name.endswith("_")]


def test_transitions_see_them_too() -> None:
    session = compile_text(f"{HEAD}{HEADS}grammar:\n{RULES}{MACHINE}").Session()
    events = session.feed(UP, DATA + DATA)
    assert [event.name for event in events if not isinstance(event, Alert)] == ["async", "message"]
    assert json.loads(json_text(events[0].payload())) == {"or": 7, "from": 1}
    (alert,) = [event for event in events if isinstance(event, Alert)]
    assert (alert.id, alert.description) == ("assert", "from 1 of 2")
    assert session.variables.global_ == 2


@pytest.mark.parametrize("word", ["from", "class", "import", "def"])
def test_what_is_written_without_is_explained(word: str) -> None:
    text = f"{HEAD}grammar: {{m: {{record: [{{field: {word}, number: 8}}, {{verify: '{word} == 1'}}]}}}}\n"
    diagnostics = Diagnostics()
    assert compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False) is None
    (found,) = [item for item in diagnostics if item.code == "DG301"]
    assert found.helps == (f"`{word}` is a keyword of Python: write `{word}_` for what has that name",)
