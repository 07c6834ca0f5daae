"""The recorded HTTP captures with the shipped spec, against what nginx and its clients were told to say."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from record_http import PAGE, SHORT
from recorded import SPECS, alerts, dissected, flows, payloads, streamed


def exchanges(name: str) -> list[list[tuple[str, str, int]]]:
    """Of each flow the method, target and status of what was asked and answered; only answers know their requests."""
    found = []
    for lines in flows(dissected(name, "http")):
        targets = [request["target"] for request in payloads(lines, "request")]
        answers = [answer for answer in payloads(lines, "response") if answer["status"] >= 200]
        assert len(targets) == len(answers)
        found.append([(answer["method"], t, answer["status"]) for t, answer in zip(targets, answers, strict=True)])
    return found


def test_what_was_asked_and_answered() -> None:
    assert exchanges("http-methods") == [
        [("GET", "/short.html", 200), ("GET", "/nothing.html", 404), ("GET", "/empty", 204), ("GET", "/moved", 301)],
        [("HEAD", "/page.html", 200)] * 2,
        [("GET", "/short.html", 304)],
        [("GET", "/page.html", 206)],
        [("POST", "/form", 200)],
        [("GET", "/page.html", 200)],
    ]


def test_bodies_end_where_their_length_the_server_or_nothing_says_so() -> None:
    """The last page is compressed and ends with its connection; HEAD, 204 and 304 have no body."""
    short, missing, moved, ranges, form, thanks, page = streamed(dissected("http-methods", "http"), "body")
    assert short == ("down", SHORT.encode())
    assert b"404 Not Found" in missing[1]
    assert b"301 Moved" in moved[1]
    assert PAGE[20:30].encode() in ranges[1]
    assert (form, thanks) == (("up", b"name=value"), ("down", b"thank you\n"))
    assert page == ("down", PAGE.encode())


def test_chunks_are_taken_apart_and_decompressed() -> None:
    lines = dissected("http-chunks", "http")
    assert [data for _, data in streamed(lines, "body")] == [PAGE.encode(), PAGE.encode(), b"", b"hello, world"]
    assert payloads(lines, "trailers") == [{"headers": [{"name": "X-Sum", "value": "12"}]}]
    assert [answer["status"] for answer in payloads(lines, "response")] == [200, 100, 201, 204]


def test_bodies_as_they_were_transferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the `doc` of the spec says: one entry in a spec that extends it."""
    monkeypatch.chdir(tmp_path)  # the root of the project, below which files are imported
    shipped = (SPECS / "http.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"`(body: \{.*\})`", shipped)
    (tmp_path / "http.yaml").write_text(shipped, encoding="utf-8")
    spec = tmp_path / "raw.yaml"
    spec.write_text(f"dissgen: 1\nprotocol: raw\nextends: http.yaml\ngrammar:\n  {entry}\n", encoding="utf-8")
    page, upload, *_ = [data for _, data in streamed(dissected("http-chunks", spec), "body")]
    assert gzip.decompress(page) == upload == PAGE.encode()


def test_pipelined_answers_find_their_requests() -> None:
    asked = [("GET", "/short.html"), ("HEAD", "/page.html"), ("GET", "/nothing.html"), ("POST", "/form")]
    assert exchanges("http-pipelined") == [[(*of, s) for of, s in zip(asked, (200, 200, 404, 200), strict=True)]]
    assert [len(data) for _, data in streamed(dissected("http-pipelined", "http"), "body")] == [3, 14, 146, 10]


def test_what_could_be_smuggled_is_told() -> None:
    """nginx refuses all of these but the bare line feeds."""
    lines = dissected("http-smuggling", "http")
    told = ["both_lengths", "two_lengths", "odd_coding", "defective_header", "defective_header"]
    assert [name for _, name in alerts(lines) if name in told] == told
    assert [answer["status"] for answer in payloads(lines, "response")] == [400, 400, 501, 400, 200]


def test_behind_an_upgrade_nothing_is_http() -> None:
    lines = dissected("http-websocket", "http")
    assert [answer["status"] for answer in payloads(lines, "response")] == [101]
    assert payloads(lines, "log") == [{"text": "no dissector for websocket: its bytes are discarded"}]
    assert alerts(lines) == []
