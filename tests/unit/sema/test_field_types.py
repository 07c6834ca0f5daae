"""Changing the type of a field of smtp.yaml is noticed wherever the field is used; every expression has its types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sema_support import ROOT, SPECS, model_of

from dissgen.diagnostics import Diagnostics
from dissgen.ir.expressions import Typed
from dissgen.pipeline import analyse
from dissgen.sema.dump import dump
from dissgen.text import SourceFile

SMTP = (ROOT / "specs" / "smtp.yaml").read_text(encoding="utf-8")
RESPONSE = r"trigger: \{?response"
COMMAND = r"trigger: command\b"

# What stands there, what it is changed to, and how the lines that use the field look. A test for None fits any type.
CHANGES = {
    "argument.argument": (
        "argument, token: TEXT}",
        "argument, token: TEXT, convert: int}",
        rf'argument or ""|{COMMAND}',
    ),
    "chunk_size.size": ("size, token: SIZE, convert: int}", "size, token: SIZE}", r"message\.size"),
    "command.verb": (
        "token: WORD, convert: upper}",
        "token: WORD, convert: int}",
        rf"message\.verb|is: BDAT|{COMMAND}",
    ),
    "reply_line.code": ("token: CODE, convert: int}", "token: CODE}", rf"message\.code|{RESPONSE}"),
    "reply_line.separator": ("token: '[- ]?'}", "token: '[- ]?', convert: int}", r"item\.separator"),
    "reply_line.text": ("{field: text, token: TEXT}", "{field: text, token: TEXT, convert: int}", r"\.text\b"),
    "reply.lines": (
        "array: reply_line, until: 'item.separator != \"-\"'",
        "array: LINE_END, count: 1",
        rf"'lines\[|{RESPONSE}",
    ),
    "reply.code": ("'lines[0].code'", "'lines[0].text'", rf"message\.code|{RESPONSE}"),
    "mail.bare_line_end": ("value: peek() == 0x0a", "value: peek()", r"message\.bare_line_end"),
    "mail.dot": (r"token: '\.\r?\n'}", r"token: '\.\r?\n', convert: int}", r"message\.dot"),
    "chunk.size": ("parameters: {size: int}", "parameters: {size: str}", r"bytes: \{size: size\}|with: \{size: size\}"),
    "auth_line.response": ("response, token: TEXT}", "response, token: TEXT, convert: int}", r"message\.response"),
    "variable outstanding": (
        "{type: 'list[str]', limit: 256, initial: []}",
        "{type: 'list[int]', limit: 256, initial: []}",
        r"push: \{outstanding|outstanding\[.*(==|in ends_group)|outstanding\[0\]'\}\}",
    ),
    "variable size": ("size: {type: int, initial: 0}", "size: {type: str, initial: ''}", r"set: \{size|with: \{size"),
    "event command.verb": ("command: {verb: str", "command: {verb: int", COMMAND),
    "event command.argument": ("argument: 'optional[str]'}", "argument: 'optional[int]'}", COMMAND),
    "event response.code": ("response: {code: int", "response: {code: str", RESPONSE),
    "event response.lines": ("lines: 'list[reply_line]'", "lines: 'list[str]'", RESPONSE),
    "event response.command": (
        "command: 'optional[str]'}",
        "command: 'optional[int]'}",
        r"response: \{command: '?[^N'{]",
    ),
    "event auth": ("auth: auth_line", "auth: {response: int}", r"trigger: auth"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_type_is_an_error_at_each_use(field: str) -> None:
    old, new, use = CHANGES[field]
    assert SMTP.count(old) == 1
    diagnostics = Diagnostics()
    analyse(SourceFile("specs/smtp.yaml", SMTP.replace(old, new)), ROOT, diagnostics)
    reported = {item.primary.span.line for item in diagnostics}
    machine = SMTP.splitlines()[: SMTP[: SMTP.index("\nexamples:")].count("\n")]
    used = {
        number
        for number, line in enumerate(machine, 1)
        if re.search(use, line.partition("  #")[0]) and "description:" not in line
    }
    assert used - reported == set()


def test_every_field_has_a_change() -> None:
    model = model_of(SMTP)
    fields = {f"{rule.name}.{field.name}" for rule in model.rules for field in rule.fields}
    merged = {name for name in fields if name in ("command.argument", "command.size")}  # of the rules that are merged
    assert fields - merged - set(CHANGES) == set()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.parent.name)
def test_every_node_of_an_expression_has_its_type(path: Path) -> None:
    lines = dump(model_of(path.read_text(encoding="utf-8"))).splitlines()
    kinds = "|".join(node.__name__ for node in Typed.__args__)
    nodes = [line.strip() for line in lines if re.match(rf"\s*({kinds}) ", line)]
    types = r"(parse error|bool|int|float|str|bytes|none|None|duration|[a-z_]+|(list|optional|map|table|set)\[.*\]|table .*)"
    assert len(nodes) > 50
    assert [line for line in nodes if not re.search(rf": {types}$", line)] == []
