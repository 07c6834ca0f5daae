"""Where the fields of `specs/dns.yaml` and those of tshark differ: (capture, frame, field) -> what ours says, why.

Frames that only one side reads are in `differences.py`.
"""

from __future__ import annotations

from typing import Final

_SERVICE: Final = "_sip._udp.sip.voice.google.com"

DIFFERENCES: Final[dict[tuple[str, int, str], tuple[list[str], str]]] = {
    ("suricata-verify__dns__dns-udp-eve-log-srv__input.pcap", 2, "dns.resp.name"): (
        [_SERVICE, _SERVICE, "<Root>"],
        "tshark has the names of SRV records in three fields of their own (service, protocol, name); they are the same",
    ),
}
