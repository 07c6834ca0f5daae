"""Where our specs and the checks of suricata-verify differ: (capture, number of the check) -> how many of ours match, why."""

from __future__ import annotations

from typing import Final

_MAIL: Final = "of the mail's own header, which smtp.yaml hands on as a stream"
_CERTIFICATE: Final = "inside of the certificate, which tls.yaml hands on as octets"
_COUNT: Final = "Suricata's number of the packet or transaction"

UNKNOWN: Final[dict[str, str]] = {
    "email.attachment": _MAIL,
    "email.from": _MAIL,
    "email.received": _MAIL,
    "email.status": _MAIL,
    "email.to": _MAIL,
    "tls.subject": _CERTIFICATE,
    "tls.issuerdn": _CERTIFICATE,
    "tls.serial": _CERTIFICATE,
    "tls.notbefore": _CERTIFICATE,
    "tls.notafter": _CERTIFICATE,
    "pcap_cnt": _COUNT,
    "tx_id": _COUNT,
    "dns.tx_id": _COUNT,
    "modbus.id": _COUNT,
    "dns.version": "the version of Suricata's record",
    "dns.z": "a bit without a meaning, which dns.yaml passes over",
    "pkt_src": "where Suricata has the packet from",
    "proto": "TCP or UDP",
}
"""What only Suricata knows, and why."""

DIFFERENCES: Final[dict[tuple[str, int], tuple[int, str]]] = {
    ("suricata-verify__dns-over-http2-post__dns_over_https_POST.pcap", 0): (
        0,
        "DNS inside of HTTP/2, which has another form than HTTP/1: no spec ships for it",
    ),
    ("suricata-verify__dns__dns-forward-pointer__input.pcap", 1): (
        0,
        "frame 1: its first name points forward, and RFC 1035, section 4.1.4, has prior names only; ours raises malformed",
    ),
    ("suricata-verify__http-connect__http-connect-fragmented__input.pcap", 1): (
        0,
        "the GET stands inside of the tunnel that CONNECT opened; ours hands the tunnel on, Suricata reads on in it",
    ),
    ("suricata-verify__smtp-startssl__input.pcap", 0): (
        0,
        "a conversation without MAIL: Suricata has a record for it, ours has its commands and no transaction",
    ),
    ("suricata-verify__mqtt5-sub-userpass__input.pcap", 5): (
        0,
        "frame 11 is e0 01 04: the reason is 4 and the properties are left off (MQTT 5.0, section 3.14.2.2.1); Suricata "
        "has 0, tshark 4",
    ),
}
