"""Arrays whose items are read at once where all have their usual form: what comes out is what one by one gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import shipped

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile

ONE_BY_ONE = shipped("http", off=("usual_items",))
AT_ONCE = shipped("http")

LINES = st.sampled_from(
    [
        b"Host: example.org\r\n",
        b"A:\r\n",
        b"Key: \t value \t\r\n",
        b"K\xe9y: v\xe9\xa0\x85\r\n",
        b"X: bare\n",
        b"X : blank\r\n",
        b"X\r\n : folded\r\n",
        b"X: a\r\n b\r\n",
        b"X: a\n\tb\r\n",
        b"X: a\rb\r\n",
        b"X: a\r\r\n",
        b"no colon\r\n",
        b": no name\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
    ]
)


@settings(max_examples=300)
@given(lines=st.lists(LINES, max_size=6), tail=st.sampled_from([b"\r\n", b"\n", b"\r", b"", b"\r\n\r\n", b"\r\nG"]))
@example(lines=[b"Host: a\r\n"], tail=b"\r\n")
def test_every_cut_of_a_head(lines: list[bytes], tail: bytes) -> None:
    data = b"GET / HTTP/1.1\r\n" + b"".join(lines) + tail
    for end in range(len(data) + 1):
        assert repr(AT_ONCE._scan_request_head(data, 0, end)) == repr(ONE_BY_ONE._scan_request_head(data, 0, end))


def test_limits() -> None:
    line = b"X-Name: value\r\n"
    for count in (999, 1000, 1001):
        data = b"GET / HTTP/1.1\r\n" + line * count + b"\r\n"
        heads = [module._scan_request_head(data, 0, len(data)) for module in (AT_ONCE, ONE_BY_ONE)]
        assert repr(heads[0]) == repr(heads[1])
        assert (heads[0] is None) == (count > 1000)
    data = b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 20_000 + b"\r\n\r\n"
    assert AT_ONCE._scan_request_head(data, 0, len(data)) is None


SPEC = r"""
dissgen: 1
protocol: items
encoding: latin-1
tokens: {{NAME: '{name}', VALUE: '{value}', EOL: '{eol}', END: '{end}'}}
grammar:
  item:
    record:
      - {{field: name, token: NAME}}
      - {{literal: '='}}
      - {{field: value, token: VALUE}}
      - {{field: _end, token: EOL}}
      - optional: {{let: odd, value: 'True'}}
        when: ({test})
  message: {{record: [{{field: items, array: item, while: not peek(END)}}, END]}}
"""
PLAIN = {"name": "[a-z]+", "value": "[a-z]*", "eol": r"\r?\n", "end": r"\.", "test": r"_end == '\n'"}


def at_once(**other: str) -> bool:
    text = SPEC.format(**{**PLAIN, **other})
    diagnostics = Diagnostics()
    compiled = compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False)
    assert compiled is not None, render_all(diagnostics)
    return ").findall" in compiled.source


def test_what_has_a_usual_form() -> None:
    assert at_once()
    assert at_once(test="'-' in value", value="[a-z]*(-[a-z]+)*")
    assert at_once(test="value != ''", value="[0-9]*")


@pytest.mark.parametrize(
    "other",
    [
        {"end": "[a-z]"},  # an item could begin with it
        {"end": r"\.?"},  # it could be empty
        {"test": "value == ''"},  # neither form makes it false
        {"test": "len(value) > 3"},  # nothing is known of it
        # a line end that is narrowed to `\r\n` where the whole token could read on
        {"eol": r"\r?\n(a=)?", "test": r"_end == '\n' or 'a' in _end"},
        # a value that is narrowed to `[a-z]*` where the whole one could take the line end, and what follows, too
        {"test": r"'\r' in value", "value": r"[a-z]*(\r\n[a-z])*"},
    ],
)
def test_what_has_none(other: dict[str, str]) -> None:
    assert not at_once(**other)
