"""Rules: fields and their types, merging and nesting, what rules yield, parameters, inline tokens."""

from __future__ import annotations

import pytest
from sema_support import HEAD, codes, found, model_of

from dissgen.sema.model import RuleModel
from dissgen.types import show


def rules(grammar: str, rest: str = "") -> dict[str, RuleModel]:
    return {rule.name: rule for rule in model_of(f"{HEAD}grammar:\n{grammar}\n{rest}").rules}


def fields(rule: RuleModel) -> dict[str, str]:
    return {field.name: show(field.type) for field in rule.fields}


def test_a_field_that_not_every_path_sets_is_an_optional() -> None:
    rule = rules(
        """
  line:
    record:
      - {field: verb, token: WORD}
      - branch: verb
        cases:
          - {is: a, record: [{field: both, token: WORD}, {field: alone, token: WORD}]}
          - {is: b, record: [{field: both, token: WORD}]}
      - {optional: {field: last, token: WORD}, when: peek(WORD)}
      - {let: known, value: last is not None}
"""
    )["line"]
    assert fields(rule) == {
        "verb": "str",
        "both": "str",
        "alone": "optional[str]",
        "last": "optional[str]",
        "known": "bool",
    }


def test_a_path_that_fails_does_not_count() -> None:
    rule = rules(
        """
  line:
    record:
      - {field: verb, token: WORD}
      - branch: verb
        cases: [{is: a, field: size, token: NUMBER, convert: int}, {else: true, fail: no such verb}]
      - {let: double, value: size * 2}
"""
    )["line"]
    assert fields(rule) == {"verb": "str", "size": "int", "double": "int"}


def test_bare_names_and_unnamed_uses_merge_and_named_ones_nest() -> None:
    found_rules = rules(
        """
  pair: {record: [{field: key, token: WORD}, SPACE, {field: value, token: NUMBER}]}
  line:
    record:
      - pair
      - {field: sub, use: pair}
      - {field: own, record: [{field: deep, token: WORD}, {let: seen, value: key}]}
      - LINE_END
"""
    )
    assert fields(found_rules["line"]) == {"key": "str", "value": "str", "sub": "pair", "own": "line_own"}
    assert fields(found_rules["line_own"]) == {"deep": "str", "seen": "str"}
    assert found_rules["line_own"].anonymous
    assert found_rules["line_own"].parameters == (("key", found_rules["line"].fields[0].type),)
    assert [*found_rules].index("line_own") < [*found_rules].index("line")


def test_items_that_are_no_leaf_and_no_rule_become_a_rule() -> None:
    found_rules = rules(
        """
  line:
    record:
      - {field: words, array: WORD, while: peek(WORD)}
      - {field: pairs, array: {record: [{field: key, token: WORD}, SPACE]}, until: item.key == 'x'}
      - LINE_END
"""
    )
    assert fields(found_rules["line"]) == {"words": "list[str]", "pairs": "list[line_pairs_item]"}
    assert fields(found_rules["line_pairs_item"]) == {"key": "str"}


def test_rules_that_build_no_record() -> None:
    found_rules = rules(
        """
  word: {token: WORD}
  words: {array: word, while: peek(WORD)}
  joined: {record: [{field: left, token: WORD}, SPACE, {field: right, token: WORD}], value: left + right}
  line: {record: [{field: a, use: word}, {field: b, use: words}, {field: c, use: joined}, word]}
"""
    )
    assert [show(found_rules[name].type) for name in ("word", "words", "joined", "line")] == [
        "str",
        "list[str]",
        "str",
        "line",
    ]
    assert all(field.local for field in found_rules["joined"].fields)
    assert fields(found_rules["line"]) == {"a": "str", "b": "list[str]", "c": "str"}


def test_recursion_is_allowed_in_value_position() -> None:
    tree = rules(
        """
  tree:
    record:
      - {field: name, token: WORD}
      - {optional: {field: child, use: tree}, when: peek(WORD)}
      - {let: deep, value: child is not None and child.name == 'x'}
"""
    )["tree"]
    assert fields(tree) == {"name": "str", "child": "optional[tree]", "deep": "bool"}
    assert tree.minimum == 1


def test_parameters_come_from_the_same_name_or_from_with() -> None:
    text = f"""{HEAD}
grammar:
  data: {{parameters: {{size: int}}, record: [{{field: octets, bytes: {{size: size}}}}]}}
  line:
    record:
      - {{field: size, token: NUMBER, convert: int}}
      - {{field: one, use: data}}
      - {{field: two, use: data, with: {{size: size + 1}}}}
"""
    assert fields({rule.name: rule for rule in model_of(text).rules}["line"]) == {
        "size": "int",
        "one": "data",
        "two": "data",
    }


def test_local_fields_stay_in_the_rule() -> None:
    text = f"""{HEAD}
grammar:
  inner: {{record: [{{field: _size, token: NUMBER, convert: int}}, {{let: size, value: _size + 1}}]}}
  line: {{record: [{{field: a, use: inner}}, {{let: wrong, value: a._size}}]}}
"""
    assert codes(text) == [("DG310", "_size")]


def test_inline_tokens_are_named_after_their_place() -> None:
    model = model_of(
        f"""{HEAD}
grammar:
  a: {{record: [{{field: mark, token: '[#]'}}, {{token: '[!]'}}, {{field: word, token: '[a-z]'}}]}}
  b: {{record: [{{field: mark, token: '[%]'}}, {{bytes: {{until: '\\n'}}, field: rest_of}}]}}
"""
    )
    assert [token.name for token in model.tokens if token.inline] == ["MARK", "A", "A_WORD", "B_MARK"]
    assert [item.name for item in model.terminators] == ["REST_OF"]


def test_one_mistake_does_not_make_others() -> None:
    text = f"""{HEAD}
grammar:
  line:
    record:
      - {{field: size, token: WRD, convert: int}}
      - {{field: code, token: NUMBER, convert: whole}}
      - {{let: sum_of, value: size + code}}
      - {{let: third, value: sum_of * cod}}
      - {{field: sub, use: lime}}
      - {{let: fourth, value: sub.size}}
      - {{let: fifth, value: len(size)}}
  line_two: {{record: [{{field: whole, use: line}}, {{let: x, value: whole.code + whole.third}}]}}
"""
    assert codes(text)[:1] == [("DG104", "whole")]
    text = text.replace("convert: whole", "convert: [int, upper]")
    assert codes(text) == [("DG201", "WRD"), ("DG224", "upper"), ("DG201", "lime"), ("DG305", "size")]


@pytest.mark.parametrize(
    ("element", "minimum"),
    [
        ("{token: '[a-z]*'}", 0),
        ("{literal: abc}", 3),
        ("{hex: '0d 0a'}", 2),
        ("{bytes: {size: 4}}", 4),
        ("{bytes: {until: LINE_END}}", 0),
        ("{bytes: {rest: true}}", 1),
        ("{optional: WORD, when: peek(WORD)}", 0),
        ("{array: WORD, until: 'item == \"x\"'}", 1),
        ("{array: WORD, while: peek(WORD)}", 0),
        ("{array: '{literal: ab}', count: 3}", 6),
        ("{union: [WORD, {literal: abc}]}", 3),
    ],
)
def test_the_least_number_of_bytes(element: str, minimum: int) -> None:
    element = element.replace("'{literal: ab}'", "{literal: ab}")
    assert rules(f"  line: {{record: [{element}]}}")["line"].minimum == minimum


def test_a_condition_that_refers_to_itself() -> None:
    text = f"""{HEAD}
grammar: {{line: {{record: [WORD, LINE_END]}}}}
conditions: {{a: b, b: a}}
initial: talk
states: {{talk: {{up: line, transitions: [{{event: up, when: a, jump: finish}}]}}}}
"""
    assert [item[2] for item in found(text)] == ["the condition `a` refers to itself"]


def test_chains_and_trees_of_rules_have_an_end() -> None:
    chain = "\n".join(f"  r{n}: {{record: [WORD, {{field: x, use: r{n + 1}}}]}}" for n in range(200))
    text = f"{HEAD}grammar:\n{chain}\n  r200: {{record: [WORD]}}\n"
    assert {code for code, _ in codes(text)} == {"DG214"}
    merged = "\n".join(f"  r{n}: {{record: [WORD, r{n + 1}]}}" for n in range(200))
    assert {code for code, _ in codes(f"{HEAD}grammar:\n{merged}\n  r200: {{record: [WORD]}}\n")} == {"DG214"}
    tree = "\n".join(f"  r{n}: {{record: [r{n + 1}, r{n + 1}]}}" for n in range(40))
    assert {code for code, _ in codes(f"{HEAD}grammar:\n{tree}\n  r40: {{record: [WORD]}}\n")} == {"DG214"}


def test_parameters_of_merged_rules_are_locals() -> None:
    rule = rules(
        """
  data: {parameters: {size: int}, record: [{field: octets, bytes: {size: size}}]}
  line: {record: [{field: count, token: NUMBER, convert: int}, {use: data, with: {size: count * 2}}]}
"""
    )["line"]
    assert [(field.name, field.local) for field in rule.fields] == [("count", False), ("size", True), ("octets", False)]
