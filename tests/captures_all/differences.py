"""Where our TCP streams and tshark's differ, and why ours is right.

(capture, number of the conversation) -> the reason, and where the first difference is: side, position, ours, theirs.
"""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`ours` and `theirs` are the bytes of the two streams from `position` on, as many as it takes to tell."""

    reason: str
    side: int
    position: int
    ours: bytes
    theirs: bytes


DIFFERENCES: dict[tuple[str, int], Difference] = {
    ("tls/zeek__tls__tls13draft16-ff52.a01.pcap", 0): Difference(
        "frame 11 is the client's reset, which ends the connection (RFC 9293, section 3.10.7.4); tshark goes on with what "
        "the server sent before it heard of that (frame 12); here those bytes are counted as behind the end of a flow",
        side=1,
        position=777,
        ours=b"",
        theirs=b"\x17\x03\x01\x00\x13M\xa9H\xcb\r0:\xde\xd8\x94\xfc\xe0zCw\x17W\xa1\x96",
    ),
}
