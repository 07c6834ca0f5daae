"""Semantic analysis: Protocol -> Model."""

from dissgen.sema.analyse import analyse
from dissgen.sema.dump import dump
from dissgen.sema.model import Model

__all__ = ["Model", "analyse", "dump"]
