"""What Arkime's own tests expect of its sessions, and ours in the same words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.captures import FlowResult
from protocols.peers.zeek import PEERS
from protocols.tls.test_tls_fields import joined
from support import SHARED_DATA, shipped

from dissgen_runtime import UP, StreamEvent

NAME = "arkime-expected.json"
Facts = dict[str, list[str]]
"""Field -> its values, sorted."""


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation: `client` as `address:port`, what is said of it, and the protocols that Arkime has seen."""

    client: str
    facts: Facts
    protocols: frozenset[str]


def captures() -> list[Path]:
    """Those of our protocols for which there are expectations."""
    found = [SHARED_DATA / path.parent.parent.name / path.parent.name for path in sorted(PEERS.glob(f"*/*/{NAME}"))]
    return [path for path in found if path.parent.name in ("dns", "http", "smtp", "tls")]


def sessions(capture: Path) -> Iterator[Session]:
    """The sessions of a capture that are of TCP or UDP."""
    document = json.loads((PEERS / capture.parent.name / capture.name / NAME).read_text(encoding="utf-8"))
    for entry in document["sessions3"]:
        body = entry["body"]
        host, port = body["source"]["ip"], body["source"]["port"]
        client = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if port:
            yield Session(
                client, {name: values for name, values in _facts(body).items() if values}, frozenset(body["protocol"])
            )


HTTP = (
    *("clientVersion", "serverVersion", "method", "statuscode", "uri", "path", "host", "useragent", "requestHeader"),
    *("responseHeader", "requestHeaderField", "requestHeaderValue", "responseHeaderField", "responseHeaderValue"),
    *("request-referer", "md5", "sha256", "requestBody"),
)
TLS = ("cipher", "version", "ja3", "ja3string", "ja3s", "ja3sstring", "srcSessionId", "dstSessionId")
MAIL = ("src", "dst", "smtpHello")


def _facts(body: dict[str, Any]) -> Facts:
    found = {f"http.{name}": texts(body.get("http", {}).get(name)) for name in HTTP}
    found |= {f"tls.{name}": texts(body.get("tls", {}).get(name)) for name in TLS}
    found |= {f"email.{name}": texts(body.get("email", {}).get(name)) for name in MAIL}
    found["cert.hash"] = sorted({cert["hash"] for cert in body.get("cert", ())})
    found["bytes"] = [f"{body['client']['bytes']} {body['server']['bytes']}"]
    found["dns"] = sorted(_question(one) for one in body.get("dns", ()))
    found["dns.answers"] = sorted(_answer(answer) for one in body.get("dns", ()) for answer in one.get("answers", ()))
    return found


def texts(values: Any) -> list[str]:
    return sorted(str(value) for value in values or ())


def _question(one: dict[str, Any]) -> str:
    flags = ",".join(one.get("headerFlags", ()))
    words = (one["queryHost"], one.get("qc"), one.get("qt"), one["opcode"], flags, one.get("status"))
    return " ".join(str(word or "-") for word in words)


def _answer(one: dict[str, Any]) -> str:
    value = one.get("ip") or one.get("nameserver") or one.get("caa") or "-"
    return f"{one['name']} {one['class']} {one['ttl']} {one['type']} {value}"


# -- Ours


def told(flow: FlowResult) -> Facts:
    """What ours says of a conversation, in the words of Arkime."""
    found: Facts = {"bytes": [" ".join(str(flow.summary["bytes"][side]["total"]) for side in ("up", "down"))]}
    names = {event.name for event in flow.events}
    if flow.protocol == "dns":
        found |= _dns(flow)
    if names & {"request", "response"} and flow.protocol == "http":
        found |= _http(flow)
    if "handshake" in names:
        found |= _tls(flow)
    if flow.protocol == "smtp":
        found |= _mail(flow)
    return {name: sorted(values) for name, values in found.items() if values}


def _named(enum: str, number: int) -> str:
    return next((member.name for member in getattr(shipped("dns"), enum) if int(member) == int(number)), str(number))


def host(name: str) -> str:
    return name.lower().encode("ascii").decode("idna") or "<root>"


def _dns(flow: FlowResult) -> Facts:
    """A row for each query with its response."""
    queries: dict[int, Any] = {}
    responses: dict[int, Any] = {}
    for event in flow.events:
        if event.name in ("query", "response"):
            (queries if event.name == "query" else responses)[event.id] = event
    found: Facts = {"dns": [], "dns.answers": []}
    for number in {*queries, *responses}:
        event = responses.get(number) or queries[number]
        question = event.questions[0]
        flags = (
            [name.upper() for name in ("aa", "ad", "cd", "ra", "rd", "tc") if getattr(event, name)] if event.qr else []
        )
        status = _named("Rcode", event.rcode) if event.qr else "-"
        words = (host(question.name), _named("Class", question.class_), _named("Type", question.type))
        found["dns"].append(" ".join([*words, _named("Opcode", event.opcode), ",".join(flags) or "-", status]))
        records = (*event.answers, *event.authorities, *event.additionals) if event.qr else ()
        found["dns.answers"] += [_record(record) for record in records if int(record.type) not in PASSED]
    return found


PASSED = (41, 46)  # OPT and RRSIG, which Arkime does not list


def _record(record: Any) -> str:
    kind = _named("Type", record.type)
    value = record.data if kind in ("A", "AAAA", "NS") else "-"
    if kind == "CAA":
        value = f"CAA {int(record.data.critical)} {record.data.tag} {record.data.value}"
    return f"{host(record.name)} {_named('Class', record.class_)} {record.ttl} {kind} {value}"


OWN = {"request": ("host", "user-agent", "referer"), "response": ()}
"""Fields of a head that Arkime has under names of their own."""


def _http(flow: FlowResult) -> Facts:
    found: dict[str, set[str]] = {f"http.{name}": set() for name in HTTP}
    lists: Facts = {f"http.{side}Header{part}": [] for side in ("request", "response") for part in ("Field", "Value")}
    for event in (*flow.of("request"), *flow.of("response")):
        fields = [(header.name.lower(), header.value) for header in event.headers]
        found[f"http.{event.name}Header"] |= {name for name, _ in fields}
        others = [(name, value) for name, value in fields if name not in OWN[event.name]]
        lists[f"http.{event.name}HeaderField"] += [name for name, _ in others]
        lists[f"http.{event.name}HeaderValue"] += [value.lower() for _, value in others]
        if event.name == "response":
            found["http.serverVersion"].add(event.version)
            found["http.statuscode"].add(str(event.status))
            continue
        head = dict(fields)
        found["http.clientVersion"].add(event.version)
        found["http.method"].add(event.method)
        found["http.uri"].add(head.get("host", "") + event.target)
        if event.method != "CONNECT" and "host" in head:
            found["http.path"].add(event.target.partition("?")[0])
        if "host" in head:
            found["http.host"] |= {head["host"], head["host"].partition(":")[0]}
        for field, name in (("useragent", "user-agent"), ("request-referer", "referer")):
            found[f"http.{field}"] |= {head[name]} if name in head else set()
    bodies = list(_bodies(flow))
    found["http.md5"] |= {hashlib.md5(body).hexdigest() for body, _ in bodies}
    found["http.sha256"] |= {hashlib.sha256(body).hexdigest() for body, _ in bodies}
    found["http.requestBody"] |= {body.decode() for body, direction in bodies if direction is UP}
    return {name: sorted(values) for name, values in found.items()} | lists


def _bodies(flow: FlowResult) -> Iterator[tuple[bytes, object]]:
    """What each message carries."""
    current: dict[object, bytearray] = {}
    for event in flow.events:
        if isinstance(event, StreamEvent) and event.name == "body":
            current.setdefault(event.direction, bytearray()).extend(event.data)
        elif event.name in ("request", "response") and event.direction in current:
            yield bytes(current.pop(event.direction)), event.direction
    yield from ((bytes(body), direction) for direction, body in current.items())


VERSIONS = {0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


def _tls(flow: FlowResult) -> Facts:
    found: dict[str, list[str]] = {}
    for event in flow.of("handshake"):
        types = joined(one.type for one in event.extensions or ()) if int(event.type) in (1, 2) else ""
        match int(event.type):
            case 1:
                exts = event.extensions or []
                groups = joined(group for one in exts for group in one.groups or ())
                formats = joined(form for one in exts if int(one.type) == 11 for form in (one.data or b"")[1:])
                text = f"{int(event.version)},{joined(event.cipher_suites)},{types},{groups},{formats}"
                found |= {"tls.ja3string": [text], "tls.ja3": [hashlib.md5(text.encode()).hexdigest()]}
                found["http.host"] = [event.server_name] if event.server_name else []
                found["tls.srcSessionId"] = [event.session_id.hex()] if event.session_id else []
            case 2:
                text = f"{int(event.legacy_version)},{int(event.cipher_suite)},{types}"
                found |= {"tls.ja3sstring": [text], "tls.ja3s": [hashlib.md5(text.encode()).hexdigest()]}
                found["tls.version"] = [VERSIONS[int(event.version)]]
                found["tls.cipher"] = [_suite(event.cipher_suite)]
                found["tls.dstSessionId"] = [event.session_id.hex()] if event.session_id else []
            case 11:
                hashes = {hashlib.sha1(one).hexdigest() for one in event.certificates}
                found["cert.hash"] = [bytes.fromhex(one).hex(":") for one in hashes]
    return found


def _suite(number: int) -> str:
    """`ECDHE_RSA_AES_128_GCM_SHA256` -> `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; those of TLS 1.3 have no WITH."""
    name = next(member.name for member in shipped("tls").Cipher if int(member) == int(number))
    return f"TLS_{name}" if name.startswith("AES") else f"TLS_{name.replace('_AES', '_WITH_AES')}"


def _mail(flow: FlowResult) -> Facts:
    found: dict[str, set[str]] = {f"email.{name}": set() for name in MAIL}
    for event in flow.of("command"):
        path = (event.argument or "").partition(":")[2].strip().partition(" ")[0].strip("<>").lower()
        if event.verb in ("HELO", "EHLO") and event.argument:
            found["email.smtpHello"].add(event.argument.lower())
        elif event.verb in ("MAIL", "RCPT"):
            found["email.src" if event.verb == "MAIL" else "email.dst"].add(path)
    return {name: sorted(values) for name, values in found.items()}
