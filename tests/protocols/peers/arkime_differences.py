"""Where our specs and Arkime's expectations differ: (capture, client, field) -> what ours says, why."""

from __future__ import annotations

from typing import Final

_CODED: Final = "Arkime hashes the content as it is coded (gzip), ours is decoded (RFC 9110, section 8.4)"

DIFFERENCES: Final[dict[tuple[str, str, str], tuple[list[str], str]]] = {
    ("arkime__http-syn-ack.pcap", "10.0.0.32:10882", "http.md5"): (["4bfc10ea8aa9cd7e9bc1bb3033f1bb9b"], _CODED),
    ("arkime__http-syn-ack.pcap", "10.0.0.32:10882", "http.sha256"): (
        ["504f4b79301e258536fc9e015e779648fb4ec671b1d2a5540bb25df0a3686415"],
        _CODED,
    ),
}
