"""Where `specs/http.yaml` and Zeek's logs differ: capture, client, number of its row, column -> what ours says, why."""

from __future__ import annotations

from typing import Final

_EARLY: Final = (
    "HTTP/0.9, which has neither heads nor lengths, is not read (RFC 9112 begins with 1.0); the server speaks before it is"
    " asked, its body has the length that it says, and the request that comes behind is an error"
)

DIFFERENCES: Final[dict[tuple[str, str, int, str], tuple[str | None, str]]] = {
    ("zeek__http__http-09-content-length-confusion.pcap", "127.0.0.1:46982", 0, "response_body_len"): ("4", _EARLY),
    ("zeek__http__http-09-content-length-confusion.pcap", "127.0.0.1:46982", 1, "method"): (None, _EARLY),
    ("zeek__http__http-09-content-length-confusion.pcap", "127.0.0.1:46982", 1, "uri"): (None, _EARLY),
    ("zeek__http__http-09-content-length-confusion.pcap", "127.0.0.1:46982", 1, "version"): (None, _EARLY),
    ("zeek__http__http-09-content-length-confusion.pcap", "127.0.0.1:46982", 1, "response_body_len"): (None, _EARLY),
    ("zeek__http__http-inner-transfer-encoding-reproducer.pcap", "127.0.0.1:53096", 0, "request_body_len"): (
        "72",
        "Zeek takes the decoded body for a mail and counts what is in its parts; ours are all octets that the content"
        " coding gave before it was cut",
    ),
    ("zeek__http__http-inner-transfer-encoding-reproducer.pcap", "127.0.0.1:53096", 0, "response_body_len"): (
        "35",
        "a body of one line without an end, which Zeek counts with one; tshark and the connection have 35 octets",
    ),
}
