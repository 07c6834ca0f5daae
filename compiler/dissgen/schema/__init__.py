"""The JSON Schema of the spec language, and the validation of specs with errors at places."""

from dissgen.schema.build import assemble, render
from dissgen.schema.validation import validate

__all__ = ["assemble", "render", "validate"]
