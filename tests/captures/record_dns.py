"""Record the DNS and mDNS captures of this folder: BIND and dig, and the responders of zeroconf.

    sudo python record_dns.py [SCENARIO...]

README.md says what has to be installed and what each file holds.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, record, run, running

HOST, PORT, MDNS_PORT = "127.0.0.1", 53, 5353

CONFIGURATION = """\
options {{
    directory "{root}";
    pid-file "{root}/named.pid";
    session-keyfile "{root}/session.key";
    listen-on port {port} {{ {host}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    dnssec-validation no;
    version "a name server";
    server-id "one";
    minimal-responses no;
    allow-transfer {{ any; }};
}};
controls {{}};
zone "example.org" {{ type primary; file "{root}/zone.signed"; }};
"""

# A record of every type that the spec reads, those of the signatures apart: dnssec-signzone adds them.
ZONE = """\
$TTL 3600
$ORIGIN example.org.
@       SOA     ns hostmaster 2026010501 7200 900 1209600 300
@       NS      ns
@       A       192.0.2.1
@       AAAA    2001:db8::1
@       MX      10 mail
@       TXT     "one text" "and \\"another\\""
@       CAA     0 issue "ca.example.net"
@       HTTPS   1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1
@       NAPTR   10 20 "S" "SIP+D2U" "" _sip._udp
ns      A       192.0.2.53
mail    A       192.0.2.25
www     CNAME   @
old     DNAME   new
host    HINFO   "PC" "Debian"
_sip._udp     SRV     1 2 5060 sip.host
_443._tcp     TLSA    3 1 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
_dns          SVCB    1 ns alpn=dot port=853
ssh     SSHFP   4 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
other   TYPE65280 \\# 4 0a000001
1       PTR     host
large   TXT     {large}
"""
LARGE = " ".join(f'"{"x" * 200}{number}"' for number in range(7))

TYPES = ["SOA", "NS", "A", "AAAA", "MX", "TXT", "CAA", "HTTPS", "NAPTR", "DNSKEY"]
NAMES = """
www A, www.old A, host HINFO, _sip._udp SRV, _443._tcp TLSA, _dns SVCB, ssh SSHFP, other TYPE65280, 1 PTR, nothing A, ns MX
""".strip().split(", ")


@contextlib.contextmanager
def named(root: Path) -> Iterator[None]:
    """BIND with one signed zone and nothing of the machine's own configuration."""
    (root / "zone").write_text(ZONE.format(large=LARGE))
    run("dnssec-keygen", "-K", str(root), "-a", "ECDSAP256SHA256", "-f", "KSK", "example.org")
    signed = [
        "-o",
        "example.org",
        "-S",
        "-K",
        str(root),
        "-d",
        str(root),
        "-3",
        "abcd",
        "-f",
        str(root / "zone.signed"),
    ]
    run("dnssec-signzone", *signed, "-z", "-s", "20260101000000", "-e", "20360101000000", str(root / "zone"))
    configuration = root / "named.conf"
    configuration.write_text(CONFIGURATION.format(root=root, host=HOST, port=PORT))
    with running(["named", "-f", "-c", str(configuration)], HOST, PORT):
        yield


def dig(*arguments: str) -> None:
    run("dig", f"@{HOST}", *arguments)


def types() -> None:
    """A query for each type, answers with additional records."""
    for type_ in TYPES:
        dig("+noedns", "+ignore", "example.org", type_)
    for question in NAMES:
        name, type_ = question.split()
        dig("+noedns", f"{name}.example.org", type_)


def dnssec() -> None:
    """RFC 4033 to 4035: signatures, keys, and the proof that a name is not there."""
    dig("+dnssec", "example.org", "A")
    dig("+dnssec", "nothing.example.org", "A")
    dig("+dnssec", "example.org", "NSEC3PARAM")


def options() -> None:
    """RFC 6891: EDNS with options; a class that is not IN; a query that the server refuses; one for another server."""
    dig("+nsid", "+subnet=198.51.100.0/24", "+padding=64", "+expire", "example.org", "A")
    dig("+ednsopt=65001:0102", "+cookie=0001020304050607", "example.org", "SOA")
    dig("+edns=5", "example.org", "A")
    dig("version.bind", "TXT", "CH")
    dig("+recurse", "www.example.com", "A")


def tcp() -> None:
    """RFC 7766: an answer too long for a datagram, again over TCP; three queries at once; a zone in one transfer."""
    dig("+bufsize=512", "large.example.org", "TXT")
    queries = [query(number, name) for number, name in enumerate((b"www", b"host", b"mail"), 1)]
    with socket.create_connection((HOST, PORT), timeout=10) as connection, connection.makefile("rb") as answers:
        connection.sendall(b"".join(queries))
        for _ in queries:
            answers.read(int.from_bytes(answers.read(2), "big"))
    dig("example.org", "AXFR")


def query(number: int, name: bytes) -> bytes:
    """A query for the address of a name of the zone, as it is sent over TCP (RFC 1035, section 4.2.2)."""
    labels = b"".join(bytes((len(label),)) + label for label in (name, b"example", b"org", b""))
    message = number.to_bytes(2, "big") + bytes.fromhex("0000 0001 0000 0000 0000") + labels + b"\0\1\0\1"
    return len(message).to_bytes(2, "big") + message


def silent() -> None:
    """A query that nobody answers: the server is stopped meanwhile."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.2", PORT))
        run("dig", "@127.0.0.2", "+tries=2", "+timeout=1", "+noedns", "example.org", "A", expect=9)


def mdns() -> None:
    """RFC 6762, 6763: a service is announced, found by another host of the link, and taken back."""
    subprocess.run([sys.executable, "-c", SERVICE], check=True, timeout=60)
    time.sleep(0.5)


SERVICE = """
import socket, time
from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

class Listener:
    def add_service(self, zeroconf, kind, name):
        print(zeroconf.get_service_info(kind, name, timeout=1000))
    def update_service(self, *_): ...
    def remove_service(self, *_): ...

KIND = "_ipp._tcp.local."
one, two = Zeroconf(interfaces=["127.0.0.1"]), Zeroconf(interfaces=["127.0.0.1"])
address = socket.inet_aton("192.0.2.7")
info = ServiceInfo(KIND, f"Printer.{KIND}", addresses=[address], port=631, properties={"rp": "print"}, server="p.local.")
one.register_service(info)
browser = ServiceBrowser(two, KIND, Listener())
time.sleep(1.5)
browser.cancel()
one.unregister_service(info)
one.close()
two.close()
"""

AT_NAMED = f"host {HOST} and port {PORT}"
SCENARIOS: dict[str, Scenario] = {
    "types": (AT_NAMED, types),
    "dnssec": (AT_NAMED, dnssec),
    "options": (AT_NAMED, options),
    "tcp": (AT_NAMED, tcp),
    "silent": (f"udp port {PORT}", silent),
    "mdns": (f"udp port {MDNS_PORT}", mdns),
}

if __name__ == "__main__":
    record("dns", SCENARIOS, named)
