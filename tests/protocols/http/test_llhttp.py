"""The cases of llhttp: what its log says of a request or response, our events say too, or the difference is explained.

A case is a Markdown section with a type, the input, and llhttp's log of spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from protocols.http.llhttp_differences import DIFFERENCES, FOLDED
from support import SHARED_DATA, needs_data, shipped

from dissgen_runtime import DOWN, UP, Event, StreamEvent

FOLDER = SHARED_DATA / "llhttp"
_CASE = re.compile(
    r"<!-- meta=(\{.*?\}) -->\s*```http\n(.*?)```\n(?:(?!```).)*```log\n(.*?)```",
    re.DOTALL,  # a remark may stand between the input and the log
)
_SPAN = re.compile(r"off=(\d+) len=(\d+) span\[(\w+)\]=")
_ESCAPES = {r"\r": "\r", r"\n": "\n", r"\t": "\t", r"\f": "\f"}


@dataclass
class Message:
    """What is compared: the first line, the header fields, the body."""

    first: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    body: bytes = b""


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    data: bytes
    log: str


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("re*.md")) if FOLDER.is_dir() else []:
        text = path.read_text(encoding="utf-8")
        for match in _CASE.finditer(text):
            kind = re.search(r'"type": ?"([\w-]+)"', match[1])
            headings = re.findall(r"^#+ (.*)$", text[: match.start()], re.MULTILINE)
            name = f"{path.stem}: {headings[-1]}"
            default = "request" if path.stem.startswith("request") else "response"
            found.append(Case(name, kind[1] if kind else default, unescaped(match[2]), match[3]))
    return found


def unescaped(text: str) -> bytes:
    """The input: line ends are CR LF, a backslash joins lines or writes an octet."""
    text = re.sub(r"\\\n", "", text.removesuffix("\n")).replace("\n", "\r\n")
    text = re.sub(r"\\[rntf]", lambda match: _ESCAPES[match[0]], text)
    data = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), text)
    return data.encode("utf-8")


def of_log(case: Case) -> list[Message]:
    """The messages whose heads llhttp has read."""
    found: list[Message] = []
    parts: dict[str, str] = {}
    headers: list[str] = []
    for line in case.log.splitlines():
        span = _SPAN.match(line)
        if span is not None:
            begin, size, name = int(span[1]), int(span[2]), span[3]
            value = case.data[begin : begin + size]
            if name == "body":
                found[-1].body += value
            elif name == "header_field":
                parts[name] = parts.get(name, "") + value.decode("latin-1")
            else:
                parts[name] = parts.get(name, "") + value.decode("latin-1")
        elif line.endswith("header_value complete"):
            headers.append(f"{parts.pop('header_field', '')}: {parts.pop('header_value', '')}".strip())
        elif line.endswith("message begin"):
            parts, headers = {}, []
        elif "headers complete" in line:
            status = re.search(r"status=(\d+)", line)
            first = [parts.get("version", ""), status[1]] if status and "method" not in parts else []
            first = first or [parts.get("method", ""), parts.get("url", ""), parts.get("version", "")]
            found.append(Message(first, headers))
            headers = []
    return found


def of_session(case: Case) -> list[Message]:
    session = shipped("http").Session()
    up = not case.kind.startswith("response")
    events: list[Event] = []
    if not up:
        events += session.close(UP)
    events += session.feed(UP if up else DOWN, case.data)
    events += session.close(UP if up else DOWN)
    return list(messages(events))


def messages(events: list[Event]) -> Iterator[Message]:
    current: Message | None = None
    for event in events:
        if event.name in ("request", "response"):
            if current is not None:
                yield current
            first = [event.method, event.target, event.version] if event.name == "request" else []
            first = first or [event.version, str(event.status)]
            current = Message(first, [f"{header.name}: {header.value}".strip() for header in event.headers])
        elif isinstance(event, StreamEvent) and current is not None:
            current.body += event.data
    if current is not None:
        yield current


CASES = cases()


@needs_data
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_messages_equal_the_log(case: Case) -> None:
    ours, theirs = of_session(case), of_log(case)
    assert (ours != theirs) == (case.name in DIFFERENCES), (ours, theirs)
    if case.name not in DIFFERENCES:
        return
    expected, _ = DIFFERENCES[case.name]
    if expected == FOLDED:
        ours = [Message(one.first, [re.sub("\r?\n", "", line) for line in one.headers], one.body) for one in ours]
        assert ours == theirs
    else:
        assert ours == [Message(*one) for one in expected]


@needs_data
def test_the_table_has_no_row_too_many() -> None:
    assert len(CASES) > 70
    assert set(DIFFERENCES) <= {case.name for case in CASES}
