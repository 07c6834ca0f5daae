"""DNS messages with their names resolved: the generated parser beside dpkt, dnslib, dnspython, scapy and Kaitai's.

What each makes of every message is brought into one form and compared before anything is timed; timed is parsing alone, with
every name of the message as text.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "generated")]

import dns.message  # noqa: E402
import dns.rrset  # noqa: E402
import dns_dissector  # noqa: E402
import dnslib  # noqa: E402
import dpkt  # noqa: E402
from kaitai_peer import MISSING, kaitai_parser  # noqa: E402
from run import interleaved, show  # noqa: E402
from scapy.layers.dns import DNS  # noqa: E402

Form = tuple[int, list[tuple[str, int]], list[tuple[str, int, int, str]]]
"""The id; name and type of each question; name, type, time to live and data (addresses and names) of each answer."""

ADDRESS, ALIAS, ADDRESS_6 = 1, 5, 28


def messages() -> list[bytes]:
    """A query, an address, an alias with two addresses, eight addresses, an alias of an alias in IPv6."""
    found = []
    for question, answers in (
        (("www.example.com", "A"), []),
        (("www.example.com", "A"), [("www.example.com", "A", "192.0.2.1")]),
        (
            ("www.example.com", "A"),
            [
                ("www.example.com", "CNAME", "web.example.com"),
                *(("web.example.com", "A", f"192.0.2.{i}") for i in (1, 2)),
            ],
        ),
        (("pool.ntp.example.org", "A"), [("pool.ntp.example.org", "A", f"198.51.100.{i}") for i in range(8)]),
        (
            ("cdn.example.net", "AAAA"),
            [
                ("cdn.example.net", "CNAME", "cdn.edge.example.net"),
                ("cdn.edge.example.net", "CNAME", "a12.g.edge.example.net"),
                ("a12.g.edge.example.net", "AAAA", "2001:db8::12"),
            ],
        ),
    ):
        message = dns.message.make_query(*question, id=len(found) + 1)
        if answers:
            message = dns.message.make_response(message)
            for name, kind, data in answers:  # a name at its end has the root
                data = f"{data}." if kind == "CNAME" else data
                message.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, data))
        found.append(message.to_wire())
    return found


def form_of_dissgen(message: Any) -> Form:
    return (
        message.id,
        [(item.name, item.type) for item in message.questions],
        [(item.name, item.type, item.ttl, item.data) for item in message.answers],
    )


def form_of_dpkt(message: Any) -> Form:
    def data(item: Any) -> str:
        if item.type == ADDRESS:
            return str(ipaddress.IPv4Address(item.ip))
        return str(ipaddress.IPv6Address(item.ip6)) if item.type == ADDRESS_6 else item.cname

    return (
        message.id,
        [(item.name, item.type) for item in message.qd],
        [(item.name, item.type, item.ttl, data(item)) for item in message.an],
    )


def form_of_dnslib(message: Any) -> Form:
    def text(value: object) -> str:
        return str(value).rstrip(".")

    return (
        message.header.id,
        [(text(item.qname), item.qtype) for item in message.questions],
        [(text(item.rname), item.rtype, item.ttl, text(item.rdata)) for item in message.rr],
    )


def form_of_dnspython(message: Any) -> Form:
    def text(value: Any) -> str:
        return str(value).rstrip(".")

    return (
        message.id,
        [(text(item.name), int(item.rdtype)) for item in message.question],
        [(text(item.name), int(item.rdtype), item.ttl, text(data)) for item in message.answer for data in item],
    )


def form_of_scapy(message: Any) -> Form:
    def text(value: Any) -> str:
        return (value.decode() if isinstance(value, bytes) else str(value)).rstrip(".")

    return (
        message.id,
        [(text(item.qname), item.qtype) for item in message.qd],
        [(text(item.rrname), item.type, item.ttl, text(item.rdata)) for item in message.an],
    )


def kaitai_name(name: Any) -> str:
    """A name of Kaitai's as text: it leaves pointers to whoever reads the field."""
    labels = []
    while name is not None:
        last = name.labels[-1]
        labels += [label.text for label in name.labels if label.length and label is not last]
        name = last.pointed
    return ".".join(labels)


def resolved(parse: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A message of Kaitai's, and the text of all its names."""

    def run(raw: bytes) -> Any:
        message = parse(raw)
        for item in message.questions:
            item.text = kaitai_name(item.name)
        for item in (*message.answers, *message.authorities, *message.additionals):
            item.text = kaitai_name(item.name)
            item.alias = kaitai_name(item.data) if item.type == ALIAS else None
        return message

    return run


def form_of_kaitai(message: Any) -> Form:
    def data(item: Any) -> str:
        return str(ipaddress.ip_address(item.data)) if item.alias is None else item.alias

    return (
        message.id,
        [(item.text, item.type) for item in message.questions],
        [(item.text, item.type, item.ttl, data(item)) for item in message.answers],
    )


def main() -> None:
    data = messages()
    parsers: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Form]]] = {
        "dissgen": (lambda raw: dns_dissector.parse_message(raw)[0], form_of_dissgen),
        "dpkt": (dpkt.dns.DNS, form_of_dpkt),
        "dnslib": (dnslib.DNSRecord.parse, form_of_dnslib),
        "dnspython": (dns.message.from_wire, form_of_dnspython),
        "scapy": (DNS, form_of_scapy),
    }
    bars = {"dpkt": 2, "dnslib": 5, "dnspython": 14, "scapy": 30}
    kaitai = kaitai_parser("dns_message")
    if kaitai is not None:
        parsers["kaitai"] = (resolved(kaitai), form_of_kaitai)
        bars["kaitai"] = 6
    for raw in data:
        forms = {name: form(parse(raw)) for name, (parse, form) in parsers.items()}
        assert all(form == forms["dissgen"] for form in forms.values()), forms
        assert dns_dissector._scan_message(raw, 0, len(raw))[0] == dns_dissector.parse_message(raw)[0]

    def sessions() -> None:
        one = dns_dissector.Session(transport="udp")
        for raw in data:
            one.feed(dns_dissector.UP, raw)

    candidates: dict[str, Callable[[], object]] = {
        name: (lambda parse=parse: [parse(raw) for raw in data]) for name, (parse, _) in parsers.items()
    }
    candidates["dissgen, scan"] = lambda: [dns_dissector._scan_message(raw, 0, len(raw)) for raw in data]
    candidates["dissgen, session"] = sessions
    times = interleaved(candidates, repeat=40)
    for name, bar in bars.items():
        show("DNS messages", times, "dissgen, scan", name, bar, faster=True)
    show("DNS messages, parse_message", times, "dissgen", "dpkt", 2, faster=True)
    show("DNS messages, in a session", times, "dissgen, session", "dpkt", 2, faster=True)
    if kaitai is None:
        print(f"DNS messages against Kaitai: {MISSING}")


if __name__ == "__main__":
    main()
