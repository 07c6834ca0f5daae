"""What every lint rule has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from dissgen.diagnostics import Diagnostic, Label, Severity
from dissgen.diagnostics.codes import Code
from dissgen.sema import Model
from dissgen.text import Span


class LintRule(ABC):
    """A rule: its entry in the table of codes, and what it finds in a model without errors."""

    code: ClassVar[Code]

    @property
    def slug(self) -> str:
        return self.code.code

    @property
    def what_it_does(self) -> str:
        return f"Finds {self.code.title}."

    @property
    def why_is_this_bad(self) -> str:
        return self.code.explanation

    @property
    def example(self) -> str:
        return self.code.bad_example

    @property
    def use_instead(self) -> str:
        return self.code.good_example

    @abstractmethod
    def check(self, model: Model) -> Iterable[Diagnostic]:
        """What the rule has to say, in any order."""

    def finding(
        self, message: str, span: Span, label: str, help_: str, also: tuple[tuple[Span, str], ...] = ()
    ) -> Diagnostic:
        """A warning of this rule."""
        secondary = tuple(Label(where, text) for where, text in also)
        return Diagnostic(self.slug, Severity.WARNING, message, Label(span, label), secondary, (), (help_,))
