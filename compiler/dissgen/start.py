"""The entry point: a build with nothing to do ends before the command line is imported."""

from __future__ import annotations

import gc
import sys
from typing import Final

COMPILING: Final = ("build", "lint", "test")


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["build"]:
        from dissgen.built import nothing_changed

        if nothing_changed():
            return
    if sys.argv[1:2] and sys.argv[1] in COMPILING:
        # Syntax trees are many small objects that live until the end: to look through them again and again is a fifth
        # of the time.
        gc.set_threshold(200_000, 50, 1000)
    from dissgen.cli import main as command_line

    command_line()
