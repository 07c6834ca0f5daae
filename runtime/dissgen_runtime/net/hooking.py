"""Objects for the hooks of dissectors, as the command line names them."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import cast

from dissgen_runtime.hooks import Hooked
from dissgen_runtime.net.registry import DissectorError, DissectorModule


def with_hooks(modules: Iterable[DissectorModule], texts: Iterable[str]) -> list[DissectorModule]:
    """The dissectors, those with hooks that are named: `smtp=mail_hooks:Hooks`, `smtp=mail_hooks.py:hooks`.

    What stands behind the colon is the object itself, or a class of which one is made. Raises DissectorError.
    """
    found = list(modules)
    for text in texts:
        match = re.fullmatch(r"([a-z][a-z0-9_]*)=(.+):([A-Za-z_][\w.]*)", text)
        if match is None:
            raise DissectorError(f"`{text}` is not of the form smtp=module:object or smtp=file.py:object")
        protocol, source, name = match.groups()
        places = [index for index, module in enumerate(found) if protocol == module.PROTOCOL]
        if not places:
            known = ", ".join(sorted({module.PROTOCOL for module in found})) or "none"
            raise DissectorError(f"hooks for `{protocol}`: there is no such dissector; there are: {known}")
        try:
            hooks = _object(source, name)
            for index in places:
                found[index] = cast(DissectorModule, Hooked(cast(ModuleType, found[index]), hooks))
        except DissectorError:
            raise
        except Exception as error:  # whatever the program's own code does
            raise DissectorError(f"hooks for `{protocol}`: {type(error).__name__}: {error}") from error
    return found


def _object(source: str, name: str) -> object:
    found: object = _from_file(Path(source)) if source.endswith(".py") else _from_name(source)
    for part in name.split("."):
        if not hasattr(found, part):
            raise DissectorError(f"{source}: there is no `{name}` in it")
        found = getattr(found, part)
    return found() if isinstance(found, type) else found


def _from_name(name: str) -> ModuleType:
    """A module by its name, also one in the working directory."""
    sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            raise DissectorError(f"there is no module `{name}`; a file is named with its `.py`") from error
        raise
    finally:
        sys.path.remove("")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise DissectorError(f"{path}: no such file")
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None:
        raise DissectorError(f"{path}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module
