"""The shipped library: specs and the generated modules that belong to them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def library_path(kind: Literal["specs", "generated"]) -> Path:
    """The folder of the shipped specs or generated modules: the checkout's, else the copy that the wheel installed.

    Raises FileNotFoundError where there is neither (the package was taken apart).
    """
    checkout = _PACKAGE.parents[1]
    root = checkout if _is_checkout(checkout) else _PACKAGE / "library"
    folder = root / kind
    if not folder.is_dir():
        raise FileNotFoundError(2, "the shipped library is missing; install dissgen again", str(folder))
    return folder


def _is_checkout(folder: Path) -> bool:
    """Whether `folder` is this project's source: an installed package may lie below any other project's folder."""
    try:
        with (folder / "pyproject.toml").open("rb") as file:
            return bool(tomllib.load(file).get("project", {}).get("name") == "dissgen")
    except (OSError, tomllib.TOMLDecodeError):
        return False
