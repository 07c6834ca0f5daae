"""All names of generated code, made in one place from the names of the spec.

Two names of one section of a spec never differ in case and underscores alone (`sema` sees to that), and none begins
with two underscores; so it is enough to keep each kind of name away from the others.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Final

# What the base classes of the runtime use themselves, and the first parameter of every method.
_RECORD_WORDS: Final = frozenset({"fields", "ENUMS", "self"})
_EVENT_WORDS: Final = frozenset(
    {"direction", "offset", "state", "time", "name", "payload", "key", "PAYLOAD", "SPARSE", "ENUMS", "self"}
)
# A frame declares the types of its attributes in its class, where `bytes: bytes` would hide the type.
_FRAME_WORDS: Final = frozenset(
    {"run", "scan", "RULE", "RESYNC", "RESYNC_BEFORE", "BEGINS", "LOOKS_BACK", "self", "bytes", "bool"}
)
# `Variables` itself has the variables of each direction under these.
_VARIABLE_WORDS: Final = frozenset({"up", "down", "of", "self"})
_PARAMETER_WORDS: Final = frozenset({"data"})

# Locals and parameters of generated functions, and what their expressions call.
_LOCAL_WORDS: Final = frozenset(
    (
        *("self", "r", "message", "error", "fires", "piece", "pos", "end", "data", "m", "start", "value", "item"),
        *("origin", "begin", "offset", "back", "key", "items"),
        *("number", "word", "stop", "fields", "struct", "record", "new_record"),
        *("got", "wanted", "mark", "reach", "before", "count", "index", "peeked", "subject", "bytes", "bool"),
        *(
            "enum",
            "re",
            "parse",
            "parse_int",
            "read_float",
            "read_int",
            "text_int",
            "bounded",
            "numbers",
            "text_float",
            "holds",
            "reads",
            "require",
            *("attempt", "strict_text", "transformed", "unescaped", "xor"),
            "iter",
            "next",
            "round",
            "frozenset",
        ),
    )
)

# Names of the module that a class made for a rule or an event must not hide.
REACHED: Final = "_reached_"
"""The set into which modules that measure coverage put the places that they reach; no name of a spec looks like it."""

MODULE_WORDS: Final = frozenset(
    (
        *(
            "ABSENT",
            "Alert",
            "AlertKind",
            "by_transport",
            "CHILD",
            "CONFIRM",
            "DISCARD",
            "DOWN",
            "Direction",
            "DotUnstuff",
            *("Base64", "Deflate", "Gzip", "QuotedPrintable", "Zlib"),
            "Event",
            "Exact",
        ),
        *(
            "FAIL",
            "False",
            "Final",
            "Exact",
            "Fixed",
            "Frame",
            "HOLD",
            "LIMITS",
            "Limits",
            "Move",
            "None",
            "Outcome",
            "PROTOCOL",
        ),
        *("ParseError", "Reader", "Record", "Row", "SPEC", "STAY", "STREAMS", "Session", "State", "StreamEvent"),
        *("TRANSPORT", "TUTORIAL", "Terminator", "Token", "True", "TypeAlias", "UP", "Variables", "Verdict"),
        *("Hooks", "Protocol", "SessionOptions", "Unpack", "Exact"),
        *("MessageVariables", "DirectionVariables", "Map", "Origin", "SUBSTREAMS", "SubStream", "Timer"),
    )
)

_TOKEN_LIKE: Final = re.compile(r"(UP_TO|TABLE|ALERT|PATTERN|TOKEN|UNPACK|FIXED)(_|$)").match
_STATE_LIKE: Final = re.compile(r"_.*|any|stream|pass|.*_(child|holds|gives|pass|stream)|.*_in_.*", re.DOTALL).fullmatch


def identifier(name: str, taken: frozenset[str] = frozenset()) -> str:
    """The Python name of a field: a keyword, a taken word, and a name that ends so itself get a `_`."""
    if keyword.iskeyword(name) or name in taken or name.endswith("_"):
        return f"{name}_"
    return name


def record_attribute(field: str) -> str:
    return identifier(field, _RECORD_WORDS)


def event_attribute(field: str) -> str:
    return identifier(field, _EVENT_WORDS)


def frame_attribute(field: str) -> str:
    """As an attribute of the frame; capitals get a `_` there, because a class may be called so."""
    return f"{field}_" if field[:1].isupper() else identifier(field, _FRAME_WORDS)


def known_attribute(field: str) -> str:
    """A second attribute of the frame for an optional field, read where it is surely set."""
    return f"known_{field}_"


def local(name: str) -> str:
    """A field, parameter or generator's variable as a local: away from what the function has and calls itself."""
    if name in _LOCAL_WORDS or name[-1:].isdigit() or name != name.lower() or name.startswith("_"):
        return f"{name}_"
    return identifier(name)


def parameter(name: str) -> str:
    """A parameter of a public `parse_<rule>`."""
    return identifier(name, _PARAMETER_WORDS)


def variable(name: str) -> str:
    return identifier(name, _VARIABLE_WORDS)


def camel(name: str) -> str:
    """reply_line -> ReplyLine."""
    joined = "".join(part[:1].upper() + part[1:] for part in name.split("_") if part)
    return joined if joined[:1].isalpha() else f"_{joined}"


def record_class(rule: str) -> str:
    name = camel(rule)
    return f"{name}Record" if name in MODULE_WORDS or name.endswith(("Event", "Record")) else name


def event_class(event: str) -> str:
    name = f"{camel(event)}Event"
    return f"{name}_" if name in MODULE_WORDS else name


def frame_class(rule: str) -> str:
    return f"_Read{camel(rule)}"


def scan_function(rule: str) -> str:
    return f"_scan_{rule}"


def parse_function(rule: str) -> str:
    return f"parse_{rule}"


def token(name: str) -> str:
    plain = name.upper().strip("_")
    return f"_TOKEN_{plain}" if _TOKEN_LIKE(plain) else f"_{plain}"


def predicate(name: str) -> str:
    """Whether a token matches the whole of a value."""
    return f"_is_{name.lower()}"


def terminator(name: str) -> str:
    return f"_UP_TO_{name.upper()}"


def enum_class(enum: str, taken: frozenset[str]) -> str:
    """RETURN_CODE -> ReturnCode."""
    name = camel(enum.lower())
    return f"{name}Enum" if name in taken or name in MODULE_WORDS or name.endswith(("Event", "Record")) else name


def enum_member(name: str) -> str:
    return identifier(name, frozenset({"name", "value", "mro"}) | frozenset(dir(int)))


def table(name: str) -> str:
    return f"_TABLE_{name.upper()}"


def alert(name: str) -> str:
    return f"_ALERT_{name.upper()}"


def pattern(rule: str, number: int) -> str:
    """The first pattern of a rule has its name alone, unless that ends like the number of a second one."""
    return f"_PATTERN_{rule.upper()}" + ("" if number == 1 and not rule[-1:].isdigit() else f"_{number}")


def unpack(rule: str, number: int) -> str:
    """The structure of a run of numbers, for a scan."""
    return f"_UNPACK_{rule.upper()}" + ("" if number == 1 and not rule[-1:].isdigit() else f"_{number}")


def fixed(rule: str, number: int) -> str:
    """The same for a frame, which reports the field that is missing."""
    return f"_FIXED_{rule.upper()}" + ("" if number == 1 and not rule[-1:].isdigit() else f"_{number}")


def state_member(state: str) -> str:
    plain = state.upper().lstrip("_")
    return identifier(plain, frozenset({"NAME", "VALUE"})) if plain[:1].isalpha() else f"_{plain}"


def handler(state: str, event: str) -> str:
    """`_answer_down`; `_down_in_any` where that could be a name of something else."""
    return f"_{event}_in_{state}" if _STATE_LIKE(state) else f"_{state}_{event}"


def shared_handler(event: str, number: int) -> str:
    return f"_any_{event}" + ("" if number == 1 else f"_{number}")


def numbered(name: str, taken: Collection[str]) -> str:
    """The name, or with a number where it is taken."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def of_transport(direction: str, transport: str) -> str:
    return f"{direction}_{transport}" if transport else direction


def hook(name: str) -> str:
    """A method of the object that is given for the hooks."""
    return identifier(name)


def parameter_of_hook(name: str) -> str:
    return identifier(name, frozenset({"self"}))


def hold(state: str, direction: str) -> str:
    return handler(state, f"holds_{direction}")


def arguments(state: str, direction: str) -> str:
    return handler(state, f"gives_{direction}")
