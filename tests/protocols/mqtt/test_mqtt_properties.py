"""Every property of MQTT 5.0 (section 2.2.2.2) in the form that the standard gives it; the table here is written by hand."""

from __future__ import annotations

import pytest
from support import shipped

BYTE, TWO, FOUR, VARIABLE, BINARY, TEXT, PAIR = "byte", "two", "four", "variable", "binary", "text", "pair"
FORMS = {
    1: BYTE,
    2: FOUR,
    3: TEXT,
    8: TEXT,
    9: BINARY,
    11: VARIABLE,
    17: FOUR,
    18: TEXT,
    19: TWO,
    21: TEXT,
    22: BINARY,
    23: BYTE,
    24: FOUR,
    25: BYTE,
    26: TEXT,
    28: TEXT,
    31: TEXT,
    33: TWO,
    34: TWO,
    35: TWO,
    36: BYTE,
    37: BYTE,
    38: PAIR,
    39: FOUR,
    40: BYTE,
    41: BYTE,
    42: BYTE,
}
VALUES: dict[str, tuple[bytes, dict[str, object]]] = {
    BYTE: (b"\x01", {"value": 1}),
    TWO: (b"\x01\x02", {"value": 0x0102}),
    FOUR: (b"\x01\x02\x03\x04", {"value": 0x01020304}),
    VARIABLE: (b"\xff\x7f", {"value": 16383}),
    BINARY: (b"\0\x02\xff\0", {"data": b"\xff\0"}),
    TEXT: (b"\0\x03a/b", {"text": "a/b"}),
    PAIR: (b"\0\x01k\0\x02vw", {"name": "k", "text": "vw"}),
}


def test_the_spec_names_these_properties_and_no_others() -> None:
    assert {int(member) for member in shipped("mqtt").PropertyEnum} == set(FORMS)


@pytest.mark.parametrize("number", FORMS)
def test_a_property_has_the_form_of_the_standard(number: int) -> None:
    octets, expected = VALUES[FORMS[number]]
    data = bytes([number]) + octets
    value, size, _ = shipped("mqtt").parse_property(data)
    assert (value.id, size) == (number, len(data))
    kept = {name: getattr(value, name) for name in ("value", "data", "name", "text")}
    assert {name: one for name, one in kept.items() if one is not None} == expected
