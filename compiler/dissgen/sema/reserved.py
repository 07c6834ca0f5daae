"""Names that have a meaning in every expression."""

from __future__ import annotations

from typing import Final

from dissgen.sema.expressions.functions import FUNCTIONS

SCOPE_WORDS: Final = frozenset(
    {"message", "error", "direction", "sender", "transport", "held", "client", "server", "now"}
)
"""What transitions see beside the variables: a variable of such a name could not be read."""

RESERVED: Final = SCOPE_WORDS | {"parent", "root", "item", "index", "position", "remaining"} | frozenset(FUNCTIONS)
"""Functions and scope words: no field has such a name."""
