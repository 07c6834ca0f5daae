"""`specs/dns.yaml` against the logs that Zeek's tests expect: headers, questions, answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from protocols.captures import FlowResult, dissect
from protocols.dns.zeek_differences import DIFFERENCES
from protocols.peers.zeek import Row, by_conversation, capture_of, conversations, logs, rows, text
from support import needs_data, shipped

LOGS = logs("dns", "dns")
KNOWN = (
    *("trans_id", "query", "qclass", "qtype", "rcode", "AA", "TC", "RD", "RA", "Z", "TTLs", "answers", "opcode"),
    *("original_query", "rejected", "auth"),
)
WORDS = ("RRSIG", "DNSKEY", "NSEC3", "NSEC3PARAM", "NAPTR", "SIPS+D2T", "BIND9")


def pairs(flow: FlowResult) -> Iterator[tuple[Any, Any]]:
    """Each query with its response, as Zeek has a row for them; None where there is none."""
    waiting: list[Any] = []
    for event in flow.events:
        if event.name == "query":
            waiting.append(event)
        elif event.name == "response":
            query = next((one for one in waiting if one.id == event.id), None)
            if query is not None:
                waiting.remove(query)
            yield query, event
    for query in waiting:
        yield query, None


def told(query: Any, response: Any) -> dict[str, str]:
    """What ours says, in the columns of Zeek."""
    last = response if response is not None else query
    questions = (query or response).questions
    found = {
        "trans_id": str(last.id),
        "opcode": str(int(last.opcode)),
        "AA": "FT"[last.aa],
        "TC": "FT"[last.tc],
        "RD": "FT"[(query or last).rd],
        "RA": "FT"[last.ra],
        "Z": "0" if query is None else str(query.ad << 1 | query.cd),
        "rejected": "FT"[response is not None and int(response.rcode) == 5],
    }
    if questions:
        found["query"] = questions[0].name.lower()
        found["original_query"] = questions[0].name
        found["qclass"], found["qtype"] = str(int(questions[0].class_)), str(int(questions[0].type))
    if response is not None:
        found["rcode"] = str(int(response.rcode))
        answers = [one for one in response.answers if answer(one) is not None]
        if answers:
            found["answers"] = ",".join(_small(answer(one) or "") for one in answers)
            found["TTLs"] = ",".join(f"{one.ttl}.000000" for one in answers)
        if texts := {_small(answer(one) or "") for one in response.authorities} - {""}:
            found["auth"] = ",".join(sorted(texts))  # Zeek has each once, in the order of a hash
    return found


def _small(text: str) -> str:
    """Zeek writes names in small letters."""
    return " ".join(word if word in WORDS else word.lower() for word in text.split(" "))


def answer(record: Any) -> str | None:
    """A resource record as Zeek writes it; None for one that it passes over."""
    data = record.data
    if data is None:
        return None  # as in an UPDATE (RFC 2136)
    match int(record.type):
        case 1 | 28 | 2 | 5 | 12 | 39:
            return str(data)
        case 15:
            return str(data.exchange)
        case 33:
            return str(data.target)
        case 46:
            return f"RRSIG {int(data.type_covered)} {data.signer}"
        case 48:
            return f"DNSKEY {data.algorithm}"
        case 6:
            return str(data.mname)
        case 50 | 51:
            return "NSEC3" if int(record.type) == 50 else "NSEC3PARAM"
        case 35:
            parts = (data.order, data.preference, data.flags, data.services, data.regexp, data.replacement)
            return "NAPTR " + " ".join(str(part) for part in parts if part != "")
        case 65534:
            return "BIND9 signing signal"
        case _:
            return None


def differences(log: Path) -> dict[tuple[str, int, str], tuple[str | None, str]]:
    """Client, number of its row and column -> what ours and what Zeek says, where they differ."""
    flows = conversations(dissect(capture_of(log), shipped("dns")).values())
    said = by_conversation(log)
    if not said:  # a log cut down to columns without addresses: its rows are those of the whole capture
        said, flows = {("", ""): list(rows(log))}, {("", ""): [flow for every in flows.values() for flow in every]}
    found: dict[tuple[str, int, str], tuple[str | None, str]] = {}
    for key, theirs in said.items():
        ours = [pair for flow in flows[key] for pair in pairs(flow)]
        assert len(ours) == len(theirs), key
        for number, (pair, row) in enumerate(zip(ours, theirs, strict=True)):
            mine = told(*pair)
            for name, value in columns(row).items():
                if mine.get(name) != value:
                    found[key[0], number, name] = (mine.get(name), value)
    return found


def columns(row: Row) -> dict[str, str]:
    found = {name: text(row[name]) for name in KNOWN if name in row}
    return found | ({"auth": ",".join(sorted(found["auth"].split(",")))} if "auth" in found else {})


@needs_data
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.parent.name)
def test_the_logs_are_those_of_zeek(log: Path) -> None:
    found = {(log.parent.name, *key): value for key, value in differences(log).items()}
    explained = {key: ours for key, (ours, _) in DIFFERENCES.items() if key[0] == log.parent.name}
    assert {key: ours for key, (ours, _) in found.items()} == explained, found


@needs_data
def test_the_logs_say_something() -> None:
    every = [row for log in LOGS for row in rows(log)]
    assert len(every) >= 15
    assert {name for row in every for name in columns(row)} == set(KNOWN)
