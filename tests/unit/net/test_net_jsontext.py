"""Values written as JSON text at once are what building objects and encoding them would give."""

from __future__ import annotations

import base64
import enum
import json
import math
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissgen_runtime.events import DOWN, Event, Record
from dissgen_runtime.net.jsontext import base64_text, json_text, object_text, payload_text


class Kind(enum.IntEnum):
    A = 1
    none_ = 2


class Inner(Record):
    __slots__ = ("class_", "kind", "kinds")
    ENUMS: ClassVar[Mapping[str, type[enum.IntEnum]]] = {"kind": Kind, "kinds": Kind}

    def __init__(self, class_: object = None, kind: object = None, kinds: object = None) -> None:
        self.class_ = class_
        self.kind = kind
        self.kinds = kinds


class Outer(Event):
    __slots__ = ("first", "from_")
    name = "outer"
    PAYLOAD = ("first", "from_")

    def __init__(self, first: object, from_: object) -> None:
        self.first = first
        self.from_ = from_


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (2**70, str(2**70)),
        (1.5, "1.5"),
        (math.inf, "null"),
        (math.nan, "null"),
        ('a"\n\x00é\ud800\U0001f600', '"a\\"\\n\\u0000\\u00e9\\ud800\\ud83d\\ude00"'),
        (b"", '{"base64": ""}'),
        (bytearray(b"\xff\x00"), '{"base64": "/wA="}'),
        ([], "[]"),
        ((1, "a"), '[1, "a"]'),
        ({"a_": [None], 5: b"x"}, '{"a": [null], "5": {"base64": "eA=="}}'),
        ({"k": Kind.A}, '{"k": 1, "k_name": "A"}'),
        ([Kind.A], "[1]"),
        (DOWN, '"down"'),
        (frozenset({10, 9}), "[10, 9]"),
        (IPv4Address("192.0.2.1"), '"192.0.2.1"'),
        (IPv6Address("::1"), '"::1"'),
        (Inner(), "{}"),
        (Inner("IN", 1, [1, 2, 7]), '{"class": "IN", "kind": 1, "kind_name": "A", "kinds": [1, 2, 7], "kinds_name": ["A", "none", null]}'),
        (Inner(kind=7), '{"kind": 7, "kind_name": null}'),
        (Inner(kind=Kind.A), '{"kind": 1, "kind_name": "A"}'),
        ([Inner(Inner(b"x"))], '[{"class": {"class": {"base64": "eA=="}}}]'),
    ],
)  # fmt: skip
def test_value(value: object, text: str) -> None:
    assert json_text(value) == text
    json.loads(text)


def test_fields_of_events_are_there_also_when_they_are_none() -> None:
    assert payload_text(Outer(None, Inner(3))) == '{"first": null, "from": {"class": 3}}'


def test_events_leave_out_the_fields_that_a_path_has_not_set() -> None:
    class Sparse(Outer):
        SPARSE = frozenset({"first"})

    assert payload_text(Sparse(None, 1)) == '{"from": 1}'
    assert payload_text(Outer(None, 1)) == '{"first": null, "from": 1}'


def test_subclasses_are_written_as_their_bases() -> None:
    class Text(str):
        pass

    class Bytes(bytes):
        pass

    for _ in range(2):  # the second time the class is known
        assert json_text([Text("a"), Bytes(b"a")]) == '["a", {"base64": "YQ=="}]'


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text().filter(lambda key: not key.endswith("_")), values),
)


@given(PLAIN)
def test_plain_values_are_as_json_writes_them(value: object) -> None:
    assert json_text(value) == json.dumps(value)


@given(st.binary(), st.dictionaries(st.sampled_from("abc"), st.binary()))
def test_bytes(data: bytes, named: dict[str, bytes]) -> None:
    assert base64.b64decode(json.loads(base64_text(data))["base64"]) == data
    assert {name: base64.b64decode(value["base64"]) for name, value in json.loads(object_text(named)).items()} == named
