"""DG0xx: the file and its YAML."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = ()
"""In ascending order."""
