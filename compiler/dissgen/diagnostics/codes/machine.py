"""DG5xx: states, transitions, verbs and jumps."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = ()
"""In ascending order."""
