"""Hooks: the class that says what a session calls, and the calls."""

from __future__ import annotations

from collections.abc import Callable

from dissgen.codegen import naming
from dissgen.codegen.parts import FunctionView
from dissgen.codegen.pysource import docstring, literal
from dissgen.codegen.values import python_type
from dissgen.ir import ops
from dissgen.ir.expressions import Typed
from dissgen.types import OptionalType, inner


def hook_methods(module: ops.Module) -> tuple[FunctionView, ...]:
    """The methods of the protocol class `Hooks`."""
    return tuple(_method(hook) for hook in module.hooks)


def _method(hook: ops.Hook) -> FunctionView:
    parameters = ", ".join(f"{naming.parameter_of_hook(name)}: {python_type(type)}" for name, type in hook.parameters)
    doc = docstring(f"Hook `{hook.name}` ({hook.place})." + (f" {hook.doc.strip()}" if hook.doc.strip() else ""))
    return FunctionView(
        naming.hook(hook.name), parameters, "None" if hook.returns is None else python_type(hook.returns), doc, ()
    )


def call(module: ops.Module, verb: ops.CallHook, place: Callable[[str], str], given: Callable[[Typed], str]) -> str:
    """The statement of a `call`. `place` is where a variable is, `given` a value that the hook may keep."""
    hook = next(hook for hook in module.hooks if hook.name == verb.hook)
    name = literal(naming.hook(hook.name))
    arguments = [given(value) for _, value in verb.arguments]
    if verb.into is None or hook.returns is None:
        return f"self._call_hook({', '.join((name, *arguments))})"
    target = place(verb.into)
    method = "_ask_hook_or_none" if isinstance(hook.returns, OptionalType) else "_ask_hook"
    return f"{target} = self.{method}({', '.join((name, python_type(inner(hook.returns)), target, *arguments))})"
