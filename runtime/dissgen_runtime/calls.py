"""The calls of hooks, and what a session says once only."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from dissgen_runtime.errors import ParseError
from dissgen_runtime.hooks import HookError, check_hooks, described
from dissgen_runtime.timers import Timers

B = TypeVar("B")
R = TypeVar("R", bool, int, float, str, bytes)

_UNANSWERED: Final = object()


class Calls(Timers):
    """The part of a session that calls hooks, and what it says once only."""

    __slots__ = ("_hooks", "_said")

    HOOKS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, now: int, midstream: bool, subscribe: frozenset[str] | None) -> None:
        super().__init__(now, midstream, subscribe)
        self._hooks: object = None
        self._said: tuple[str, ...] = ()

    def _give_hooks(self, hooks: object) -> None:
        if hooks is not None:
            check_hooks(type(self), hooks)
            self._hooks = hooks

    def _say_once(self, text: str) -> None:
        """A line of the log that would only be repeated."""
        if text not in self._said:
            self._said = (*self._said, text)
            self._log(text)

    # What handlers use

    def _call_hook(self, name: str, *arguments: object) -> None:
        """Call a hook; what it returns is of no interest. Without an object for the hooks nothing happens."""
        self._answer(name, arguments)

    def _ask_hook(self, name: str, kind: type[R], before: B, *arguments: object) -> R | B:
        """What a hook returns; without an object for the hooks `before`."""
        answer = self._answer(name, arguments)
        return before if answer is _UNANSWERED else self._of_kind(name, kind, answer)

    def _ask_hook_or_none(self, name: str, kind: type[R], before: B, *arguments: object) -> R | B | None:
        """The same for a hook that may return None."""
        answer = self._answer(name, arguments)
        if answer is None:
            return None
        return before if answer is _UNANSWERED else self._of_kind(name, kind, answer)

    def _answer(self, name: str, arguments: tuple[object, ...]) -> object:
        if self._hooks is None:
            self._say_once("no hooks were given: what the spec calls is passed over")
            return _UNANSWERED
        try:
            return getattr(self._hooks, name)(*arguments)
        except Exception as error:
            raise self._hook_failed(name, f"raised {described(error)}") from error

    def _of_kind(self, name: str, kind: type[R], answer: object) -> R:
        """An answer as a variable may keep it: the type exactly, within the limits."""
        if kind is float and type(answer) is int and abs(answer) < 1 << 64:
            return kind(answer)
        if type(answer) is not kind:
            raise self._hook_failed(name, f"returned {type(answer).__name__}, not {kind.__name__}")
        if isinstance(answer, str | bytes) and len(answer) > self.LIMITS.token:
            raise self._hook_failed(name, f"returned more than {self.LIMITS.token} characters or bytes")
        if type(answer) is int and not -(1 << 63) <= answer < 1 << 64:
            raise self._hook_failed(name, "returned a number of more than 64 bits")
        return answer

    def _hook_failed(self, name: str, what: str) -> HookError:
        """What is raised to end the `execute` that called the hook; it is reported by an alert too."""
        reason = ParseError("hook", self._state_name, name, self._at[1][1], what, b"")
        self._builtin("hook", "medium", str(reason), None)
        return HookError(reason)
