"""DG2xx: names of a spec and what they are bound to: tokens, rules, fields, variables, events, alerts."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = ()
"""In ascending order."""
