"""DG56x: hooks."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG560",
        "a hook returns something else",
        "What a hook returns is kept in a variable: it is a `bool`, `int`, `float`, `str` or `bytes`, or an "
        "`optional` of one of these.",
        "hooks: {groups: {parameters: {user: str}, returns: 'list[str]'}}",
        "hooks: {is_admin: {parameters: {user: str}, returns: bool}}",
    ),
    Code(
        "DG561",
        "there is nothing to keep",
        "`into` keeps what a hook returns. This hook has no `returns`.",
        "hooks: {note: {}}\nexecute: [{call: note, into: known}]",
        "hooks: {note: {returns: bool}}\nexecute: [{call: note, into: known}]",
    ),
)
"""In ascending order."""
