"""DG5xx: states, transitions, verbs and jumps."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG501",
        "an event of the machine is not known",
        "Transitions answer to the events of the machine: enter leave init midstream up down parse_error "
        "missing_grammar gap end child_finish fail finish timeout expire. A row for another event would never "
        "fire, also in `any`.",
        "any: [{event: parse_eror, jump: fail}]",
        "any: [{event: parse_error, jump: fail}]",
    ),
    Code(
        "DG502",
        "a verb is not known",
        "The verbs of `execute` are a closed list.",
        "execute: [alarm: bad_line]",
        "execute: [alert: bad_line]",
    ),
    Code(
        "DG503",
        "a verb has another argument",
        "Each verb takes one kind of argument: the name of an event, alert, token or list, a direction, a text.",
        "execute: [abandon: client]",
        "execute: [abandon: up]",
    ),
    Code(
        "DG504",
        "a stream event is not triggered",
        "Stream events come from elements of the grammar with `stream`, piece by piece.",
        "execute: [trigger: mail_content]",
        "{bytes: {until: END_OF_MAIL}, stream: mail_content}",
    ),
    Code(
        "DG505",
        "this variable is no list",
        "`push` and `pop` work on list variables: `push` adds at the end, `pop` takes the oldest off.",
        "execute: [push: {size: 1}]",
        "execute: [set: {size: 1}]",
    ),
    Code(
        "DG506",
        "the name of a state is taken",
        "`fail` and `finish` are states of every machine; `any`, `first` and `init` have meanings of their own.",
        "states: {fail: {up: {discard: true}}}",
        "states: {failed: {up: {discard: true}}}",
    ),
    Code(
        "DG507",
        "the machine has no initial state",
        "A spec with `states` says which of them a session begins in.",
        "states: {greeting: {down: reply}}",
        "initial: greeting\nstates: {greeting: {down: reply}}",
    ),
    Code(
        "DG508",
        "a datagram cannot be held",
        "On a datagram transport one datagram is one message, read when it comes.",
        "transport: {udp: [53]}\nstates: {talk: {up: {use: query, hold: busy}}}",
        "transport: {udp: [53]}\nstates: {talk: {up: query}}",
    ),
    Code(
        "DG509",
        "a message could have no bytes",
        "A message begins with its first byte. A rule that a side reads must not be able to be complete without any: "
        "messages would have no end.",
        "word: {record: [{field: word, token: '[a-z]*'}]}",
        "word: {record: [{field: word, token: '[a-z]*'}, LINE_END]}",
    ),
    Code(
        "DG510",
        "a jump that would be passed over",
        "On `fail` and `finish` the session is on its way to its end already; `init` is raised when the initial state "
        "has been entered. They take no `jump`.",
        "{event: fail, jump: command}",
        "{event: parse_error, execute: [skip: LINE_END], jump: command}",
    ),
    Code(
        "DG511",
        "a transition does nothing",
        "A transition has `execute`, `jump` or both; `execute: []` says that nothing is meant to happen.",
        "{event: gap}",
        "{event: gap, execute: []}",
    ),
    Code(
        "DG512",
        "a state never raises this event",
        "`up` and `down` come from sides with a rule, `parse_error` too; `missing_grammar` from sides without one; "
        "`child_finish` from a side that is `child`; `init` and `midstream` from the initial state.",
        "answer: {down: reply, transitions: [{event: up, jump: command}]}",
        "answer: {down: reply, up: command, transitions: [{event: up, jump: command}]}",
    ),
    Code(
        "DG513",
        "a row of `first` or `any` fits no state",
        "No state raises the event, or every one that does has an unguarded row of its own for it.",
        "any: [{event: child_finish, jump: finish}]",
        "states: {tls: {up: child, down: child}}\nany: [{event: child_finish, jump: finish}]",
    ),
    Code(
        "DG514",
        "nothing feeds a stream event",
        "A stream event gets its bytes from elements of the grammar that name it in `stream`.",
        "events: {body: {stream: bytes}}",
        "grammar: {mail: {bytes: {until: END}, stream: body}}\nevents: {body: {stream: bytes}}",
    ),
    Code(
        "DG515",
        "states move on for ever",
        "A jump in `enter` moves on at once. A ring of such jumps without guards never ends.",
        "a: {transitions: [{event: enter, jump: b}]}\nb: {transitions: [{event: enter, jump: a}]}",
        "a: {transitions: [{event: enter, when: ready, jump: b}]}\nb: {transitions: [{event: enter, jump: a}]}",
    ),
    Code(
        "DG516",
        "a dead end",
        "The state reads neither direction and nothing leads out of it.",
        "waiting: {up: {hold: true}, down: {hold: true}}",
        "waiting: {up: {hold: true}, down: reply}",
    ),
    Code(
        "DG517",
        "a handled parse error cannot move",
        "A parse error that is handled without leaving the state must move on in the input: by a `skip` without a "
        "guard, or by the `resync` of the rule.",
        "{event: parse_error, execute: [alert: bad_line]}",
        "{event: parse_error, execute: [alert: bad_line, skip: LINE_END]}",
    ),
    Code(
        "DG518",
        "the end of the message cannot be known",
        "`skip: message` goes to the end of the outermost `within` of a message that failed inside it. It belongs to "
        "`parse_error`, and needs rules with such a budget.",
        "line: {record: [{text: {until: LINE_END}}, LINE_END]}\n{event: parse_error, execute: [skip: message]}",
        "packet: {record: [fields], within: {number: 16}}\n{event: parse_error, execute: [skip: message]}",
    ),
    Code(
        "DG519",
        "a message fails for ever",
        "A state that a `parse_error` jumps to reads the message again from its first byte. Where it reads the same "
        "rule and jumps on in the same way, this never ends.",
        "a: {up: line, transitions: [{event: parse_error, jump: a}]}",
        "a: {up: line, transitions: [{event: parse_error, execute: [skip: LINE_END], jump: a}]}",
    ),
)
"""In ascending order."""
