"""Names that fields and parameters may have."""

from __future__ import annotations

import keyword

from dissgen.sema.reserved import RESERVED
from dissgen.sema.spec_context import IDENTIFIER, SpecContext
from dissgen.spec.tree import Name


def check_field_name(name: Name, context: SpecContext) -> bool:
    """Whether a field or a parameter may have this name."""
    text = name.text
    if not IDENTIFIER.fullmatch(text):
        message, help_ = f"`{text}` is no name", "letters, digits and `_`, no digit first"
    elif text in RESERVED or text.startswith("__"):
        message, help_ = f"a field named `{text}`, which has a meaning in expressions", f"write `{text}_value`"
    elif text.endswith("_") and keyword.iskeyword(text[:-1]):
        message, help_ = f"a field named `{text}`", f"write `{text[:-1]}`: in Python it gets the `_`"
    else:
        return True
    context.diagnostics.error("DG204", message, name.span, "", help=help_)
    return False
