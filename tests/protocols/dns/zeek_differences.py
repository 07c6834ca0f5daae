"""Where `specs/dns.yaml` and Zeek's logs differ: capture, client, number of its row, column -> what ours says, why."""

from __future__ import annotations

from typing import Final

_NO_ANSWER: Final = "Zeek takes the flags of a response from its answers, and this one has none; tshark has the bit"
_UPDATE: Final = (
    "an UPDATE (RFC 2136) has other sections: Zeek writes prerequisites and updates in words of its own, and the name"
    " that is updated; the message asks for the zone, and its response refuses"
)

DIFFERENCES: Final[dict[tuple[str, str, int, str], tuple[str | None, str]]] = {
    ("zeek__dns__dns_notify2.pcap", "214.187.42.114:53669", 0, "AA"): ("T", _NO_ANSWER),
    ("zeek__dnssec__nsec3.pcap", "192.168.1.102:49324", 0, "RA"): ("T", _NO_ANSWER),
    **{
        ("zeek__dns__dynamic-update.pcap", client, 0, column): (ours, _UPDATE)
        for client in ("192.168.1.106:62763", "192.168.1.105:62763")
        for column, ours in (("query", "stratolab.org"), ("TTLs", None), ("answers", None))
    },
    ("zeek__dns__dynamic-update.pcap", "192.168.1.106:62763", 0, "rejected"): ("T", _UPDATE),
}
