"""The expression checker: from what was written to a typed tree."""

from dissgen.sema.expressions.annotation import check_type
from dissgen.sema.expressions.cases import Cases, Fact, Path, subject
from dissgen.sema.expressions.checker import check
from dissgen.sema.expressions.scope import Scope, facts, narrowings
from dissgen.sema.expressions.template import Template, check_template

__all__ = [
    "Cases",
    "Fact",
    "Path",
    "Scope",
    "Template",
    "check",
    "check_template",
    "check_type",
    "facts",
    "narrowings",
    "subject",
]
