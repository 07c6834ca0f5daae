"""The fields of tshark that the specs know as well, and what tshark said of them: `PROTOCOL/tshark_fields.json`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from support import ROOT, SHARED_DATA

Said = dict[int, dict[str, list[str]]]
"""Frame -> field -> its values."""

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "dns": (
        *("dns.id", "dns.flags.response", "dns.flags.opcode", "dns.flags.authoritative", "dns.flags.truncated"),
        *("dns.flags.recdesired", "dns.flags.recavail", "dns.flags.authenticated", "dns.flags.checkdisable"),
        *("dns.flags.rcode", "dns.count.queries", "dns.count.answers", "dns.count.auth_rr"),
        *("dns.count.add_rr", "dns.count.zones", "dns.count.prerequisites", "dns.count.updates"),
        *("dns.qry.name", "dns.qry.type", "dns.qry.class"),
        *("dns.resp.name", "dns.resp.type", "dns.resp.class", "dns.resp.ttl"),
        *("dns.rr.udp_payload_size", "dns.resp.ext_rcode", "dns.resp.edns0_version", "dns.resp.z", "dns.resp.z.do"),
        *("dns.a", "dns.aaaa", "dns.ns", "dns.cname", "dns.txt"),
        *("dns.mx.preference", "dns.mx.mail_exchange"),
        *("dns.soa.mname", "dns.soa.rname", "dns.soa.serial_number", "dns.soa.refresh_interval"),
        *("dns.soa.retry_interval", "dns.soa.expire_limit", "dns.soa.minimum_ttl"),
        *("dns.srv.priority", "dns.srv.weight", "dns.srv.port", "dns.srv.target"),
        *("dns.naptr.order", "dns.naptr.preference", "dns.naptr.flags", "dns.naptr.service"),
        *("dns.naptr.replacement", "dns.wks.address", "dns.wks.protocol", "dns.wks.bits"),
        *("dns.caa.flags.issuer_critical", "dns.caa.tag", "dns.caa.value"),
        *("dns.opt.code", "dns.opt.cookie.client", "dns.opt.cookie.server"),
        *("dns.sshfp.algorithm", "dns.sshfp.fingerprint.type", "dns.sshfp.fingerprint"),
        *("dns.rrsig.type_covered", "dns.rrsig.algorithm", "dns.rrsig.labels", "dns.rrsig.original_ttl"),
        *("dns.rrsig.signature_expiration", "dns.rrsig.signature_inception", "dns.rrsig.key_tag"),
        *("dns.rrsig.signers_name", "dns.rrsig.signature", "dns.nsec.next_domain_name"),
        *("dns.dnskey.flags", "dns.dnskey.protocol", "dns.dnskey.algorithm", "dns.dnskey.public_key"),
        *("dns.nsec3.algo", "dns.nsec3.flags.opt_out", "dns.nsec3.iterations", "dns.nsec3.salt_value"),
        "dns.nsec3.hash_value",
        *("dns.tsig.algorithm_name", "dns.tsig.time_signed", "dns.tsig.fudge", "dns.tsig.mac_size"),
        *("dns.tsig.original_id", "dns.tsig.error", "dns.tsig.other_len"),
        *("dns.svcb.svcpriority", "dns.svcb.targetname", "dns.svcb.svcparam.key"),
        *("dns.svcb.svcparam.alpn", "dns.svcb.svcparam.ipv4hint.ip"),
        *("dns.svcb.svcparam.ipv6hint.ip", "dns.svcb.svcparam.echconfig"),
    ),
}

FIELDS["mdns"] = (
    *("dns.id", "dns.flags.response", "dns.flags.opcode", "dns.flags.authoritative", "dns.flags.truncated"),
    *("dns.flags.recdesired", "dns.flags.recavail", "dns.flags.authenticated", "dns.flags.checkdisable"),
    *("dns.flags.rcode", "dns.count.queries", "dns.count.answers", "dns.count.auth_rr", "dns.count.add_rr"),
    *("dns.qry.name", "dns.qry.type", "dns.qry.class", "dns.qry.qu", "dns.resp.name", "dns.resp.type"),
    *("dns.resp.class", "dns.resp.cache_flush", "dns.resp.ttl", "dns.ptr.domain_name", "dns.nsec.next_domain_name"),
    *("dns.aaaa", "dns.hinfo.cpu", "dns.hinfo.os"),
)
FIELDS["tls"] = (
    *("tls.record.content_type", "tls.record.opaque_type", "tls.record.version", "tls.record.length"),
    *("tls.alert_message.level", "tls.alert_message.desc", "tls.handshake.type", "tls.handshake.length"),
    *("tls.handshake.version", "tls.handshake.random", "tls.handshake.session_id", "tls.handshake.ciphersuite"),
    *("tls.handshake.comp_method", "tls.handshake.extension.type", "tls.handshake.extensions_server_name_type"),
    *("tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str"),
    *("tls.handshake.extensions_supported_group", "tls.handshake.sig_hash_alg"),
    *("tls.handshake.extensions.supported_version", "tls.handshake.extensions_key_share_group"),
    *("tls.handshake.extensions_key_share_key_exchange", "tls.handshake.extensions_key_share_selected_group"),
    *("tls.handshake.extensions_ec_point_format", "tls.extension.psk_ke_mode", "tls.handshake.certificate"),
    *("tls.handshake.ja3_full", "tls.handshake.ja3s_full"),
)

FILTERS: Final = {"dns": "dns and not http2"}  # no spec ships for HTTP/2
PLACES: Final = {
    "dns": (
        *("dns/*.pcap*", "ftp/suricata-verify__filestore-ftp-active-mode__ftp-active-mode.pcap"),
        *("ftp/zeek__var-services-std-ports.pcap", "modbus/zeek__modbus__modbusSmall.pcap"),
        *("smtp/suricata-verify__bug-3616-smtp__input.pcap", "smtp/zeek__smtp.pcap"),
        "ssh/suricata-verify__bypass-ssh-enabled__input.pcap",
    ),
    "mdns": ("ftp/zeek__var-services-std-ports.pcap", "http/arkime__v6-http.pcap"),
    "tls": (  # no spec ships for FTP, IMAP, LDAP and POP3, behind whose STARTTLS there is more
        *("tls/*.pcap*", "dns/arkime__curl-enabled-tls13.pcap", "dns/zeek__raw_packets.pcap"),
        *("dns/suricata-verify__tls__tls13-draft18__tls13_draft18.pcap", "http/arkime__https-connect.pcap"),
        *("smtp/suricata-verify__smtp-startssl__input.pcap", "smtp/zeek__smtp.pcap"),
        "smtp/zeek__tls__smtp-starttls.pcap",
    ),
}
"""Which captures have the protocol: those of its own folder and some of others."""


LONGEST: Final = 600
"""Characters of a value; of a longer one the hash is kept."""


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def captures(protocol: str) -> list[Path]:
    """Those that are here."""
    return sorted(path for place in PLACES[protocol] for path in SHARED_DATA.glob(place))


def said(protocol: str) -> dict[str, Said]:
    """Capture -> what tshark said of its frames."""
    text = (ROOT / "tests" / "protocols" / protocol / "tshark_fields.json").read_text(encoding="utf-8")
    return {name: {int(number): entry for number, entry in frames.items()} for name, frames in json.loads(text).items()}
