"""Passes: IR -> IR, none of which changes what a dissector reports.

The order matters: a straight-line variant must exist before its tails can sink and its runs be fused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from dissgen.ir import ops
from dissgen.passes.fuse_regex import fuse_regex
from dissgen.passes.fuse_struct import fuse_struct
from dissgen.passes.prefer_else import prefer_else
from dissgen.passes.sink_tails import sink_tails
from dissgen.passes.straighten import straighten
from dissgen.passes.usual_items import usual_items

Pass = Callable[[ops.Module], ops.Module]

PASSES: Final[tuple[tuple[str, Pass], ...]] = (
    ("straighten", straighten),
    ("sink_tails", sink_tails),
    ("fuse_regex", fuse_regex),
    ("fuse_struct", fuse_struct),
    ("prefer_else", prefer_else),
    ("usual_items", usual_items),
)


def run(module: ops.Module, off: Collection[str] = ()) -> ops.Module:
    """Apply every pass that is not turned off."""
    for name, apply in PASSES:
        if name not in off:
            module = apply(module)
    return module
