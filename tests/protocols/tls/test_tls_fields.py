"""Every field of tshark's that `specs/tls.yaml` knows too, in every frame of the captures: records, hellos, certificates, alerts.

`peers/record_tshark.py` has written down what tshark says; `tshark_fields.json` is what it wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import dissect_all
from protocols.peers.tshark_fields import FIELDS, captures, said, shortened
from protocols.tls.field_differences import DIFFERENCES
from support import needs_data

SAID = said("tls")
CAPTURES = captures("tls")
ALGORITHMS = "tls.handshake.sig_hash_alg"  # tshark has them of signatures too, which the spec passes over

Told = dict[str, list[str]]


def tell(found: Told, event: Any) -> None:
    """One event in the fields of tshark."""
    if event.name == "record":
        found["tls.record.types"].append(str(int(event.type)))
        found["tls.record.version"].append(f"0x{int(event.version):04x}")
        found["tls.record.length"].append(str(event.length))
    elif event.name == "alert_message":
        found["tls.alert_message.level"].append(str(int(event.level)))
        found["tls.alert_message.desc"].append(str(int(event.description)))
    elif event.name == "handshake":
        found["tls.handshake.type"].append(str(int(event.type)))
        found["tls.handshake.length"].append(str(event.length))
        found["tls.handshake.certificate"] += [shortened(one.hex()) for one in event.certificates or ()]
        if int(event.type) in (1, 2):
            _hello(found, event)


def _hello(found: Told, event: Any) -> None:
    client = int(event.type) == 1
    version = event.version if client else event.legacy_version
    suites = event.cipher_suites if client else [event.cipher_suite]
    extensions = event.extensions or []
    found["tls.handshake.version"].append(f"0x{int(version):04x}")
    found["tls.handshake.random"].append(event.random.hex())
    found["tls.handshake.session_id"] += [event.session_id.hex()] if event.session_id else []
    found["tls.handshake.ciphersuite"] += [f"0x{int(suite):04x}" for suite in suites]
    methods = event.compression_methods if client else [event.compression_method]
    found["tls.handshake.comp_method"] += [str(method) for method in methods if method is not None]
    found["tls.handshake.extension.type"] += [str(int(one.type)) for one in extensions]
    for one in extensions:
        _extension(found, one)
    types = joined(one.type for one in extensions)
    if client:
        groups = joined(group for one in extensions for group in one.groups or ())
        formats = joined(form for one in extensions if int(one.type) == 11 for form in (one.data or b"")[1:])
        found["tls.handshake.ja3_full"].append(f"{int(version)},{joined(suites)},{types},{groups},{formats}")
    else:
        found["tls.handshake.ja3s_full"].append(f"{int(version)},{int(event.cipher_suite)},{types}")


def _extension(found: Told, one: Any) -> None:
    place = "tls.handshake.extensions"
    for entry in one.server_names or ():
        found[f"{place}_server_name_type"].append(str(entry.kind))
        found[f"{place}_server_name"].append(entry.name)
    found[f"{place}_alpn_str"] += one.protocols or []
    found[f"{place}_supported_group"] += [f"0x{int(group):04x}" for group in one.groups or ()]
    found[ALGORITHMS] += [f"0x{int(algorithm):04x}" for algorithm in one.algorithms or ()]
    found[f"{place}.supported_version"] += [f"0x{int(version):04x}" for version in one.versions or ()]
    for share in one.shares or ():
        if share.key is None:
            found[f"{place}_key_share_selected_group"].append(str(int(share.group)))
        else:
            found[f"{place}_key_share_group"].append(str(int(share.group)))
            found[f"{place}_key_share_key_exchange"].append(shortened(share.key.hex()))
    if int(one.type) == 11:
        found[f"{place}_ec_point_format"] += [str(form) for form in (one.data or b"")[1:]]
    if int(one.type) == 45:
        found["tls.extension.psk_ke_mode"] += [str(mode) for mode in (one.data or b"")[1:]]


def joined(numbers: Iterable[int]) -> str:
    """As JA3 has them: without those that GREASE (RFC 8701) has put between."""
    kept = (int(number) for number in numbers)
    return "-".join(str(one) for one in kept if not (one & 0x0F0F == 0x0A0A and one >> 8 == one & 0xFF))


def frames(path: Path) -> dict[int, Told]:
    """What ours says, by the frame that ends a record or message."""
    found: dict[int, Told] = {}
    for flow in dissect_all(path, ("http", "smtp", "tls")).values():
        for event, frame in zip(flow.events, flow.frames, strict=True):
            if event.name in ("record", "handshake", "alert_message"):
                tell(found.setdefault(frame, defaultdict(list)), event)
    for told in found.values():
        told["tls.record.types"].sort()
    return found


def theirs(path: Path) -> dict[int, Told]:
    """tshark has another field for the type of a record of TLS 1.3 that is enciphered."""
    found: dict[int, Told] = {}
    for frame, entry in SAID[path.name].items():
        types = [*entry.get("tls.record.content_type", ()), *entry.get("tls.record.opaque_type", ())]
        found[frame] = {**entry, "tls.record.types": sorted(types)}
    return found


def differences(path: Path) -> dict[tuple[int, str], tuple[list[str], list[str]]]:
    """Frame and field -> ours and theirs, where they are not the same."""
    mine, other = frames(path), theirs(path)
    fields = (*FIELDS["tls"], "tls.record.types")
    return {
        (frame, field): pair
        for frame in {*mine, *other}
        for field in fields
        if "_type" not in field or field.endswith("server_name_type")
        if field != ALGORITHMS or mine.get(frame, {}).get("tls.handshake.type") == ["1"]
        if (pair := (mine.get(frame, {}).get(field, []), other.get(frame, {}).get(field, [])))[0] != pair[1]
    }


@needs_data
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_the_fields_are_those_of_tshark(path: Path) -> None:
    found, silent = differences(path), set(theirs(path)) - set(frames(path))
    ours: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for (frame, field), (values, _) in found.items():
        ours[frame] |= {} if frame in silent else {field: values}
    assert ours == {frame: fields for (name, frame), (fields, _) in DIFFERENCES.items() if name == path.name}, found


def test_every_field_is_said_of_some_frame() -> None:
    entries = [entry for capture in SAID.values() for entry in capture.values()]
    assert {field for entry in entries for field in entry} == set(FIELDS["tls"])
    assert len(entries) > 520
    assert {name for name, _ in DIFFERENCES} <= set(SAID)
