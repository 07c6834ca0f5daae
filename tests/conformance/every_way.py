"""One rule read in every way: whole, cut everywhere, byte by byte, pickled in between, with and without passes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from support import ALL_PASSES, balanced, compile_text
from test_numbers import HEAD, MACHINE, plain

from dissgen_runtime import UP, Alert, ParseError


def modules(grammar: str, head: str = "") -> list[Any]:
    """The dissector of a grammar with the rule `m`, as it is and with all passes off."""
    text = f"{HEAD}{head}grammar:\n{grammar}\n{MACHINE}"
    return [compile_text(text), compile_text(text, off=ALL_PASSES)]


def record(elements: str, head: str = "") -> list[Any]:
    """The same for a record `m`."""
    return modules(f"  m: {{record: [{elements}]}}", head)


def read(made: list[Any], data: bytes) -> Any:
    """The value of `m`, on which every way of reading agrees; `data` is exactly one of it."""
    values = []
    for module in made:
        value, size, events = module.parse_m(data)
        assert (size, events) == (len(data), [])
        fields = plain(value)
        if hasattr(module, "_scan_m"):
            scanned = module._scan_m(b"\xff" + data + b"\xff" * 40, 1, len(data) + 41)
            assert scanned is None or (plain(scanned[0]), scanned[1]) == (fields, len(data) + 1)
        for pieces in _cuts(data):
            session = module.Session()
            events = []
            for piece in pieces:
                events += session.feed(UP, piece)
                session = pickle.loads(pickle.dumps(session))
            events += session.close(UP)
            assert [plain(list(event.payload().values())) for event in events if event.name == "m"] == [
                list(fields.values())
            ], pieces
            assert not any(isinstance(event, Alert) for event in events)
            balanced(session)
        values.append(fields)
    assert values[0] == values[1]
    return values[0]


def error(made: list[Any], data: bytes) -> tuple[Any, ...]:
    """Kind, rule, field, offset and found of the error of `m`, on which every way agrees."""
    found = []
    for module in made:
        with pytest.raises(ParseError) as raised:
            module.parse_m(data)
        wanted = raised.value
        for pieces in _cuts(data):
            session = module.Session()
            events = [event for piece in pieces for event in session.feed(UP, piece)] + session.close(UP)
            alerts = [event.description for event in events if isinstance(event, Alert)]
            assert alerts == [str(wanted)], pieces
            balanced(session)
        found.append((wanted.kind, wanted.rule, wanted.field, wanted.offset, wanted.found))
    assert found[0] == found[1]
    return found[0]


def _cuts(data: bytes) -> list[list[bytes]]:
    """The data in two pieces, cut everywhere, and in bytes."""
    return [[data[:at], data[at:]] for at in range(len(data))] + [[data[i : i + 1] for i in range(len(data))]]
