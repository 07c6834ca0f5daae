"""What searches look for: its compiled form, what is refused, and the search itself."""

from __future__ import annotations

import pickle

import pytest

from dissgen.tokens import TokenError, compile_terminator
from dissgen_runtime.tokens import Terminator


def terminator(text: str) -> Terminator:
    compiled = compile_terminator(text)
    return Terminator(
        "T",
        compiled.anywhere,
        compiled.prefix,
        length=compiled.length,
        factor=compiled.factor,
        lead=compiled.lead,
        at_start=compiled.at_start,
        prefix_at_start=compiled.prefix_at_start,
        extensions=compiled.extensions,
    )


END_OF_MAIL = r"(\A|\r?\n)\.\r?\n"


def test_the_end_of_a_mail() -> None:
    compiled = compile_terminator(END_OF_MAIL)
    assert compiled.anywhere == rb"\r?+\n\.\r?+\n"
    assert compiled.prefix == rb"\r?+(?:\n|\Z)(?:\.|\Z)\r?+(?:\n|\Z)\Z"
    assert compiled.at_start == rb"(?>(?:\r?+\n)?)\.\r?+\n"
    assert (compiled.factor, compiled.lead, compiled.length, compiled.extensions) == (b"\n.", 1, 5, b"")


@pytest.mark.parametrize(
    ("text", "factor", "lead"),
    [
        (r"\r?\n", b"\n", 1),
        (r"[\x00-\xff]{2}\x00\x00\x00[\x02-\xfe]", b"\0\0\0", 2),
        ("abcd|c", b"", 0),
        ("a{3}b?cd", b"aaa", 0),
        ("a{1,3}bcd", b"bcd", 3),
        ("(ab|c)?xyz", b"xyz", 2),
        ("(?i:ab)[cd]ef", b"ef", 3),
    ],
)
def test_required_factor(text: str, factor: bytes, lead: int) -> None:
    compiled = compile_terminator(text)
    assert (compiled.factor, compiled.lead) == (factor, lead)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a+", "a+", "greatest length"),
        ("ab(c*d)", "c*", "greatest length"),
        ("a?", "a?", "at least one byte"),
        ("a{1,257}", "a{1,257}", "at most 256 bytes"),
        (r"\Aa", r"\Aa", "start of a field only"),
        ("a?a", "a", "two places"),
        ("a(", "(", "not closed"),
    ],
)
def test_refused(text: str, place: str, message: str) -> None:
    with pytest.raises(TokenError, match=message) as caught:
        compile_terminator(text)
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    ("text", "data", "final", "expected"),
    [
        ("abcd|c", b"abc", False, (0, -1)),
        ("abcd|c", b"abc", True, (2, 3)),
        ("abcd|c", b"abce", False, (2, 3)),
        ("abcd|c", b"xxabcd", False, (2, 6)),
        ("a(bc)?", b"xa", False, (1, -1)),
        ("a(bc)?", b"xab", False, (1, -1)),
        ("a(bc)?", b"xabc", False, (1, 4)),
        ("a(bc)?", b"xabd", False, (1, 2)),
        ("a(bc)?", b"xab", True, (1, 2)),
        ("a(bc)?|xyzwv", b"-abc", False, (1, 4)),
        (r"\r?\n", b"text", False, (4, -1)),
        (r"\r?\n", b"text\r", False, (4, -1)),
        (r"\r?\n", b"text\r", True, (5, -1)),
        (r"\r?\n", b"text\r\r\n", False, (5, 7)),
        (r"\r?\n", b"", False, (0, -1)),
    ],
)
def test_find(text: str, data: bytes, final: bool, expected: tuple[int, int]) -> None:
    assert terminator(text).find(data, 0, False, final) == expected


@pytest.mark.parametrize(
    ("data", "at_start", "expected"),
    [
        (b".\r\nx", True, (0, 3)),
        (b".\r\nx", False, (4, -1)),
        (b".", True, (0, -1)),
        (b".", False, (1, -1)),
        (b"..\r\n.\n", True, (2, 6)),
        (b"hello\r\n.\r\n", True, (5, 10)),
        (b"hello\r\n..\r\n", True, (9, -1)),
        (b"\r\n.\r\n", True, (0, 5)),
        (b"x\r\n.\r", False, (1, -1)),
    ],
)
def test_find_at_the_start_of_a_field(data: bytes, at_start: bool, expected: tuple[int, int]) -> None:
    assert terminator(END_OF_MAIL).find(data, 0, at_start, False) == expected


@pytest.mark.parametrize("data", [b"\r\n", b".", b"\r\n.\r", b"\n.a", b"\n", b"\r\n..", b"a"])
def test_many_candidates_are_refuted(data: bytes) -> None:
    search = terminator(END_OF_MAIL)
    text = data * 500
    at, end = search.find(text, 0, False, False)
    assert end < 0
    assert len(text) - at < 5
    complete = text + b"x\r\n.\r\n"
    assert search.find(complete, 0, False, False) == (len(text) + 1, len(complete))


def test_what_is_fed_bytewise_is_examined_at_most_length_times() -> None:
    search = terminator(END_OF_MAIL)
    for text in (b"\r\n.\r" * 200, b"plain text\r\n" * 50, b"." * 500):
        waiting, examined = b"", 0
        for byte in text:
            waiting += bytes((byte,))
            examined += len(waiting)
            hold, end = search.find(waiting, 0, False, False)
            assert end < 0
            waiting = waiting[hold:]
            assert len(waiting) < search.length
        assert examined <= search.length * len(text)


def test_long_prefixes_are_found_quickly() -> None:
    # a pattern of all prefixes of this expression would have 2**60 branches
    search = terminator("(ab|cd){60}x")
    text = b"abcd" * 30
    assert search.find(text, 0, False, False) == (0, -1)
    assert search.find(text + b"y", 0, False, False) == (121, -1)
    assert search.find(text + b"x", 0, False, False) == (0, 121)


def test_pickles_as_its_definition() -> None:
    search = pickle.loads(pickle.dumps(terminator(END_OF_MAIL)))
    assert search.find(b"x\r\n.\r\n", 0, False, False) == (1, 6)
    assert search.name == "T"
