"""The tree of a spec as written, and sizes and durations."""

from __future__ import annotations

import pytest

from dissgen.diagnostics import Diagnostics
from dissgen.reader import read
from dissgen.spec import quantities
from dissgen.spec.parser import parse
from dissgen.spec.tree import Protocol
from dissgen.text import SourceFile


def protocol(text: str) -> Protocol:
    diagnostics = Diagnostics()
    node = read(SourceFile("specs/test.yaml", text), diagnostics)
    assert node is not None
    parsed = parse(node, diagnostics)
    assert not diagnostics.has_errors
    return parsed


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("64 KiB", 65536),
        ("1.5 KiB", 1536),
        ("12", 12),
        ("7B", 7),
        ("1 KB", None),
        ("", None),
        ("-1", None),
        ("0.3", None),
    ],
)
def test_sizes(text: str, bytes_: int | None) -> None:
    assert quantities.size(text) == bytes_


@pytest.mark.parametrize(
    ("text", "nanoseconds"), [("0.5 s", 500_000_000), ("5 min", 300_000_000_000), ("5", None), ("5 weeks", None)]
)
def test_durations(text: str, nanoseconds: int | None) -> None:
    assert quantities.duration(text) == nanoseconds


def test_what_stands_at_the_top() -> None:
    found = protocol(
        """\
dissgen: 1
protocol: p
title: A protocol
references: [RFC 1, RFC 2]
transport: {tcp: [25, 587]}
confirm: {down: '220'}
directions: {up: client, down: server}
limits: {message: 64 KiB, items: 10}
examples: [{name: one}]
"""
    )
    assert (found.name, found.title, found.references) == ("p", "A protocol", ("RFC 1", "RFC 2"))
    assert found.transport == (("tcp", (25, 587)),)
    assert [(item.direction, item.pattern.value) for item in found.confirm] == [("down", "220")]
    assert found.directions == ("client", "server")
    assert (found.limits.message, found.limits.items, found.limits.token) == (65536, 10, 8192)
    assert len(found.examples) == 1


def test_elements_keep_kind_children_cases_and_modifiers() -> None:
    rule = protocol(
        """\
grammar:
  line:
    doc: RFC 1
    parameters: {size: int}
    resync: {before: LINE_END}
    record:
      - WORD
      - {optional: {token: '[a-z]'}, when: peek(WORD), field: last}
      - {branch: kind, cases: [{is: [a, 1], use: one}, {else: true, empty: true}]}
"""
    ).rules[0]
    assert (rule.name.text, rule.doc) == ("line", "RFC 1")
    assert [parameter.name.text for parameter in rule.parameters] == ["size"]
    assert rule.resync is not None
    assert rule.resync.before
    name, optional, branch = rule.element.children
    assert (name.kind, optional.kind, branch.kind) == ("name", "optional", "branch")
    assert optional.children[0].kind == "token"
    assert optional.field is not None
    assert [[value.value for value in case.values] for case in branch.cases] == [["a", 1], []]
    assert [case.is_else for case in branch.cases] == [False, True]
    assert branch.span.text == "branch"


def test_the_machine() -> None:
    found = protocol(
        """\
initial: one
states:
  one:
    up: line
    down: {use: reply, with: {size: n}, hold: busy}
    transitions:
      - {event: [up, down], when: x, execute: [drop, {skip: LINE_END, when: y}, trigger: {word: {a: 1}}], jump: two}
      - {event: gap, execute: []}
  two: {up: child, down: {hold: true}}
any:
  - {event: fail, jump: one}
"""
    )
    one, two = found.states
    kinds = [side.kind for side in (one.up, one.down, two.up, two.down) if side is not None]
    assert kinds == ["rule", "rule", "child", "hold"]
    assert one.down is not None
    assert [name.text for name, _ in one.down.arguments] == ["size"]
    row, empty = one.transitions
    assert [event.text for event in row.events] == ["up", "down"]
    assert row.execute is not None
    assert [verb.kind for verb in row.execute] == ["drop", "skip", "trigger"]
    assert [verb.when is not None for verb in row.execute] == [False, True, False]
    assert empty.execute == ()
    assert found.any[0].execute is None
