"""Every element, cut at every byte: the message is open while more may come, and an error with its place at the end."""

from __future__ import annotations

from typing import Any

import pytest
from support import ALL_PASSES, compile_text
from test_numbers import HEAD, MACHINE

from dissgen.primitives.conversions import _KINDS
from dissgen.schema.fragments import FRAGMENTS, MODIFIERS, TRANSFORMS
from dissgen_runtime import UP, Alert, ParseError

HEADS = """
encoding: utf-8
enums: {KIND: {1: A, 2: B}}
tables: {NAMES: {one: 1, two: 2}}
variables: {seen: {type: int, initial: 0, scope: message}}
tokens: {WORD: '[a-z]+', END: '\\r\\n', SPACES: ' +'}
"""
RULES = """
  word: {record: [{field: text, token: WORD}, {literal: ','}]}
  digits: {record: [{field: _d, token: '[0-9]+'}, {literal: ','}], value: _d}
  sized: {parameters: {n: int}, record: [{field: data, bytes: {size: n}}]}
  inside: {origin: true, record: [{field: a, number: 8}, {field: b, number: 16}, {let: here, value: position}]}
"""


# of `aaaa`, with their sizes before
ZLIB = bytes.fromhex("0c789c4b4c4c4c040003ce0185")
GZIP = bytes.fromhex("181f8b08000000000002034b4c4c4c040045e598ad04000000")

# The words, the elements, the bytes before a `;`, and what the error names: from which cut on, and where it then is.
# `v@2` is the field v at byte 2, `word.text@2` of another rule, `@2` no field; `@+` the end of what there is.
CASES: list[tuple[str, str, bytes, str]] = [
    ("token", "{field: v, token: WORD}", b"ab", "0 v@0 1 @1 2 @2"),
    ("token name", "WORD, SPACES, {field: v, token: END}", b"ab  \r\n", "0 @0 1 @1 2 @2 3 v@3 4 v@4 6 @6"),
    ("literal", "{field: v, literal: abc}", b"abc", "0 v@0 3 @3"),
    ("literal", "{field: v, literal: abc, ignore_case: true}", b"aBC", "0 v@0 3 @3"),
    ("hex", "{hex: '0d 0a'}", b"\r\n", "0 @0 2 @2"),
    ("number", "{field: v, number: 24}, {field: w, number: 7}, {field: x, number: 9}", b"abcde", "0 v@0 3 w@3 4 x@3 5 @5"),
    ("number endian", "{field: v, number: 16, endian: little}, {field: w, number: 32, signed: true}", b"abcdef", "0 v@0 2 w@2 6 @6"),
    ("number bits flag", "{bits: lsb, record: [{field: v, number: 3}, {field: w, flag: true}, {field: x, number: 12}]}", b"ab", "0 v@0 1 x@0 2 @2"),
    ("float", "{field: v, float: 64}", b"abcdefgh", "0 v@0 8 @8"),
    ("varint", "{field: v, varint: leb128}", b"\x80\x81\1", "0 v@0 3 @3"),
    ("varint", "{field: v, varint: zigzag}", b"\x80\x81\1", "0 v@0 3 @3"),
    ("varint", "{field: v, varint: vlq}", b"\x80\x81\1", "0 v@0 3 @3"),
    ("varint", "{field: v, varint: mqtt}", b"\x80\x81\1", "0 v@0 3 @3"),
    ("varint", "{field: v, varint: quic}", b"\x80abc", "0 v@0 4 @4"),
    ("varint", "{field: v, varint: ber_length}", b"\x82ab", "0 v@0 3 @3"),
    ("bytes size", "{field: v, bytes: {size: 3}}", b"abc", "0 v@0 3 @3"),
    ("bytes size", "{field: v, bytes: {size: {number: 16}}}", b"\0\3abc", "0 v_size@0 2 v@2 5 @5"),
    ("text until", "{field: v, text: {until: END}}, END", b"ab\r\n", "0 v@0 4 @4"),
    ("text until_value", "{field: d, bytes: {size: 1}}, {field: v, text: {until_value: d}}, {literal: '-'}", b"-ab-", "0 d@0 1 v@1 4 @4"),
    ("bytes rest within", "{within: {number: 8}, record: [{field: a, number: 8}, {field: v, bytes: {rest: true}}]}", b"\3abc", "0 length@0 1 @1 4 @4"),
    ("text within slack", "{field: v, within: 4, slack: allow, text: {size: 2}}", b"abcd", "0 v@0 4 @4"),
    ("text errors", "{field: v, text: {size: 3}, errors: fail}", "aé".encode(), "0 v@0 3 @3"),
    ("use field", "{field: v, use: word}, {field: w, use: sized, with: {n: 2}}", b"ab,cd", "0 word.text@0 1 word.@1 2 word.@2 3 sized.data@3 5 @5"),
    ("name", "word", b"ab,", "0 text@0 1 @1 2 @2 3 @3"),
    ("record", "{field: v, record: [{field: x, number: 8}, {field: y, use: word}]}", b"\1a,", "0 m_v.x@0 1 word.text@1 2 word.@2 3 @3"),
    ("sequence", "{sequence: [WORD, {field: y, number: 16}, {array: {number: 16}, count: 1}]}, {field: z, number: 8}", b"a\1\2\3\4\5", "0 @0 1 y@1 3 @3 5 z@5 6 @6"),
    ("branch", "{field: k, number: 8}, {branch: k, cases: [{is: 1, field: v, number: 16}, {else: true, use: word}]}", b"\1ab", "0 k@0 1 v@1 3 @3"),
    ("branch", "{field: k, number: 8}, {field: v, branch: k, cases: [{is: 1, number: 16}, {else: true, use: word}]}", b"\2ab,", "0 k@0 1 word.text@1 2 word.@2 3 word.@3 4 @4"),
    ("optional", "{optional: {field: v, number: 16}, when: peek() == 97}", b"ab", "0 @0 1 v@0 2 @2"),
    ("optional", "{optional: {field: v, number: 16}, when: 'peek(2) == b\"ab\"'}, {number: 8}", b"a", "0 @0 1 @1"),
    ("optional", "{optional: {field: v, use: word}, when: peek(WORD)}", b"ab,", "0 @0 1 word.@1 2 word.@2 3 @3"),
    ("array count", "{field: v, array: {number: 16}, count: {number: 8}}", b"\2abcd", "0 v_count@0 1 v@1 3 v@3 5 @5"),
    ("array size", "{field: v, array: {number: 16}, size: 4}", b"abcd", "0 v@0 4 @4"),
    ("array while", "{field: v, array: word, while: peek(WORD)}", b"a,b,", "0 @0 1 word.@1 2 @2 3 word.@3 4 @4"),
    ("array until", "{field: v, array: {number: 8}, until: item == 0}", b"ab\0", "0 v@0 1 v@1 2 v@2 3 @3"),
    ("array rest lookup", "{field: v, within: 4, array: word, rest: true, lookup: {key: text, value: text}}", b"a,b,", "0 v@0 4 @4"),
    ("array", "{array: {number: 4}, count: 6}", b"abc", "0 @0 3 @3"),
    ("try", "{try: [{record: [{field: v, use: word}, {literal: x}]}, {field: w, bytes: {size: 3}}]}", b"ab,x", "0 word.text@0 1 word.@1 2 word.@2 3 @3 4 @4"),
    ("try", "{try: [{record: [{field: v, use: word}, {literal: x}]}, {field: w, bytes: {size: 3}}]}", b"ab.", "0 word.text@0 1 word.@1 2 word.@2 3 @3"),
    ("union", "{field: v, union: [{field: a, number: 8}, {field: b, number: 24}]}", b"abc", "0 m_v.a@0 1 m_v.b@0 3 @3"),
    ("at", "{field: v, number: 8}, {field: w, use: back}", b"ab", "0 v@0 1 back.here@1 2 @2"),
    ("align", "{field: v, number: 4}, {align: 16}, {field: w, number: 8}", b"abc", "0 v@0 1 @1 2 w@2 3 @3"),
    ("skip", "{skip: 3}, {skip: {number: 8}}", b"abc\2ab", "0 @0 3 size@3 4 @4 6 @6"),
    ("let verify", "{field: v, number: 8}, {let: w, value: v + 1}, {verify: w == 98}, {field: x, number: 8}", b"ab", "0 v@0 1 x@1 2 @2"),
    ("set trigger", "{field: v, number: 8}, {set: {seen: v}}, {trigger: first}, {field: x, number: 16}", b"abc", "0 v@0 1 x@1 3 @3"),
    ("raise", "{field: v, number: 8}, {raise: half}, {field: x, number: 16}", b"abc", "0 v@0 1 x@1 3 @3"),
    ("empty fail", "{field: v, number: 8}, {branch: v, cases: [{is: 97, empty: true}, {else: true, fail: no}]}", b"a", "0 v@0 1 @1"),
    ("const", "{field: v, number: 16, const: 24930}, {field: w, bytes: {size: 2}, const: ab}", b"abab", "0 v@0 2 w@2 4 @4"),
    ("enum", "{field: v, number: 16, enum: KIND}, {field: w, number: 8, convert: {enum: KIND}}", b"abc", "0 v@0 2 w@2 3 @3"),
    ("derive", "{field: v, number: 8, derive: {size_of: w}}, {field: w, bytes: {size: v}}, {verify: v == derived(v)}", b"\2ab", "0 v@0 1 w@1 3 @3"),
    ("convert int", "{field: v, token: '[0-9]+', convert: int}, {literal: ','}, {field: w, use: digits, convert: int}", b"12,34,", "0 v@0 1 @1 2 @2 3 digits._d@3 4 digits.@4 5 digits.@5 6 @6"),
    ("convert float", "{field: v, text: {size: 3}, convert: float}", b"1.5", "0 v@0 3 @3"),
    ("convert upper lower strip unescape", "{field: v, text: {size: 3}, convert: [strip, upper, lower, {unescape: '%'}]}", b" Ab", "0 v@0 3 @3"),
    ("convert hex", "{field: v, bytes: {size: 3}, convert: hex}", b"abc", "0 v@0 3 @3"),
    ("convert bool", "{field: v, number: 8, convert: bool}, {field: w, text: {size: 2}, convert: {bool: {true: ab, false: cd}}}", b"\1ab", "0 v@0 1 w@1 3 @3"),
    ("convert scale", "{field: v, number: 16, convert: {scale: 4}}", b"ab", "0 v@0 2 @2"),
    ("convert ipv4 ipv6 mac", "{field: v, bytes: {size: 4}, convert: ipv4}, {field: w, bytes: {size: 6}, convert: mac},"
     " {field: x, bytes: {size: 16}, convert: ipv6}", bytes(26), "0 v@0 4 w@4 10 x@10 26 @26"),
    ("convert timestamp", "{field: v, number: 32, convert: timestamp}", b"abcd", "0 v@0 4 @4"),
    ("convert bit_set", "{field: v, bytes: {size: 2}, convert: bit_set}", b"ab", "0 v@0 2 @2"),
    ("convert number", "{field: v, bytes: {size: 2}, convert: number, signed: true}", b"ab", "0 v@0 2 @2"),
    ("convert table", "{field: v, text: {size: 3}, convert: {table: NAMES}}", b"two", "0 v@0 3 @3"),
    ("transform zlib deflate", "{field: v, bytes: {size: {number: 8}}, transform: zlib}, {field: w, bytes: {size: {number: 8}},"
     " transform: deflate}", ZLIB * 2, "0 v_size@0 1 v@1 13 w_size@13 14 w@14 26 @26"),
    ("transform gzip", "{field: v, bytes: {size: {number: 8}}, transform: gzip}", GZIP, "0 v_size@0 1 v@1 25 @25"),
    ("transform base64 xor", "{field: v, bytes: {size: 4}, transform: [base64, {xor: 1}]}", b"YWJj", "0 v@0 4 @4"),
    ("transform quoted_printable dot_unstuff", "{field: v, bytes: {size: 5}, transform: [quoted_printable, dot_unstuff]}", b"a=41b", "0 v@0 5 @5"),
    ("stream", "{field: n, number: 8}, {bytes: {size: n}, stream: body}", b"\3abc", "0 n@0 1 @+"),
    ("stream", "{text: {until: END}, stream: body}, END", b"abc\r\n", "0 @0 1 @+"),
    ("stream", "{field: v, token: '[a-z]+!', stream: body}", b"abc!", "0 v@0 4 @+"),
    ("stream transform", "{field: n, number: 8}, {bytes: {size: n}, stream: body, transform: zlib}", ZLIB, "0 n@0 1 @+"),
    ("doc", "{field: v, number: 16, doc: two octets}", b"ab", "0 v@0 2 @2"),
]  # fmt: skip


def dissectors(elements: str) -> list[Any]:
    """The dissector of a rule `m` of these elements and a `;`, as it is and with all passes off."""
    more = (
        "  back: {record: [{field: here, number: 8}, {field: before, at: 0, of: {number: 8}}]}\n"
        if "back" in elements
        else ""
    )
    machine = MACHINE.replace("events: {m: m}", "events: {m: m, body: {stream: bytes}, first: {v: int}}")
    machine = machine.replace("any: [", "any: [{event: half, execute: []}, ")
    if "half" in elements:
        machine = f"machine: {{type: bidirectional, events: {{half: {{v: int}}}}}}\n{machine}"
    else:
        machine = machine.replace("{event: half, execute: []}, ", "")
    if "body" not in elements:
        machine = machine.replace(" body: {stream: bytes},", "")
    if "first" not in elements:
        machine = machine.replace(", first: {v: int}", "")
    heads = (
        HEADS
        if "seen" in elements
        else HEADS.replace("variables: {seen: {type: int, initial: 0, scope: message}}\n", "")
    )
    text = f"{HEAD}{heads}grammar:\n{RULES}{more}  m: {{record: [{elements}, {{literal: ;}}]}}\n{machine}"
    return [compile_text(text), compile_text(text, off=ALL_PASSES)]


def wanted(marks: str, size: int) -> list[tuple[str, str | None, int]]:
    """Rule, field and offset of the error for each cut."""
    parts = marks.split(" ")
    found: list[tuple[str, str | None, int]] = []
    for begin, mark, end in zip(parts[::2], parts[1::2], [*map(int, parts[2::2]), size], strict=True):
        name, _, offset = mark.partition("@")
        rule, _, field = name.rpartition(".")
        for cut in range(int(begin), int(end)):
            found.append((rule or "m", field or None, cut if offset == "+" else int(offset)))
    return found


@pytest.mark.parametrize(("words", "elements", "data", "marks"), CASES, ids=range(len(CASES)))
def test_open_while_more_may_come_and_an_error_at_the_end(words: str, elements: str, data: bytes, marks: str) -> None:
    del words
    whole = data + b";"
    for module in dissectors(elements):
        assert module.parse_m(whole)[1] == len(whole)
        for cut, (rule, field, offset) in enumerate(wanted(marks, len(whole))):
            with pytest.raises(ParseError) as raised:
                module.parse_m(whole[:cut])
            error = raised.value
            assert (error.kind, error.rule, error.field, error.offset) == ("truncated", rule, field, offset), cut
            _stays_open(module, whole, cut, str(error))


def _stays_open(module: Any, whole: bytes, cut: int, error: str) -> None:
    """Nothing is decided by what is there; what is missing makes a message, its end makes an error."""
    for ends in (False, True):
        session = module.Session()
        events = session.feed(UP, whole[:cut])
        assert not [event for event in events if event.name == "m" or isinstance(event, Alert)], cut
        assert session.state.value == "s"
        events = session.close(UP) if ends else session.feed(UP, whole[cut:])
        alerts = [event.description for event in events if isinstance(event, Alert)]
        assert alerts == ([error] if ends and cut else []), cut
        assert sum(event.name == "m" for event in events) == (not ends), cut


def test_every_word_of_the_grammar_is_cut() -> None:
    here = {word for words, *_ in CASES for word in words.split(" ")}
    assert {"size", "until", "until_value", "rest"} | set(FRAGMENTS) | set(MODIFIERS) | set(TRANSFORMS) | set(
        _KINDS
    ) <= here
