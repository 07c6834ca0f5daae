"""Passes: IR -> IR, none of which changes what a dissector reports.

The order matters: a straight-line variant must exist before runs in it can be fused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from dissgen.ir import ops
from dissgen.passes.fuse_regex import fuse_regex
from dissgen.passes.straighten import straighten

Pass = Callable[[ops.Module], ops.Module]

PASSES: Final[tuple[tuple[str, Pass], ...]] = (
    ("straighten", straighten),
    ("fuse_regex", fuse_regex),
)


def run(module: ops.Module, off: Collection[str] = ()) -> ops.Module:
    """Apply every pass that is not turned off."""
    for name, apply in PASSES:
        if name not in off:
            module = apply(module)
    return module
