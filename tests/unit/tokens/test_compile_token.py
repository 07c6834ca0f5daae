"""Compiled tokens: patterns in the author's form, states, proofs, and what is refused with which places."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from dissgen.tokens import TokenError, compile_token


def error_of(text: str, limit: int = 8192) -> TokenError:
    with pytest.raises(TokenError) as caught:
        compile_token(text, limit)
    return caught.value


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (r"\r?\n", rb"\r?+\n"),
        (r"[^ \t\r\n]*", rb"[^ \t\r\n]*+"),
        (r"[2-5][0-9]{2}", rb"[2-5][0-9]{2}"),
        (r"[- ]?", rb"[- ]?+"),
        (r"\d{1,3}", rb"\d{1,3}+"),
        (r".+", rb".++"),
        (r"a(bc)?", rb"a(?>(?:bc)?)"),
        (r"(a|ab)c", rb"ab?+c"),
        (r"EHLO|EXPN", rb"E(?:HLO|XPN)"),
        (r"\+OK|-ERR|\+", rb"\+(?>(?:OK)?)|-ERR"),
        (r"(a|b|[x-z])*", rb"[abx-z]*+"),
        (r"(|a)b", rb"a?+b"),
        (r"(a?b*)*c", rb"[ab]*+c"),
        (r"((ab)?)+", rb"(?>(?:ab)*)"),
        (r"(a*|b*)c", rb"(?>a++|b*+)c"),
        (r"(a?b?|c*)d", rb"(?>(?=[ab])a?+b?+|c*+)d"),
        (r"(a?|b)c", rb"(?>b|a?+)c"),
        (r"(?i:done)", rb"(?i:done)"),
        (r"(?i:EHLO|HELO|LHLO)[ \t]", rb"(?i:EHLO|HELO|LHLO)[ \t]"),
        (r"(?i:a)[0-9]x", rb"(?i:a)[0-9]x"),
        (r"(?i:a[0-9]b)c", rb"(?i:a[0-9]b)c"),
        (r"(\A|\r?\n)\.\r?\n", rb"(?>(?:\r?+\n)?)\.\r?+\n"),
        (r"[^\r\n]*(\r?\n[ \t][^\r\n]*)*", rb"[^\r\n]*+(?>(?:\r?+\n[ \t][^\r\n]*+)*)"),
        (r"([^\"\\]|\\.)*", rb"(?>(?:[^\"\\]|\\.)*)"),
        (r"\0\x01", rb"\x00\x01"),
        (r"[a-f]x|[c-h]y", rb"[ab]x|[c-f][xy]|[gh]y"),
    ],
)
def test_patterns(text: str, pattern: bytes) -> None:
    assert compile_token(text, 8192).pattern == pattern
    re.compile(pattern)


def test_naive_possessive_order_would_be_wrong() -> None:
    compiled = compile_token("(a?|b)c", 8192)
    assert re.match(compiled.pattern, b"bc")
    assert not re.match(rb"(?>a?+|b)c", b"bc")


def test_states_of_a_line_end() -> None:
    compiled = compile_token(r"\r?\n", 16384)
    assert compiled.automaton == ((False, ((rb"\r", 1), (rb"\n", 2))), (False, ((rb"\n", 2),)), (True, ()))
    assert (compiled.minimum, compiled.maximum, compiled.finite) == (1, 2, True)
    assert (compiled.overrun, compiled.lookahead, compiled.work) == (0, 0, 1)
    assert compiled.first == frozenset(b"\r\n") == compiled.alphabet
    assert not compiled.nullable
    assert not compiled.anchored


@pytest.mark.parametrize(
    ("text", "count"), [("[ab]*", 1), ("(ab|cb)*", 2), ("[0-9]{1,300}", 301), ("(a|b){3}", 4), ("EHLO|HELO|LHLO", 6)]
)
def test_equal_states_are_one(text: str, count: int) -> None:
    assert len(compile_token(text, 8192).automaton) == count


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "overrun", "lookahead"),
    [
        ("a(bc)?", 1, 3, 1, 2),
        ("[^\r\n]*".replace("\r", r"\r").replace("\n", r"\n"), 0, None, 0, 1),
        (r"[^\r\n]*(\r?\n[ \t][^\r\n]*)*", 0, None, 2, 3),
        ("ab?", 1, 2, 0, 1),
        ("(abc)*", 0, None, 2, 3),
        (r"\[[a-z]*\](<[0-9]{1,10}>)?", 2, None, 11, 12),
    ],
)
def test_bounds(text: str, minimum: int, maximum: int | None, overrun: int, lookahead: int) -> None:
    compiled = compile_token(text, 8192)
    assert (compiled.minimum, compiled.maximum) == (minimum, maximum)
    assert (compiled.overrun, compiled.lookahead, compiled.work) == (overrun, lookahead, 1 + lookahead)


@pytest.mark.parametrize(
    ("text", "places", "help"),
    [
        ("(a|ab)(c|bcd)", ("b", 9, "b", 4), "write `a(b(cd?|bcd)|c)`"),
        ("a*a", ("a", 2, "a", 0), "write `a+`"),
        ("[0-9]{2,}[0-9]", ("[0-9]", 9, "[0-9]", 0), "write `[0-9]{3,}`"),
        ("a?ab", ("a", 2, "a", 0), "write `a(ab|b)`"),
        (".*x", ("x", 2, ".", 0), r"if the first is to stop there, write `[^\nx]` for it"),
        ("(ab)*a?", ("a", 5, "a", 1), ""),
    ],
)
def test_two_conflicting_places(text: str, places: tuple[str, int, str, int], help: str) -> None:
    error = error_of(text)
    assert "could be read at two places" in error.message
    assert error.also is not None
    also = error.also
    assert (text[error.start : error.end], error.start, text[also.start : also.end], also.start) == places
    assert error.help == help


def test_a_place_in_conflict_with_itself() -> None:
    error = error_of("(a+){2}x")
    assert "this round of a repetition or to the next" in error.message
    assert (error.start, error.end, error.also) == (1, 2, None)


def test_counts_of_what_can_be_empty() -> None:
    error = error_of("x(a?){3}")
    assert "can match nothing" in error.message
    assert (error.start, error.end) == (2, 4)


def test_unbounded_overrun() -> None:
    text = "a(b*c)?"
    error = error_of(text)
    assert "without bound" in error.message
    assert text[error.start : error.end] == "b"
    assert error.also is not None
    assert text[error.also.start : error.also.end] == "a"
    assert "{0,32}" in error.help


@pytest.mark.parametrize("text", ["[0-9]{1,4000}", "((a{999}){999}){999}", "(ab|cd){1,400}"])
def test_too_many_places(text: str) -> None:
    assert "at most 1024 are possible" in error_of(text).message


def test_longer_than_the_limit() -> None:
    assert "20 bytes" in error_of("a{20}", limit=10).message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "a" + ")" * 500,
        "a?" * 500,
        "|".join("a" * n for n in range(1, 45)),
        "a" * 500 + "b|" + "a" * 500 + "c",
        "|".join("ab?" * n for n in range(1, 30)),
        "([a-z]{1,30}x|[a-y]{1,30}y|[b-z]{2,40}z)",
        "(a|b|ab|ba|aab){1,20}",
        "([ab]?[bc]?[cd]?|[ac]{3}|[bd]{2,4}){1,9}x",
        "((a|ab)*|(b|ba)*|(c|ca)*)*",
        "(((a?b){,9}c?){,9}|b){,5}",
    ],
)
def test_large_expressions_come_to_an_end(text: str) -> None:
    # neither exponential nor too deep for the interpreter's stack
    with suppress(TokenError):
        compile_token(text, 8192)


@pytest.mark.parametrize("text", ["", "()", r"\A", "(|)"])
def test_expressions_of_nothing(text: str) -> None:
    assert "matches nothing" in error_of(text).message


def test_equal_texts_compile_equally() -> None:
    assert compile_token("(a|b)c*", 8192) == compile_token("(a|b)c*", 8192)
