"""Where `specs/dns.yaml` and tshark's oracle differ, and why ours is right: (capture, frame) -> what ours reports there, the reason.

tshark decodes what it can of a message that is wrong; here such a message is a parse error, reported by the alert `malformed`.
"""

from __future__ import annotations

DIFFERENCES: dict[tuple[str, int], tuple[list[str], str]] = {
    ("suricata-verify__dns__dns-forward-pointer__input.pcap", 1): (
        ["up malformed name.text at byte 14"],
        "a name that points forward: a pointer names a prior occurrence (RFC 1035, section 4.1.4)",
    ),
    ("zeek__dns__svcb-alpn-malformed-len-too-short.pcap", 2): (
        ["down malformed character_string at byte 65"],
        "the value of the parameter alpn is shorter than the name in it: the message is malformed (RFC 9460, section 7.1.1)",
    ),
    ("zeek__quic__vector-max-size-crash.pcap", 1): (
        [],
        "a QUIC packet made by a fuzzer; neither port is one of DNS, so no dissector is asked",
    ),
}
