"""Model -> ir.Module."""

from __future__ import annotations

from pathlib import Path

import pytest

from dissgen.diagnostics import Diagnostics, render_all
from dissgen.ir import ops
from dissgen.ir.expressions import BindingKind, Name, show, walk
from dissgen.lowering import lower
from dissgen.pipeline import analyse
from dissgen.text import SourceFile

ROOT = Path(__file__).resolve().parents[3]

TEXT = """\
dissgen: 1
protocol: p
tokens: {WORD: '[a-z]+', NUMBER: '[0-9]+', END: '(\\A|\\n)\\.\\n', LINE_END: '\\n'}
tables: {kinds: {mail: [data, body], other: [quit]}, names: [a, b]}
grammar:
  talk: {record: [{field: items, array: line, until: item.word == 'x' and index < 3}]}
  line:
    doc: RFC 1, section 2
    record:
      - {field: word, token: WORD, convert: upper}
      - branch: kinds[word]
        cases:
          - {is: mail, field: size, token: NUMBER, convert: int}
          - {is: other, empty: true}
      - LINE_END
    resync: {before: LINE_END}
  mail: {sequence: [{bytes: {until: END}, transform: dot_unstuff, stream: body}, {token: '\\.\\n'}]}
  chunk: {parameters: {size: int}, bytes: {size: size}, stream: body}
variables:
  queue: {type: 'list[str]', initial: [], limit: 5}
conditions: {waiting: len(queue) > 0, first_waits: 'waiting and queue[0] == "x"'}
events: {line: line, body: {stream: bytes}, talk: talk}
alerts: {odd: {severity: low, description: 'odd {message.word!r}', references: [RFC 1]}}
initial: one
states:
  one:
    up: line
    down: {use: chunk, with: {size: len(queue) + 1}, hold: waiting}
    transitions:
      - {event: up, when: first_waits, execute: [{alert: odd, when: waiting}, {push: {queue: message.word}}]}
      - {event: up, execute: [trigger: line], jump: two}
      - {event: up, jump: finish}
  two: {up: mail, down: talk}
first:
  - {event: end, execute: [drop]}
any:
  - {event: [up, down], execute: []}
  - {event: parse_error, execute: [skip: LINE_END]}
"""


@pytest.fixture(scope="module")
def module() -> ops.Module:
    diagnostics = Diagnostics()
    model = analyse(SourceFile("specs/tutorial/p.yaml", TEXT), ROOT, diagnostics)
    assert model is not None, render_all(diagnostics)
    return lower(model)


def rule(module: ops.Module, name: str) -> ops.Rule:
    return next(item for item in module.rules if item.name == name)


def test_the_head(module: ops.Module) -> None:
    assert (module.path, module.protocol, module.tutorial) == ("specs/tutorial/p.yaml", "p", True)
    assert len(module.digest) == 64
    assert [token.name for token in module.tokens] == ["WORD", "NUMBER", "LINE_END", "MAIL"]
    assert [item.name for item in module.terminators] == ["LINE_END", "END"]
    assert [table.entries for table in module.tables] == [
        (("data", "mail"), ("body", "mail"), ("quit", "other")),
        (("a", True), ("b", True)),
    ]


def test_used_rules_come_first(module: ops.Module) -> None:
    assert [item.name for item in module.rules] == ["line", "talk", "mail", "chunk"]


def test_elements(module: ops.Module) -> None:
    line = rule(module, "line")
    word, branch, end = line.body
    assert isinstance(word, ops.TokenRead)
    assert (word.token, word.target.name, word.conversions) == ("WORD", "word", (ops.Conversion("upper"),))
    assert str(word.place) == "p.yaml:10"
    assert isinstance(branch, ops.Branch)
    assert branch.table_miss
    assert [case.values for case in branch.cases] == [("mail",), ("other",)]
    assert branch.otherwise is None
    assert isinstance(end, ops.TokenRead)
    assert end.target == ops.NOWHERE
    assert line.resync == ops.Resync("LINE_END", before=True)
    assert line.source == "word (size | -) LINE_END"
    assert line.doc == "RFC 1, section 2"


def test_loops_and_streams(module: ops.Module) -> None:
    (loop,) = rule(module, "talk").body
    assert isinstance(loop, ops.Loop)
    assert isinstance(loop.item, ops.Call)
    assert (loop.item.rule, loop.item.target.name, loop.target.name) == ("line", "item", "items")
    mail = rule(module, "mail")
    stream = mail.body[0]
    assert isinstance(stream, ops.StreamRead)
    assert (stream.event, stream.transforms, mail.streams) == ("body", (ops.Transform("dot_unstuff"),), ("body",))


def test_conditions_are_expanded(module: ops.Module) -> None:
    assert module.machine is not None
    one = module.machine.states[0]
    up = next(handler for handler in one.handlers if handler.event == "up")
    when = up.rows[0].when
    assert when is not None
    assert show(when) == "len(queue) > 0 and queue[0] == 'x'"
    assert one.down.hold is not None
    expressions = [when, one.down.hold, *(verb.when for verb in up.rows[0].execute if verb.when is not None)]
    kinds = {node.binding.kind for item in expressions for node in walk(item) if isinstance(node, Name)}
    assert BindingKind.CONDITION not in kinds


def test_rows_behind_an_unguarded_one_are_left_out(module: ops.Module) -> None:
    assert module.machine is not None
    one, two = module.machine.states
    handlers = {handler.event: handler for handler in one.handlers}
    assert [row.jump for row in handlers["up"].rows] == [None, "two"]
    assert handlers["up"].shared_from == 2
    assert (len(handlers["down"].rows), handlers["down"].shared_from) == (1, 0)
    assert handlers["end"].shared_from == 1
    assert [handler.event for handler in two.handlers] == ["up", "down", "parse_error", "end"]


def test_lowering_is_deterministic(module: ops.Module) -> None:
    model = analyse(SourceFile("specs/tutorial/p.yaml", TEXT), ROOT, Diagnostics())
    assert model is not None
    assert lower(model) == module
