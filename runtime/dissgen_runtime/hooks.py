"""Hooks: what a spec calls in the program around it. The only place where a session runs code that is not its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final, TypedDict

from dissgen_runtime.errors import ParseError

LONGEST: Final = 200  # characters of what an exception says


class SessionOptions(TypedDict, total=False):
    """What every session takes; those of a spec with hooks take `hooks` besides."""

    now: int
    midstream: bool
    transport: str | None
    subscribe: frozenset[str] | None
    dissectors: Mapping[str, Any] | None
    client: str | None
    server: str | None


class HookError(ValueError):
    """A hook has raised, or has returned what the spec does not say; `reason` is why the session fails."""

    def __init__(self, reason: ParseError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Hooked:
    """A dissector together with the object for its hooks, wherever the module of a dissector is taken.

    So a protocol inside another one (`dissectors` of a session) gets its hooks too. Raises TypeError where the
    dissector has no hooks, or the object lacks one.
    """

    __slots__ = ("hooks", "module")

    def __init__(self, module: ModuleType, hooks: object) -> None:
        check_hooks(module.Session, hooks)
        self.module = module
        self.hooks = hooks

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def Session(self, **options: Any) -> Any:
        """A session with these hooks."""
        return self.module.Session(hooks=self.hooks, **options)

    def __reduce__(self) -> tuple[object, ...]:
        return _hooked, (self.module.__name__, self.hooks)


def _hooked(module: str, hooks: object) -> Hooked:
    from importlib import import_module  # for what was pickled only

    return Hooked(import_module(module), hooks)


def check_hooks(session: type[Any], hooks: object) -> None:
    """Whether an object has what the sessions of this class call. Raises TypeError."""
    wanted: tuple[str, ...] = getattr(session, "HOOKS", ())
    if not wanted:
        raise TypeError(f"{session.PROTOCOL} has no hooks")
    missing = [name for name in wanted if not callable(getattr(hooks, name, None))]
    if missing:
        raise TypeError(
            f"the hooks of {session.PROTOCOL} need a method `{missing[0]}`: {type(hooks).__name__} has none"
        )


def why(error: Exception, transition: str | None) -> ParseError | str:
    """Why a session fails in whose `execute` this was raised."""
    return error.reason if isinstance(error, HookError) else f"{transition}: {type(error).__name__}: {error}"


def described(error: Exception) -> str:
    """An exception in a line."""
    try:
        text = str(error)
    except Exception:  # whatever a class of the program's own does
        text = ""
    text = text.partition("\n")[0][:LONGEST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
