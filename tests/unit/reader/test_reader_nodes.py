"""Values, spans and the places inside scalars."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.reader import MappingNode, Node, ScalarNode, SequenceNode, plain, read
from dissgen.text import SourceFile, single_quoted


def tree(text: str) -> MappingNode:
    diagnostics = Diagnostics()
    node = read(SourceFile("a.yaml", text), diagnostics)
    assert node is not None, render_all(diagnostics)
    return node


def scalar(text: str, key: str = "k") -> ScalarNode:
    node = tree(text).get(key)
    assert isinstance(node, ScalarNode)
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("22:22", "22:22"),
        ("2001-01-01", "2001-01-01"),
        ("1_000", "1_000"),
        ("=", "="),
        ("010", 10),
        ("-7", -7),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b11", "0b11"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        (".", "."),
        ("~", None),
        ("Null", None),
        ("", None),
        ("TRUE", True),
        ("false", False),
        ("tRUE", "tRUE"),
        ("'1'", "1"),
        ('"true"', "true"),
    ],
)
def test_the_core_schema(text: str, value: object) -> None:
    found = scalar(f"k: {text}\n").value
    assert (type(found), found) == (type(value), value)


def test_not_a_number() -> None:
    value = scalar("k: .nan").value
    assert isinstance(value, float)
    assert math.isnan(value)


def test_mappings() -> None:
    node = tree("a: 1\n2: {b: [x, ~]}\n")
    assert node.keys() == ("a",)
    key = node.key("a")
    assert key is not None
    assert key.span.text == "a"
    assert node.get("b") is None
    assert node.key("b") is None
    assert plain(node) == {"a": 1, "2": {"b": ["x", None]}}


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("k: a b  # c\n", "a b"),
        ("k: 'a'  \n", "'a'"),
        ("k: [a,\n  b]  # c\n", "[a,\n  b]"),
        ("k:\n- a\n-  b  \n\n# c\nl: 1\n", "- a\n-  b"),
        ("k:\n  a: 1\n  b:  \n    c: d \n\nl: 1", "a: 1\n  b:  \n    c: d"),
        ("k: |\n  a\n  b\n\n\n# c\nl: 1", "|\n  a\n  b"),
        ("k: |\r\n  a\r\n\r\nl: 1", "|\r\n  a"),
        ("k: [a: 1, b]", "[a: 1, b]"),
        ("k:\nl: 1", ""),
    ],
)
def test_spans_cover_no_white_space_around(text: str, covered: str) -> None:
    node = tree(text).get("k")
    assert node is not None
    assert node.span.text == covered


def test_a_pair_in_a_flow_list_ends_with_its_value() -> None:
    node = tree("k: [a: 1, b]").get("k")
    assert isinstance(node, SequenceNode)
    assert node.items[0].span.text == "a: 1"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("k: a + b", ["a", " ", "+", " ", "b"]),
        ("k: a\n   b # c", ["a", "\n   ", "b"]),
        ("k: a\n\n   b", ["a", "\n\n   ", "b"]),
        ("k: 'a''b'", ["a", "''", "b"]),
        ('k: "a\\x41\\n\\"b"', ["a", "\\x41", "\\n", '\\"', "b"]),
        ("k: |\n    a\n\n     b\n", ["a", "\n", "\n", " ", "b", "\n"]),
        ("k: |2-\n    a", [" ", " ", "a"]),
        ("k: |+\r\n  a\r\n\r\n", ["a", "\r\n", "\r\n"]),
        ("k: 日本", ["日", "本"]),
    ],
)
def test_inner_spans_of_each_style(text: str, pieces: list[str]) -> None:
    node = scalar(text)
    assert isinstance(node.value, str)
    assert [node.inner_span(at, at + 1).text for at in range(len(node.value))] == pieces


@pytest.mark.parametrize("text", ["k: >\n  a\n  b\n", 'k: "a\\\n  b"', "k: 12"])
def test_the_whole_scalar_where_nothing_runs_side_by_side(text: str) -> None:
    node = scalar(text)
    assert node.inner_span(0, 1) == node.span


def test_empty_inner_spans_and_those_at_the_end() -> None:
    node = scalar("k: 'abc'")
    assert (node.inner_span(3, 3).start, node.inner_span(3, 3).end) == (7, 7)
    assert node.inner_span(1, 99).text == "bc"
    assert node.inner_span(1, 1).text == ""


@given(st.text(alphabet="ab'\"\\ #日", min_size=1))
def test_single_quoted_texts_come_back_with_their_places(text: str) -> None:
    node = scalar(f"x: 1\nk: {single_quoted(text)}")
    assert node.value == text
    for at, character in enumerate(text):
        assert node.inner_span(at, at + 1).text == character.replace("'", "''")


@given(st.lists(st.text(alphabet="ab :-'", min_size=1).filter(lambda line: line.strip() == line), min_size=1))
def test_literal_blocks_come_back_with_their_places(lines: list[str]) -> None:
    node = scalar("k: |\n" + "".join(f"    {line}\n" for line in lines))
    assert node.value == "".join(f"{line}\n" for line in lines)
    assert all(node.inner_span(at, at + 1).text == character for at, character in enumerate(node.value))


@given(st.recursive(st.integers(0, 9), lambda inner: st.lists(inner, max_size=3), max_leaves=9))
def test_collections_contain_their_children(value: object) -> None:
    def check(node: Node) -> None:
        if isinstance(node, SequenceNode):
            for item in node.items:
                assert node.span.start <= item.span.start <= item.span.end <= node.span.end
                check(item)

    node = tree(f"k: {value!r}\n").get("k")
    assert node is not None
    assert plain(node) == value
    check(node)
