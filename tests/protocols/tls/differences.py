"""Where `specs/tls.yaml` and tshark 4.0 differ, and why.

capture -> ((sender, fact), what ours says) -> the explanation. What is not listed is equal.
"""

from __future__ import annotations

_SSL2 = "the client begins with a hello in the form of SSL 2.0 (RFC 5246, appendix E.2), which the spec does not read"
_ORDER = "segments come out of order; ours puts them in order, tshark shows the later ones as continuation data"

Facts = tuple[str, ...] | None

DIFFERENCES: dict[str, dict[tuple[tuple[str, str], Facts], str]] = {
    "suricata-verify__sslv2-tls-upgrade-01__ssl-v2-s1.pcap": {
        (("10.150.98.145:1660", "lengths"), None): _SSL2,
        (("10.150.98.145:1660", "types"), None): _SSL2,
    },
    "suricata-verify__tls__tls-fingerprint-alert__input.pcap": {
        (("24.244.4.23:443", "alpn"), ("h2",)): _ORDER,
        (("24.244.4.23:443", "lengths"), ("96", "3077", "329", "0")): _ORDER,
        (("24.244.4.23:443", "suites"), ("c02f",)): _ORDER,
        (("24.244.4.23:443", "types"), ("2", "11", "12", "14")): _ORDER,
    },
    "suricata-verify__tls__tls13-draft14__tls13_draft14.pcap": {
        (
            ("52.32.149.186:443", "suites"),
            ("c02b",),
        ): "the server's hello of this draft has no session id; tshark takes the cipher suite for the length of one",
    },
    "zeek__tls__hrr.pcap": {
        (("64.233.185.139:443", "lengths"), ("84", "151")): _ORDER,
        (("64.233.185.139:443", "suites"), ("13021302",)): _ORDER,
        (("64.233.185.139:443", "types"), ("2", "2")): _ORDER,
    },
    "zeek__tls__ssl-v2.pcap": {
        (("192.168.4.149:59062", "types"), None): "SSL 2.0, which the spec does not read",
        (("91.227.4.92:443", "types"), None): "SSL 2.0, which the spec does not read",
    },
    "zeek__tls__ssl.v3.pcap": {
        (("192.150.187.164:58868", "lengths"), None): _SSL2,
        (("192.150.187.164:58868", "types"), None): _SSL2,
    },
    "zeek__tls__tls-fragmented-handshake.pcap": {
        (
            ("104.236.167.107:4433", "lengths"),
            ("85", "339629", "329", "0"),
        ): "the certificate is spread over 21 records; tshark shows these as encrypted",
        (("104.236.167.107:4433", "types"), ("2", "11", "12", "14")): "the certificate is spread over 21 records; "
        "tshark shows these as encrypted",
    },
}
