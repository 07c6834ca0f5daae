"""The lint rules; the slug of a rule is its code, such as `unreachable-state`."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = ()
"""In ascending order."""
