"""The tutorial's machine on the capture of the original's workshop gives the original's reference result."""

from __future__ import annotations

from protocols.captures import dissect
from support import SHARED_DATA, needs_data, shipped, streams

CAPTURE = SHARED_DATA / "smtp" / "haka__doc__user__workshop__smtp.pcap"
COMMANDS = ["HELO", "MAIL", "RCPT", "DATA", "QUIT"]
REPLIES = [220, 250, 250, 250, 354, 250, 221]


@needs_data
def test_the_reference_result_of_the_original() -> None:
    (flow,) = dissect(CAPTURE, shipped("tutorial/smtp")).values()
    commands = [(event.command, event.parameter) for event in flow.of("command")]
    assert commands == [
        ("HELO", "some_domain"),
        ("MAIL", "FROM: hacker@suspicious.org"),
        ("RCPT", "TO: backup"),
        ("DATA", None),
        ("QUIT", None),
    ]
    assert [int(event.responses[0].code) for event in flow.of("response")] == REPLIES
    (mail,) = streams(flow.events).values()
    assert b"BLA BLA BLA ..." in mail
    assert b"MORE BLA BLA BLA ..." in mail
    assert flow.summary["state"] == "finish"
    assert flow.summary["failed"] is False
    assert flow.alerts == []


@needs_data
def test_the_deployed_spec_finds_the_same_commands_and_replies() -> None:
    (flow,) = dissect(CAPTURE, shipped("smtp")).values()
    assert [event.verb for event in flow.of("command")] == COMMANDS
    assert [event.code for event in flow.of("response")] == REPLIES
