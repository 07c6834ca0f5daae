"""A test of a branch's subject tells what its cases have set."""

from __future__ import annotations

from typing import Any

import pytest
from every_way import error, modules, read
from support import compile_text
from test_numbers import HEAD, MACHINE

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import UP

KINDS = "enums: {KIND: {1: NUM, 2: TEXT, 3: REC, 4: NONE, 5: BIG}}\n"
GRAMMAR = """
  rec: {record: [{field: q, number: 8}]}
  m:
    record:
      - {field: kind, number: 8, enum: KIND}
      - branch: kind
        field: data
        cases:
          - {is: NUM, number: 8}
          - {is: BIG, number: 16}
          - {is: TEXT, text: {size: 2}}
          - {is: REC, use: rec}
          - {is: NONE, empty: true}
      - branch: kind
        cases:
          - {is: NUM, record: [{field: only, number: 8}]}
          - {else: true, record: [{field: others, number: 8}, {field: both, number: 8}]}
      - {field: nested, use: nested, with: {k: kind}}
      - {field: inner, branch: kind, cases: [
          {is: NUM, record: [{field: a, number: 8}]}, {else: true, record: [{field: b, number: 8}]}]}
      - merged
      - {optional: {branch: kind, cases: [{is: 1, field: sometimes, number: 8}, {else: true, empty: true}]}, when: only == 200}
      - LETS
  merged:
    parameters: {kind: int}
    record: [{branch: kind, cases: [{is: 1, field: up, number: 8}, {else: true, empty: true}]}]
  nested:
    parameters: {k: int}
    record:
      - branch: k
        cases:
          - {is: 1, field: one, number: 8}
          - {is: 2, branch: k, cases: [{is: 1, field: two, number: 8}, {else: true, field: three, number: 8}]}
          - {else: true, field: four, number: 8}
"""

NUM, TEXT, REC, NONE, BIG = (
    bytes.fromhex(data) for data in ("01 07 03 05 06 08", "02 6162 05 06 07 08", "03 61 05 06 09 08", "04 05 06 09 08", "05 0102 05 06 09 08")
)  # fmt: skip

GOOD = [
    ("data * 2 if kind == KIND.NUM else 0", [(NUM, 14), (TEXT, 0), (BIG, 0)]),
    ("data if KIND.BIG == kind or kind == 1 else 0", [(NUM, 7), (TEXT, 0), (BIG, 258)]),
    ("data if kind in [KIND.NUM, 5] else 0", [(NUM, 7), (BIG, 258), (NONE, 0)]),
    ("data if not (kind != KIND.NUM and kind != KIND.BIG) else 0", [(NUM, 7), (BIG, 258)]),
    ("0 if kind not in [1, 5] else data", [(NUM, 7), (REC, 0)]),
    ("data.upper() if kind == KIND.TEXT else 'no'", [(TEXT, "AB"), (NONE, "no")]),
    ("data.q if kind == KIND.REC else 0", [(REC, 97), (NUM, 0)]),
    ("only + up if kind == KIND.NUM else 0", [(NUM, 11), (TEXT, 0)]),
    ("others + both if kind == KIND.NONE or kind == KIND.TEXT else 0", [(NONE, 11), (TEXT, 11), (NUM, 0)]),
    ("nested.one if kind == KIND.NUM else 0", [(NUM, 5), (TEXT, 0)]),
    ("nested.four if kind == KIND.BIG else 0", [(BIG, 9)]),
    ("inner.a if kind == KIND.NUM else 0", [(NUM, 6), (TEXT, 0)]),
    ("inner.b if kind in [2, 3] else 0", [(TEXT, 8), (REC, 8), (NUM, 0)]),
]
BAD = [
    ("data if kind != KIND.NUM else 0", "DG304"),
    ("data * 2 if kind == KIND.TEXT else 0", "DG305"),
    ("data + 1 if kind in [KIND.NUM, KIND.TEXT] else 0", "DG305"),
    ("data if kind == KIND.NONE else 0", "DG304"),
    ("data if kind > 0 else 0", "DG304"),
    ("data if kind == KIND.NUM or only is None else 0", "DG304"),
    ("only + 1 if kind in [1, 2] else 0", "DG306"),
    ("sometimes + 1 if kind == KIND.NUM else 0", "DG306"),
    ("nested.two + 1 if kind == KIND.TEXT else 0", "DG306"),
    ("nested.one + 1 if kind == KIND.TEXT else 0", "DG306"),
    ("up + 1 if others == 1 else 0", "DG306"),
]


@pytest.mark.parametrize(("expression", "wanted"), GOOD, ids=range(len(GOOD)))
def test_what_a_test_of_the_subject_shows(expression: str, wanted: list[tuple[bytes, Any]]) -> None:
    made = modules(GRAMMAR.replace("LETS", f'{{let: found, value: "{expression}"}}'), KINDS)
    for data, value in wanted:
        assert read(made, data)["found"] == value


@pytest.mark.parametrize(("expression", "code"), BAD, ids=range(len(BAD)))
def test_what_it_does_not_show(expression: str, code: str) -> None:
    text = f"{HEAD}{KINDS}grammar:\n" + GRAMMAR.replace("LETS", f'{{let: found, value: "{expression}"}}') + MACHINE
    diagnostics = Diagnostics()
    assert compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False) is None
    assert {found.code for found in diagnostics} == {code}


def test_in_transitions_and_generators() -> None:
    text = (
        f"{HEAD}{KINDS}grammar:\n"
        + GRAMMAR.replace("      - LETS\n", "")
        + """
  several: {record: [{field: items, array: m, count: {number: 8}}]}
events: {seen: {text: str, sum_of: int}}
initial: s
states:
  s:
    up: several
    transitions:
      - event: up
        execute:
          - let_seen
"""
    )
    verbs = """
          - trigger:
              seen:
                text: "first(i.data for i in message.items if i.kind == KIND.TEXT) or '-'"
                sum_of: "sum(i.data for i in message.items if i.kind == KIND.NUM or i.kind == KIND.BIG)"
"""
    module = compile_text(text.replace("\n          - let_seen\n", verbs))
    (event,) = [found for found in module.Session().feed(UP, b"\3" + NUM + TEXT + BIG) if found.name == "seen"]
    assert event.payload() == {"text": "ab", "sum_of": 7 + 258}
    (event,) = [found for found in module.Session().feed(UP, b"\1" + NONE) if found.name == "seen"]
    assert event.payload() == {"text": "-", "sum_of": 0}


def test_a_row_knows_what_its_guard_has_shown() -> None:
    text = (
        f"{HEAD}{KINDS}grammar:\n"
        + GRAMMAR.replace("      - LETS\n", "")
        + """
events: {seen: {what: str}}
conditions: {is_text: message.kind == KIND.TEXT}
initial: s
states:
  s:
    up: m
    transitions:
      - {event: up, when: is_text, execute: [trigger: {seen: {what: message.data}}]}
      - {event: up, when: message.kind == KIND.REC, execute: [trigger: {seen: {what: str(message.data.q)}}]}
      - {event: up, execute: [{trigger: {seen: {what: str(message.data)}}, when: message.kind == KIND.BIG}]}
"""
    )
    session = compile_text(text).Session()
    events = [found for data in (TEXT, REC, BIG, NUM) for found in session.feed(UP, data)]
    assert [found.payload()["what"] for found in events if found.name == "seen"] == ["ab", "97", "258"]


def test_a_verify_in_the_rule_itself() -> None:
    made = modules(GRAMMAR.replace("LETS", '{verify: "kind != KIND.NUM or data < 7", message: too much}'), KINDS)
    assert error(made, NUM)[:2] == ("verify", "m")
    assert read(made, b"\1\6" + NUM[2:])["data"] == 6
