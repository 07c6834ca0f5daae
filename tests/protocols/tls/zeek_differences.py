"""Where `specs/tls.yaml` and Zeek's logs differ: capture, client and column -> what ours says, why."""

from __future__ import annotations

from typing import Final

_SSL_2: Final = (
    "the client begins with a hello in the form of SSL 2.0 (RFC 5246, appendix E.2), which is not read (RFC 6176); its"
    " direction is given up with the alert malformed"
)

DIFFERENCES: Final[dict[tuple[str, str, str], tuple[str | None, str]]] = {
    ("zeek__tls__ssl.v3.pcap", "192.150.187.164:58868", "client_ciphers"): (None, _SSL_2),
    ("zeek__tls__ssl.v3.pcap", "192.150.187.164:58868", "client_random"): (None, _SSL_2),
    ("zeek__tls__ssl.v3.pcap", "192.150.187.164:58868", "client_version"): (None, _SSL_2),
    ("zeek__tls__ssl.v3.pcap", "192.150.187.164:58868", "ssl_history"): ("sxni", _SSL_2),
}
