"""Checks the shape of a spec against the JSON Schema and reports every violation at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from dissgen.diagnostics import Diagnostics
from dissgen.reader import MappingNode, plain
from dissgen.schema.build import assemble
from dissgen.schema.fragments import Schema
from dissgen.schema.messages import Reporter

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class _Validator(Protocol):
    def iter_errors(self, instance: object) -> Iterator[ValidationError]: ...


def validate(node: MappingNode, diagnostics: Diagnostics, *, whole: bool = True) -> bool:
    """Whether a spec has the shape of the language; every violation is reported.

    What is not `whole` is there to be imported or extended: nothing but the version of the language must be in it.
    """
    reporter = Reporter(node, diagnostics)
    for error in _validator(whole).iter_errors(plain(node)):
        reporter.report(error)
    return not reporter.failed


@lru_cache(maxsize=2)
def _validator(whole: bool) -> _Validator:
    """The validator of the language. jsonschema is imported here because it takes a tenth of a second."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def source(validator: object, kind: str, instance: object, schema: object) -> Iterator[ValidationError]:
        """`x-source`: hands every text that is code to the reporter, which looks at how it was quoted."""
        if isinstance(instance, str):
            yield ValidationError(kind)

    def is_integer(checker: object, instance: object) -> bool:
        """A number without a point: JSON's `1.0` is no integer in a spec."""
        return isinstance(instance, int) and not isinstance(instance, bool)

    types = Draft7Validator.TYPE_CHECKER.redefine("integer", is_integer)
    extended: Callable[..., Callable[[Schema], _Validator]] = extend
    return extended(Draft7Validator, {"x-source": source}, type_checker=types)(assemble(whole=whole))
