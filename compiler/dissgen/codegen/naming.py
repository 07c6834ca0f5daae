"""All names of generated code, made in one place from the names of the spec."""

from __future__ import annotations

import keyword
from typing import Final

# What the base classes of the runtime use themselves.
_RECORD_WORDS: Final = frozenset({"fields"})
_EVENT_WORDS: Final = frozenset({"direction", "offset", "state", "time", "name", "payload", "key", "PAYLOAD"})
_FRAME_WORDS: Final = frozenset({"run", "scan", "RULE", "RESYNC", "RESYNC_BEFORE"})


def identifier(name: str, taken: frozenset[str] = frozenset()) -> str:
    """The Python name of a field: a keyword, a taken word, and a name that ends so itself get a `_`."""
    if keyword.iskeyword(name) or name in taken or name.endswith("_") or name.startswith("__"):
        return f"{name}_"
    return name


def record_attribute(field: str) -> str:
    return identifier(field, _RECORD_WORDS)


def event_attribute(field: str) -> str:
    return identifier(field, _EVENT_WORDS)


def frame_attribute(field: str) -> str:
    return identifier(field, _FRAME_WORDS)


def variable(name: str) -> str:
    return identifier(name)


def camel(name: str) -> str:
    """reply_line -> ReplyLine."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_") if part) or "Rule"


# Names of the module that a record's class must not hide.
_MODULE_WORDS: Final = frozenset(
    (
        *("ABSENT", "Alert", "AlertKind", "CHILD", "CONFIRM", "DISCARD", "DOWN", "Direction", "DotUnstuff", "Event"),
        *("FAIL", "False", "Final", "Frame", "HOLD", "LIMITS", "Limits", "Move", "None", "Outcome", "PROTOCOL"),
        *("ParseError", "Reader", "Record", "Row", "STAY", "STREAMS", "Session", "State", "StreamEvent", "TRANSPORT"),
        *("TUTORIAL", "Terminator", "Token", "True", "TypeAlias", "UP", "Variables", "Verdict"),
    )
)


def record_class(rule: str) -> str:
    name = camel(rule)
    return f"{name}Record" if name in _MODULE_WORDS or name.endswith("Event") else name


def event_class(event: str) -> str:
    return f"{camel(event)}Event"


def frame_class(rule: str) -> str:
    return f"_Read{camel(rule)}"


def scan_function(rule: str) -> str:
    return f"_scan_{rule}"


def token(name: str) -> str:
    return f"_{name.upper()}"


def terminator(name: str) -> str:
    return f"_UP_TO_{name.upper()}"


def table(name: str) -> str:
    return f"_TABLE_{name.upper()}"


def alert(name: str) -> str:
    return f"_ALERT_{name.upper()}"


def pattern(rule: str, number: int) -> str:
    return f"_PATTERN_{rule.upper()}" + ("" if number == 1 else f"_{number}")


def state_member(state: str) -> str:
    return identifier(state.upper(), frozenset({"NAME", "VALUE", "MRO"}))


def handler(state: str, event: str) -> str:
    return f"_{state}_{event}"


def hold(state: str, direction: str) -> str:
    return f"_{state}_holds_{direction}"


def arguments(state: str, direction: str) -> str:
    return f"_{state}_gives_{direction}"
