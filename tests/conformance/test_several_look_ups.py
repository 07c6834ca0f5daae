"""A rule that asks an array for several keys notes which keys there are; what it finds stays the same (language, 6)."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import compile_text

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile

SPEC = """
dissgen: 1
protocol: keyed
tokens: {{KEY: '[A-Za-z]+', VALUE: '[0-9]+', EOL: '\\n'}}
grammar:
  pair: {{record: [{{field: key, token: KEY}}, {{literal: ':'}}, {{field: value, token: VALUE, convert: int}}, EOL]}}
  message:
    record:
      - {{field: pairs, array: pair, while: not peek(EOL), lookup: {{key: key, value: value{case}}}}}
      - EOL
      - trigger: begun
      - {{let: one, value: "pairs.first('One', -1)"}}
      - {{let: both, value: "pairs.every('one') == pairs.every('two')"}}
      - {{let: twos, value: "pairs.every('two')"}}
      - {{let: absent, value: "'three' not in pairs"}}
      - optional: {{let: more, value: "pairs.first('three', 0) + 1"}}
        when: "'three' in pairs"
events: {{begun: {{}}}}
"""
Pairs = list[tuple[str, int]]


@pytest.fixture(scope="module", params=[False, True])
def keyed(request: pytest.FixtureRequest) -> tuple[bool, ModuleType]:
    """Whether the case of keys counts, and the dissector."""
    return request.param, compile_text(SPEC.format(case=", ignore_case: true" if request.param else ""))


def expected(pairs: Pairs, fold: bool) -> tuple[object, ...]:
    def every(key: str) -> list[int]:
        return [value for name, value in pairs if (name.lower() == key.lower() if fold else name == key)]

    one = every("One")
    three = every("three")
    return one[0] if one else -1, every("one") == every("two"), every("two"), not three, three[0] + 1 if three else None


@given(pairs=st.lists(st.tuples(st.sampled_from(["One", "one", "TWO", "two", "three", "x"]), st.integers(0, 9))))
def test_what_is_found(keyed: tuple[bool, ModuleType], pairs: Pairs) -> None:
    fold, dissector = keyed
    data = b"".join(f"{key}:{value}\n".encode() for key, value in pairs) + b"\n"
    message, size, events = dissector.parse_message(data)
    assert size == len(data)
    assert [event.name for event in events] == ["begun"]
    assert (message.one, message.both, message.twos, message.absent, message.more) == expected(pairs, fold)


def test_the_keys_are_noted() -> None:
    compiled = compile_source(SourceFile("test.yaml", SPEC.format(case="")), Diagnostics(), formatted=False)
    assert compiled is not None
    assert compiled.source.count("self.keys1_ = {entry.key for entry in self.pairs}") == 1
    assert compiled.source.count("in self.keys1_") == 7
