"""`specs/smtp.yaml` against the logs that Zeek's tests expect: who sends what to whom, the last reply, STARTTLS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from protocols.captures import FlowResult, dissect
from protocols.peers.zeek import by_conversation, capture_of, conversations, logs, text
from support import needs_data, shipped

LOGS = logs("smtp", "smtp")
ADDRESS = re.compile(r":\s*<([^>]*)>")


def told(flow: FlowResult) -> dict[str, str]:
    """The first transaction of a conversation, in the columns of Zeek."""
    found: dict[str, str] = {"tls": "F"}
    receivers: list[str] = []
    for event in flow.events:
        if event.name == "command" and event.verb in ("HELO", "EHLO"):
            found["helo"] = event.argument or ""
        elif event.name == "command" and event.verb in ("MAIL", "RCPT"):
            address = ADDRESS.search(event.argument or "")
            assert address is not None
            if event.verb == "MAIL":
                found["mailfrom"] = address[1]
            else:
                receivers.append(address[1])
        elif event.name == "response" and event.command in ("DATA", "BDAT", "STARTTLS", ".") and event.code < 300:
            found["last_reply"] = f"{event.code} {event.lines[-1].text}"
            found["tls"] = "FT"[event.command == "STARTTLS"]
            break
    return found | ({"rcptto": ",".join(receivers)} if receivers else {})


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}-{log.name.split('.')[-2]}")
def test_the_logs_are_those_of_zeek(log: Path) -> None:
    flows = conversations(dissect(capture_of(log), shipped("smtp")).values())
    expected = by_conversation(log)
    assert set(expected) == set(flows)
    for key, rows in expected.items():
        row = {
            name: text(rows[0][name]) for name in ("helo", "mailfrom", "rcptto", "last_reply", "tls") if name in rows[0]
        }
        if "rcptto" in row:
            row["rcptto"] = ",".join(sorted(row["rcptto"].split(",")))
        ours = told(flows[key][0])
        if "rcptto" in ours:
            ours["rcptto"] = ",".join(sorted(ours["rcptto"].split(",")))
        assert ours == row
