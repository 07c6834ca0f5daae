"""Where the fields of `specs/tls.yaml` and those of tshark differ: (capture, frame) -> what ours says in those fields, why.

A frame without fields is one of which ours says nothing.
"""

from __future__ import annotations

from typing import Final

Row = tuple[dict[str, list[str]], str]

_NOTHING: Final[dict[str, list[str]]] = {}
_SSL_2: Final = "SSL 2.0, which is not read (RFC 6176)"
_HELLO_2: Final = (
    "the client begins with a hello in the form of SSL 2.0 (RFC 5246, appendix E.2), which is not read (RFC 6176): its"
    " direction is given up with the alert malformed"
)
_OVER: Final = (
    "an enciphered record of the server behind the fatal alert of the client (frame 8), which has ended the connection"
    " (RFC 8446, section 6.2)"
)

DIFFERENCES: Final[dict[tuple[str, int], Row]] = {
    **dict.fromkeys(
        (("suricata-verify__sslv2-tls-upgrade-01__ssl-v2-s1.pcap", frame) for frame in (4, 8, 10, 33)),
        (_NOTHING, _HELLO_2),
    ),
    **dict.fromkeys(
        (("zeek__tls__ssl-v2.pcap", frame) for frame in (4, 6, 8, 9, 10, 11, 13, 15, 17, 18)), (_NOTHING, _SSL_2)
    ),
    **dict.fromkeys(
        (("zeek__tls__ssl.v3.pcap", frame) for frame in (4, 9, 13, 23, 53, 60, 86, 116, 159, 219, 225, 246)),
        (_NOTHING, _HELLO_2),
    ),
    **dict.fromkeys((("zeek__tls__tls13draft16-ff52.a01.pcap", frame) for frame in (10, 12)), (_NOTHING, _OVER)),
    ("zeek__smtp.pcap", 96): (
        _NOTHING,
        "neither port is one of TLS (5223), and the connection is seen from its middle on: nothing says that it is TLS",
    ),
    ("suricata-verify__tls__tls-fin-close-data-01__debug-s13.pcap", 4): (
        {
            "tls.handshake.sig_hash_alg": [
                *("0x0403", "0x0503", "0x0603", "0x0804", "0x0805", "0x0806", "0x0401", "0x0501", "0x0601", "0x0203"),
                "0x0201",
            ]
        },
        "tshark has the algorithms of delegated_credentials (RFC 9345, section 4.1.1) under this field too",
    ),
    ("suricata-verify__tls__tls13-draft14__tls13_draft14.pcap", 6): (
        {
            "tls.handshake.session_id": [],
            "tls.handshake.ciphersuite": ["0xc02b"],
            "tls.handshake.comp_method": [],
            "tls.handshake.extension.type": ["40"],
            "tls.handshake.extensions_key_share_group": ["23"],
            "tls.handshake.extensions_key_share_key_exchange": [
                "042dd0952da464b93202b067c846029914097c1887d6d068d353f8bea91988051990f726f1f2739d87d6f7e63b2bd045d19d6940"
                "e75fe8ae06fd04b350c5bf1565"
            ],
            "tls.handshake.ja3s_full": ["772,49195,40"],
        },
        "the server's hello of this draft (TLS 1.3, draft 14, section 6.3.1.2) has neither a session id nor a compression"
        " method; tshark takes the cipher suite for the length of a session id",
    ),
    ("zeek__tls__tls-fragmented-handshake.pcap", 410): (
        {
            "tls.handshake.type": ["11"],
            "tls.handshake.length": ["339629"],
            "tls.handshake.certificate": ["sha256:1aa3bfb3ae0ef359ca35762d1f7d89491f592c823e42c8d5662f66edaa9a36c2"],
        },
        "the certificate is spread over 21 records (RFC 5246, section 6.2.1, allows it); tshark gives it up",
    ),
}
