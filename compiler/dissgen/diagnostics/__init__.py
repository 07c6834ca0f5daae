"""What the compiler tells people: errors and warnings with places, a table of codes, and their text form."""

from dissgen.diagnostics.collector import Diagnostics
from dissgen.diagnostics.model import Diagnostic, Label, Severity
from dissgen.diagnostics.suggest import suggest
from dissgen.diagnostics.text_renderer import render, render_all

__all__ = ["Diagnostic", "Diagnostics", "Label", "Severity", "render", "render_all", "suggest"]
