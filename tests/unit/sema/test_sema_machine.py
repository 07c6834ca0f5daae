"""The machine: which rows a state has, what they see, what is refused."""

from __future__ import annotations

import re

import pytest
from sema_support import HEAD, ROOT, SPECS, codes, found, model_of

from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import analyse
from dissgen.sema import dump
from dissgen.text import SourceFile

TALK = f"""{HEAD}
grammar:
  line:
    record: [{{field: word, token: WORD}}, {{optional: {{field: size, token: NUMBER, convert: int}}, when: peek(NUMBER)}}, LINE_END]
    resync: LINE_END
variables:
  names: {{type: 'list[str]', initial: []}}
  count: {{type: int, initial: 0}}
conditions:
  known: message.size is not None
events:
  sized: {{word: str, size: int}}
initial: talk
states:
  talk:
    up: line
    down: {{use: line, hold: len(names) == 0}}
    transitions:
      %s
"""


def talk(row: str) -> str:
    return TALK % row


def test_when_narrows_execute() -> None:
    model = model_of(talk("- {event: up, when: message.size is not None, execute: [{trigger: sized}]}"))
    assert "payload size: message.size\n" in dump(model)


def test_a_named_condition_narrows_too() -> None:
    model_of(talk("- {event: up, when: known, execute: [{trigger: sized}, {set: {count: message.size}}]}"))


def test_the_guard_of_a_verb_narrows_it_alone() -> None:
    row = "- {event: up, execute: [{set: {count: message.size}, when: known}, {set: {count: message.size}}]}"
    assert codes(talk(row)) == [("DG306", "message.size")]


def test_a_payload_field_of_another_type() -> None:
    assert codes(talk("- {event: up, execute: [{trigger: sized}]}")) == [("DG217", "sized")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("- {event: down, when: held.up > 0, jump: finish}", [("DG303", "held.up")]),
        ("- {event: up, when: held.down > 0, jump: finish}", []),
        ("- {event: gap, when: held.down > 0, jump: finish}", [("DG303", "held.down")]),
        ("- {event: up, when: held.sideways > 0, jump: finish}", [("DG303", "held.sideways")]),
        ("- {event: end, when: direction == 'up' and sender == 'client', jump: finish}", []),
        ("- {event: enter, execute: [{log: '{now} {client.address} {transport}'}]}", []),
        ("- {event: up, execute: [{log: '{message}'}]}", [("DG305", "message")]),
        ("- {event: parse_error, execute: [{log: '{error} {error.offset} {error.kind}'}]}", []),
        ("- {event: parse_error, when: error.knd == '', jump: finish}", [("DG310", "knd")]),
        ("- {event: up, execute: [{push: {names: message.word}}, {pop: names}, drop, reset, accept]}", []),
        ("- {event: up, execute: [{set: {names: []}}]}", [("DG301", "[]")]),
        ("- {event: up, execute: [], jump: initial}", [("DG201", "initial")]),
        ("- {event: up, when: peek() == 1, jump: finish}", [("DG303", "peek()")]),
    ],
)
def test_what_a_row_sees(row: str, expected: list[tuple[str, str]]) -> None:
    text = talk(row)
    if "sender" in row:
        text = text.replace("protocol: p\n", "protocol: p\ndirections: {up: client, down: server}\n")
    assert [code for code, _ in codes(text)] == [code for code, _ in expected]


def test_rows_of_first_and_any_stand_around_the_states_own() -> None:
    text = talk("- {event: up, when: count == 1, jump: finish}\n      - {event: up, execute: []}") + (
        "first:\n  - {event: up, when: count == 0, jump: finish}\nany:\n  - {event: [up, down], execute: [{log: x}]}\n"
    )
    handlers = {handler.event: handler for handler in model_of(text).states[0].handlers}
    assert [row.origin for row in handlers["up"].rows] == ["first", "state", "state"]
    assert [row.origin for row in handlers["down"].rows] == ["any"]


def test_an_alert_in_place_is_named_after_it() -> None:
    model = model_of(talk("- {event: up, execute: [{alert: {severity: low, description: 'a {message.word}'}}]}"))
    assert [alert.id for alert in model.alerts] == ["talk_up"]


def test_every_node_of_every_expression_has_a_type() -> None:
    for path in SPECS:
        text = dump(model_of(path.read_text(encoding="utf-8")))
        nodes = [
            line for line in text.splitlines() if re.match(r"\s+(Name|Attribute|Compare|Call|Index|Constant) ", line)
        ]
        assert len(nodes) > 50
        assert all(re.search(r": [a-z][\w\[\], ]*$|: None$|: parse error$", line) for line in nodes)


@pytest.mark.parametrize(
    ("written", "instead", "uses"),
    [
        ("{field: verb, token: WORD, convert: upper}", "{field: verb, bytes: {until: WS}}", 7),
        ("{field: code, token: CODE, convert: int}", "{field: code, token: CODE}", 6),
        ("{field: size, token: SIZE, convert: int}", "{field: size, token: SIZE}", 2),
    ],
)
def test_another_type_of_a_field_is_an_error_at_each_use(written: str, instead: str, uses: int) -> None:
    text = SPECS[0].read_text(encoding="utf-8")
    assert written in text
    diagnostics = Diagnostics()
    analyse(
        SourceFile("test.yaml", text.replace(written, instead).replace("\n  WS: '[ \\t]+'", "\n  WS: '[ \\t]'")),
        ROOT,
        diagnostics,
    )
    assert len(diagnostics.errors) >= uses


def test_eight_mistakes_give_eight_diagnostics() -> None:
    text = f"""{HEAD}
grammar:
  line: {{record: [{{field: word, token: WRD}}, {{field: size, token: NUMBER, convert: int}}, LINE_END], resync: LINE_END}}
  other: {{record: [{{field: code, token: NUMBER, convert: int}}, {{let: text, value: code + '1'}}, LINE_END]}}
variables:
  names: {{type: 'list[str]', initial: [1]}}
  count: {{type: int, initial: 0}}
events:
  word: {{word: string}}
initial: talk
states:
  talk:
    up: line
    down: othr
    transitions:
      - {{event: up, when: message.size == '1', execute: [{{alert: odd}}], jump: tlk}}
      - {{event: up, when: len(names) > count, execute: [{{trigger: word}}]}}
      - {{event: down, when: message.code > 1, jump: finish}}
"""
    assert [code for code, _, _ in found(text)] == [
        "DG201",
        "DG304",
        "DG206",
        "DG316",
        "DG201",
        "DG304",
        "DG201",
        "DG201",
    ]
