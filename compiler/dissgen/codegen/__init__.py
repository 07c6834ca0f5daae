"""ir.Module -> Python source."""

from __future__ import annotations

from dissgen.codegen.format import format_source
from dissgen.codegen.render import render
from dissgen.codegen.view import view
from dissgen.ir import ops


def generate(module: ops.Module, *, formatted: bool = True) -> str:
    """The source text of the dissector."""
    source = render(view(module))
    return format_source(source) if formatted else source
