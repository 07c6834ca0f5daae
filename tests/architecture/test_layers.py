"""The layers of docs/architecture.md; the contracts are in pyproject.toml."""

from __future__ import annotations

import sys

from architecture_support import PACKAGES, ROOT, run


def test_imports_go_downwards_only() -> None:
    path = ":".join(str(package.parent) for package in PACKAGES)
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(show_timings=False))"
    result = run([sys.executable, "-c", code], ROOT, {"PYTHONPATH": path})
    assert "0 broken" in result.stdout


def test_the_core_of_the_runtime_does_not_load_the_readers_of_captures() -> None:
    code = (
        "import sys, dissgen_runtime.session, dissgen_runtime.rules\n"
        "unwanted = ('dissgen.', 'dissgen_runtime.net', 'socket', 'logging')\n"
        "print([name for name in sys.modules if name.startswith(unwanted)])"
    )
    assert run([sys.executable, "-c", code], ROOT, {"PYTHONPATH": str(PACKAGES[1].parent)}).stdout.strip() == "[]"


def test_the_runtime_needs_the_standard_library_only() -> None:
    code = (
        "import sys, pkgutil, importlib, dissgen_runtime\n"
        "for module in pkgutil.walk_packages(dissgen_runtime.__path__, 'dissgen_runtime.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "allowed = sys.stdlib_module_names | {'__main__', 'dissgen_runtime'}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - allowed))"
    )
    # -S: without the site packages, so that what is not in the standard library cannot be found at all.
    result = run([sys.executable, "-S", "-c", code], ROOT, {"PYTHONPATH": str(PACKAGES[1].parent)})
    assert result.stdout.strip() == "[]"
