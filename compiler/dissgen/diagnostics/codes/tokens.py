"""DG4xx: regular expressions: syntax, determinism, bounded work."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG401",
        "this is no token",
        "A token is a deterministic regular expression over bytes: literals, classes, `. ? * + {m,n} | ( )`, "
        "`(?i:...)`, `\\d \\w \\s`, `\\xNN`. There are no back-references, no look-around and no laziness, and at "
        "every "
        "byte it must be clear which part of the expression matches it; then matching takes linear time.",
        "tokens: {NAME: '[a-z]*[a-z]'}",
        "tokens: {NAME: '[a-z]+'}",
    ),
    Code(
        "DG402",
        "this token cannot be searched for",
        "What `until`, `resync` and `skip` search for has a finite length of at most 256 bytes, so that what may be "
        "its "
        "start can be held back.",
        "bytes: {until: '[\\r\\n]+'}",
        "bytes: {until: '\\r?\\n'}",
    ),
)
"""In ascending order."""
