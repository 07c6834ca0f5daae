"""The runtime's tokens: whole, in pieces, and as pickles."""

from __future__ import annotations

import pickle

import pytest

from dissgen_runtime.tokens import DEAD, Token

LINE_END = Token(
    "LINE_END", rb"\r?+\n", ((False, ((rb"\r", 1), (rb"\n", 2))), (False, ((rb"\n", 2),)), (True, ())), limit=16384
)
WORD = Token("WORD", rb"[^ \r\n]*+", ((True, ((rb"^ \r\n", 0),)),), limit=16384)
PAIR = Token(
    "PAIR", rb"a(?:bc)?+", ((False, ((b"a", 1),)), (True, ((b"b", 2),)), (False, ((b"c", 3),)), (True, ())), limit=9
)


@pytest.mark.parametrize(
    ("token", "data", "start", "state", "expected"),
    [
        (LINE_END, b"x\r\ny", 1, 0, (2, 3, 3)),
        (LINE_END, b"\r", 0, 0, (1, 1, -1)),
        (LINE_END, b"\n", 0, 1, (2, 1, 1)),
        (LINE_END, b"\r\r", 0, 0, (DEAD, 1, -1)),
        (LINE_END, b"", 0, 0, (0, 0, -1)),
        (WORD, b"hello you", 0, 0, (DEAD, 5, 5)),
        (WORD, b"hello", 0, 0, (0, 5, 5)),
        (WORD, b" ", 0, 0, (DEAD, 0, -1)),
        (PAIR, b"abd", 0, 0, (DEAD, 2, 1)),
        (PAIR, b"ab", 0, 0, (2, 2, 1)),
        (PAIR, b"cc", 0, 2, (3, 1, 1)),
    ],
)
def test_scan(token: Token, data: bytes, start: int, state: int, expected: tuple[int, int, int]) -> None:
    assert token.scan(data, start, state) == expected


def test_states() -> None:
    assert [LINE_END.accepting(state) for state in range(3)] == [False, False, True]
    assert [LINE_END.extensible(state) for state in (DEAD, 0, 1, 2)] == [False, True, True, False]
    assert WORD.accepting(0)
    assert WORD.extensible(0)


def test_matches() -> None:
    match = PAIR.match(b"xabd", 1)
    assert match is not None
    assert match.end() == 2
    assert PAIR.fullmatch(b"abc")
    assert not PAIR.fullmatch(b"ab")


def test_pickles_as_its_definition() -> None:
    token = pickle.loads(pickle.dumps(LINE_END))
    assert token.scan(b"\r\n", 0, 0) == (2, 2, 2)
    assert (token.name, token.pattern, token.limit) == ("LINE_END", rb"\r?+\n", 16384)
