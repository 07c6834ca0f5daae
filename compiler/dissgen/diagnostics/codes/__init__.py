"""The table of codes: what `dissgen explain` prints, and the only codes that a diagnostic may have.

One file an area; a code is never used again for another meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from dissgen.diagnostics.codes import (
    binary,
    build,
    custom,
    effects,
    hooks,
    linking,
    lint,
    machine,
    names,
    origins,
    reader,
    schema,
    text,
    timing,
    tokens,
    transports,
    types,
)
from dissgen.diagnostics.codes.code import Code

__all__ = ["CODES", "Code", "merge"]


def merge(areas: Iterable[tuple[Code, ...]]) -> Mapping[str, Code]:
    """The codes of all areas by name, in order. Raises ValueError when a code stands twice."""
    table: dict[str, Code] = {}
    for area in areas:
        for code in area:
            if code.code in table:
                raise ValueError(f"the code {code.code} stands twice: {table[code.code].title!r} and {code.title!r}")
            table[code.code] = code
    return MappingProxyType(table)


CODES: Final[Mapping[str, Code]] = merge(
    (
        *(reader.CODES, schema.CODES, names.CODES, binary.CODES, origins.CODES, types.CODES, tokens.CODES),
        *(machine.CODES, effects.CODES, timing.CODES, transports.CODES, custom.CODES, hooks.CODES),
        *(linking.CODES, text.CODES, lint.CODES, build.CODES),
    )
)
"""Every code of the compiler by its name."""
