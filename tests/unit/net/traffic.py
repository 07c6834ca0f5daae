"""Captures of any size, made packet by packet: flows whose segments are lost, exchanged and sent twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from net_builders import ethernet, ipv4, tcp

from dissgen_runtime.net.capture import Packet

PAYLOAD = b"a line of forty bytes, as mails have it\n" * 15


def traffic(packets: int, flows: int = 200, *, disorder: int = 20) -> Iterator[Packet]:
    """`packets` packets of `flows` flows, each with 600 bytes to port 25, every fourth an acknowledgment.

    Of `disorder` segments one comes behind the next, one twice, and one is lost.
    """
    chance = random.Random(packets)
    sent = [0] * flows
    held: Packet | None = None
    number = 0
    while number < packets:
        flow = chance.randrange(flows)
        number += 1
        packet = _packet(number, flow, sent[flow], acknowledgment=number % 4 == 0)
        if number % 4:
            sent[flow] += len(PAYLOAD)
        what = chance.randrange(disorder)
        if what == 0 and held is None:
            held = packet
            continue
        if what != 1:
            yield packet
        if what == 2:
            yield packet
        if held is not None:
            yield held
            held = None


def _packet(number: int, flow: int, position: int, *, acknowledgment: bool) -> Packet:
    client, port = f"10.{flow >> 16}.{flow >> 8 & 255}.{flow & 255}", 1024 + flow % 60_000
    sequence = 0xFFFF0000 + position & 0xFFFFFFFF  # wraps soon
    if acknowledgment:
        body = ipv4(tcp(sport=25, dport=port, seq=5, ack=sequence), source="198.51.100.7", destination=client)
    else:
        body = ipv4(tcp(PAYLOAD, sport=port, dport=25, seq=sequence, ack=5), source=client)
    data = ethernet(body)
    return Packet(number, 1_000_000 * number, 1, data, len(data))


def open_flows(count: int) -> Iterator[Packet]:
    """Two packets of each of so many flows, which stay open: a segment in order and one behind a hole."""
    for step in (0, 2):
        for flow in range(count):
            yield _packet(flow + 1, flow, step * len(PAYLOAD), acknowledgment=False)
