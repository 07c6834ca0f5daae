"""DG24x and DG52x: what happens in mid-message."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG241",
        "a payload that is not complete",
        "`trigger` reports an event in mid-message. An event whose payload is a rule has all of its fields, and the "
        "rule that is being read does not have them yet.",
        "grammar: {request: {record: [head, {trigger: request}, body]}}\nevents: {request: request}",
        "grammar: {request: {record: [head, {trigger: request}, body]}}\nevents: {request: head}",
    ),
    Code(
        "DG242",
        "this variable cannot be set here",
        "The element `set` assigns variables of the message, which have `scope: message`: rules are functions of their "
        "input and see no other. The verb `set` assigns all others; transitions only read those of the message.",
        "variables: {length: {type: int, initial: 0}}\ngrammar: {head: {record: [line, {set: {length: '0'}}]}}",
        "variables: {length: {type: int, initial: 0, scope: message}}\n"
        "grammar: {head: {record: [line, {set: {length: '0'}}]}}",
    ),
    Code(
        "DG243",
        "a rule that no sub-stream can have",
        "`{stream: RULE}` joins what is streamed and reads messages with the rule. Nothing gives it parameters "
        "(it may ask for `direction` and `transport`) or has it inside, so that it has no `parent`. Its messages are"
        " handed on when they are complete: it streams nothing and has no `trigger`, `raise` or `set`.",
        "grammar: {mail: {sequence: [{bytes: {rest: true}, stream: text}]}}\nevents: {mails: {stream: mail}}",
        "grammar: {mail: {record: [{field: text, bytes: {size: 4}}]}}\nevents: {mails: {stream: mail}}",
    ),
    Code(
        "DG520",
        "an event that every machine has",
        "The events in `machine: {events: ...}` are raised by rules and transitions of the spec. They must be told "
        "apart from those that every machine raises by itself.",
        "machine: {type: bidirectional, events: {up: {length: int}}}",
        "machine: {type: bidirectional, events: {head: {length: int}}}",
    ),
    Code(
        "DG521",
        "nothing raises an event",
        "An event of `machine: {events: ...}` comes from `raise`, in a rule or in `execute`.",
        "machine: {type: bidirectional, events: {head: {length: int}}}",
        "machine: {type: bidirectional, events: {head: {length: int}}}\n"
        "grammar: {request: {record: [line, {raise: head, with: {length: '1'}}, body]}}",
    ),
    Code(
        "DG522",
        "a jump in mid-message",
        "An event that a rule raises is handled before its message is complete. The state that reads the message must "
        "stay; the transition may set variables, and `up` or `down` may jump when the message is complete.",
        "{event: head, when: length > 100, jump: large}",
        "{event: head, when: length > 100, execute: [set: {is_large: 'True'}]}",
    ),
    Code(
        "DG523",
        "an upgrade gets no bytes",
        "`upgrade` begins the session of another protocol; its bytes are those of the sides `child` of the state that "
        "is current then.",
        "{event: up, execute: [upgrade: tls], jump: talking}",
        "{event: up, execute: [upgrade: tls], jump: inside}\nstates: {inside: {up: child, down: child}}",
    ),
)
"""In ascending order."""
