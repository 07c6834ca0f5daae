"""The final form: black, exactly pinned, with a fixed mode that no configuration file of the user can change."""

from __future__ import annotations

import ast


def format_source(source: str) -> str:
    """Formatted source that Python accepts. Raises SyntaxError for a fault of the generator."""
    import black
    import black.mode

    ast.parse(source)
    mode = black.Mode(target_versions={black.mode.TargetVersion.PY311}, line_length=100)
    return black.format_str(source, mode=mode)
