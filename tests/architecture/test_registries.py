"""Registries are explicit tuples; nothing may be forgotten in them, and nothing in them may be without its words."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

from architecture_support import ROOT

import dissgen.lint.rules
import dissgen.passes
import dissgen.primitives
from dissgen.diagnostics.codes.lint import CODES as LINTS
from dissgen.lint import RULES
from dissgen.passes import PASSES
from dissgen.primitives import PRIMITIVES, Primitive


def modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]


def test_every_primitive_is_registered_once_and_documented() -> None:
    written = {
        cls
        for module in modules(dissgen.primitives)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Primitive)
        and cls.__module__ == module.__name__
        and cls is not Primitive
        and not cls.__name__.startswith("_")
    }
    assert {type(primitive) for primitive in PRIMITIVES} == written
    kinds = [primitive.kind for primitive in PRIMITIVES]
    assert len(kinds) == len(set(kinds))
    assert [kind for kind, primitive in zip(kinds, PRIMITIVES, strict=True) if not primitive.doc.strip()] == []


def test_every_pass_is_registered_once_and_shows_before_and_after() -> None:
    names = [name for name, _ in PASSES]
    assert len(names) == len(set(names))
    files = {name for name, apply in PASSES if inspect.getmodule(apply) in modules(dissgen.passes)}
    assert files == set(names)
    for name, apply in PASSES:
        module = inspect.getmodule(apply)
        assert module is not None
        assert module.__name__ == f"dissgen.passes.{name}"
        words = module.__doc__ or ""
        assert "Before:" in words, name
        assert "After:" in words, name


def test_every_rule_of_the_linter_is_registered_once_with_both_examples() -> None:
    slugs = [rule.slug for rule in RULES]
    assert slugs == sorted(set(slugs))
    assert {type(rule).__module__ for rule in RULES} == {module.__name__ for module in modules(dissgen.lint.rules)}
    assert slugs == [code.code for code in LINTS]
    examples = {path.name: {file.name for file in path.iterdir()} for path in (ROOT / "tests" / "lint").glob("[!_.]*/")}
    assert set(examples) == set(slugs)
    assert {slug: files for slug, files in examples.items() if not {"good.yaml", "bad.yaml"} <= files} == {}
