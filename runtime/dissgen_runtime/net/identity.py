"""Names of flows that other tools know: Community ID, and identifiers in the manner of Zeek and Suricata."""

from __future__ import annotations

import base64
import hashlib

from dissgen_runtime.net.decapsulate import TCP, UDP
from dissgen_runtime.net.flows import Flow

PROTOCOLS = {"tcp": TCP, "udp": UDP}
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
UID_BITS = 96  # as Zeek's, which are drawn at random


def community_id(flow: Flow, seed: int = 0) -> str:
    """Community ID version 1: the same for both directions, and in every tool that has the same seed.

    Source: github.com/corelight/community-id-spec, version 1.
    """
    size = (len(flow.key) - 4) // 2
    first, second = flow.key[:size], flow.key[size : 2 * size]
    first_port, second_port = flow.key[-4:-2], flow.key[-2:]
    if (second, second_port) < (first, first_port):
        first, second, first_port, second_port = second, first, second_port, first_port
    protocol = bytes((PROTOCOLS[flow.transport], 0))
    data = seed.to_bytes(2, "big") + first + second + protocol + first_port + second_port
    return "1:" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode("ascii")


def uid(flow: Flow) -> str:
    """An identifier as Zeek writes them, `C` and base 62, but the same in every run over the same packets.

    It tells flows between the same two ports apart, by their first packet's time and their number.
    """
    value = _digest(flow) >> 128 - UID_BITS
    text = ""
    while value:
        value, digit = divmod(value, len(DIGITS))
        text = DIGITS[digit] + text
    return "C" + text


def flow_id(flow: Flow) -> int:
    """A number as Suricata's `flow_id`: below 2^53, so that every reader of JSON keeps it exactly."""
    return _digest(flow) & (1 << 53) - 1


def _digest(flow: Flow) -> int:
    """128 bits that depend on the addresses, the first packet's time and the number of the flow."""
    data = flow.key + f"/{flow.transport}/{flow.first_time}/{flow.number}".encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=16).digest(), "big")
