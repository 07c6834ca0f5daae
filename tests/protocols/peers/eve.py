"""Our events as records of EVE, Suricata's log: the values that the specs know, under Suricata's names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

from protocols.captures import FlowResult
from protocols.peers.suricata import Record
from support import shipped

from dissgen_runtime import DOWN, UP, StreamEvent


def named(protocol: str, enum: str, number: int) -> str:
    """The name of a number; the number where it has none."""
    members = {int(member): member.name for member in getattr(shipped(protocol), enum)}
    return members.get(int(number), str(int(number)))


def ends(flow: FlowResult, direction: object = UP) -> dict[str, Any]:
    source, target = (flow.client, flow.server) if direction is UP else (flow.server, flow.client)
    found: dict[str, Any] = {}
    for name, end in (("src", source), ("dest", target)):
        host, _, port = end.rpartition(":")
        found |= {f"{name}_ip": host.strip("[]"), f"{name}_port": int(port)}
    return found


def numbered(prefix: str, values: Iterable[object]) -> dict[str, Any]:
    return {f"{prefix}[{at}]": value for at, value in enumerate(values)}


# -- DNS


def dns(flow: FlowResult) -> list[Record]:
    return [_message(flow, event) for event in flow.events if event.name in ("query", "response")]


def _message(flow: FlowResult, event: Any) -> Record:
    bits = (event.qr, event.aa, event.tc, event.rd, event.ra)
    flags = sum(bit << at for bit, at in zip(bits, (15, 10, 9, 8, 7), strict=True))
    found: dict[str, Any] = {
        **ends(flow, event.direction),
        "dns.type": "response" if event.qr else "request",
        "dns.id": event.id,
        "dns.opcode": int(event.opcode),
        "dns.qr": event.qr,
        "dns.rd": event.rd,
        "dns.ra": event.ra,
        "dns.rcode": named("dns", "Rcode", event.rcode),
        "dns.flags": f"{flags | int(event.opcode) << 11 | event.ad << 5 | event.cd << 4 | int(event.rcode):x}",
    }
    for at, question in enumerate(event.questions):
        found[f"dns.queries[{at}].rrname"] = question.name
        found[f"dns.queries[{at}].rrtype"] = named("dns", "Type", question.type)
    for section in ("answers", "authorities"):
        for at, record in enumerate(getattr(event, section)):
            found |= {f"dns.{section}[{at}].{name}": value for name, value in _record(record).items()}
    groups: dict[str, list[object]] = {}
    for record in event.answers:
        groups.setdefault(named("dns", "Type", record.type), []).append(_record(record).get("rdata"))
    for name, values in groups.items():
        found |= numbered(f"dns.grouped.{name}", values)
    return found


def _record(record: Any) -> dict[str, Any]:
    data = record.data
    found = {"rrname": record.name, "rrtype": named("dns", "Type", record.type), "ttl": record.ttl}
    match int(record.type):
        case 1 | 2 | 5 | 12 | 28:
            found["rdata"] = data
        case 6:
            found |= {f"soa.{name}": getattr(data, name) for name in ("mname", "rname", "serial", "refresh", "retry")}
            found |= {"soa.expire": data.expire, "soa.minimum": data.minimum}
        case 16:
            found["rdata"] = "".join(data)
        case 33:
            found |= {f"srv.{name}": getattr(data, name) for name in ("priority", "weight", "port")}
            found["srv.name"] = data.target
        case 44:
            found |= {"sshfp.algo": data.algorithm, "sshfp.fingerprint": bytes.fromhex(data.fingerprint).hex(":")}
    return found


# -- HTTP


def http(flow: FlowResult) -> list[Record]:
    """A record for each request with its final response."""
    found: list[dict[str, Any]] = []
    answered = 0
    for event in flow.events:
        if event.name == "request":
            host = next((item.value for item in event.headers if item.name.lower() == "host"), "")
            found.append(
                {
                    "http.http_method": event.method,
                    "http.url": event.target,
                    "http.hostname": re.sub(":[0-9]+$", "", host),
                }
            )
            found[-1] |= {**ends(flow), "http.protocol": f"HTTP/{event.version}"}
        elif event.name == "response" and event.status >= 200:
            if answered == len(found):
                found.append({**ends(flow), "http.protocol": f"HTTP/{event.version}"})
            found[answered]["http.status"] = event.status
            answered += 1
    return list(found)


# -- Modbus

FUNCTIONS = {1: "RdCoils", 15: "WrMultCoils"}


def modbus(flow: FlowResult) -> list[Record]:
    return [
        {**ends(flow), "modbus.request.function_code": FUNCTIONS.get(int(event.function))}
        for event in flow.of("request")
    ]


# -- MQTT


def mqtt(flow: FlowResult) -> list[Record]:
    """A record for each packet, its values under the name of its type."""
    found: list[Record] = []
    carried: dict[object, bytes] = {}
    for event in flow.events:
        if isinstance(event, StreamEvent):
            carried[event.direction] = carried.get(event.direction, b"") + event.data
        elif event.name == "packet":
            kind = named("mqtt", "Type", event.type).lower()
            values = {"dup": event.flags & 8 != 0, "qos": event.flags >> 1 & 3, "retain": event.flags & 1 != 0}
            values |= _packet(kind, event, carried.pop(event.direction, b""))
            found.append(
                {**ends(flow, event.direction), **{f"mqtt.{kind}.{name}": value for name, value in values.items()}}
            )
    return found


def _packet(kind: str, event: Any, payload: bytes) -> dict[str, Any]:
    found = _properties("properties", event.properties)
    if event.packet_id is not None:
        found["message_id"] = event.packet_id
    match kind:
        case "connect":
            return found | _connect(event)
        case "connack":
            code = event.reason if event.reason is not None else event.return_code
            return found | {"session_present": event.session_present, "return_code": int(code)}
        case "publish":
            return found | {"topic": event.topic, "message": payload.decode()}
        case "subscribe":
            return found | {"topics": [{"topic": one.topic, "qos": one.qos} for one in event.subscriptions]}
        case "suback":
            return found | {"qos_granted": [int(reason) for reason in event.reasons]}
        case "unsubscribe":
            return found | {"topics": list(event.topics)}
        case "puback" | "pubrec" | "pubrel" | "pubcomp" | "disconnect":
            return found | {"reason_code": int(event.reason or 0)}
    return found


def _connect(event: Any) -> dict[str, Any]:
    found = {
        "protocol_string": event.protocol_name,
        "protocol_version": event.protocol_version,
        "flags.username": event.user_name_flag,
        "flags.password": event.password_flag,
        "flags.will": event.will_flag,
        "flags.will_retain": event.will_retain,
        "flags.clean_session": event.clean_start,
        "client_id": event.client_id,
        "username": event.user_name,
        "password": None if event.password is None else event.password.decode(),
    }
    if event.will is not None:
        found |= {"will.topic": event.will.topic, "will.message": event.will.payload.decode()}
        found |= _properties("will.properties", event.will.properties)
    return found


def _properties(prefix: str, properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in properties or ():
        name = item.name if item.name is not None else named("mqtt", "PropertyEnum", item.id).lower()
        value = item.value if item.value is not None else item.text
        found[f"{prefix}.{name}"] = item.data.decode() if item.data is not None else value
    return found


# -- SMTP


def smtp(flow: FlowResult) -> list[Record]:
    """A record for each mail transaction."""
    found: list[dict[str, Any]] = []
    current: dict[str, Any] | None = None
    helo: str | None = None
    receivers = 0
    for event in flow.events:
        if event.name == "command":
            if event.verb in ("HELO", "EHLO"):
                helo, current = event.argument, None
            elif event.verb == "MAIL" and current is None:
                current = {**ends(flow), "smtp.helo": helo, "smtp.mail_from": _path(event.argument)}
                found.append(current)
                receivers = 0
            elif event.verb == "RCPT" and current is not None:
                current[f"smtp.rcpt_to[{receivers}]"] = _path(event.argument)
                receivers += 1
            elif event.verb == "RSET":
                current = None
        elif event.name == "response" and event.command in (".", "BDAT"):
            current = None
    return list(found)


def _path(argument: str | None) -> str:
    words = (argument or "").partition(":")[2].split()
    return words[0] if words else ""


# -- TLS


def tls(flow: FlowResult) -> list[Record]:
    """One record: the hellos and the server's certificate."""
    found: dict[str, Any] = {}
    for event in flow.of("handshake"):
        match int(event.type):
            case 1 if "tls.ja3.string" not in found:
                found |= {**numbered("tls.client_alpns", event.alpn or ()), **_fingerprint(event)}
                if event.server_name is not None:
                    found["tls.sni"] = event.server_name
            case 2:
                found |= {**numbered("tls.server_alpns", event.alpn or ()), "tls.version": _version(event)}
            case 11 if event.direction is DOWN:
                found["tls.fingerprint"] = hashlib.sha1(event.certificates[0]).hexdigest()
                found["tls.fingerprint"] = bytes.fromhex(found["tls.fingerprint"]).hex(":")
    return [{**ends(flow), **found}] if found else []


def _version(hello: Any) -> str:
    """Drafts before 16 had the number of TLS 1.3 where the others say TLS 1.2."""
    number = 0x7F00 if hello.legacy_version == 0x0304 else int(hello.version)
    if number >> 8 == 0x7F:
        draft = number & 0xFF
        return f"TLS 1.3 draft-{draft}" if draft >= 16 else "TLS 1.3 draft-<16"
    return {0x0301: "TLSv1", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}.get(number, hex(number))


def _fingerprint(event: Any) -> dict[str, str]:
    """JA3: the numbers of the client's hello, without those that GREASE (RFC 8701) has put between."""

    def joined(values: Iterable[Any]) -> str:
        return "-".join(
            str(int(value)) for value in values if not (value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF)
        )

    extensions = event.extensions or ()
    groups = (group for one in extensions for group in one.groups or ())
    formats = (octet for one in extensions if one.type == 11 for octet in (one.data or b"")[1:])
    parts = (joined(event.cipher_suites), joined(one.type for one in extensions), joined(groups), joined(formats))
    text = ",".join((str(int(event.version)), *parts))
    return {"tls.ja3.string": text, "tls.ja3.hash": hashlib.md5(text.encode()).hexdigest()}


RECORDS: dict[str, Callable[[FlowResult], list[Record]]] = {
    "dns": dns,
    "http": http,
    "modbus": modbus,
    "mqtt": mqtt,
    "smtp": smtp,
    "tls": tls,
}
