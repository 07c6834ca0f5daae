"""What generated dissectors need to run: sessions, events, errors.

Standard library only; no IO, no clock, no threads.
"""

from dissgen_runtime.errors import ApiVersionError, ParseError
from dissgen_runtime.events import (
    DOWN,
    UP,
    Alert,
    Direction,
    End,
    Event,
    Gap,
    Log,
    Record,
    StreamEvent,
    Verdict,
    VerdictEvent,
)
from dissgen_runtime.hooks import Hooked
from dissgen_runtime.limits import Limits

API = 1

__all__ = [
    "API",
    "DOWN",
    "UP",
    "Alert",
    "ApiVersionError",
    "Direction",
    "End",
    "Event",
    "Gap",
    "Hooked",
    "Limits",
    "Log",
    "ParseError",
    "Record",
    "StreamEvent",
    "Verdict",
    "VerdictEvent",
    "require",
]


def require(api: int) -> None:
    """Refuse to load a generated module that was built for another interface. Raises ApiVersionError."""
    if api != API:
        raise ApiVersionError(
            f"this module needs version {api} of the interface of dissgen_runtime; installed is {API}: "
            "run `dissgen build` again, or install the matching dissgen-runtime"
        )
