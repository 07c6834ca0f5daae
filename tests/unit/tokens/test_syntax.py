"""The text of tokens: what is read, and what is refused with which place and which advice."""

from __future__ import annotations

import pytest

from dissgen.tokens.errors import TokenError
from dissgen.tokens.nodes import ByteSet, Choice, Empty, Repeat, Sequence, Start
from dissgen.tokens.printing import expression_text
from dissgen.tokens.syntax import parse

ALL = frozenset(range(256))


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("a", b"a"),
        (r"\r", b"\r"),
        (r"\n", b"\n"),
        (r"\t", b"\t"),
        (r"\f", b"\f"),
        (r"\v", b"\v"),
        (r"\0", b"\0"),
        (r"\xfF", b"\xff"),
        (r"\d", b"0123456789"),
        (r"\s", b" \t\n\r\f\v"),
        (r"\.", b"."),
        (r"\ ", b" "),
        ("]", b"]"),
        ("}", b"}"),
        ("[a-c]", b"abc"),
        ("[-a]", b"-a"),
        ("[a-]", b"-a"),
        (r"[\]\-\\^]", b"]-\\^"),
        (r"[\x00-\x02]", b"\0\1\2"),
        (r"[\d.]", b"0123456789."),
        ("[[]", b"["),
        ("(?i:a)", b"aA"),
        ("(?i:[a-c1])", b"abcABC1"),
        ("(?i:(b))", b"bB"),
        ("(?i:[)", None),
    ],
)
def test_bytes_and_classes(text: str, members: bytes | None) -> None:
    if members is None:
        with pytest.raises(TokenError):
            parse(text)
        return
    node = parse(text)
    assert isinstance(node, ByteSet)
    assert node.members == frozenset(members)


def test_negated_classes() -> None:
    for text, excluded in ((".", b"\n"), (r"[^\r\n]", b"\r\n"), (r"\D", b"0123456789"), ("(?i:[^a])", b"aA")):
        node = parse(text)
        assert isinstance(node, ByteSet)
        assert node.members == ALL - frozenset(excluded)


def test_structure_and_places() -> None:
    node = parse(r"(\A|\r?\n)\.")
    assert node == Sequence(
        (
            Choice((Start(), Sequence((Repeat(ByteSet(frozenset(b"\r")), 0, 1), ByteSet(frozenset(b"\n")))))),
            ByteSet(frozenset(b".")),
        )
    )
    assert isinstance(node, Sequence)
    assert [part.extent for part in node.parts] == [(1, 9), (10, 12)]


@pytest.mark.parametrize(
    ("text", "counts"),
    [("a?", (0, 1)), ("a*", (0, None)), ("a+", (1, None)), ("a{3}", (3, 3)), ("a{2,}", (2, None)), ("a{,4}", (0, 4)), ("a{2,5}", (2, 5))],
)  # fmt: skip
def test_counts(text: str, counts: tuple[int, int | None]) -> None:
    node = parse(text)
    assert isinstance(node, Repeat)
    assert (node.minimum, node.maximum) == counts


def test_empty_alternatives() -> None:
    assert parse("a|") == Choice((ByteSet(frozenset(b"a")), Empty()))
    assert parse("()") == Empty()


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        (r"(a)\1", r"\1", "`verify`"),
        ("(?P<x>a)", "(?P<", "write `(`"),
        ("(?<x>a)", "(?<", "write `(`"),
        ("(?P=x)", "(?P=", "`verify`"),
        ("a(?=b)", "(?=", "peek(TOKEN)"),
        ("a(?!b)", "(?!", "peek(TOKEN)"),
        ("(?<=b)a", "(?<=", "element of its own"),
        ("(?<!b)a", "(?<!", "element of its own"),
        ("(?>a)", "(?>", "longest"),
        ("(?i)a", "(?i", "(?i:...)"),
        ("(?s:a)", "(?s", "(?i:...)"),
        ("ab*?", "?", "longest"),
        ("ab++", "+", "longest"),
        ("a{2}?", "?", "longest"),
        ("a**", "*", "(a*)*"),
        ("a{2}{3}", "{", "(a{2}){"),
        ("^a", "^", r"\^"),
        ("a$", "$", r"\$"),
        (r"a\b", r"\b", "next element"),
        (r"a\Z", r"\Z", "next element"),
        ("aé", "é", r"\xc3\xa9"),
        ("[é]", "é", r"\xc3\xa9"),
        ("a\tb", "\t", r"\t"),
        (r"\u1234", r"\u", r"\xNN"),
        (r"\pL", r"\p", "[A-Za-z]"),
        (r"\q", r"\q", "`q`"),
        (r"\x4", r"\x", r"\x0a"),
        (r"\01", r"\01", r"\x00"),
        ("a\\", "\\", r"\\"),
        ("[]", "[]", r"\]"),
        ("[^]", "[^]", r"\]"),
        ("[[:alpha:]]", "[[:", "[A-Za-z]"),
        ("[z-a]", "z-a", "a-z"),
        (r"[a-\d]", r"a-\d", r"\-"),
        ("[ab", "[", "]"),
        (r"[\A]", r"\A", "outside"),
        (r"[\x00-\xff]*[^\x00-\xff]", r"[^\x00-\xff]", "over"),
        ("(ab", "(", ")"),
        ("ab)", ")", r"\)"),
        ("*a", "*", r"\*"),
        ("a|+", "+", r"\+"),
        ("{2}", "{", r"\{"),
        ("a{x}", "{", r"\{"),
        ("a{,}", "{", r"\{"),
        ("a{3,2}", "{3,2}", "{2,3}"),
        ("a{0}", "{0}", "leave it out"),
        ("a{70000}", "{70000}", "limits.token"),
        (r"a\Ab", r"\A", r"(\A|\r?\n)"),
        (r"(\A)*b", r"\A", r"(\A|\r?\n)"),
        (r"(a|b)(\A|c)", r"\A", r"(\A|\r?\n)"),
    ],
)
def test_refused(text: str, place: str, advice: str) -> None:
    with pytest.raises(TokenError) as caught:
        parse(text)
    error = caught.value
    assert text[error.start : error.end] == place
    assert advice in error.help


@pytest.mark.parametrize(
    "text", ["a", "ab|c", "(ab|c)d", "(ab)*", "((ab)*c){2,3}", r"[^\r\n]*", r"\.\r?\n", "(?i:A)b", "a{,3}", r"\?|-1|[0-9]{1,10}"]
)  # fmt: skip
def test_printed_text_means_the_same(text: str) -> None:
    assert parse(expression_text(parse(text))) == parse(text)
