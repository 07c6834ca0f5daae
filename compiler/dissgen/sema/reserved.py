"""Names that have a meaning in every expression."""

from __future__ import annotations

from typing import Final

SCOPE_WORDS: Final = frozenset(
    {"message", "error", "direction", "sender", "transport", "held", "client", "server", "now"}
)
"""What transitions see beside the variables: a variable of such a name could not be read."""

RESERVED: Final = SCOPE_WORDS | frozenset(
    {
        "parent",
        "root",
        "item",
        "index",
        "position",
        "remaining",
        "peek",
        "derived",
        "matches",
        "seconds",
        "len",
        "int",
        "str",
        "float",
        "min",
        "max",
        "abs",
        "sum",
        "any",
        "all",
        "first",
        "list",
    }
)
"""Functions and scope words: no field has such a name."""
