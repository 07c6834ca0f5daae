"""Build hook: puts the shipped library, specs and generated modules, into the wheel as `dissgen/library/`.

An editable install gets none: `dissgen.library` finds the checkout there, and hatchling would leave a copy behind that
goes stale (`force_include` copies files also when nothing else is copied).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = {"specs": "**/*.yaml", "generated": "*_dissector.py"}


class LibraryHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add each file by name, in a fixed order, so that caches and editors' files stay out."""
        if version == "editable":
            return
        root = Path(self.root)
        for kind, pattern in LIBRARY.items():
            for path in sorted((root / kind).glob(pattern)):
                inside = path.relative_to(root).as_posix()
                build_data["force_include"][str(path)] = f"dissgen/library/{inside}"
