"""Where our specs and the logs of Zeek differ, and why: (capture, log, client, row of this connection, column).

What we say stands first. A row that does not occur any more fails the test.
"""

from __future__ import annotations

ELSEWHERE = {
    "scripts.policy.protocols.ssl.validate-ocsp__ssl-digicert.log/ssl",
    "scripts.policy.protocols.ssl.validate-ocsp__ssl-twimg.log/ssl",
}
"""Logs whose rows are all about captures that are not here."""

_NO_QUERY = "a response without a query (frame 1 of the flow, or the second response): Zeek keeps nothing of its question and flags"
_PRIVATE = "type 65534 is private to BIND: ours are the octets, which Zeek names"
_UPDATE = (
    "RFC 2136: the question of an UPDATE is its zone; Zeek logs the first name it changes, and the changes as answers"
)
_RA = "the response (frame 2) has flags 0x8183, with RA; without answers Zeek does not log it"
_HTTP_09 = (
    "four octets of content are announced and follow the head; the HTTP/0.9 request in the same flow, which RFC 9112 has "
    "given up, makes Zeek end the response before them, and is a row of its own there"
)
_ESCAPES = "Zeek logs the target with its %-escapes resolved; ours is the target as sent"
_GZIP = "the gzip stream holds 72 octets; Zeek counts what is left behind the fields of the message/rfc822 inside"
_LAST_LINE = "35 octets until the close (tshark counts as many); Zeek adds a line end to a last line without one"
_WEB_SOCKET = "TLS inside of a web socket, for which no spec ships: ours ends in the state `upgraded`"
_CAP = "this test of Zeek cuts its payloads to 8 octets; the log without the cut is compared too"
_SSL2 = "the hello has the form of SSL 2.0 (RFC 5246, appendix E.2), which the spec does not read"

DIFFERENCES: dict[tuple[str, str, str, int, str], tuple[str, str]] = {
    (
        "zeek__dns-two-responses.pcap",
        "scripts.base.protocols.dns.duplicate-reponses__dns.log/dns",
        "55.247.223.174:27285",
        1,
        "qclass",
    ): ("1", _NO_QUERY),
    (
        "zeek__dns-two-responses.pcap",
        "scripts.base.protocols.dns.duplicate-reponses__dns.log/dns",
        "55.247.223.174:27285",
        1,
        "qtype",
    ): ("1", _NO_QUERY),
    ("zeek__dns__dns-binds.pcap", "scripts.base.protocols.dns.binds__dns.log/dns", "10.87.3.74:51871", 0, "answers"): (
        "",
        _PRIVATE,
    ),
    ("zeek__dns__dns-binds.pcap", "scripts.base.protocols.dns.binds__dns.log/dns", "10.87.3.74:51871", 0, "TTLs"): (
        "",
        _PRIVATE,
    ),
    (
        "zeek__dns__dns_notify2.pcap",
        "scripts.base.protocols.dns.notify__dns.log/dns",
        "214.187.42.114:53669",
        0,
        "query",
    ): ("aei.mpg.de", _NO_QUERY),
    (
        "zeek__dns__dns_notify2.pcap",
        "scripts.base.protocols.dns.notify__dns.log/dns",
        "214.187.42.114:53669",
        0,
        "qclass",
    ): ("1", _NO_QUERY),
    (
        "zeek__dns__dns_notify2.pcap",
        "scripts.base.protocols.dns.notify__dns.log/dns",
        "214.187.42.114:53669",
        0,
        "qtype",
    ): ("43", _NO_QUERY),
    (
        "zeek__dns__dns_notify2.pcap",
        "scripts.base.protocols.dns.notify__dns.log/dns",
        "214.187.42.114:53669",
        0,
        "AA",
    ): ("T", _NO_QUERY),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.105:62763",
        0,
        "query",
    ): ("stratolab.org", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.105:62763",
        0,
        "qclass",
    ): ("1", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.105:62763",
        0,
        "qtype",
    ): ("6", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.105:62763",
        0,
        "answers",
    ): ("", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.105:62763",
        0,
        "TTLs",
    ): ("", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.106:62763",
        0,
        "query",
    ): ("stratolab.org", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.106:62763",
        0,
        "qclass",
    ): ("1", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.106:62763",
        0,
        "qtype",
    ): ("6", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.106:62763",
        0,
        "answers",
    ): ("", _UPDATE),
    (
        "zeek__dns__dynamic-update.pcap",
        "scripts.base.protocols.dns.dynamic-update__dns.log/dns",
        "192.168.1.106:62763",
        0,
        "TTLs",
    ): ("", _UPDATE),
    ("zeek__dnssec__nsec3.pcap", "scripts.base.protocols.dns.nsec3__dns.log/dns", "192.168.1.102:49324", 0, "RA"): (
        "T",
        _RA,
    ),
    (
        "zeek__http__http-09-content-length-confusion.pcap",
        "scripts.base.protocols.http.http-09-content-length-confusion__http.log/http",
        "127.0.0.1:46982",
        0,
        "rows",
    ): ("1", _HTTP_09),
    (
        "zeek__http__http-09-content-length-confusion.pcap",
        "scripts.base.protocols.http.http-09-content-length-confusion__http.log/http",
        "127.0.0.1:46982",
        0,
        "response_body_len",
    ): ("4", _HTTP_09),
    (
        "zeek__http__http-filename.pcap",
        "scripts.base.protocols.http.http-filename__http.log/http",
        "10.1.9.63:63526",
        0,
        "uri",
    ): (
        "/response-headers?Content-Type=application/octet-stream;%20charset=UTF-8&Content-Disposition=attachment;%20filename%3d%22test.json%22",
        _ESCAPES,
    ),
    (
        "zeek__http__http-inner-transfer-encoding-reproducer.pcap",
        "scripts.base.protocols.http.inner-transfer-encoding-reproducer__http.log.cut/http",
        "127.0.0.1:53096",
        0,
        "request_body_len",
    ): ("72", _GZIP),
    (
        "zeek__http__http-inner-transfer-encoding-reproducer.pcap",
        "scripts.base.protocols.http.inner-transfer-encoding-reproducer__http.log.cut/http",
        "127.0.0.1:53096",
        0,
        "response_body_len",
    ): ("35", _LAST_LINE),
    (
        "zeek__websocket__wstunnel-https.pcap",
        "scripts.base.protocols.websocket.wstunnel-https__ssl.log/ssl",
        "",
        0,
        "rows",
    ): ("0", _WEB_SOCKET),
    (
        "zeek__mqtt.pcap",
        "scripts.base.protocols.mqtt.mqtt-payload-cap__mqtt_publish.log/mqtt_publish",
        "10.0.1.4:49327",
        0,
        "payload",
    ): ("Hello from the Paho blocking client", _CAP),
    (
        "zeek__mqtt.pcap",
        "scripts.base.protocols.mqtt.mqtt-payload-cap__mqtt_publish.log/mqtt_publish",
        "10.0.1.4:49327",
        1,
        "payload",
    ): ("Hello MQTT", _CAP),
    (
        "zeek__mqtt.pcap",
        "scripts.base.protocols.mqtt.mqtt-payload-cap__mqtt_publish.log/mqtt_publish",
        "10.0.1.4:49330",
        0,
        "payload",
    ): ("Hello MQTT", _CAP),
    (
        "zeek__tls__ssl.v3.pcap",
        "scripts.policy.protocols.ssl.ssl-log-ext__ssl-all.log/ssl",
        "192.150.187.164:58868",
        0,
        "client_version",
    ): ("", _SSL2),
    (
        "zeek__tls__ssl.v3.pcap",
        "scripts.policy.protocols.ssl.ssl-log-ext__ssl-all.log/ssl",
        "192.150.187.164:58868",
        0,
        "client_ciphers",
    ): ("", _SSL2),
}
