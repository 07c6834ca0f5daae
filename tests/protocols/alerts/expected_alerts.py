"""Every alert that the shipped specs raise in the captures of ../shared/data, and why: what is not listed is not raised.

(capture, flow) -> rows of what ours says ("side id", of a parse error with its place) and the reason. The tables of differences
say "ours raises `invalid`"; here is which, and where.
"""

from __future__ import annotations

from typing import Final

Rows = tuple[tuple[str, str], ...]

_BARE_LF: Final = "lines that end in a bare LF (RFC 9112, section 2.2: a recipient may read them)"
_HTTP_09: Final = "a request line without a version, HTTP/0.9, which RFC 9112 has given up"
_CONTROL: Final = "a control octet before the size of a chunk, which is digits alone (RFC 9112, section 7.1)"
_EXCESS: Final = "one octet behind the object id of Read Device Identification (V1.1b3, section 6.21)"
_SILENT: Final = "the server answers none of it: the requests are alone"
_PASSWORD: Final = "a CONNECT with a password outside of TLS (MQTT 5.0, section 5.4.1)"
_CLEAR: Final = "up clear_password"
_SSL_2: Final = "a hello in the form of SSL 2.0, which is not read (RFC 6176)"
_OLD: Final = "the server has chosen TLS 1.1, TLS 1.0 or SSL 3.0 (RFC 8996, RFC 7568)"
_NO_RECORD: Final = "up malformed record at byte 3"
_LATER: Final = "a segment (22 to 25) that has other octets than the first one at its place, which is segment 21"

DNS: Final[dict[tuple[str, int], Rows]] = {
    ("arkime__dns-flags0110.pcap", 0): (("down unsolicited", "the response is in the capture before its query"),),
    ("suricata-verify__dns__dns-forward-pointer__input.pcap", 0): (
        ("up malformed name.text at byte 14", "a name that points forward (RFC 1035, section 4.1.4)"),
        ("down unsolicited", "the query is the one that could not be read"),
    ),
    ("zeek__dns-two-responses.pcap", 0): (("down unsolicited", "the second response to one query"),),
    ("zeek__dns__dns_notify2.pcap", 0): (("down unsolicited", "the capture begins with a response"),),
    ("zeek__dns__svcb-alpn-malformed-len-too-short.pcap", 0): (
        (
            "down malformed character_string at byte 65",
            "the name of a protocol is longer than the parameter it stands in (RFC 9460, section 7.1.1)",
        ),
    ),
    ("zeek__ipv6-hbh-routing0.pcap", 0): (("up malformed message.ra at byte 3", "a datagram with three letters X"),),
}

HTTP: Final[dict[tuple[str, int], Rows]] = {
    ("arkime__http-empty-useragent.pcap", 0): (("up defective_header", _BARE_LF),),
    ("haka__modules__protocol__http__test__long_header.pcap", 0): (("up defective_header", _BARE_LF),),
    **{
        ("haka__modules__protocol__http__test__variation_http.pcap", flow): (("up defective_header", _BARE_LF),)
        for flow in (0, 1, 4, 5, 6)
    },
    ("haka__modules__protocol__http__test__variation_http.pcap", 2): (
        ("up invalid request_head at byte 6", "the version is `HTML/1.1` (RFC 9112, section 2.3)"),
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 3): (
        ("up invalid request_head at byte 5", _HTTP_09),
        ("down invalid response_head at byte 0", "the answer in HTTP/0.9, a body without a head"),
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 7): (
        ("up invalid request_head at byte 1", "a parenthesis in the method (RFC 9110, section 5.6.2)"),
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 8): (
        ("up invalid request_head.version at byte 11", "the version is `HTTP/numeric.numeric` (RFC 9112, section 2.3)"),
    ),
    ("suricata-verify__http-auth-bearer__input.pcap", 0): (("up defective_header", _BARE_LF),),
    ("suricata-verify__http-evader__http-evader-021__input.pcap", 0): (
        ("down invalid chunk.size at byte 161", _CONTROL),
    ),
    ("suricata-verify__http-evader__http-evader-022__input.pcap", 0): (
        ("down invalid chunk.size at byte 161", _CONTROL),
    ),
    ("suricata-verify__http-evader__http-evader-212__input.pcap", 0): (
        (
            "down bad_content response at byte 190",
            "the flag FHCRC and a wrong check of the header (RFC 1952, section 2.3.1)",
        ),
    ),
    ("suricata-verify__http-evader__http-evader-217__input.pcap", 0): (
        (
            "down bad_content response at byte 182",
            "a reserved flag is set, which must give an error (RFC 1952, section 2.3.1.2)",
        ),
    ),
    ("suricata-verify__http-evader__http-evader-223__input.pcap", 0): (
        (
            "down bad_content response at byte 258",
            "gzip without the check and the size at its end (RFC 1952, section 2.3)",
        ),
    ),
    ("suricata-verify__http-evader__http-evader-286__input.pcap", 0): (
        (
            "down invalid header.name at byte 131",
            "CR LF CR CR: no name of a field begins with CR (RFC 9110, section 5.1)",
        ),
    ),
    ("suricata-verify__http-evader__http-evader-378__input.pcap", 0): (
        ("down invalid response_head at byte 8", "a CR instead of the blank behind the version (RFC 9112, section 4)"),
    ),
    ("suricata-verify__http-evader__http-evader-449__input.pcap", 0): (
        (
            "down invalid response_head at byte 178",
            "a status of 102 has no content (RFC 9110, section 15.2); what stands there is no status line",
        ),
    ),
    ("suricata-verify__http-evader__http-evader-487__input.pcap", 0): (
        ("down invalid response_head at byte 0", "a line ` foobar` before the status line (RFC 9112, section 4)"),
    ),
    **{
        ("suricata-verify__http-request-invalid__input.pcap", flow): (
            (
                f"up cut request_head.method at byte {place}",
                "CR LF behind the content (RFC 9112, section 2.2, forbids it), then the end",
            ),
        )
        for flow, place in ((0, 447), (1, 399))
    },
    **{
        ("suricata-verify__http-request-invalid__input.pcap", flow): (
            (
                f"up invalid request_head at byte {place}",
                "content that no field announces (RFC 9112, section 6.3): it is no request line",
            ),
        )
        for flow, place in ((2, 408), (4, 359))
    },
    ("zeek__http__http-09-content-length-confusion.pcap", 0): (
        ("up invalid request_head at byte 5", _HTTP_09),
        ("down invalid response_head at byte 42", "more content than Content-Length says: it is no status line"),
    ),
    ("zeek__http__http-inner-transfer-encoding-reproducer.pcap", 0): (
        ("up bad_content request at byte 197", "the content ends before the gzip data do (RFC 1952, section 2.3)"),
    ),
}

MODBUS: Final[dict[tuple[str, int], Rows]] = {
    ("suricata-verify__modbus__modbus.pcap", 2): (
        ("up malformed request at byte 11", _EXCESS),
        ("up malformed request at byte 23", _EXCESS),
        ("down one_sided", _SILENT),
    ),
    ("suricata-verify__modbus__modbus.pcap", 4): (
        ("up malformed request at byte 6", "a length that no frame has (V1.1b3, section 4.1)"),
        ("up one_sided", _SILENT),
    ),
    ("suricata-verify__modbus__modbus.pcap", 5): (("down one_sided", _SILENT),),
    ("zeek__modbus__4SICS-GeekLounge-151022-min.pcap", 0): (
        ("up malformed request.registers at byte 207", "191 octets of registers, an odd number (V1.1b3, section 6.17)"),
        ("down unsolicited", "the request is the one that could not be read"),
    ),
}

_WITH_PASSWORD: Final = (
    *("mqtt31-pub-qos1", "mqtt31-pub-qos2", "mqtt31-pub-userpass-auto-clientid", "mqtt31-pub-userpass"),
    *("mqtt31-sub-userpass", "mqtt31-unsub-qos1", "mqtt31-unsub-qos2", "mqtt31-unsub-userpass", "mqtt5-pub-qos2"),
    *("mqtt5-sub-mosquittoprops", "mqtt5-sub-userpass"),
)
MQTT: Final[dict[tuple[str, int], Rows]] = {
    (f"suricata-verify__{name}__input.pcap", 0): ((_CLEAR, _PASSWORD),) for name in _WITH_PASSWORD
}

SMTP: Final[dict[tuple[str, int], Rows]] = {
    ("arkime__smtp-nospaces.pcap", 0): (("up no_argument", "HELO without a name (RFC 5321, section 4.1.1.1)"),),
    ("suricata-verify__firewall__ruletype-firewall-132-smtp-nested-mail-from__smtp-nested-mail.pcap", 0): (
        (
            "down bad_sequence",
            "a second MAIL within one transaction (RFC 5321, section 4.1.4), which the server refuses",
        ),
    ),
    ("suricata-verify__smtp-bug-5981__input.pcap", 0): (("up conflict", _LATER),) * 4,
    ("zeek__communityid__ipv6.pcap", 0): (("up no_argument", "EHLO without a name (RFC 5321, section 4.1.1.1)"),),
}

_CHOSEN_OLD: Final = (
    *(("suricata-verify__tls__tls-pre-1970__input.pcap", 0), ("zeek__tls__cert-no-cn.pcap", 0)),
    *(("zeek__tls__missing-intermediate.pcap", 0), ("zeek__tls__missing-intermediate.pcap", 2)),
    *(("zeek__tls__ocsp-stapling.pcap", 0), ("zeek__tls__signed_certificate_timestamp_tls1_0.pcap", 0)),
    *(("zeek__tls__ssl.v3.pcap", 1), ("zeek__tls__ssl.v3.pcap", 2), ("zeek__tls__tls-conn-with-extensions.pcap", 0)),
)
TLS: Final[dict[tuple[str, int], Rows]] = {
    **dict.fromkeys(_CHOSEN_OLD, (("down obsolete", _OLD),)),
    ("suricata-verify__sslv2-tls-upgrade-01__ssl-v2-s1.pcap", 0): ((_NO_RECORD, _SSL_2), ("down obsolete", _OLD)),
    ("zeek__tls__ssl.v3.pcap", 0): ((_NO_RECORD, _SSL_2), ("down obsolete", _OLD)),
    ("zeek__tls__ssl-v2.pcap", 0): ((_NO_RECORD, _SSL_2), ("down malformed record at byte 3", _SSL_2)),
    ("suricata-verify__tls-extra-alert__input.pcap", 0): (("down fatal", "alert 40, handshake failure"),),
    ("zeek__tls__tls13draft16-chrome55.0.2879.0-canary-aborted.pcap", 0): (("down fatal", "alert 70, the version"),),
    ("zeek__tls__tls13draft16-chrome55.0.2879.0-canary-aborted.pcap", 1): (("down fatal", "alert 70, the version"),),
    ("zeek__tls__tls13draft16-ff52.a01.pcap", 0): (("up fatal", "alert 48, an unknown authority"),),
}

EXPECTED: Final[dict[str, dict[tuple[str, int], Rows]]] = {
    "dns": DNS,
    "http": HTTP,
    "modbus": MODBUS,
    "mqtt": MQTT,
    "smtp": SMTP,
    "tls": TLS,
}
