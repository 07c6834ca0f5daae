"""What the examples of a spec reach, and what they do not."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from dissgen.cli import cli
from dissgen.diagnostics import Diagnostics
from dissgen.passes import PASSES
from dissgen.pipeline import compile_spec
from dissgen.testing import Coverage, measure

SPEC = """\
dissgen: 1
protocol: example
transport: {tcp: [9999]}
grammar:
  line:
    record:
      - {field: kind, token: '[a-z]'}
      - branch: kind
        cases:
          - {is: a, field: number, token: '[0-9]+', convert: int}
          - {is: b, empty: true}
          - {else: true, field: rest, token: '[a-z]*'}
      - {optional: {field: mark, token: '!'}, when: "peek(b'!')"}
      - {token: ';'}
alerts:
  loud: {severity: low, description: loud}
  never: {severity: low, description: never}
initial: s
states:
  s:
    up: line
    transitions:
      - {event: up, when: 'message.kind == "a"', execute: [alert: loud]}
      - {event: up, when: 'message.kind == "q"', execute: [alert: never], jump: t}
      - {event: up, execute: []}
  t: {up: line}
any:
  - {event: parse_error, execute: [skip: rest]}
examples:
  - {name: some, talk: [{C: {raw: 'a1;xyz;'}}], expect: {alerts: [loud]}}
  - {name: a rule, rule: line, talk: [{C: {raw: 'b;'}}], expect: {value: {kind: b}}}
"""


def measured(tmp_path: Path, text: str) -> Coverage:
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    coverage = Coverage()
    diagnostics = Diagnostics()
    off = tuple(name for name, _ in PASSES)
    compiled = compile_spec(path, tmp_path, diagnostics, off=off, formatted=False, change=coverage.change)
    assert compiled is not None
    measure(compiled, coverage.reached)
    return coverage


def test_what_is_not_reached_is_named_with_its_place(tmp_path: Path) -> None:
    coverage = measured(tmp_path, SPEC)
    assert [(kind, hit, total) for kind, hit, total in coverage.counts()] == [
        ("transition", 2, 4),
        ("case", 3, 4),
        ("alert", 1, 2),
    ]
    assert [(point.span.location, point.kind, point.text) for point in coverage.missing()] == [
        ("example.yaml:13:34", "case", "present"),
        ("example.yaml:17:3", "alert", "never"),
        ("example.yaml:24:10", "transition", "on `up`"),
        ("example.yaml:28:6", "transition", "on `parse_error`"),
    ]
    assert coverage.percent == 60.0


def test_examples_that_reach_all_have_a_hundred_percent(tmp_path: Path) -> None:
    more = "  - {name: more, talk: [{C: {raw: 'a1!;1'}}], expect: {}}\n  - {name: q, talk: [{C: {raw: 'q;'}}], expect: {}}\n"
    assert measured(tmp_path, SPEC + more).percent == 100.0


def test_a_message_that_fails_behind_a_case_has_reached_it(tmp_path: Path) -> None:
    """The case was read; only what follows was wrong."""
    text = SPEC.replace(
        "talk: [{C: {raw: 'b;'}}], expect: {value: {kind: b}}", "talk: [{C: {raw: 'b?'}}], expect: {error: {}}"
    )
    assert measured(tmp_path, text).percent == 60.0


def test_the_command_fails_under_a_percentage_and_names_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(SPEC, encoding="utf-8")
    result = CliRunner().invoke(cli, ["test", str(path), "--fail-under", "61"])
    assert result.exit_code == 1
    assert "60% reached (2 of 4 transitions, 3 of 4 cases, 1 of 2 alerts)" in result.output
    assert "not reached: " in result.output
    assert "example.yaml:24:10 transition on `up`" in result.output
    result = CliRunner().invoke(cli, ["test", str(path), "--fail-under", "60"])
    assert result.exit_code == 0, result.output
    assert "not reached" not in result.output


def test_chosen_examples_only(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(SPEC, encoding="utf-8")
    result = CliRunner().invoke(cli, ["test", str(path), "-k", "rule"])
    assert result.output == "1 passed, 0 failed (1 run)\n"
