"""`dissgen explain ALERT.json`: what an alert says of itself, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Cli

ALERT = {
    "v": 1,
    "capture": "mail.pcap",
    "time": 1.5,
    "protocol": "example",
    "client": "10.0.0.1:40000",
    "server": "10.0.0.2:25",
    "direction": "up",
    "state": "reading",
    "event": "alert",
    "offset": [83, 89],
    "alert": {
        "id": "no_argument",
        "severity": "low",
        "confidence": "high",
        "description": "MAIL without its argument",
        "references": ["RFC 5321 4.1.1.2"],
        "spec": "example.yaml:4",
        "transition": "example.yaml:7",
        "guard": {"message.verb": "MAIL", "message.argument": None},
        "path": ["greeting", "reading"],
        "completion": None,
        "method": None,
        "bytes": {"base64": "TUFJTA0K"},
    },
}
SPEC = "dissgen: 1\nprotocol: example\nalerts:\n  no_argument: {severity: low}\nstates:\n  x:\n    - {event: up, when: quiet}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dissgen.toml").touch()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "example.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_alert_is_told_in_words(cli: Cli, project: Path) -> None:
    (project / "alert.json").write_text(json.dumps(ALERT), encoding="utf-8")
    result = cli("explain", "alert.json")
    assert (result.status, result.err) == (0, "")
    assert (
        result.out
        == """\
no_argument: MAIL without its argument

  severity low, confidence high
  at 1970-01-01 00:00:01.500000 UTC
  in the example session 10.0.0.1:40000 - 10.0.0.2:25, capture mail.pcap
  direction up, in the state `reading`

The transition at example.yaml:7 raised it:
  7 |     - {event: up, when: quiet}

Its guard and its verbs had read:
  message.verb = "MAIL"
  message.argument = null

The alert is defined at example.yaml:4:
  4 |   no_argument: {severity: low}

The session came here by the states greeting -> reading.

The bytes 83 to 89 of the direction:
        83  4d 41 49 4c 0d 0a                                MAIL..

See RFC 5321 4.1.1.2.
"""
    )


def test_lines_are_read_and_other_events_passed_over(cli: Cli, project: Path) -> None:
    lines = [json.dumps({"event": "command"}), json.dumps(ALERT), json.dumps(ALERT)]
    (project / "out.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = cli("explain", "out.jsonl")
    assert result.status == 0
    assert result.out.count("MAIL without its argument") == 2


def test_a_built_in_alert_and_a_spec_that_is_not_at_hand(cli: Cli, project: Path) -> None:
    built_in = {**ALERT, "alert": {**ALERT["alert"], "transition": None, "spec": None}}  # type: ignore[dict-item]
    elsewhere = {**ALERT["alert"], "spec": "other.yaml:4", "transition": "other.yaml:7"}  # type: ignore[dict-item]
    other = {**ALERT, "protocol": "unknown", "alert": elsewhere}
    (project / "two.jsonl").write_text(json.dumps(built_in) + "\n" + json.dumps(other) + "\n", encoding="utf-8")
    result = cli("explain", "two.jsonl")
    assert result.status == 0
    assert "No transition raised it" in result.out
    assert result.out.count("(the spec is not at hand)") == 2


def test_a_spec_that_was_changed_is_said_to_be(cli: Cli, project: Path) -> None:
    (project / "specs" / "example.yaml").write_text("dissgen: 1\nprotocol: example\n", encoding="utf-8")
    (project / "alert.json").write_text(json.dumps(ALERT), encoding="utf-8")
    assert "example.yaml has no such line now: it was changed since" in cli("explain", "alert.json").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "no alert in it"),
        ("", "no alert in it"),
        ('{"a": 1}\n{', "line 2 is no JSON"),
        ('{"alert": 5}', "no alert in it"),
        ('{"alert": {"id": "x", "bytes": {"base64": "?"}}}', None),
        ('{"alert": {}, "time": 1e300}', None),
        ('{"alert": {"bytes": 3, "guard": 1, "path": 2, "transition": 5}, "time": "x", "offset": 1}', None),
    ],
)
def test_what_is_no_alert_or_a_strange_one(cli: Cli, project: Path, text: str, said: str | None) -> None:
    (project / "alert.json").write_text(text, encoding="utf-8")
    result = cli("explain", "alert.json")
    assert result.status == (0 if said is None else 2)
    assert said is None or said in result.err
    assert "Traceback" not in result.err


def test_a_file_that_is_not_there(cli: Cli, project: Path) -> None:
    result = cli("explain", "missing.json")
    assert (result.status, result.out) == (2, "")
    assert "No such file" in result.err
