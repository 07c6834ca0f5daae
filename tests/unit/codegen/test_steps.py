"""Steps of frames: none is empty or unreached, and what may be done again is done again."""

from __future__ import annotations

import re

import pytest
from support import machine

from dissgen.codegen.steps import Jump, Step, Steps
from dissgen.diagnostics import Diagnostics
from dissgen.pipeline import compile_source
from dissgen.text import SourceFile
from dissgen_runtime import UP

HEAD = "dissgen: 1\nprotocol: test\n"
TOKENS = r"tokens: {WORD: '[a-z]+', NUMBER: '[0-9]+', SPACE: ' ', LINE_END: '\n'}" + "\n"


def frame(rule: str) -> list[str]:
    """The lines of `run` of one rule, without places."""
    diagnostics = Diagnostics()
    text = f"{HEAD}{TOKENS}grammar:\n  a: {rule}\n"
    compiled = compile_source(SourceFile("test.yaml", text), diagnostics, formatted=False)
    assert compiled is not None
    _, _, body = compiled.source.partition("def run(self, r: Reader) -> A:\n")
    lines = body.partition("\n\n")[0].splitlines()
    return [re.sub(r"  # test\.yaml:\d+", "", line).removeprefix("        ") for line in lines]


def test_one_step_has_no_number() -> None:
    steps = Steps()
    steps.wait("x:1")
    steps.add("r.rest()")
    assert steps.lines() == ["r.rest()"]


def test_a_step_that_only_leads_on_is_left_out() -> None:
    steps = Steps()
    steps.wait("x:1")
    steps.add("a")
    head = steps.close()
    empty = steps.detached()
    last = Step(lines=["return"])
    steps.close(last)
    steps.order.append(last)
    head.lines.append(Jump(empty, "test", last))
    assert steps.lines() == ["if self.step_ == 0:  # x:1", "    a", "    self.step_ = 1 if test else 1", "return"]


def test_an_unreached_step_is_left_out() -> None:
    steps = Steps()
    steps.wait("x:1")
    steps.add("r.fail()")
    steps.close()
    steps.add("never")
    steps.close()
    steps.detached()
    steps.add("return")
    assert steps.lines() == ["if self.step_ == 0:  # x:1", "    r.fail()", "return"]


def test_a_jump_back_makes_a_loop() -> None:
    steps = Steps()
    steps.wait("x:1")
    steps.add("a")
    top = steps.close()
    after = Step(lines=["return"])
    top.lines.append(Jump(after, "done", top))
    steps.order.append(after)
    assert steps.lines() == [
        "while True:",
        "    if self.step_ == 0:  # x:1",
        "        a",
        "        self.step_ = 1 if done else 0",
        "        continue",
        "    return",
    ]


def test_branches_lead_on_without_detours() -> None:
    rule = "{record: [{field: w, token: WORD}, {branch: w, cases: [{is: x, token: NUMBER}, {else: true, empty: true}]}, LINE_END]}"
    assert frame(rule) == [
        "if self.step_ == 0:",
        "    self.w = r.token(_WORD, 'w').decode(\"latin-1\")",
        "    if self.w == 'x':",
        "        self.step_ = 1",
        "    else:",
        "        self.step_ = 2",
        "if self.step_ == 1:",
        "    r.token(_NUMBER)",
        "    self.step_ = 2",
        "r.token(_LINE_END)",
        "return A(self.w)",
    ]


def test_an_array_is_one_loop_in_one_step() -> None:
    assert frame("{record: [{field: words, array: WORD, count: 3}, {let: n, value: len(words)}]}") == [
        "if self.step_ == 0:",
        "    self.words = []",
        "    self.count1_ = 3",
        "    self.step_ = 1",
        "while len(self.words) < self.count1_:",
        "    item = r.token(_WORD, 'words').decode(\"latin-1\")",
        "    r.add(self.words, item, 'words')",
        "self.n = len(self.words)",
        "return A(self.words, self.n)",
    ]


@pytest.mark.parametrize(
    ("array", "data", "expected"),
    [
        ("array: line, while: peek() != 0x2e", b"ab\nc.\nd\n", []),  # the test is for the start of an item only
        ("array: line, until: peek() == 0x2e", b"ab\nc\n..\n", ["ab", "c"]),  # an item is kept once
        ("array: line, rest: true", b"ab\nc\n", ["ab", "c"]),
        ("array: pair, until: peek() == 0x2e", b"a1b2.\n", ["a", "b"]),
        ("array: WORD, while: peek(WORD), count: 1", b"abc.\n", ["abc"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_tests_that_look_ahead_stand_between_items(array: str, data: bytes, expected: list[str], size: int) -> None:
    module = machine(
        TOKENS
        + f"""
grammar:
  line: {{record: [{{field: w, token: WORD}}, LINE_END]}}
  pair: {{record: [{{field: w, token: WORD}}, NUMBER]}}
  a: {{record: [{{field: all_, {array}}}, {{field: tail, text: {{rest: true}}}}]}}
events: {{a: a}}
initial: one
states: {{one: {{up: a, transitions: [{{event: up, execute: [trigger: a]}}]}}}}
any: [{{event: parse_error, execute: [skip: rest]}}]
""".replace("all_", "items")
    )
    session = module.Session()
    events = [event for at in range(0, len(data), size) for event in session.feed(UP, data[at : at + size])]
    events += session.close(UP)
    items = [getattr(item, "w", item) for event in events if event.name == "a" for item in event.items]
    assert items == expected


@pytest.mark.parametrize("size", [1, 2, 100])
def test_an_item_that_had_to_wait_is_not_taken_for_empty(size: int) -> None:
    """Its last element may match nothing: what counts is where the whole item began."""
    module = machine(
        TOKENS
        + """
grammar:
  item_rule: {record: [WORD, {optional: SPACE, when: peek(SPACE)}]}
  a: {record: [{array: item_rule, count: 2}, LINE_END]}
initial: one
states: {one: {up: a, transitions: [{event: up, jump: finish}]}}
"""
    )
    session = module.Session()
    data = b"ab cd\n"
    for at in range(0, len(data), size):
        session.feed(UP, data[at : at + size])
    assert session.state.value == "finish"
