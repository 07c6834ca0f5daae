"""DG27x: what belongs to text protocols: look-ups in arrays, transforms."""

from __future__ import annotations

from typing import Final

from dissgen.diagnostics.codes.code import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "DG270",
        "a look-up in an array that cannot be",
        "`lookup` names two fields of the items of its array: `key` is text, and both are set in every item.",
        "{field: headers, array: header, until: item.name == '', lookup: {key: nam, value: value}}",
        "{field: headers, array: header, until: item.name == '', lookup: {key: name, value: value}}",
    ),
)
