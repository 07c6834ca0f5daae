"""The steps of a talk: every form, and every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from dissgen.testing.script import Close, Lose, ScriptError, ScriptReader, Send, Wait
from dissgen_runtime import DOWN, UP

READER = ScriptReader(("client", "server"), Path())
SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("C: text", Send(UP, b"text\r\n")),
        ("S: text", Send(DOWN, b"text\r\n")),
        ("client: text", Send(UP, b"text\r\n")),
        ("server: text", Send(DOWN, b"text\r\n")),
        ("up: text", Send(UP, b"text\r\n")),
        ("down: text", Send(DOWN, b"text\r\n")),
        ("C:", Send(UP, b"\r\n")),
        ("C: ", Send(UP, b"\r\n")),
        ("C:  two", Send(UP, b" two\r\n")),
        ("C: two  ", Send(UP, b"two  \r\n")),
        ("C: a: b # c", Send(UP, b"a: b # c\r\n")),
        ("C: \u00e9", Send(UP, b"\xe9\r\n")),
        ("C: \u20ac", Send(UP, b"\xe2\x82\xac\r\n")),
        ("S# 00 ff 0D0a", Send(DOWN, b"\x00\xff\r\n")),
        ("S#", Send(DOWN, b"")),
        ("!gap up 100", Lose(UP, 100)),
        ("!gap server 1", Lose(DOWN, 1)),
        ("!close down", Close(DOWN, cut=False)),
        ("!cut C", Close(UP, cut=True)),
        ("!wait 5 ns", Wait(5)),
        ("!wait 5 us", Wait(5_000)),
        ("!wait 5 ms", Wait(5_000_000)),
        ("!wait 1.5 s", Wait(1_500_000_000)),
        ("!wait 6 min", Wait(360 * SECOND)),
        ("!wait 2 h", Wait(7_200 * SECOND)),
    ],
)
def test_a_line(line: str, step: object) -> None:
    assert READER.steps(line) == [step]
    assert READER.steps([line]) == [step]


def test_lines_are_steps() -> None:
    assert READER.steps("C: a\nS: b\n") == [Send(UP, b"a\r\n"), Send(DOWN, b"b\r\n")]
    assert READER.steps("") == []
    assert READER.steps([]) == []


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        ({"C": "text"}, b"text\r\n"),
        ({"C": None}, b"\r\n"),
        ({"C": 220}, b"220\r\n"),
        ({"C": {"raw": "text"}}, b"text"),
        ({"C": {"raw": "a\nb\x00"}}, b"a\nb\x00"),
        ({"C": {"hex": "00 ff"}}, b"\x00\xff"),
        ({"C": {"hex": 10}}, b"\x10"),
    ],
)
def test_an_entry(entry: object, data: bytes) -> None:
    assert READER.steps([entry]) == [Send(UP, data)]


def test_a_file_is_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "mail.bin").write_bytes(b"\x00\r\n")
    reader = ScriptReader(("client", "server"), tmp_path)
    assert reader.steps([{"S": {"file": "mail.bin"}}]) == [Send(DOWN, b"\x00\r\n")]
    for name, reason in (("missing", "No such file"), (".", "Is a directory"), ("a\0b", "null")):
        with pytest.raises(ScriptError, match=reason):
            reader.steps([{"S": {"file": name}}])


def test_other_directions() -> None:
    reader = ScriptReader(("query", "answer"), Path())
    assert reader.steps("query: a\nanswer: b") == [Send(UP, b"a\r\n"), Send(DOWN, b"b\r\n")]
    with pytest.raises(ScriptError, match="query"):
        reader.steps("client: a")


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (None, "text or a list"),
        (5, "text or a list"),
        ({"C": "a"}, "text or a list"),
        ("hello", "neither a speaker"),
        ("C - hello", "neither a speaker"),
        ("C:hello", "neither a speaker"),
        ("C: a\n\nS: b", "neither a speaker"),
        ("X: hello", "speaks in no direction"),
        ("C# 0", "no hex"),
        ("C# zz", "no hex"),
        ("C# \u0660\u0661", "no hex"),
        ("!", "no step"),
        ("!jump up", "no step"),
        ("!gap up", "no step"),
        ("!gap up ten", "no step"),
        ("!gap up -1", "no step"),
        ("!gap up 1.5", "no step"),
        ("!gap up \u00b2", "no step"),
        ("!gap X 1", "speaks in no direction"),
        ("!close", "no step"),
        ("!close X", "speaks in no direction"),
        ("!close up now", "no step"),
        ("!wait 5", "no step"),
        ("!wait s 5", "no step"),
        ("!wait x s", "no step"),
        ("!wait 5 days", "no step"),
        ("!wait -5 s", "no step"),
        ("!wait inf s", "no step"),
        ("!wait nan s", "no step"),
        ([5], "one key"),
        ([None], "one key"),
        ([{}], "one key"),
        ([{"C": "a", "S": "b"}], "one key"),
        ([{"X": "a"}], "speaks in no direction"),
        ([{"C": ["a"]}], "one of raw, hex, file"),
        ([{"C": {"raw": "a", "hex": "00"}}], "one of raw, hex, file"),
        ([{"C": {}}], "one of raw, hex, file"),
        ([{"C": {"text": "a"}}], "no way to say"),
        ([{"C": {"hex": "0"}}], "no hex"),
    ],
)
def test_what_is_no_step(talk: object, reason: str) -> None:
    with pytest.raises(ScriptError, match=reason):
        READER.steps(talk)
