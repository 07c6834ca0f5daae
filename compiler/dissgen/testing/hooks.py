"""Examples of specs with hooks: what the hooks answer, and what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dissgen.codegen import naming
from dissgen.ir.ops import Hook
from dissgen.testing.outcome import Outcome, plain, run
from dissgen.testing.script import ScriptError, Step

if TYPE_CHECKING:
    from dissgen.pipeline import Compiled


class Answered:
    """An object for the hooks of one session, which writes down its calls."""

    def __init__(self, hooks: Mapping[str, Hook], answers: Mapping[str, Any]) -> None:
        self._hooks = hooks
        self._answers = answers
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.problem: str | None = None

    def __getattr__(self, method: str) -> Any:
        if method not in self._hooks:
            raise AttributeError(method)
        return partial(self._call, self._hooks[method])

    def _call(self, hook: Hook, *arguments: object) -> Any:
        names = (name for name, _ in hook.parameters)
        self.calls.append((hook.name, {name: plain(value) for name, value in zip(names, arguments, strict=True)}))
        count = sum(name == hook.name for name, _ in self.calls)
        answers = self._answers.get(hook.name)
        if isinstance(answers, list):
            if count > len(answers):
                self.problem = f"  the hook `{hook.name}` is called {count} times, and has {len(answers)} answers"
                return None
            answers = answers[count - 1]
        if isinstance(answers, dict) and set(answers) == {"raise"}:
            raise RuntimeError(str(answers["raise"]))
        return bytes.fromhex(str(answers["hex"])) if isinstance(answers, dict) else answers


class Answers:
    """What the hooks answer in an example; `begin` gives an object for one session."""

    def __init__(self, hooks: tuple[Hook, ...], answers: Mapping[str, Any]) -> None:
        self._hooks = {naming.hook(hook.name): hook for hook in hooks}
        self._answers = answers

    def begin(self) -> Answered:
        return Answered(self._hooks, self._answers)


def answers_of(compiled: Compiled, entry: Mapping[str, Any]) -> dict[str, Answers]:
    """The option of a session for `hooks` of an example; none without them. Raises ScriptError."""
    if "hooks" not in entry:
        return {}
    given: Mapping[str, Any] = entry["hooks"]
    hooks = {hook.name: hook for hook in compiled.module.hooks}
    if not hooks:
        raise ScriptError("the spec has no hooks")
    for name, answer in given.items():
        if name not in hooks:
            raise ScriptError(f"there is no hook `{name}`; there are {', '.join(hooks)}")
        for one in answer if isinstance(answer, list) else [answer]:
            if isinstance(one, dict) and set(one) not in ({"hex"}, {"raise"}):
                raise ScriptError(f"the answer of `{name}` is a value, `{{hex: digits}}` or `{{raise: text}}`")
    missing = [hook.name for hook in hooks.values() if hook.returns is not None and hook.name not in given]
    if missing:
        raise ScriptError(f"the hook `{missing[0]}` returns something: write `hooks: {{{missing[0]}: ...}}`")
    return {"hooks": Answers(compiled.module.hooks, given)}


def calls_without_hooks(entry: Mapping[str, Any]) -> None:
    """Refuse an expectation about calls that nobody hears of. Raises ScriptError."""
    if "calls" in entry.get("expect", {}) and "hooks" not in entry:
        raise ScriptError("an example without `hooks` expects no calls: write `hooks: {}`")


def run_with_hooks(module: Any, steps: list[Step], options: dict[str, Any]) -> Outcome:
    """`run`, with hooks of which nobody has asked anything yet; what they are asked is part of the outcome."""
    answers = options.get("hooks")
    if not isinstance(answers, Answers):
        return run(module, steps, **options)
    hooks = answers.begin()
    result = run(module, steps, **options | {"hooks": hooks})
    result.calls = hooks.calls
    result.keys += [("call", name, arguments) for name, arguments in hooks.calls]
    result.unbalanced = hooks.problem or result.unbalanced
    return result


def wrong_calls(expected: Any, calls: list[tuple[str, dict[str, object]]]) -> tuple[list[Any], list[Any]] | None:
    """What was expected and what was called, as far as the expectation speaks of it; None where they agree."""
    if isinstance(expected, dict):
        counts = {name: sum(called == name for called, _ in calls) for name in expected}
        return None if counts == expected else ([expected], [counts])
    wanted = [(entry["hook"], {name: value for name, value in entry.items() if name != "hook"}) for entry in expected]
    named = {name for name, _ in wanted} or {name for name, _ in calls}
    got = [(name, arguments) for name, arguments in calls if name in named]
    shown = [
        (name, {key: arguments.get(key) for key in wanted[index][1]})
        if index < len(wanted) and wanted[index][0] == name
        else (name, arguments)
        for index, (name, arguments) in enumerate(got)
    ]
    return None if shown == wanted else (wanted, shown)
