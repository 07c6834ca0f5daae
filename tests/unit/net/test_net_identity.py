"""Identifiers of flows: Community ID against its published examples; the others are stable and differ."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from dissgen_runtime.net.flows import Flow, Transport
from dissgen_runtime.net.identity import community_id, flow_id, uid


def flow(transport: Transport, source: str, sport: int, destination: str, dport: int, number: int = 0) -> Flow:
    key = (
        ip_address(source).packed + ip_address(destination).packed + sport.to_bytes(2, "big") + dport.to_bytes(2, "big")
    )
    return Flow(number, transport, key, 1_000_000_000)


# From the baselines of the specification's repository.
@pytest.mark.parametrize(
    ("transport", "one", "other", "expected"),
    [
        ("tcp", ("128.232.110.120", 34855), ("66.35.250.204", 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ("udp", ("192.168.1.52", 54585), ("8.8.8.8", 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    ],
)
def test_published_examples(transport: Transport, one: tuple[str, int], other: tuple[str, int], expected: str) -> None:
    assert community_id(flow(transport, *one, *other)) == expected
    assert community_id(flow(transport, *other, *one)) == expected


def test_equal_addresses_are_ordered_by_port() -> None:
    ends = ("::1", 9), ("::1", 400)
    assert community_id(flow("tcp", *ends[0], *ends[1])) == community_id(flow("tcp", *ends[1], *ends[0]))


def test_seed_changes_it() -> None:
    one = flow("tcp", "192.0.2.1", 1, "192.0.2.2", 2)
    assert community_id(one, 1) != community_id(one)


def test_flows_between_the_same_ports_differ() -> None:
    first, second = (flow("tcp", "192.0.2.1", 1, "192.0.2.2", 2, number) for number in (0, 1))
    assert len({uid(first), uid(second)}) == 2
    assert flow_id(first) != flow_id(second)
    assert flow_id(first) < 1 << 53
    assert uid(first).startswith("C")
    assert uid(first).isalnum()
    assert len(uid(first)) <= 18


def test_they_are_the_same_in_every_release() -> None:
    one = flow("tcp", "192.0.2.1", 1, "192.0.2.2", 2)
    assert (uid(one), flow_id(one)) == ("ClEfXjngfpfPHjL6c", 8442284569562135)
