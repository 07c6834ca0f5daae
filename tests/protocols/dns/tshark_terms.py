"""A message of `specs/dns.yaml` or `specs/mdns.yaml` in the fields of tshark."""

from __future__ import annotations

import base64
from collections import defaultdict
from datetime import datetime
from typing import Any

Told = dict[str, list[str]]


def name(text: str) -> str:
    return text or "<Root>"


def moment(time: str) -> str:
    found = datetime.fromisoformat(time)
    return f"{found:%b} {found.day:2}, {found:%Y %H:%M:%S}.000000000 UTC"


def message(event: Any) -> Told:
    """One message in the fields of tshark."""
    found: Told = defaultdict(list)
    update = int(event.opcode) == 5  # its sections have other names (RFC 2136, section 2.2)
    sections = ("questions", "answers", "authorities", "additionals")
    counts = ("zones", "prerequisites", "updates", "add_rr") if update else ("queries", "answers", "auth_rr", "add_rr")
    found |= {
        f"dns.count.{count}": [str(len(getattr(event, one)))] for one, count in zip(sections, counts, strict=True)
    }
    found |= {
        "dns.id": [f"0x{event.id:04x}"],
        "dns.flags.opcode": [str(int(event.opcode))],
        "dns.flags.response": [str(int(event.qr))],
        "dns.flags.truncated": [str(int(event.tc))],
        "dns.flags.recdesired": [str(int(event.rd))],
        "dns.flags.authenticated": [str(int(event.ad))],
        "dns.flags.checkdisable": [str(int(event.cd))],
    }
    if event.qr:
        found |= {
            "dns.flags.authoritative": [str(int(event.aa))],
            "dns.flags.recavail": [str(int(event.ra))],
            "dns.flags.rcode": [str(int(event.rcode))],
        }
    for question in event.questions:
        found["dns.qry.name"].append(name(question.name))
        found["dns.qry.type"].append(str(int(question.type)))
        if hasattr(question, "unicast_response"):
            found["dns.qry.qu"].append(str(int(question.unicast_response)))
        found["dns.qry.class"].append(f"0x{int(question.class_):04x}")
    for record in (*event.answers, *event.authorities, *event.additionals):
        _record(found, record)
    return found


def _record(found: Told, record: Any) -> None:
    kind = int(record.type)
    found["dns.resp.name"].append(name(record.name))
    found["dns.resp.type"].append(str(kind))
    if kind == 41:
        found["dns.rr.udp_payload_size"].append(str(int(record.class_)))
        found["dns.resp.ext_rcode"].append(f"0x{record.ttl >> 24:02x}")
        found["dns.resp.edns0_version"].append(str(record.ttl >> 16 & 0xFF))
        found["dns.resp.z"].append(f"0x{record.ttl & 0xFFFF:04x}")
        found["dns.resp.z.do"].append(str(record.ttl >> 15 & 1))
    else:
        found["dns.resp.class"].append(f"0x{int(record.class_):04x}")
        found["dns.resp.ttl"].append(str(record.ttl))
        if hasattr(record, "cache_flush"):
            found["dns.resp.cache_flush"].append(str(int(record.cache_flush)))
    if record.data is not None:
        for field, value in _data(kind, record.data):
            found[f"dns.{field}"].append(value)


def _data(kind: int, data: Any) -> list[tuple[str, str]]:
    match kind:
        case 1 | 28 | 2 | 5 | 12:
            return [({1: "a", 28: "aaaa", 2: "ns", 5: "cname", 12: "ptr.domain_name"}[kind], data)]
        case 16:
            return [("txt", text) for text in data]
        case 13:
            return [("hinfo.cpu", data.cpu), ("hinfo.os", data.os)]
        case 15:
            return [("mx.preference", str(data.preference)), ("mx.mail_exchange", data.exchange)]
        case 6:
            return [(f"soa.{theirs}", str(getattr(data, ours))) for ours, theirs in SOA.items()]
        case 33:
            return [(f"srv.{one}", str(getattr(data, one))) for one in ("priority", "weight", "port", "target")]
        case 35:
            return [(f"naptr.{theirs}", str(getattr(data, ours))) for ours, theirs in NAPTR.items()]
        case 11:
            return _services(data)
        case 257:
            return [
                ("caa.flags.issuer_critical", str(int(data.critical))),
                ("caa.tag", data.tag),
                ("caa.value", data.value),
            ]
        case 41:
            return [pair for option in data for pair in _option(option)]
        case 64 | 65:
            return _binding(data)
        case _:
            return _secured(kind, data)


SOA = {
    "mname": "mname",
    "rname": "rname",
    "serial": "serial_number",
    "refresh": "refresh_interval",
    "retry": "retry_interval",
    "expire": "expire_limit",
    "minimum": "minimum_ttl",
}
NAPTR = {
    "order": "order",
    "preference": "preference",
    "flags": "flags",
    "services": "service",
    "replacement": "replacement",
}


def _services(data: Any) -> list[tuple[str, str]]:
    """tshark has the octets of the bit map that are not 0."""
    octets: dict[int, int] = defaultdict(int)
    for port in data.ports:
        octets[port // 8] |= 0x80 >> port % 8
    bits = [("wks.bits", f"0x{octets[at]:02x}") for at in sorted(octets)]
    return [("wks.address", data.address), ("wks.protocol", str(data.protocol)), *bits]


def _option(option: Any) -> list[tuple[str, str]]:
    found = [("opt.code", str(int(option.code)))]
    if int(option.code) == 10:
        found.append(("opt.cookie.client", option.value.client_cookie))
        found.append(("opt.cookie.server", option.value.server_cookie or "<MISSING>"))
    return found


def _binding(data: Any) -> list[tuple[str, str]]:
    found = [("svcb.svcpriority", str(data.priority)), ("svcb.targetname", name(data.target))]
    for parameter in data.parameters:
        found.append(("svcb.svcparam.key", str(int(parameter.key))))
        match int(parameter.key):
            case 1:
                found += [("svcb.svcparam.alpn", one) for one in parameter.value]
            case 4 | 6:
                found += [(f"svcb.svcparam.ipv{parameter.key:d}hint.ip", one) for one in parameter.value]
            case 5:
                found.append(("svcb.svcparam.echconfig", parameter.value.hex()))
    return found


def _secured(kind: int, data: Any) -> list[tuple[str, str]]:
    """The records of DNSSEC, SSHFP and TSIG."""
    match kind:
        case 44:
            pairs = {"algorithm": data.algorithm, "fingerprint.type": data.kind, "fingerprint": data.fingerprint}
            return [(f"sshfp.{field}", str(value)) for field, value in pairs.items()]
        case 46:
            return [(f"rrsig.{field}", value) for field, value in _signature(data).items()]
        case 47:
            return [("nsec.next_domain_name", name(data.next)), *_types(data.types)]
        case 48:
            pairs = {"protocol": data.protocol, "algorithm": data.algorithm, "public_key": data.key.hex()}
            return [
                ("dnskey.flags", f"0x{data.flags:04x}"),
                *((f"dnskey.{one}", str(value)) for one, value in pairs.items()),
            ]
        case 50 | 51:
            pairs = {"algo": data.hash_algorithm, "iterations": data.iterations, "salt_value": data.salt}
            found = [(f"nsec3.{field}", str(value)) for field, value in pairs.items()]
            if kind == 51:
                return found
            text = base64.b32hexencode(data.next).decode().lower()
            return [
                *found,
                ("nsec3.flags.opt_out", str(int(data.opt_out))),
                ("nsec3.hash_value", text),
                *_types(data.types),
            ]
        case 250:
            return [(f"tsig.{field}", value) for field, value in _transaction(data).items()]
        case _:
            return []


def _types(windows: list[list[int]]) -> list[tuple[str, str]]:
    """The types that there are; tshark gives them the field of a record's own."""
    return [("resp.type", str(kind)) for window in windows for kind in window]


def _signature(data: Any) -> dict[str, str]:
    return {
        "type_covered": str(int(data.type_covered)),
        "algorithm": str(data.algorithm),
        "labels": str(data.label_count),
        "original_ttl": str(data.original_ttl),
        "signature_expiration": moment(data.expiration),
        "signature_inception": moment(data.inception),
        "key_tag": str(data.key_tag),
        "signers_name": name(data.signer),
        "signature": data.signature.hex(),
    }


def _transaction(data: Any) -> dict[str, str]:
    return {
        "algorithm_name": data.algorithm,
        "time_signed": moment(data.time_signed),
        "fudge": str(data.fudge),
        "mac_size": str(len(data.mac) // 2),
        "original_id": str(data.original_id),
        "error": str(data.extended_rcode),
        "other_len": str(len(data.other)),
    }
