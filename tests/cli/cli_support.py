"""What the tests of the command line share: a small spec, and how a command ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

SPEC = """\
dissgen: 1
protocol: echo
transport: {tcp: [7]}
tokens: {LINE_END: '\\r?\\n', TEXT: '[^\\r\\n]*'}
grammar:
  line: {record: [{field: text, token: TEXT}, LINE_END], resync: LINE_END}
events: {said: {text: str}, heard: {text: str}}
initial: open
states:
  open:
    up: line
    down: line
    transitions:
      - {event: up, execute: [trigger: {said: {text: message.text}}]}
      - {event: down, execute: [trigger: {heard: {text: message.text}}]}
examples:
  - name: two lines
    talk: |
      C: hello
      S: hello
    expect: {state: open, events: {said: 1, heard: 1}}
"""


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    err: str


Cli: TypeAlias = Callable[..., Result]
