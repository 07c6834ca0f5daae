"""What the last `dissgen build` was made of, so that one of which nothing has changed says so without reading it.

`.dissgen/built` has a line `digest path` for the compiler, for every file that was read, and for every module that was
written. It is asked before anything else is imported, and only contents count, not times. What is in doubt is built.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Final

RECORD: Final = os.path.join(".dissgen", "built")
MARKERS: Final = ("dissgen.toml", "pyproject.toml")
SPECS: Final = "specs"
USED: Final = ("black", "jinja2", "yaml")  # by the compiler, besides its own files


def nothing_changed() -> bool:
    """Whether a `dissgen build` of all specs here, in the root of a project, would do what the last one did."""
    try:
        with open(RECORD, encoding="utf-8") as file:
            recorded = [line.split(" ", 1) for line in file.read().splitlines()]
        if not recorded or recorded[0] != [_compiler(), "compiler"] or not any(map(os.path.isfile, MARKERS)):
            return False
        paths = {path for _, path in recorded[1:]}
        return paths.issuperset(_found()) and all(_digest(path) == digest for digest, path in recorded[1:])
    except (OSError, UnicodeDecodeError, ValueError):
        return False


def remember(read: Iterable[str], written: Iterable[str]) -> None:
    """Note a build of all specs that had no findings. Paths are relative to the working directory, the root.

    Nothing is noted where a link could lead elsewhere next time, or where the folder cannot be written.
    """
    paths = sorted({*_found(), *read, *written})
    if any(_is_linked(path) for path in paths) or any("\n" in path for path in paths):
        return
    try:
        lines = [f"{_compiler()} compiler", *(f"{_digest(path)} {path}" for path in paths)]
        os.makedirs(os.path.dirname(RECORD), exist_ok=True)
        with open(os.path.join(os.path.dirname(RECORD), ".gitignore"), "w", encoding="utf-8") as file:
            file.write("*\n")
        temporary = f"{RECORD}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines))
        os.replace(temporary, RECORD)
    except (OSError, UnicodeEncodeError):
        return


def _found() -> Iterator[str]:
    """The files that say what there is to build."""
    yield from filter(os.path.exists, MARKERS)
    for folder, _, names in os.walk(SPECS, followlinks=True):
        yield from (os.path.join(folder, name) for name in names if name.endswith(".yaml"))


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _compiler() -> str:
    """The version of Python and of everything that takes part."""
    digest = hashlib.sha256(sys.version.encode())
    own = os.path.dirname(__file__)
    for folder, folders, names in os.walk(own):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            digest.update(_stamp(os.path.join(folder, name)))
    for name in USED:
        for place in sys.path:
            package = os.path.join(place, name, "__init__.py")
            if os.path.isfile(package):
                digest.update(_stamp(package))
                break
    return digest.hexdigest()


def _stamp(path: str) -> bytes:
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}\n".encode("utf-8", "surrogateescape")


def _is_linked(path: str) -> bool:
    return os.path.realpath(path) != os.path.join(os.path.realpath(os.curdir), path)
