"""The tokens of a spec: defined ones, inline ones, and their use as terminators."""

from __future__ import annotations

from collections.abc import Iterable

from dissgen.reader import ScalarNode
from dissgen.sema.model import TerminatorModel, TokenModel
from dissgen.sema.spec_context import IDENTIFIER, SpecContext
from dissgen.spec.tree import Name, Protocol, name_of
from dissgen.text import Span
from dissgen.tokens import TokenError, compile_terminator, compile_token


class TokenTable:
    """Compiles every token once; a token that does not compile is reported once and then known but `broken`."""

    def __init__(self, protocol: Protocol, context: SpecContext) -> None:
        self.context = context
        self.limit = protocol.limits.token
        self.definitions = {item.name.text: item for item in protocol.tokens}
        self.tokens: dict[str, TokenModel] = {}
        self.terminators: dict[str, TerminatorModel] = {}
        self._inline: dict[Span, str | None] = {}
        self._failed: set[str] = set()
        self._names = {name.upper() for name in self.definitions}
        for item in protocol.tokens:
            context.check_name(item.name, "token")

    def finish(self) -> None:
        """Compile what nothing has asked for yet: tokens that only expressions match, and unused ones."""
        for name in self.definitions:
            if name in self.context.used["matched"] or name not in self.terminators:
                self._ensure(name)

    def __contains__(self, name: str) -> bool:
        return name in self.definitions

    def names(self) -> Iterable[str]:
        return self.definitions

    def places(self) -> dict[str, Name]:
        return {name: item.name for name, item in self.definitions.items()}

    def in_order(self) -> tuple[TokenModel, ...]:
        """The tokens that are matched: defined ones in the order of the file, then inline ones as they come."""
        defined = [self.tokens[name] for name in self.definitions if name in self.tokens]
        inline = sorted((token for token in self.tokens.values() if token.inline), key=lambda token: token.span.start)
        return (*defined, *inline)

    def _ensure(self, name: str) -> None:
        """Compile a defined token, once."""
        if name not in self.tokens and name not in self._failed:
            item = self.definitions[name]
            self._compile(name, item.pattern, item.name.span, inline=False)

    def _compile(self, name: str, node: ScalarNode, span: Span, inline: bool) -> bool:
        text = node.value if isinstance(node.value, str) else node.span.text
        try:
            compiled = compile_token(text, self.limit)
        except TokenError as error:
            self._report("DG401", error, node)
            self._failed.add(name)
            return False
        self.tokens[name] = TokenModel(name, text, compiled, compiled.minimum, inline, span)
        return True

    def _report(self, code: str, error: TokenError, node: ScalarNode, used: Span | None = None) -> None:
        report_token_error(code, error, node, self.context, used)

    def token(self, node: ScalarNode, names: tuple[str, ...]) -> str | None:
        """The token that a scalar names or writes; inline ones get the first of `names` that is free."""
        name = name_of(node)
        assert name is not None
        if isinstance(node.value, str) and IDENTIFIER.fullmatch(node.value):
            self.context.use("tokens", name.text)
            if name.text not in self:
                self.context.unknown("a token", name, self.names(), self.places(), "not defined in `tokens`")
                return None
            self._ensure(name.text)
            return name.text
        if node.span not in self._inline:
            free = self._free(names, {*self._names})
            self._names.add(free)
            self._inline[node.span] = free if self._compile(free, node, node.span, inline=True) else None
        return self._inline[node.span]

    def terminator(self, node: ScalarNode, names: tuple[str, ...]) -> str | None:
        """As `token`, for what `until`, `resync` and `skip` search."""
        name = name_of(node)
        assert name is not None
        pattern, used = node, None
        if isinstance(node.value, str) and IDENTIFIER.fullmatch(node.value):
            self.context.use("tokens", name.text)
            if name.text not in self:
                self.context.unknown("a token", name, self.names(), self.places(), "not defined in `tokens`")
                return None
            if name.text in self._failed:
                return None
            pattern, used, key = self.definitions[name.text].pattern, node.span, name.text
        elif (known := next((t for t in self.terminators.values() if t.span == node.span), None)) is not None:
            return known.name
        else:
            key = self._free(names, {found.upper() for found in self.terminators} | self._names)
        if key not in self.terminators:
            text = pattern.value if isinstance(pattern.value, str) else pattern.span.text
            try:
                compiled = compile_terminator(text)
            except TokenError as error:
                self._report("DG402", error, pattern, used)
                return None
            place = node.span if used is None else self.definitions[key].name.span
            self.terminators[key] = TerminatorModel(key, text, compiled, place)
        return key

    def minimum(self, name: str) -> int:
        """The length of the shortest match; 1 for a token that did not compile."""
        found = self.tokens.get(name)
        return found.minimum if found is not None else 1

    @staticmethod
    def _free(names: tuple[str, ...], taken: set[str]) -> str:
        for name in names:
            if name.upper() not in taken:
                return name.upper()
        number = 2
        while f"{names[-1].upper()}_{number}" in taken:
            number += 1
        return f"{names[-1].upper()}_{number}"


def report_token_error(
    code: str, error: TokenError, node: ScalarNode, context: SpecContext, used: Span | None = None
) -> None:
    """Say what is wrong with an expression, on its own characters."""
    also = [] if used is None else [(used, "needed here")]
    if error.also is not None:
        also.insert(0, (node.inner_span(error.also.start, error.also.end), error.also.label))
    span = node.inner_span(error.start, max(error.end, error.start + 1))
    context.diagnostics.error(code, error.message, span, error.label, also=also, help=error.help or ())
