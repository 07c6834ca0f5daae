"""The lists of events that Zeek's tests print, and ours in the same words: capture, name of the list -> how both are written."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.captures import FlowResult, dissect
from protocols.peers.zeek import PEERS
from support import SHARED_DATA, shipped

from dissgen_runtime import UP, StreamEvent

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Case:
    """`theirs` takes from the list what both know, `ours` tells it of the flows of the capture."""

    protocol: str
    capture: str
    name: str
    theirs: Callable[[str], Lines]
    ours: Callable[[list[FlowResult]], Lines]

    @property
    def path(self) -> Path:
        return SHARED_DATA / self.protocol / f"zeek__{self.capture}.pcap"

    def said(self) -> Lines:
        folder = PEERS / self.protocol / self.path.name
        (file,) = folder.glob(f"zeek-baseline__*.{self.name}")
        return self.theirs(file.read_text(encoding="utf-8").partition("\n")[2])

    def told(self) -> Lines:
        return self.ours(list(dissect(self.path, shipped(self.protocol)).values()))


def events(flows: Iterable[FlowResult], *names: str) -> Iterator[Any]:
    return (event for flow in flows for event in flow.events if event.name in names)


def found(pattern: str) -> Callable[[str], Lines]:
    """The groups of each place, with blanks between."""
    return lambda text: [" ".join(match.groups()) for match in re.finditer(pattern, text, re.MULTILINE)]


def letter(value: object) -> str:
    return "T" if value else "F"


# -- DNS


def records(flows: Iterable[FlowResult], *kinds: int) -> Iterator[tuple[Any, Any]]:
    """Each response with its records of a type, in all sections."""
    for event in events(flows, "response"):
        for record in (*event.answers, *event.authorities, *event.additionals):
            if int(record.type) in kinds:
                yield event, record


def caa(flows: list[FlowResult]) -> Lines:
    return [f"{int(one.data.critical)} {one.data.tag} {one.data.value}" for _, one in records(flows, 257)]


def service(flows: list[FlowResult]) -> Lines:
    return [f"{one.data.priority} {one.data.target}" for _, one in records(flows, 64, 65)]


def parameters(flows: list[FlowResult]) -> Lines:
    """Key, and what the value is: protocols, addresses or the keys for the hello."""
    lines = []
    for _, one in records(flows, 65):
        for parameter in one.data.parameters:
            value = parameter.value
            shown = base64.b64encode(value).decode() if isinstance(value, bytes) else f"[{', '.join(value)}]"
            lines.append(f"{int(parameter.key)} {shown}")
    return lines


def of_parameters(text: str) -> Lines:
    return found(r"\[key=(\d+), .*?((?:\[[^\]=]+\])|(?<=ech=)[\w+/]{20,}=*)")(text)


def header(event: Any) -> str:
    names = ("qr", "aa", "tc", "rd", "ra")
    counts = (event.questions, event.answers, event.authorities, event.additionals)
    words = (event.id, int(event.opcode), int(event.rcode), *(letter(getattr(event, name)) for name in names))
    return " ".join(str(word) for word in (*words, letter(event.ad), letter(event.cd), *map(len, counts)))


HEADER = (
    r"\[id=(\d+), opcode=(\d+), rcode=(\d+), QR=(.), AA=(.), TC=(.), RD=(.), RA=(.), Z=0, AD=(.), CD=(.),"
    r" num_queries=(\d+), num_answers=(\d+), num_auth=(\d+), num_addl=(\d+)"
)


def updates(flows: list[FlowResult]) -> Lines:
    """With the zone, in the order of the identifiers."""
    lines = []
    for event in sorted(events(flows, "query", "response"), key=lambda one: (one.id, one.qr)):
        (zone,) = event.questions
        if int(event.opcode) == 5:
            lines.append(f"{header(event)} {zone.name.lower()} {int(zone.class_)}")
    return lines


def naptr(flows: list[FlowResult]) -> Lines:
    names = ("order", "preference", "flags", "services", "regexp", "replacement")
    return [
        f"{header(event)} {one.name} {' '.join(str(getattr(one.data, name)) for name in names)}"
        for event, one in records(flows, 35)
    ]


def flags(flows: list[FlowResult]) -> Lines:
    both = events(flows, "query", "response")
    return [f"{letter(not one.qr)} {letter(one.qr)} {letter(one.ad)} {letter(one.cd)}" for one in both]


def denials(flows: list[FlowResult]) -> Lines:
    lines = []
    for _, one in records(flows, 46, 50):
        data, name = one.data, one.name.lower()
        if int(one.type) == 50:
            words = (name, int(data.opt_out), data.hash_algorithm, data.iterations, data.salt, data.next.hex())
        else:
            words = (name, int(data.type_covered), data.algorithm, data.label_count, data.key_tag, data.signer)
        lines.append(" ".join(str(word) for word in words))
    return lines


def of_denials(text: str) -> Lines:
    nsec3 = r"^NSEC3, \[query=(\S+), .*nsec_flags=(\d+), nsec_hash_algo=(\d+), nsec_iter=(\d+),.*\], (\w+), (\w+)$"
    rrsig = r"^RRSIG, \[query=(\S+), .*type_covered=(\d+), algorithm=(\d+), labels=(\d+),.*key_tag=(\d+), signer_name=(\S+),"
    return [line for row in text.splitlines() for pattern in (nsec3, rrsig) for line in found(pattern)(row)]


def denial_parameters(flows: list[FlowResult]) -> Lines:
    return [
        f"{one.name} {one.data.hash_algorithm} {one.data.iterations} {one.data.salt}" for _, one in records(flows, 51)
    ]


# -- Modbus


def coils(flows: list[FlowResult]) -> Lines:
    """With the bits that were asked for."""
    lines = []
    for flow in flows:
        port = flow.client.rpartition(":")[2]
        for event in flow.events:
            name = {1: "read_coils", 15: "write_multiple_coils"}.get(int(getattr(event, "function", 0)))
            if event.name not in ("request", "response") or name is None:
                continue
            bits = f"[{', '.join(letter(bit) for bit in event.coils or ())}]"
            match name, event.name:
                case "read_coils", "response":
                    values = bits
                case "write_multiple_coils", "request":
                    values = f"{event.address}, {bits}"
                case _:
                    values = f"{event.address}, {event.quantity}"
            lines.append(f"{name}_{event.name} {port} {values}")
    return sorted(lines)


def of_coils(text: str) -> Lines:
    """Zeek shows an answer's bits up to the end of the octet; each request asks for three."""
    lines = found(r"^\d+ modbus_(\w+_coils_\w+), \[.*?orig_p=(\d+)/.*?len=\d+\], (.*)$")(text)
    return sorted(re.sub(r"(read_coils_response .*\[., ., .), .*\]", r"\1]", line) for line in lines)


# -- TLS

VERSIONS = {0x0301: "TLSv10", 0x0302: "TLSv11", 0x0303: "TLSv12"}
VERSIONS |= {0x7F00 | draft: f"TLSv13-draft{draft}" for draft in range(10, 30)}


def course(flows: list[FlowResult]) -> Lines:
    """The handshake messages, then the records."""
    messages = [f"{letter(one.direction is UP)} {int(one.type)} {one.length}" for one in events(flows, "handshake")]
    records = (
        f"{letter(one.direction is UP)} {VERSIONS[int(one.version)]} {int(one.type)} {one.length}"
        for one in events(flows, "record")
    )
    return [*messages, *records]


def of_course(text: str) -> Lines:
    messages = found(r"^Handshake, \S+, \S+, (.), (\d+), (\d+)$")(text)
    return [*messages, *found(r"^(?:Plaintext|Encrypted) data, \S+, \S+, (.), (\w+), (\d+), (\d+)$")(text)]


def methods(flows: list[FlowResult]) -> Lines:
    hellos = [one for one in events(flows, "handshake") if int(one.type) in (1, 2)]
    return [str(list(one.compression_methods) if int(one.type) == 1 else one.compression_method) for one in hellos]


def shares(flows: list[FlowResult]) -> Lines:
    """Of each hello the groups of its key shares, then the version."""
    lines = []
    for flow in flows:
        port = flow.client.rpartition(":")[2]
        for one in (one for one in flow.of("handshake") if int(one.type) in (1, 2)):
            client = int(one.type) == 1
            groups = [_group(share.group) for extension in one.extensions or () for share in extension.shares or ()]
            if groups:
                lines += [f"{port} {letter(client)}", *groups]
            version = one.version if client else one.legacy_version
            lines.append(f"{'client' if client else 'server'} {VERSIONS[int(version)]}")
    return lines


def _group(number: int) -> str:
    names = {int(member): member.name.lower() for member in shipped("tls").Group}
    return names.get(int(number), f"grease_0x{int(number):04x}")


def of_shares(capture: str) -> Callable[[str], Lines]:
    """The part of a list of several captures that is about one of them."""

    def lines(text: str) -> Lines:
        part = re.search(rf"^{re.escape(capture)}\.pcap\n((?:(?!.*\.pcap$).*\n)+)", text, re.MULTILINE)
        assert part is not None
        kept: Lines = []
        for line in part[1].splitlines():
            if (match := re.match(r"key_share, \[.*orig_p=(\d+)/tcp.*\], (.)", line)) or (
                match := re.match(r"(client|server), \w+, (\S+)", line)
            ):
                kept.append(f"{match[1]} {match[2]}")
            elif "," not in line:
                kept.append(line.lower())
        return kept

    return lines


# -- HTTP, MQTT, SMTP


def heads(flows: list[FlowResult]) -> Lines:
    lines = []
    for one in events(flows, "request"):
        lines.append(f"{one.method} {one.target}")
        lines += [f"{header.name} {header.value}" for header in one.headers]
    return lines


def of_heads(text: str) -> Lines:
    """The fields of the mail that is the first request's content are Zeek's alone: it reads on in it."""
    rows = re.findall(r"^http_(?:request, \w+|header), ([\w-]+), (?:[A-Z-]+, )?(.*)$", text, re.MULTILINE)
    return [f"{name} {value}" for at, (name, value) in enumerate(rows) if at not in (4, 5, 6)]


def fields(flows: list[FlowResult]) -> Lines:
    return [line for line in heads(flows) if not line.startswith("POST ")]


def files(flows: list[FlowResult]) -> Lines:
    """Size and hashes of the content of each message, in the order of their ends."""
    lines = []
    for flow in flows:
        current: dict[object, bytes] = {}
        for event in flow.events:
            if isinstance(event, StreamEvent) and event.name == "body":
                current[event.direction] = current.get(event.direction, b"") + event.data
            elif event.name in ("request", "response", "end"):
                lines += [_hashes(body) for body in current.values()]
                current = {}
        lines += [_hashes(body) for body in current.values()]
    return lines


def _hashes(body: bytes) -> str:
    hashes = (hashlib.md5(body), hashlib.sha1(body), hashlib.sha256(body))
    return " ".join([str(len(body)), *(one.hexdigest() for one in hashes)])


FILES = r"^file #\d+, ([1-9]\d*), 0\n(?:(?!FILE_NEW).*\n)*?MD5: (\w+)\nSHA1: (\w+)\nSHA256: (\w+)$"


def payloads(flows: list[FlowResult]) -> Lines:
    """Sizes of what was published."""
    lines: Lines = []
    carried = b""
    for event in events(flows, "packet", "payload"):
        if isinstance(event, StreamEvent):
            carried += event.data
        elif int(event.type) == 3:
            lines.append(str(len(carried)))
            carried = b""
    return lines


def commands(flows: list[FlowResult]) -> Lines:
    return [f"{one.verb} {one.argument or ''}" for one in events(flows, "command")]


CASES = (
    Case("dns", "dns-caa", "caa__.stdout", found(r"^(\d+), (\w+), (\S+)$"), caa),
    Case("dns", "dns-svcb", "svcb__output", found(r"svc_priority=(\d+), target_name=([^,]+),"), service),
    Case("dns", "dns__ech", "ech__output", of_parameters, parameters),
    Case("dns", "dns__dynamic-update", "dynamic-update__out", found(HEADER + r".*\], ([^,]+), (\d+),"), updates),
    Case(
        "dns",
        "dns__naptr",
        "naptr__out",
        found(
            HEADER + r".*query=([^,]+),.*order=(\d+), preference=(\d+), flags=(\w*), service=([^,]*), regexp=([^,]*),"
            r" replacement=([^\]]+)"
        ),
        naptr,
    ),
    Case(
        "dns",
        "dnssec__dnskey2",
        "ad-cd__output",
        lambda text: found(r"is_orig, (.), QR, (.), AD, (.), CD, (.)")(text.partition("dnskey2.pcap")[2]),
        flags,
    ),
    Case("dns", "dnssec__nsec3", "nsec3__output", of_denials, denials),
    Case(
        "dns",
        "dnssec__nsec3param",
        "nsec3param__output",
        found(r"^NSEC3PARAM, \[query=([^,]+), .*nsec_hash_algo=(\d+), nsec_iter=(\d+), .*\], (\w+)$"),
        denial_parameters,
    ),
    Case("http", "http__content-length-in-request-body", "content-length-in-request-body__out", of_heads, heads),
    Case(
        "http",
        "http__ctu-62604-80",
        "ctu-agent-tesla__out",
        found(r"^http_header, ([\w-]+), [A-Z-]+, (.*), c\$http\$orig_mime_depth, 1$"),
        fields,
    ),
    Case("http", "http__pipelined-requests", "http.pipeline__out", found(FILES), files),
    Case("http", "http__post", "http.post__out", found(FILES), files),
    Case(
        "modbus",
        "modbus__modbusSmall",
        "coil_parsing_small__output",
        of_coils,
        coils,
    ),
    Case("mqtt", "mqtt", "mqtt-payload-cap-dynamic__out", found(r"^mqtt_publish, .*, \d+, (\d+)$"), payloads),
    *(
        Case("smtp", f"smtp__rfc3030-{capture}", f"{name}__out", found(r"^\w+, T, (\w+), (.*)$"), commands)
        for capture, name in (
            ("bdat-0-last", "bdat-0-last"),
            ("bdat-example1", "bdat"),
            ("bdat-multipart", "bdat-multipart"),
        )
    ),
    Case("tls", "tls__tls-conn-with-extensions", "handshake-events__.stdout", of_course, course),
    Case("tls", "tls__tls-conn-with-extensions", "comp_methods__.stdout", lambda text: text.splitlines(), methods),
    *(
        Case("tls", f"tls__{capture}", "tls13__.stdout", of_shares(capture), shares)
        for capture in (
            *("hrr", "tls13draft16-chrome55.0.2879.0-canary-aborted", "tls13draft16-chrome55.0.2879.0-canary"),
            "tls13draft16-ff52.a01",
        )
    ),
)
