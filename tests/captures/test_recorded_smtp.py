"""The recorded captures with the shipped spec, against what the servers and clients said while they were recorded."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from record_smtp import DOTTED_BODY, message

from dissgen.cli import cli

HERE = Path(__file__).resolve().parent
SPEC = HERE.parents[1] / "specs" / "smtp.yaml"

# A line a connection: verbs and codes in the order of the packets, streams with their number of bytes.
TRANSCRIPTS = {
    "plain": ["220 EHLO 250 MAIL 250 RCPT 250 DATA 354 mail_content:228 250 QUIT 221"],
    "pipelined": [
        "220 EHLO 250 MAIL RCPT RCPT RCPT DATA 250 250 550 250 354 mail_content:166 250 QUIT 221",
    ],
    "starttls": ["220 EHLO 250 STARTTLS 220"],
    "bdat": [
        "220 EHLO 250 MAIL RCPT 250 250 BDAT bdat:132 BDAT bdat:37 BDAT bdat:37 250 250 250 "
        "MAIL RCPT BDAT bdat:132 BDAT bdat:37 BDAT bdat:37 250 550 554 551 551 RSET 250 "
        "MAIL RCPT BDAT bdat:132 250 250 250 BDAT 250 QUIT 221",
    ],
    "auth": [
        "220 HELP 530 EHLO 250 AUTH 334 auth:* 501 QUIT 221",
        "220 EHLO 250 AUTH 334 auth:YWxpY2U= 334 auth:d3Jvbmc= 535 QUIT 221",
        "220 EHLO 250 AUTH 334 auth:YWxpY2U= 334 auth:Y29ycmVjdCBob3JzZQ== 235 "
        "MAIL 250 RCPT 250 DATA 354 mail_content:149 250 QUIT 221",
        "220 EHLO 250 AUTH 235 QUIT 221",
    ],
    "session": [
        "220 HELO 250 NOOP 250 HELP 500 VRFY 252 VRFY 550 EXPN 500 XYZZY 500 alert:no_argument MAIL 501 '' 500 "
        "MAIL 250 RSET 250 MAIL 250 RCPT 250 DATA 354 mail_content:134 250 "
        "MAIL 250 RCPT 250 DATA 354 mail_content:0 250 MAIL 250 RCPT 250 DATA 354 mail_content:134 250 "
        "MAIL 250 RCPT 550 DATA 554 QUIT 221",
    ],
}


def dissected(name: str) -> list[dict[str, object]]:
    """The JSON Lines of a capture; the spec is compiled anew, so that they do not depend on what is in `generated/`."""
    command = ["dissect", "--format", "jsonl", "-d", str(SPEC), str(HERE / f"smtp-{name}.pcap")]
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def streamed(lines: list[dict[str, object]], name: str) -> list[bytes]:
    """The content of every stream of a name."""
    found: dict[tuple[object, object], bytes] = {}
    for line in lines:
        payload = line.get("payload")
        if line["event"] == name and isinstance(payload, dict):
            key = (line["flow"], payload["stream"])
            found[key] = found.get(key, b"") + base64.b64decode(payload["data"]["base64"])
    return list(found.values())


def transcripts(lines: list[dict[str, object]]) -> list[str]:
    words: dict[object, list[str]] = {}
    sizes: dict[tuple[object, object], int] = {}
    for line in lines:
        said = words.setdefault(line["flow"], [])
        match line:
            case {"event": "command", "payload": {"verb": verb}}:
                said.append(verb or "''")
            case {"event": "response", "payload": {"code": code}}:
                said.append(str(code))
            case {"event": "auth", "payload": {"response": response}}:
                said.append(f"auth:{response}")
            case {"event": "alert", "alert": {"id": identifier}}:
                said.append(f"alert:{identifier}")
            case {"event": name, "payload": {"stream": stream, "data": {"base64": data}, "last": last}}:
                key = (line["flow"], stream)
                sizes[key] = sizes.get(key, 0) + len(base64.b64decode(data))
                if last:
                    said.append(f"{name}:{sizes[key]}")
    return [" ".join(said) for said in words.values()]


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_what_was_said(name: str) -> None:
    assert transcripts(dissected(name)) == TRANSCRIPTS[name]


def test_every_capture_has_its_transcript() -> None:
    assert {f"smtp-{name}.pcap" for name in TRANSCRIPTS} == {path.name for path in HERE.glob("smtp-*.pcap")}


def test_dots_are_taken_off_again() -> None:
    """RFC 5321, section 4.5.2: what the receiver stores is what the sender was given, with the line end swaks adds."""
    assert streamed(dissected("plain"), "mail_content") == [message("Dots", DOTTED_BODY).encode() + b"\r\n"]


def test_pipelined_replies_find_their_commands() -> None:
    replies = [line["payload"] for line in dissected("pipelined") if line["event"] == "response"]
    pairs = [(reply["code"], reply["command"]) for reply in replies if isinstance(reply, dict)]
    group = [(250, "MAIL"), (250, "RCPT"), (550, "RCPT"), (250, "RCPT"), (354, "DATA"), (250, ".")]
    assert pairs == [(220, None), (250, "EHLO"), *group, (221, "QUIT")]


def test_chunks_keep_their_dots() -> None:
    """RFC 3030, section 2: the content of a chunk is taken as it is."""
    assert b"li|ne,\r\n.and a dot needs no second one\r\n" in b"|".join(streamed(dissected("bdat"), "bdat"))
