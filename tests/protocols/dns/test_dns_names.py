"""Names that are meant to do harm, through the whole spec: a located error or a name, at once."""

from __future__ import annotations

import pytest
from support import balanced, shipped

from dissgen_runtime import DOWN, UP, Alert, ParseError

HEAD = bytes.fromhex("000101000001000000000000")
TAIL = bytes.fromhex("00010001")


def asked(name: bytes) -> str:
    module = shipped("dns")
    value, size, _ = module.parse_message(HEAD + name + TAIL)
    assert size == len(HEAD + name + TAIL)
    assert module._scan_message(HEAD + name + TAIL, 0, size)[0] == value
    found: str = value.questions[0].name
    return found


def test_the_longest_names_are_read() -> None:
    assert asked(b"\x01a" * 127 + b"\0") == ".".join("a" * 127)
    assert asked((b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\0").count(".") == 3
    assert asked(b"\0") == ""


@pytest.mark.parametrize(
    ("name", "kind", "rule", "field", "offset"),
    [
        (b"\x01a" * 128 + b"\0", "verify", "name", None, 269),
        ((b"\x3f" + b"a" * 63) * 4 + b"\0", "verify", "name", None, 269),
        (b"\xc0\x0c", "value", "name", "text", 14),
        (b"\x01a\xc0\x0c", "value", "labels", "tail", 16),
        (b"\xc0\x20", "value", "name", "text", 14),
        (b"\x80", "verify", "labels", None, 12),
        (b"\x40", "verify", "labels", None, 12),
    ],
    ids=["128 labels", "257 octets", "itself", "its own start", "forward", "type 2", "type 1"],
)
def test_names_that_are_wrong_are_errors_with_their_place(
    name: bytes, kind: str, rule: str, field: str | None, offset: int
) -> None:
    module = shipped("dns")
    with pytest.raises(ParseError) as found:
        module.parse_message(HEAD + name + TAIL)
    assert found.value.key()[:4] == (kind, rule, field, offset)
    session = module.Session(transport="udp")
    events = session.feed(UP, HEAD + name + TAIL) + session.feed(UP, HEAD + b"\0" + TAIL)
    assert [event.id for event in events if isinstance(event, Alert)] == ["malformed"]
    assert [event.name for event in events if event.name == "query"] == ["query"]
    balanced(session)


def test_names_that_point_into_the_header_are_read_and_bounded() -> None:
    """The identifier as a name: its first octet is the length of a label."""
    value, _, _ = shipped("dns").parse_message(b"\x01a\0" + HEAD[3:] + b"\xc0\x00" + TAIL)
    assert value.questions[0].name == "a"


@pytest.mark.parametrize(
    "owner", [b"\xc0\x0c", b"\xc0\x2d", b"\x03www\xc0\x2d"], ids=["name", "pointer", "behind a label"]
)
def test_a_name_that_is_a_pointer_may_be_pointed_at(owner: bytes) -> None:
    """What a scan does not remember under the place of a pointer is found all the same, and alike in pieces."""
    module = shipped("dns")
    record = bytes.fromhex("0001000100000005 0004c0000201")
    head = bytes.fromhex("0001800000010004 00000000")
    names = [b"\xc0\x0c", b"\xc0\x1d", owner, owner]  # at 29, 45 and so on
    data = head + b"\x07example\x03org\0" + TAIL + b"".join(name + record for name in names)
    value, size, _ = module.parse_message(data)
    assert size == len(data)
    assert module._scan_message(data, 0, size)[0] == value
    last = "www.example.org" if owner[0] == 3 else "example.org"
    assert [answer.name for answer in value.answers] == ["example.org", "example.org", last, last]

    whole, cut = module.Session(transport="tcp"), module.Session(transport="tcp")
    stream = len(data).to_bytes(2, "big") + data
    events = [event for at in range(len(stream)) for event in cut.feed(DOWN, stream[at : at + 1])]
    assert [event.key() for event in events] == [event.key() for event in whole.feed(DOWN, stream)]
    assert events[0].answers == value.answers
