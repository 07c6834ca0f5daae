"""From the spec as meant to what will run: Model -> ir.Module, without cleverness."""

from dissgen.lowering.module import lower

__all__ = ["lower"]
