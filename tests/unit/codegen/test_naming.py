"""Names of generated code: no two meet, and none is one that Python, the module or the runtime uses."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
from pathlib import Path

import pytest
from support import compile_text

from dissgen.codegen import naming
from dissgen.codegen.render import _IMPORTS
from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import analyse
from dissgen.schema.core import EVENTS
from dissgen.text import SourceFile
from dissgen_runtime.events import Event, Record
from dissgen_runtime.reader import Frame
from dissgen_runtime.session import Session

NAMES = (
    *("a", "b", "state", "event", "record", "session", "any", "stream", "pass", "class", "none", "int2", "x_1", "x_2"),
    *(
        "x",
        "up_to_x",
        "table_x",
        "alert_x",
        "token_x",
        "pattern_x",
        "a_child",
        "a_holds",
        "a_gives",
        "a_in_b",
        "_y",
        "q_",
    ),
    *("command_event", "command", "command_record", "stream_event", "parse_error", "self", "name", "_1", "kind1"),
)


def distinct(names: list[str]) -> None:
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    assert [name for name in names if not name.isidentifier() or keyword.iskeyword(name)] == []


def test_constants_never_meet() -> None:
    made = [make(name) for make in (naming.token, naming.terminator, naming.table, naming.alert) for name in NAMES]
    distinct([*made, *(naming.pattern(name, number) for name in NAMES for number in (1, 2, 3))])


def test_classes_never_meet() -> None:
    made = [make(name) for make in (naming.record_class, naming.event_class, naming.frame_class) for name in NAMES]
    distinct(made)
    assert set(made) & naming.MODULE_WORDS == set()
    assert set(made) & set(dir(builtins)) == set()


def test_handlers_never_meet() -> None:
    made = [naming.handler(state, event) for state in NAMES for event in EVENTS]
    made += [make(state, way) for make in (naming.hold, naming.arguments) for state in NAMES for way in ("up", "down")]
    distinct([*made, *(naming.shared_handler(event, number) for event in EVENTS for number in (1, 2))])
    assert set(made) & set(dir(Session)) == set()


def test_state_members_are_members() -> None:
    made = [naming.state_member(state) for state in NAMES]
    distinct([*made, "FINISH"])
    assert [name for name in made if name.startswith("_") and name.endswith("_") and not name.endswith("__")] == []


def test_locals_never_meet() -> None:
    own = (
        "self",
        "r",
        "data",
        "pos",
        "m",
        "item",
        "item2",
        "value3",
        "got",
        "parse_int",
        "next",
        "round",
        "iter",
        "bool",
    )
    distinct([*own, *(naming.local(name) for name in {*NAMES, *own})])


@pytest.mark.parametrize(
    ("make", "base"),
    [(naming.record_attribute, Record), (naming.event_attribute, Event), (naming.frame_attribute, Frame)],
)
def test_attributes_of_the_runtime_are_free(make: type, base: type) -> None:
    own = [name for name in dir(base) if not name.startswith("__")]
    assert [name for name in own if make(name.rstrip("_")) == name and name.rstrip("_") not in ("",)] == [
        name for name in own if name.startswith("_")
    ]


def test_every_imported_name_is_kept_free() -> None:
    classes = {name for _, names in _IMPORTS for name in names if name[:1].isupper() and "_" not in name}
    templates = Path(naming.__file__).parent / "templates"
    text = "".join(path.read_text(encoding="utf-8") for path in templates.iterdir())
    classes |= set(re.findall(r"^(?:class )?([A-Z][A-Za-z]+)(?:\(|: Final|: TypeAlias)", text, re.MULTILINE))
    assert classes - naming.MODULE_WORDS == set()


SPEC = r"""
dissgen: 1
protocol: names
transport: {tcp: [9]}
tokens: {_word: '[a-z]+', TABLE_X: '-', line_end: '\n', class: ','}
tables: {x: [a], if: {a: b}}
grammar:
  state: {record: [{field: self, token: _word}, {field: data, bytes: {size: len(self)}}, {field: class, token: class}, line_end]}
  record: {parameters: {data: int, n1: int, wanted: int}, record: [{field: bool, bytes: {size: data + n1 + wanted}}, line_end]}
  command_event: {record: [{field: State, use: state}, {field: r, array: _word, until: 'item not in x'}, {let: v, value: 'any(self_ == "a" for self_ in r)'}, {let: w, value: 'len(list(m for m in r if m == "b"))'}]}
  _in: {record: [{field: _hidden, token: _word}, {let: parse_int, value: 'matches(_hidden, _word)'}, {let: next, value: 'if_.get(_hidden, "z")'}, line_end]}
variables: {class: {type: int, initial: 0}, self: {type: 'list[str]', initial: []}}
events: {stream: {self: str, fields: int, payload_: str}, record: record, command: _in}
alerts: {class: {severity: low, description: 'x'}}
initial: any_one
states:
  any_one: {up: state, down: {use: record, with: {data: class_, n1: len(self), wanted: '1'}}, transitions: [{event: up, when: 'any(message_ == message.self for message_ in self)', execute: [alert: class, push: {self: message.self}], jump: stream}]}
  stream: {up: _in, down: command_event, transitions: [{event: up, execute: [trigger: command]}, {event: end, execute: []}]}
  class: {up: _in, transitions: [{event: up, jump: _x}]}
  _x: {up: {discard: true}}
any: [{event: parse_error, execute: [skip: line_end]}]
"""


def test_a_spec_of_awkward_names_runs() -> None:
    diagnostics = Diagnostics()
    analyse(SourceFile("names.yaml", SPEC), Path(), diagnostics)
    module = compile_text(SPEC, "names.yaml")
    session = module.Session()
    session.feed(module.UP, b"ab12,\n" * 2)
    assert session.state.value == "stream" or session.failure is None


@pytest.mark.parametrize(
    ("section", "first", "second"),
    list(
        itertools.chain(
            (
                ("tokens", "{A_b: 'x', AB: 'y'}", "AB"),
                ("grammar", "{one_two: {empty: true}, onetwo: {empty: true}}", "onetwo"),
            ),
            (("events", "{e: {stream: bytes}, E: {stream: bytes}}", "E"), ("tables", "{t: [a], T: [b]}", "T")),
        )
    ),
)
def test_names_that_differ_in_case_alone_are_refused(section: str, first: str, second: str) -> None:
    diagnostics = Diagnostics()
    grammar = "" if section == "grammar" else "grammar: {a: {literal: x}}\n"
    text = f"dissgen: 1\nprotocol: p\n{grammar}{section}: {first}\n"
    analyse(SourceFile("p.yaml", text), Path(), diagnostics)
    found = [(item.code, item.primary.span.text) for item in diagnostics]
    assert ("DG202", second) in found
