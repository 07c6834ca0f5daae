"""`dissgen test --update`: what it writes, what it leaves as it is, and when it writes nothing."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from cli_support import Cli

import dissgen.testing.hooks
import dissgen.testing.update
from dissgen.testing.flow import flow
from dissgen.testing.outcome import run

HEAD = r"""dissgen: 1
protocol: talk
transport: {tcp: [7]}
tokens: {LINE_END: '\r?\n', WORD: '[a-z]+', NUMBER: '[0-9]+', END: '\r\n'}
grammar:
  number: {record: [{field: value, token: NUMBER, convert: int}, {field: word, token: WORD}, LINE_END]}
  line: {record: [{field: text, token: WORD}, LINE_END], resync: LINE_END}
  body: {sequence: [{bytes: {until: END}, stream: content}, LINE_END]}
variables: {seen: {type: 'list[str]', initial: []}}
events: {said: {text: str}, content: {stream: bytes}}
alerts: {strange: {severity: low, description: strange}}
initial: open
states:
  open:
    up: line
    down: body
    transitions:
      - {event: up, when: message.text == 'bad', execute: [alert: strange, drop]}
      - {event: up, execute: [push: {seen: message.text}, trigger: {said: {text: message.text}}]}
examples:
"""
BEFORE = r"""  - name: first   # a comment
    talk: |
      C: hello
      S: some text
      C: bad
      C: again
    expect:
      state: finish   # here
      verdict: accept
      alerts: []
      events:
        # the first
        - {event: said, text: helo}   # not so
        # more
        - event: said
          text: again
        - {event: said, text: more}   # too many

      streams: {content: []}
      variables: {seen: [hello, 'x']}
  - {name: two, talk: "C: a\nC: b\n", expect: {events: [{event: said, text: a}], state: open}}   # keep
  - {name: empty, talk: "C: a\n", expect: {}}
  - {name: a value, rule: number, talk: [{C: 12ab}], expect: {error: {kind: mismatch}}}
  - {name: an error, rule: number, talk: [{C: x}], expect: {error: {kind: mismatch, offset: 3}}}
  - {name: counts, talk: "C: a\nS: b\n", expect: {events: {said: 2, content: 1}, streams: {content: [{hex: '00'}, c]}}}
  - name: a list
    talk: "C: a\nC: b\nC: c\n"
    expect:
      events:
      - {event: said, text: a}
      - {event: said, text: c}   # the last
"""
AFTER = r"""  - name: first   # a comment
    talk: |
      C: hello
      S: some text
      C: bad
      C: again
    expect:
      state: open   # here
      verdict: drop
      alerts: [strange]
      events:
        # the first
        - {event: said, text: hello}   # not so
        # more
        - event: said
          text: again

      streams: {content: [some text]}
      variables: {seen: [hello, again]}
  - {name: two, talk: "C: a\nC: b\n", expect: {events: [{event: said, text: a}, {event: said, text: b}], state: open}}   # keep
  - {name: empty, talk: "C: a\n", expect: {state: open, events: [{event: said, text: a}]}}
  - {name: a value, rule: number, talk: [{C: 12ab}], expect: {value: {value: 12, word: ab}}}
  - {name: an error, rule: number, talk: [{C: x}], expect: {error: {kind: mismatch, offset: 0}}}
  - {name: counts, talk: "C: a\nS: b\n", expect: {events: {said: 1, content: 1}, streams: {content: [b]}}}
  - name: a list
    talk: "C: a\nC: b\nC: c\n"
    expect:
      events:
      - {event: said, text: a}
      - {event: said, text: b}
      - {event: said, text: c}   # the last
"""


@pytest.fixture
def spec(project: Path) -> Path:
    path = project / "specs" / "talk.yaml"
    path.write_bytes((HEAD + BEFORE).encode())
    return path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input of a person, to be filled with what is typed."""
    typed = io.StringIO()
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", typed)
    return typed


def test_values_are_edited_in_place_and_all_else_stays(cli: Cli, spec: Path) -> None:
    result = cli("test", spec, "--update", "--yes")
    assert result.status == 0, result.err
    assert spec.read_bytes() == (HEAD + AFTER).encode()
    assert "--- specs/talk.yaml\n+++ specs/talk.yaml (updated)\n" in result.out
    assert "-      state: finish   # here\n" in result.out
    assert "+      state: open   # here\n" in result.out
    assert "7 passed, 0 failed" in result.out
    again = cli("test", spec, "--update", "--yes")
    assert (again.status, again.err) == (0, "")
    assert "---" not in again.out


@pytest.mark.parametrize("before", ["\ufeff{}", "CRLF"])
def test_line_ends_and_byte_order_marks_stay(cli: Cli, spec: Path, before: str) -> None:
    def form(text: str) -> bytes:
        return text.replace("\n", "\r\n").encode() if before == "CRLF" else before.format(text).encode()

    spec.write_bytes(form(HEAD + BEFORE))
    assert cli("test", spec, "--update", "--yes").status == 0
    assert spec.read_bytes() == form(HEAD + AFTER)


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 130)])
def test_it_asks(cli: Cli, spec: Path, terminal: io.StringIO, typed: str, status: int) -> None:
    terminal.write(typed)
    terminal.seek(0)
    result = cli("test", spec, "--update")
    assert result.status == status
    assert "+      state: open   # here" in result.out
    assert "write specs/talk.yaml? [y/N]" in result.err + result.out
    assert spec.read_text(encoding="utf-8") == HEAD + (BEFORE if status else AFTER)
    assert ("FAIL  specs/talk.yaml:21:5 first" in result.out) is (status == 1)


def test_without_a_terminal_it_needs_yes(cli: Cli, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    result = cli("test", spec, "--update")
    assert (result.status, result.out) == (2, "")
    assert "--update asks before it writes, and there is nobody to ask: add --yes" in result.err
    assert spec.read_text(encoding="utf-8") == HEAD + BEFORE
    assert cli("test", spec, "--yes").status == 2


def test_only_what_was_chosen(cli: Cli, spec: Path) -> None:
    assert cli("test", spec, "--update", "--yes", "-k", "empty").status == 0
    changed = spec.read_text(encoding="utf-8").splitlines()
    old = (HEAD + BEFORE).splitlines()
    assert [line for line in changed if line not in old] == [
        '  - {name: empty, talk: "C: a\\n", expect: {state: open, events: [{event: said, text: a}]}}'
    ]


def test_what_one_cut_gives_differently_is_not_written(cli: Cli, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(module: object, steps: list[object], **options: object) -> object:
        outcome = run(module, steps, **options)  # type: ignore[arg-type]  # handed through
        outcome.state = f"of {len(steps)} steps"
        return outcome

    monkeypatch.setattr(dissgen.testing.hooks, "run", faulty)
    result = cli("test", spec, "--update", "--yes")
    assert result.status == 1
    assert "specs/talk.yaml stays as it is, for with these changes:" in result.err
    assert spec.read_text(encoding="utf-8") == HEAD + BEFORE


def test_faults_are_not_expected(cli: Cli, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(module: object, steps: list[object], **options: object) -> object:
        outcome = run(module, steps, **options)  # type: ignore[arg-type]  # handed through
        outcome.unbalanced = "up: 5 bytes came in"
        return outcome

    monkeypatch.setattr(dissgen.testing.hooks, "run", faulty)
    result = cli("test", spec, "--update", "--yes", "-k", "first")
    assert result.status == 1
    assert "up: 5 bytes came in" in result.out
    assert spec.read_text(encoding="utf-8") == HEAD + BEFORE


def test_a_file_that_somebody_else_changes_meanwhile_is_left_alone(
    cli: Cli, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = dissgen.testing.update.updated

    def slow(*arguments: object) -> object:
        change = original(*arguments)  # type: ignore[arg-type]  # handed through
        spec.write_text("other", encoding="utf-8")
        return change

    monkeypatch.setattr(dissgen.testing.update, "updated", slow)
    result = cli("test", spec, "--update", "--yes")
    assert result.status == 1
    assert "somebody else has changed it meanwhile" in result.err
    assert spec.read_text(encoding="utf-8") == "other"


def test_a_file_that_cannot_be_written_stays_whole(cli: Cli, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dissgen.workspace.os.replace", full)
    result = cli("test", spec, "--update", "--yes")
    assert result.status == 2
    assert "No space left on device" in result.err
    assert spec.read_text(encoding="utf-8") == HEAD + BEFORE
    assert [path.name for path in spec.parent.iterdir() if path.suffix == ".tmp"] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (-5, "-5"),
        (b"\x00\xff", "{hex: '00ff'}"),
        ({"a": [1, "b c"], "when": {}}, "{a: [1, b c], when: {}}"),
        ("null", "'null'"),
        ("12", "'12'"),
        ("0x1f", "'0x1f'"),
        ("", "''"),
        ("it's: {x}", "'it''s: {x}'"),
        ("a # b", "'a # b'"),
        ('a\r\n"\\\x01\u2028\U0001f600\u00e9', '"a\\r\\n\\"\\\\\\x01\\u2028\U0001f600\u00e9"'),
    ],
)
def test_values_as_yaml(value: object, text: str) -> None:
    from dissgen.diagnostics import Diagnostics
    from dissgen.reader import plain, read
    from dissgen.testing.expectations import value_of
    from dissgen.text import SourceFile

    assert flow(value) == text
    node = read(SourceFile("x.yaml", f"key: {text}\n"), Diagnostics())
    assert node is not None
    assert value_of(plain(node)) == {"key": value}
