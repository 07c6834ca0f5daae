"""Where the grammars and tshark differ on a packet, and why. Fields of packets that both read are all equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Difference:
    """A packet that is an error of this kind here, and not to tshark."""

    capture: str
    frame: int
    error: str
    why: str


_SHORT: Final = "the header says more octets than the frame has; tshark reads what there is"

DIFFERENCES: Final[tuple[Difference, ...]] = (
    Difference("tcpdump__ipv4_invalid_total_length.pcap", 1, "truncated", _SHORT),
    Difference("tcpdump__ipv6_invalid_length_2.pcap", 1, "truncated", _SHORT),
    Difference("suricata-verify__telnet__telnet-01__telnet.pcap", 18, "truncated", _SHORT),
    Difference("suricata-verify__telnet__telnet-01__telnet.pcap", 32, "truncated", _SHORT),
    Difference("suricata-verify__telnet__telnet-01__telnet.pcap", 52, "truncated", _SHORT),
)
"""In the order of the captures."""
