"""What our events say, in the columns of Zeek's logs. Only the columns that the protocol's spec knows are there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

from protocols.captures import FlowResult
from protocols.zeek.logs import Row
from protocols.zeek.names import CIPHERS, VERSIONS

from dissgen_runtime import DOWN, UP, StreamEvent


def letter(value: object) -> str:
    return "T" if value else "F"


def joined(values: Iterable[object] | None) -> str:
    return ",".join(str(value) for value in values or ())


# -- DNS

TYPES = {
    1: "A",
    28: "AAAA",
    2: "NS",
    5: "CNAME",
    12: "PTR",
    6: "SOA",
    15: "MX",
    33: "SRV",
    16: "TXT",
    99: "SPF",
    46: "RRSIG",
    48: "DNSKEY",
    43: "DS",
    47: "NSEC",
    50: "NSEC3",
    51: "NSEC3PARAM",
    35: "NAPTR",
}


def answer(record: Any) -> str:
    """A record in Zeek's words; '' where Zeek does not list the type."""
    data = record.data
    if data is None:
        return ""
    match TYPES.get(int(record.type), ""):
        case "A" | "AAAA" | "NS" | "CNAME" | "PTR":
            return str(data)
        case "SOA":
            return str(data.mname)
        case "MX":
            return str(data.exchange)
        case "SRV":
            return str(data.target)
        case "TXT" | "SPF":
            return " ".join(f"{TYPES[int(record.type)]} {len(text)} {text}" for text in data)
        case "RRSIG":
            return f"RRSIG {int(data.type_covered)} {data.signer}"
        case "DNSKEY":
            return f"DNSKEY {data.algorithm}"
        case "DS":
            return f"DS {data.algorithm} {data.digest_type}"
        case "NSEC":
            return f"NSEC {record.name} {data.next}"
        case "NSEC3" | "NSEC3PARAM":
            return TYPES[int(record.type)]
        case "NAPTR":
            parts = (data.order, data.preference, data.flags, data.services, data.regexp, data.replacement)
            return " ".join(["NAPTR", *(str(part) for part in parts if part != "")])
    return ""


UNSET = dict.fromkeys(("RD", "TC", "AA", "RA", "rejected"), "F")


def listed(records: Iterable[Any]) -> str:
    """As Zeek does it: each text once."""
    return joined({text.lower() for text in map(answer, records) if text})


def dns(flow: FlowResult) -> list[Row]:
    """A row for each query with its response, and for each response without one."""
    found: list[Row] = []
    waiting: dict[int, Row] = {}
    for event in flow.events:
        if event.name not in ("query", "response"):
            continue
        if event.name == "query" or event.id not in waiting:
            found.append({"trans_id": str(event.id), "opcode": str(int(event.opcode)), **UNSET})
            waiting[event.id] = found[-1]
        row = waiting[event.id]
        if event.questions and "query" not in row:
            question = event.questions[0]
            row |= {"query": question.name.lower(), "original_query": question.name}
            row |= {"qclass": str(int(question.class_)), "qtype": str(int(question.type))}
        if event.name == "query":
            row |= {"RD": letter(event.rd), "TC": letter(event.tc)}
        else:
            _respond(row, event)
            del waiting[event.id]
    return found


def _respond(row: Row, event: Any) -> None:
    texts = [(answer(record), record.ttl) for record in event.answers]
    row |= {
        "rcode": str(int(event.rcode)),
        "AA": letter(event.aa),
        "RA": letter(event.ra),
        "answers": joined(text for text, _ in texts if text),
        "TTLs": joined(f"{ttl:.6f}" for text, ttl in texts if text),
        "rejected": letter(event.rcode != 0 and not event.answers and not event.authorities),
        "auth": listed(event.authorities),
        "addl": listed(event.additionals),
    }


# -- HTTP


def http(flow: FlowResult) -> list[Row]:
    """A row for each request, with the final response to it."""
    found: list[Row] = []
    answered = 0
    now: dict[object, tuple[Row, str]] = {}
    for event in flow.events:
        if isinstance(event, StreamEvent):
            if event.direction in now and event.name == "body":
                row, column = now[event.direction]
                row[column] = str(int(row[column]) + len(event.data))
        elif event.name == "request":
            found.append({**_request(event), "trans_depth": str(len(found) + 1)})
            now[UP] = found[-1], "request_body_len"
        elif event.name == "response":
            if answered == len(found):
                found.append({"trans_depth": str(answered + 1), "request_body_len": "0"})
            row = found[answered]
            if event.status < 200:
                row |= {"info_code": str(event.status), "info_msg": event.reason}
                now.pop(DOWN, None)
                continue
            answered += 1
            row |= {"status_code": str(event.status), "status_msg": event.reason, "response_body_len": "0"}
            row["version"] = event.version
            now[DOWN] = row, "response_body_len"
    return found


def _request(event: Any) -> Row:
    def header(name: str) -> str:
        return str(next((item.value for item in event.headers if item.name.lower() == name), ""))

    return {
        "method": event.method,
        "uri": event.target,
        "version": event.version,
        "host": header("host"),
        "referrer": header("referer"),
        "user_agent": header("user-agent"),
        "origin": header("origin"),
        "request_body_len": "0",
    }


# -- SMTP


def smtp(flow: FlowResult) -> list[Row]:
    """A row for each mail transaction."""
    found: list[Row] = []
    row: Row = {}
    helo = ""

    def opened() -> Row:
        if not row:
            found.append(row)
            row.update({"trans_depth": str(len(found)), "helo": helo, "mailfrom": "", "rcptto": "", "tls": "F"})
        return row

    for event in flow.events:
        if event.name == "command":
            argument = event.argument or ""
            inside = re.search(r"<(.*?)>", argument)
            path = inside[1] if inside else argument.partition(":")[2].strip()
            if event.verb in ("EHLO", "HELO"):
                helo = argument
                opened()["helo"] = argument
            elif event.verb == "MAIL":
                if row.get("last_reply", "").startswith("250") and row.get("_ended"):
                    row = {}
                opened()["mailfrom"] = path
            elif event.verb == "RCPT":
                opened()["rcptto"] = ",".join(filter(None, [row["rcptto"], path]))
        elif event.name == "response" and event.command is not None:
            if event.command == "QUIT" and row:
                continue
            opened()["last_reply"] = f"{event.code} {event.lines[-1].text}"
            if event.command in (".", "BDAT"):
                row["_ended"] = "yes"
            if event.command == "STARTTLS" and event.code == 220:
                row["tls"] = "T"
    for entry in found:
        entry.pop("_ended", None)
    return found


# -- TLS

ALERTS = {0: "close_notify", 40: "handshake_failure", 48: "unknown_ca", 70: "protocol_version"}


def ssl(flow: FlowResult) -> list[Row]:
    """One row: the handshake."""
    row: Row = {}
    for event in flow.events:
        if event.name == "handshake":
            match int(event.type):
                case 1:
                    row |= _client(event)
                case 2:
                    row |= _server(event)
                case 11:
                    column = "client_cert_chain_fps" if event.direction is UP else "cert_chain_fps"
                    row[column] = joined(hashlib.sha256(data).hexdigest() for data in event.certificates)
        elif event.name == "alert_message":
            row["last_alert"] = ALERTS.get(int(event.description), "")
    return [row] if row else []


def _all(event: Any, name: str) -> list[Any]:
    found = [getattr(item, name) for item in event.extensions or () if getattr(item, name, None) is not None]
    return list(found[0]) if found else []


def _raw(event: Any, kind: int) -> bytes:
    return next((item.data or b"" for item in event.extensions or () if item.type == kind), b"")


def _client(event: Any) -> Row:
    algorithms = _all(event, "algorithms")
    return {
        "server_name": event.server_name or "",
        "client_version": str(int(event.version)),
        "client_ciphers": joined(int(suite) for suite in event.cipher_suites),
        "client_comp_methods": joined(event.compression_methods),
        "ssl_client_exts": joined(int(item.type) for item in event.extensions or ()),
        "orig_alpn": joined(_all(event, "protocols")),
        "client_supported_versions": joined(int(version) for version in _all(event, "versions")),
        "client_curves": joined(int(group) for group in _all(event, "groups")),
        "client_key_share_groups": joined(int(share.group) for share in _all(event, "shares")),
        "point_formats": joined(_raw(event, 11)[1:]),
        "psk_key_exchange_modes": joined(_raw(event, 45)[1:]),
        "sigalgs": joined(algorithm & 0xFF for algorithm in algorithms),
        "hashalgs": joined(algorithm >> 8 for algorithm in algorithms),
    }


def _server(event: Any) -> Row:
    shares = _all(event, "shares")
    return {
        "version": VERSIONS.get(int(event.version), str(event.version)),
        "cipher": CIPHERS.get(int(event.cipher_suite), f"unknown-{event.cipher_suite}"),
        "next_protocol": joined(_all(event, "protocols")),
        "server_version": str(int(event.legacy_version)),
        "ssl_server_exts": joined(int(item.type) for item in event.extensions or ()),
        "server_supported_version": joined(int(version) for version in _all(event, "versions")),
        "server_key_share_group": joined(int(share.group) for share in shares),
    }


# -- MQTT

_QOS = ("at most once", "at least once", "exactly once")


def mqtt_connect(flow: FlowResult) -> list[Row]:
    found: list[Row] = []
    for event in flow.of("packet"):
        if event.type == 1:
            will = event.will
            found.append(
                {
                    "proto_name": event.protocol_name,
                    "proto_version": {3: "3.1", 4: "3.1.1", 5: "5.0"}[event.protocol_version],
                    "client_id": event.client_id,
                    "will_topic": will.topic if will else "",
                    "will_payload": will.payload.decode() if will else "",
                }
            )
        elif event.type == 2 and found:
            found[-1]["connect_status"] = {0: "Connection Accepted"}.get(event.return_code, str(event.return_code))
    return found


def mqtt_publish(flow: FlowResult) -> list[Row]:
    """In the order of their ends, with what they carried."""
    found: list[Row] = []
    carried: dict[object, bytes] = {}
    for event in flow.events:
        if isinstance(event, StreamEvent):
            carried[event.direction] = carried.get(event.direction, b"") + event.data
        elif event.name == "packet" and event.type == 3:
            payload = carried.pop(event.direction, b"")
            found.append(
                {
                    "from_client": letter(event.direction is UP),
                    "retain": letter(event.retain),
                    "qos": _QOS[event.qos],
                    "topic": event.topic,
                    "payload": payload.decode(),
                    "payload_len": str(len(payload)),
                }
            )
    return found


def mqtt_subscribe(flow: FlowResult) -> list[Row]:
    found: list[Row] = []
    waiting: dict[int, Row] = {}
    for event in flow.of("packet"):
        if event.type == 8:
            row = {
                "action": "MQTT::SUBSCRIBE",
                "topics": joined(item.topic for item in event.subscriptions),
                "qos_levels": joined(item.qos for item in event.subscriptions),
                "ack": "F",
            }
            found.append(row)
            waiting[event.packet_id] = row
        elif event.type == 9 and event.packet_id in waiting:
            waiting[event.packet_id] |= {"granted_qos_level": joined(map(int, event.reasons)), "ack": "T"}
    return found


VIEWS: dict[str, Callable[[FlowResult], list[Row]]] = {
    "dns": dns,
    "http": http,
    "smtp": smtp,
    "ssl": ssl,
    "mqtt_connect": mqtt_connect,
    "mqtt_publish": mqtt_publish,
    "mqtt_subscribe": mqtt_subscribe,
}

COLUMNS: dict[str, tuple[str, ...]] = {
    "dns": (
        *("trans_id", "opcode", "query", "original_query", "qclass", "qtype", "rcode", "AA", "TC", "RD", "RA"),
        *("answers", "TTLs", "rejected", "auth", "addl"),
    ),
    "http": (
        *("trans_depth", "method", "host", "uri", "referrer", "version", "user_agent", "origin", "request_body_len"),
        *("response_body_len", "status_code", "status_msg", "info_code", "info_msg"),
    ),
    "smtp": ("trans_depth", "helo", "mailfrom", "rcptto", "last_reply", "tls"),
    "ssl": (
        *("version", "cipher", "server_name", "last_alert", "next_protocol", "cert_chain_fps", "client_cert_chain_fps"),
        *("server_version", "client_version", "client_ciphers", "ssl_client_exts", "ssl_server_exts", "point_formats"),
        *("client_curves", "orig_alpn", "client_supported_versions", "server_supported_version"),
        *("psk_key_exchange_modes", "client_key_share_groups", "server_key_share_group", "client_comp_methods"),
        *("sigalgs", "hashalgs"),
    ),
    "mqtt_connect": ("proto_name", "proto_version", "client_id", "connect_status", "will_topic", "will_payload"),
    "mqtt_publish": ("from_client", "retain", "qos", "topic", "payload", "payload_len"),
    "mqtt_subscribe": ("action", "topics", "qos_levels", "granted_qos_level", "ack"),
}
"""The columns that are compared. The others are Zeek's alone (times, its identifiers, names of numbers, files, states)."""

SETS = {"rcptto", "auth", "addl"}
"""Columns that Zeek writes in the order of a hash."""

FOLDED = {"answers"}
"""Columns that Zeek writes in small letters."""
