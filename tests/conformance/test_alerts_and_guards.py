"""Whom alerts are about (rule 22), and guards that cannot be evaluated, of rows and of verbs."""

from __future__ import annotations

import pickle

import pytest
from support import machine

from dissgen.cli.alert_text import explained
from dissgen_runtime import UP, Alert, Event

ASKED = r"""
grammar: {line: {record: [{field: name, token: '[a-z]*'}, {token: '\n'}]}}
variables: {names: {type: 'list[str]', initial: []}}
alerts:
  asked:
    severity: low
    description: x
    sources: [client.address, {service: message.name}]
    targets: [names, {address: server.address}, {service: 'str(len(names))'}]
initial: reading
states: {reading: {up: line, transitions: [{event: up, execute: [alert: asked, push: {names: message.name}]}]}}
"""


def alerts(events: list[Event]) -> list[Alert]:
    return [event for event in events if isinstance(event, Alert)]


class TestParties:
    def test_22_what_is_there_when_the_alert_is_raised(self) -> None:
        session = machine(ASKED).Session(client="192.0.2.1")
        first, second = alerts(session.feed(UP, b"a\nb\n"))
        assert first.sources == ({"address": ["192.0.2.1"]}, {"service": ["a"]})
        assert first.targets == ({"service": ["0"]},), "an empty list and an unknown address are nobody"
        assert second.targets == ({"address": ["a"]}, {"service": ["1"]})
        session.feed(UP, b"c\n")
        assert second.targets == ({"address": ["a"]}, {"service": ["1"]}), "an alert does not change afterwards"
        assert pickle.loads(pickle.dumps(second)) == second

    def test_22_an_empty_text_is_nobody(self) -> None:
        (alert,) = alerts(machine(ASKED).Session().feed(UP, b"\n"))
        assert alert.sources == ()

    def test_22_built_in_alerts_name_nobody(self) -> None:
        (alert,) = alerts(machine(ASKED).Session().feed(UP, b"1\n"))
        assert (alert.id, alert.sources, alert.targets) == ("parse_error", (), ())

    def test_22_they_are_explained(self) -> None:
        entry = {"protocol": "p", "alert": {"id": "a", "sources": [{"address": ["a", "b"]}, {"service": ["c"]}]}}
        assert "sources: a, b, c" in explained(entry, [])


class TestGuards:
    @pytest.mark.parametrize("guarded", ["row", "verb"])
    def test_a_guard_that_cannot_be_evaluated_is_false_and_counted(self, guarded: str) -> None:
        guard = "'numbers[0] == 1'"
        row = (
            f"when: {guard}, execute: [alert: one]" if guarded == "row" else f"execute: [{{alert: one, when: {guard}}}]"
        )
        session = machine(
            rf"""
            grammar: {{line: {{record: [{{field: name, token: '[a-z]+'}}, {{token: '\n'}}]}}}}
            variables: {{numbers: {{type: 'list[int]', initial: []}}}}
            alerts: {{one: {{severity: low, description: x}}}}
            initial: reading
            states:
              reading:
                up: line
                transitions: [{{event: up, {row}}}]
            """
        ).Session()
        assert session.feed(UP, b"a\n") == []
        assert not session.failed
        assert session.recorded == 1
        session.variables.numbers = [1]
        assert [alert.id for alert in alerts(session.feed(UP, b"a\n"))] == ["one"]
        assert session.recorded == 1

    def test_what_it_has_shown_to_be_present_is(self) -> None:
        session = machine(
            r"""
            grammar: {line: {record: [{field: name, token: '[a-z]+'}, {token: '\n'}]}}
            variables:
              last: {type: 'optional[str]', initial: null}
              names: {type: 'list[str]', initial: [a]}
            events: {pair: {before: str, length: int}}
            initial: reading
            states:
              reading:
                up: line
                transitions:
                  - event: up
                    execute:
                      - trigger: {pair: {before: last, length: len(last)}}
                        when: last is not None and names[len(last)] == "a"
                      - set: {last: 'message.name[:0] if message.name == "zero" else message.name'}
            """
        ).Session()
        assert [event.payload() for event in session.feed(UP, b"zero\nlong\nx\n")] == [{"before": "", "length": 0}]
        assert session.recorded == 1, "the second of the names does not exist"
