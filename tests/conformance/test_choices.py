"""`try`: the first alternative that matches, what it undoes, its errors, and how much may be read again."""

from __future__ import annotations

from typing import Any

import pytest
from every_way import error, modules, read, record

CASES: list[tuple[str, bytes, dict[str, Any]]] = [
    ("{try: [{record: [{field: a, number: 8}, {literal: x}]}, {record: [{field: b, number: 8}, {field: c, number: 8}]}]},"
     " {field: z, number: 8}", b"\1xz", {"a": 1, "b": None, "c": None, "z": 122}),
    ("{try: [{record: [{field: a, number: 8}, {literal: x}]}, {record: [{field: b, number: 8}, {field: c, number: 8}]}]},"
     " {field: z, number: 8}", b"\1yz", {"a": None, "b": 1, "c": 121, "z": 122}),
    ("{field: v, try: [{token: '[0-9]+', convert: int}, {token: '[a-z]+'}]}, {literal: ;}", b"12;", {"v": 12}),
    ("{field: v, try: [{token: '[0-9]+', convert: int}, {token: '[a-z]+'}]}, {literal: ;}", b"ab;", {"v": "ab"}),
    ("{field: v, try: [{record: [{field: a, token: '[a-z]+'}, {literal: '='}]}, {literal: abc}]}, {literal: ;}",
     b"abc=;", {"v": {"a": "abc"}}),
    ("{field: v, try: [{record: [{field: a, token: '[a-z]+'}, {literal: '='}]}, {literal: abc}]}, {literal: ;}",
     b"abc;", {"v": "abc"}),
    ("{try: [{record: [{field: _k, number: 8}, {verify: _k > 5}]}, {skip: 1}]}, {let: k, value: _k or 0}",
     b"\7", {"k": 7}),
    ("{try: [{record: [{field: _k, number: 8}, {verify: _k > 5}]}, {skip: 1}]}, {let: k, value: _k or 0}",
     b"\2", {"k": 0}),
    ("{try: [{record: [{within: {number: 8}, record: [{field: a, number: 8}, {literal: ab}]}]}, {field: b, text: {size: 4}}]},"
     " {literal: ;}", b"\3aax;", {"a": None, "b": "\3aax"}),
    ("{try: [{record: [{within: {number: 8}, record: [{field: a, number: 8}, {literal: ab}]}]}, {field: b, text: {size: 4}}]},"
     " {literal: ;}", b"\3aab;", {"a": 97, "b": None}),
    ("{field: n, number: 8}, {within: n, try: [{record: [{field: a, number: 16}, {literal: ok}]}, "
     "{field: b, bytes: {rest: true}, convert: hex}]}", b"\3\1\2\3", {"n": 3, "a": None, "b": "010203"}),
    ("{field: n, number: 8}, {within: n, try: [{record: [{field: a, number: 16}, {literal: ok}]}, "
     "{field: b, bytes: {rest: true}, convert: hex}]}", b"\4\1\2ok", {"n": 4, "a": 258, "b": None}),
    ("{field: n, number: 8}, {field: items, array: {try: [{record: [{field: a, token: '[0-9]+', convert: int}, {literal: ','}]},"
     " {record: [{field: b, token: '[0-9a-f]+'}, {literal: ','}]}]}, count: n}", b"\0031,1f,22,",
     {"n": 3, "items": [{"a": 1, "b": None}, {"a": None, "b": "1f"}, {"a": 22, "b": None}]}),
    ("{field: n, number: 8}, {branch: n, cases: ["
     "{is: 1, try: [{record: [{literal: x}, {field: p, number: 8}]}, {record: [{field: q, number: 16}]}]},"
     " {is: 2, try: [{record: [{literal: y}, {field: r, number: 8}]}, {record: [{field: s, text: {size: 2}}]}]}]}",
     b"\2ab", {"n": 2, "p": None, "q": None, "r": None, "s": "ab"}),
    ("{field: n, number: 8}, {try: [{record: [{field: a, number: 8}, {literal: x}]}, {record: [{optional: {field: b, number: 8},"
     " when: a is None}, {field: a, number: 8}]}]}", b"\1\2\3", {"n": 1, "a": 3, "b": 2}),
    ("{field: n, number: 8}, {branch: n, cases: [{is: 1, field: a, number: 8}, {else: true, record: [{optional:"
     " {field: b, number: 8}, when: a is None}, {field: a, number: 8}]}]}", b"\2\2\3", {"n": 2, "a": 3, "b": 2}),
    ("{field: n, number: 8}, {try: [{record: [{field: x, array: {number: 8}, count: n}, {verify: 'x[5] == 1'}]}, "
     "{field: y, number: 8}]}", b"\1\7", {"n": 1, "x": None, "y": 7}),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "data", "fields"), CASES, ids=range(len(CASES)))
def test_every_way_of_reading_agrees(elements: str, data: bytes, fields: dict[str, Any]) -> None:
    assert read(record(elements), data) == fields


EXPRESSION = """
  m: {record: [{use: sum}, {literal: ;}]}
  sum: {record: [
    try: [{record: [{field: left, use: atom}, {literal: +}, {field: right, use: sum}]}, {field: only, use: atom}]]}
  atom: {token: '[0-9]', convert: int}
"""


def test_alternatives_nest_by_recursion() -> None:
    last = {"left": None, "right": None, "only": 3}
    more = {"left": 2, "right": last, "only": None}
    assert read(modules(EXPRESSION), b"1+2+3;") == {"left": 1, "right": more, "only": None}


def test_alternatives_see_offsets_and_what_they_remember() -> None:
    grammar = """
  m: {origin: true, record: [
    {field: head, number: 8},
    {field: inner, use: part}]}
  part: {record: [
    {field: x, number: 8},
    {try: [{record: [{field: a, at: 0, of: {number: 8}}, {literal: no}]}, {field: b, at: 0, of: {number: 8}}]},
    {field: where, number: 8}, {let: p, value: position}]}
"""
    assert read(modules(grammar), b"\5\6\7") == {
        "head": 5, "inner": {"x": 6, "a": None, "b": 5, "where": 7, "p": 3},
    }  # fmt: skip


def test_the_error_is_that_of_the_alternative_that_got_furthest() -> None:
    elements = "{try: [{record: [{literal: ab}, {field: n, token: '[0-9]'}]}, {literal: ax}]}"
    assert error(record(elements), b"ab;") == ("mismatch", "m_choice", "n", 2, b";")
    assert error(record(elements), b"ac") == ("mismatch", "m_choice", None, 0, b"ac")
    assert error(record(elements), b"a") == ("truncated", "m_choice", None, 0, b"a")


def test_a_limit_is_no_reason_to_try_the_next_one() -> None:
    made = record("{try: [{token: '[a-z]+'}, {skip: 1}]}", "limits: {token: 4}\n")
    assert error(made, b"abcdefgh")[:4] == ("limit", "m_choice", None, 0)


def test_what_is_read_again_is_limited() -> None:
    grammar = """
  m: {record: [{field: _part, use: part}, {literal: ;}]}
  part: {try: [{record: [{literal: a}, {field: _rest, use: part}, {literal: b}]},
    {record: [{literal: a}, {field: _rest, use: part}, {literal: c}]}, {literal: a}]}
"""
    # each `a` is followed by two tries of the rest: as many readings as two to the power of their number
    assert read(modules(grammar), b"aac;") == {}
    assert error(modules(grammar, "limits: {work: 8, depth: 64}\n"), b"a" * 9 + b"x")[0] == "limit"
    assert error(modules(grammar, "limits: {depth: 64}\n"), b"a" * 12 + b"x")[0] == "limit"


def test_a_union_counts_too() -> None:
    nested = "{field: last, number: 8}"
    for _ in range(7):
        nested = f"{{union: [{{skip: 1}}, {nested}]}}"
    assert read(record(nested), b"\7") == {"last": 7}
    assert error(record(nested, "limits: {work: 6}\n"), b"\7")[:2] == ("limit", "m")
    doubling = """
  m: {record: [{use: part}, {literal: ;}]}
  part: {record: [{literal: a}, {optional: {union: [{field: one, use: part}, {field: two, use: part}]}, when: peek() == 0x61}]}
"""
    assert error(modules(doubling), b"a" * 12 + b";")[0] == "limit"
    assert read(modules(doubling), b"aa;")["one"] == {"one": None, "two": None}
