"""Machines with events of their own: raised by a program, or read from packets (language, section 4)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from support import balanced, compile_text, names

from dissgen_runtime import DOWN, UP, Alert

DOOR = """
dissgen: 1
protocol: door
machine: {type: custom, events: {open: {who: str}, close: {}, knock: {force: int}}}
variables: {count: {type: int, initial: 0}}
events: {opened: {who: str}, closed: {}, over: {}}
alerts: {loud: {severity: low, description: 'knocked with {force}'}}
initial: shut
states:
  shut:
    transitions:
      - {event: open, execute: [{trigger: {opened: {who: who}}}, set: {count: count + 1}], jump: wide}
      - {event: knock, when: force > 3, execute: [alert: loud]}
  wide:
    transitions:
      - {event: close, execute: [trigger: closed], jump: shut}
      - {event: timeout, after: 60 s, execute: [raise: close]}
      - {event: knock, when: force > 8, execute: [restart]}
any:
  - {event: knock, when: force < 0, jump: fail}
  - {event: finish, execute: [trigger: over]}
"""

CONNECTION = """
dissgen: 1
protocol: connection
transport: {tcp: [9], udp: [9]}
directions: {up: client, down: server}
machine:
  type: custom
  events: {input: {packet: segment}, output: {packet: segment}}
  roles: {input: up, output: down}
grammar:
  segment:
    parameters: {version: int, source: str, destination: str, protocol: int}
    record:
      - {field: flags, number: 8}
      - {field: text, text: {size: {number: 8}}}
      - {let: around, value: 'source + ">" + destination'}
      - {let: kind, value: version * 100 + protocol}
variables: {mine: {type: int, initial: 0, scope: direction}, all: {type: int, initial: 0}}
events: {got: {by: str, role: str, packet: segment, mine: int, all: int}, over: {}}
alerts: {odd: {severity: low, description: '{error.kind} from the {sender}'}}
initial: start
states:
  start:
    transitions:
      - {event: input, when: packet.flags == 1, execute: [trigger: {got: {by: sender, role: '"input"', packet: packet, mine: mine, all: all}}, set: {mine: mine + 1, all: all + 1}], jump: opened}
  opened:
    transitions:
      - {event: output, when: packet.flags == 2, execute: [swap], jump: swapped}
  swapped:
    transitions:
      - {event: [input, output], when: packet.flags == 1, execute: [restart]}
      - {event: input, execute: [trigger: {got: {by: sender, role: '"input"', packet: packet, mine: mine, all: all}}]}
      - {event: output, execute: [trigger: {got: {by: sender, role: '"output"', packet: packet, mine: mine, all: all}}]}
any:
  - {event: [input, output], when: packet.flags == 9, jump: fail}
  - {event: parse_error, when: error.kind == 'truncated', execute: [alert: odd]}
  - {event: finish, execute: [trigger: over]}
"""


def packet(flags: int, text: bytes = b"") -> bytes:
    return bytes([flags, len(text)]) + text


def connection(**options: Any) -> Any:
    options = {"client": "192.0.2.1:1024", "server": "192.0.2.2:9"} | options
    return compile_text(CONNECTION).Session(**options)


def told(events: list[Any]) -> list[tuple[str, str, int, int]]:
    return [(event.by, event.role, event.mine, event.all) for event in events if event.name == "got"]


def test_a_program_raises_events() -> None:
    s = compile_text(DOOR).Session()
    events = s.raise_open("me")
    assert [(event.name, event.who, event.direction, event.state) for event in events] == [
        ("opened", "me", None, "shut")
    ]
    assert s.state.value == "wide"
    assert s.raise_open("nobody") == []  # no row: nothing happens
    assert names(s.raise_close()) == ["closed"]


def test_an_event_that_its_verb_raises_comes_after_the_row() -> None:
    s = compile_text(DOOR).Session()
    s.raise_open("me")
    assert names(s.advance(60 * 10**9)) == ["closed"]
    assert s.state.value == "shut"
    assert s.advance(10**12) == []


def test_the_alert_of_a_raised_event_tells_what_the_guard_read() -> None:
    (alert,) = compile_text(DOOR).Session().raise_knock(5)
    assert isinstance(alert, Alert)
    assert (alert.id, alert.description, alert.guard, alert.direction) == ("loud", "knocked with 5", {"force": 5}, None)


def test_what_comes_after_the_end_is_counted() -> None:
    s = compile_text(DOOR).Session()
    assert names(s.raise_knock(-1)) == ["over"]
    assert s.failed
    assert s.raise_open("late") == []
    assert s.raise_close() == []
    assert s.summary()["late"] == 2


def test_restart_begins_anew_and_handles_the_event_again() -> None:
    """`finish` of the old session, then everything at its initial value; the event reaches the first state."""
    s = compile_text(DOOR).Session()
    s.raise_open("me")
    events = s.raise_knock(9)
    assert [(event.name, event.state) for event in events] == [("over", "wide"), ("alert", "shut")]
    assert (s.state.value, s.variables.count, s.finished, s.failed) == ("shut", 0, False, False)
    assert names(s.raise_open("you")) == ["opened"]


def test_a_machine_without_packets_takes_no_bytes() -> None:
    with pytest.raises(TypeError, match="raise its events"):
        compile_text(DOOR).Session().feed(UP, b"x")


def test_packets_become_the_events_of_their_direction() -> None:
    s = connection()
    (event,) = s.feed(UP, packet(1, b"a"))
    assert (event.name, event.direction, event.offset) == ("got", UP, (0, 3))
    assert (event.packet.text, event.packet.around, event.packet.kind) == ("a", "192.0.2.1>192.0.2.2", 406)
    balanced(s)


def test_addresses_of_six_and_of_udp() -> None:
    s = connection(client="[2001:db8::1]:1024", server="[2001:db8::2]:9", transport="udp")
    (event,) = s.feed(UP, packet(1))
    assert (event.packet.around, event.packet.kind) == ("2001:db8::1>2001:db8::2", 617)


def test_packets_that_need_addresses_are_not_read_without() -> None:
    with pytest.raises(ValueError, match="`client` and `server`"):
        compile_text(CONNECTION).Session().feed(UP, packet(1))


def test_swap_exchanges_the_roles_and_not_the_directions() -> None:
    s = connection()
    events = s.feed(UP, packet(1)) + s.feed(DOWN, packet(2)) + s.feed(UP, packet(5)) + s.feed(DOWN, packet(6))
    assert told(events) == [("client", "input", 0, 0), ("client", "output", 1, 1), ("server", "input", 0, 1)]
    assert (s.role(UP), s.role(DOWN)) == ("output", "input")


def test_who_restarts_is_what_up_was() -> None:
    s = connection()
    events = s.feed(UP, packet(1)) + s.feed(DOWN, packet(2)) + s.feed(DOWN, packet(1))
    assert names(events) == ["got", "over", "got"]
    assert told(events) == [("client", "input", 0, 0), ("server", "input", 0, 0)]
    assert (s.role(UP), s.role(DOWN)) == ("output", "input")
    balanced(s)


def test_a_program_gives_packets_by_direction_or_by_role() -> None:
    module = compile_text(CONNECTION)
    first, _, _ = module.parse_segment(packet(1), 4, "a", "b", 6)
    second, _, _ = module.parse_segment(packet(2), 4, "b", "a", 6)
    by_direction, by_role = module.Session(), module.Session()
    one = by_direction.receive(UP, first) + by_direction.receive(DOWN, second) + by_direction.receive(UP, second)
    two = by_role.raise_input(first) + by_role.raise_output(second) + by_role.raise_output(second)
    assert [event.key() for event in one] == [event.key() for event in two]
    assert told(one) == [("client", "input", 0, 0), ("client", "output", 1, 1)]


def test_a_packet_that_cannot_be_read_concerns_no_other() -> None:
    s = connection()
    s.feed(UP, packet(1))
    (alert,) = s.feed(UP, b"\x01\x05abc")
    assert (alert.id, alert.description) == ("odd", "truncated from the client")
    s.feed(UP, packet(1, b"abc") + b"behind")
    assert s.summary()["trailing"] == 6
    assert names(s.feed(DOWN, packet(2)) + s.feed(DOWN, packet(7))) == ["got"]
    balanced(s)


def test_an_unhandled_error_raises_the_built_in_alert() -> None:
    module = compile_text(CONNECTION.replace("error.kind == 'truncated'", "error.kind == 'verify'"))
    s = module.Session(client="192.0.2.1", server="192.0.2.2")
    (alert,) = s.feed(DOWN, b"\x01\x05abc")
    assert (alert.id, s.failed) == ("parse_error", False)


def test_sessions_are_data_between_any_two_events() -> None:
    whole, pieces = connection(), connection()
    talk = [(UP, 1), (DOWN, 2), (UP, 5), (DOWN, 1), (UP, 2), (DOWN, 3), (UP, 9), (UP, 1)]
    for direction, flags in talk:
        events = whole.feed(direction, packet(flags))
        pieces = pickle.loads(pickle.dumps(pieces))
        assert [event.key() for event in pieces.feed(direction, packet(flags))] == [event.key() for event in events]
    assert pieces.summary() == whole.summary()
    balanced(whole)


def test_both_ends_finish_the_session() -> None:
    s = connection(subscribe=frozenset({"over"}))
    s.feed(UP, packet(2))
    assert s.close(UP) == []
    assert s.state.value == "start"
    assert names(s.close(DOWN)) == ["over"]
    assert (s.state.value, s.failed) == ("finish", False)


def test_endless_restarts_end_at_the_limit_of_transitions() -> None:
    text = DOOR.replace("any:\n", "any:\n  - {event: open, when: who == 'loop', execute: [restart]}\n").replace(
        "{event: open, execute", "{event: open, when: who != 'loop', execute"
    )
    s = compile_text(text).Session()
    s.raise_open("loop")
    assert s.failed
    assert "transitions" in str(s.failure)
