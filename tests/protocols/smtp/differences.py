"""Where `specs/smtp.yaml` and tshark's oracle differ, and why ours is right.

(capture, flow) -> the commands that ours has and tshark does not show, and where they stand. Replies never differ.
"""

from __future__ import annotations

Command = tuple[str, str | None]

DIFFERENCES: dict[tuple[str, int], tuple[list[Command], str]] = {
    ("arkime__smtp-subject-utf8-q.pcap", 0): (
        [("QUIT", None)],
        "frame 13 holds the end of the mail and QUIT behind it (RFC 2920, section 3.1); tshark shows the mail's end only; "
        "the 221 in frame 16 answers it",
    ),
    ("suricata-verify__bug-1045__smtpsuricataflowbitsFN.pcap", 0): (
        [("QUIT", None)],
        "frame 13 holds the mail and QUIT behind it (RFC 2920, section 3.1); the 221 in frame 16 answers it",
    ),
    ("suricata-verify__smtp-bdat-last-next-mail__input.pcap", 0): (
        [("BDAT", "221 LAST"), ("QUIT", None)],
        "frame 13 holds BDAT with its chunk (RFC 3030, section 2), frame 26 QUIT; tshark shows both as undecoded text",
    ),
    ("suricata-verify__smtp-pipelining__input.pcap", 0): (
        [("MAIL", "FROM:<username@domain.com>"), ("RCPT", "TO:<john.doe@example.com>"), ("DATA", None)],
        "frame 11 holds MAIL, RCPT, DATA and, against RFC 2920, section 3.1, the mail; tshark shows the mail's end only; "
        "frame 13 answers all four",
    ),
}
