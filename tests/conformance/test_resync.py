"""Where reading goes on behind a loss: behind a token, in front of one, or at once where a message is recognised."""

from __future__ import annotations

import pytest
from support import balanced, canonical, machine, names

from dissgen_runtime import DOWN, UP, Event

LINES = r"""
tokens: {VERB: '[a-z]+', TEXT: '[^\r\n]*', EOL: '\r?\n', START: '(get|put) ', MARK: '#'}
grammar:
  line: {record: [{field: verb, token: VERB}, {field: text, token: TEXT}, EOL], resync: %s}
events: {line: line}
alerts: {bad: {severity: low, description: '{error}'}}
initial: a
states:
  a:
    up: line
    down: {discard: true}
    transitions:
      - {event: up, execute: [trigger: line]}
      - {event: parse_error, execute: [alert: bad, skip: EOL]}
"""


def texts(events: list[Event]) -> list[str]:
    return [event.verb + event.text for event in events if event.name == "line"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [1, 2, 5, 99])
@pytest.mark.parametrize(
    ("resync", "behind", "found"),
    [
        ("EOL", b"get b\nput c\n", ["put c"]),  # what precedes is not known
        ("{behind: EOL}", b"get b\nput c\n", ["put c"]),
        ("{behind: EOL, begins: START}", b"get b\nput c\n", ["get b", "put c"]),
        ("{behind: EOL, begins: START}", b"et b\nput c\n", ["put c"]),
        ("{behind: EOL, begins: START}", b"getb\nput c\n", ["put c"]),
        ("{behind: EOL, begins: START}", b"\nput c\n", ["put c"]),
        ("{before: START, begins: VERB}", b"set b\nput c\n", ["set b", "put c"]),
        ("{before: START, begins: START}", b"set b\nput c\n", ["put c"]),
        ("{begins: START}", b"get b\nput c\n", ["get b", "put c"]),
        ("{begins: START}", b"t b\nput c\n", []),  # nothing else tells
    ],
)
def test_17_behind_a_gap(resync: str, behind: bytes, found: list[str], size: int) -> None:
    session = machine(LINES % resync).Session()
    events = session.feed(UP, b"get a\nget") + session.gap(UP, 7)
    for i in range(0, len(behind), size):
        events += session.feed(UP, behind[i : i + size])
    assert names(events).count("gap") == 1
    assert not [name for name in names(events) if name.startswith("alert")]
    assert texts(events) == ["get a", *found]
    balanced(session)


def test_17_what_may_still_become_a_beginning_waits() -> None:
    """`ge` may go on to `get `, and be none at the end."""
    for end, found in ((b"t b\n", ["get b"]), (b"n b\nput c\n", ["put c"])):
        session = machine(LINES % "{behind: EOL, begins: START}").Session()
        session.gap(UP, 5)
        assert session.feed(UP, b"ge") == []
        assert session.summary()["bytes"]["up"]["held"] == 2
        assert texts(session.feed(UP, end)) == found
        balanced(session)
    session = machine(LINES % "{behind: EOL, begins: START}").Session()
    session.gap(UP, 5)
    session.feed(UP, b"ge")
    session.gap(UP, 5)  # and another one right behind it
    assert texts(session.feed(UP, b"put c\n")) == ["put c"]
    session.gap(UP, 5)
    session.feed(UP, b"pu")
    assert [event.name for event in session.close(UP)] == ["end"]
    balanced(session)


def test_17_what_was_looked_at_before_a_gap_or_a_discard_is_forgotten() -> None:
    """The token between messages, as the one that begins them, may have been met in part."""
    module = machine(
        r"""
        tokens: {BLANKS: '  +', VERB: '[a-z ]+'}
        grammar: {line: {record: [{field: verb, token: VERB}, {token: '\n'}]}}
        events: {line: line}
        initial: a
        states:
          a:
            up: {use: line, between: BLANKS}
            down: line
            transitions: [{event: up, execute: [trigger: line]}, {event: down, jump: b}, {event: gap, execute: [], jump: a}]
          b: {up: {discard: true}, down: line, transitions: [{event: down, jump: a}]}
        """
    )
    session = module.Session()
    session.feed(UP, b" ")
    session.gap(UP, 1)
    assert [event.verb for event in session.feed(UP, b" x\n") if event.name == "line"] == [" x"]
    session = module.Session()
    session.feed(UP, b" ")
    session.feed(DOWN, b"go\n")
    session.feed(DOWN, b"back\n")
    assert [event.verb for event in session.feed(UP, b" x\n")] == [" x"]
    balanced(session)


def test_9_an_error_is_no_loss() -> None:
    """Behind a message that failed `begins` says nothing: it would be read again and fail again."""
    text = (LINES % "{behind: EOL, begins: START}").replace(", skip: EOL", "")
    session = machine(text).Session()
    events = session.feed(UP, b"1\nget b\n")
    assert names(events) == ["alert:bad", "line"]
    balanced(session)


def test_17_a_message_that_is_recognised_and_fails_all_the_same() -> None:
    session = machine(LINES % "{behind: EOL, begins: MARK}").Session()
    events = session.gap(UP, 3) + session.feed(UP, b"#\nput c\n")
    assert names(events) == ["gap", "alert:bad", "line"]
    balanced(session)


def test_17_in_a_sub_stream() -> None:
    module = machine(
        r"""
        tokens: {BEGIN: '[\x01\x02]\x00'}
        grammar:
          record: {sequence: [within: {number: 8}, sequence: [{bytes: {rest: true}, stream: inner}]]}
          inner: {record: [{field: kind, number: 8}, {field: size, number: 16}, {bytes: {size: size}}], resync: {begins: BEGIN}}
        events: {inner: {stream: inner}}
        initial: a
        states: {a: {up: record}}
        """.replace("[within: {number: 8}, sequence:", "[{within: {number: 8}, sequence:").replace(
            "inner}]]}\n", "inner}]}]}\n"
        )
    )
    for behind, kinds in ((b"\x05\x02\x00\x01xy", [1, 2]), (b"\x05\x09\x00\x01xy", [1])):
        session = module.Session()
        events = session.feed(UP, b"\x05\x01\x00\x02ab\x04\x01\x00\x09")[:]
        events += session.gap(UP, 1) + session.feed(UP, behind)
        assert [event.kind for event in events if event.name == "inner"] == kinds


@pytest.mark.parametrize("resync", ["{behind: EOL, begins: START}", "{before: START, begins: VERB}"])
def test_14_the_pieces_do_not_matter(resync: str) -> None:
    module = machine(LINES % resync)
    for behind in (b"get b\nput c\n", b"ge\nput c\n", b"g", b"put", b"putget x\nget y\n", b"\n\nget "):
        results = []
        for size in (1, 2, 3, 99):
            session = module.Session()
            events = session.feed(UP, b"ge") + session.gap(UP, 3) + session.feed(DOWN, b"x")
            for i in range(0, len(behind), size):
                events += session.feed(UP, behind[i : i + size])
            events += session.close(UP)
            balanced(session)
            results.append((canonical(events), session.summary()))
        assert results[1:] == results[:1] * 3
