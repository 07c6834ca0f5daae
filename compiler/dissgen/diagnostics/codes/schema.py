"""DG1xx: the shape of a spec: keys and the kinds of their values."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = ()
"""In ascending order."""
