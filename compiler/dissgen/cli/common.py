"""What several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dissgen.diagnostics import Diagnostics

COLOR = click.Choice(["auto", "always", "never"])


def use_color(choice: str, stream: object = None) -> bool:
    """Whether to colour: NO_COLOR and dumb terminals say no, FORCE_COLOR yes, unless `--color` decides."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    target = stream or sys.stderr
    return bool(getattr(target, "isatty", lambda: False)())


def chosen_specs(specs: tuple[str, ...], root: Path) -> list[Path]:
    """The named specs, or all of the project. Raises UsageError where there is none."""
    from dissgen.workspace import all_specs

    if specs:
        paths: dict[Path, Path] = {}  # a file that is named twice is taken once
        for path in map(Path, specs):
            if path.is_dir():
                raise click.UsageError(f"{path} is a folder; name the spec files, or none for all of specs/")
            paths.setdefault(resolved(path), path)
        return list(paths.values())
    found = all_specs(root)
    if not found:
        raise click.UsageError(f"no specs found: {root / 'specs'} has no *.yaml file with a `protocol`")
    for path in found:
        if path.is_symlink():
            resolved(path)
    return found


def resolved(path: Path) -> Path:
    """The path without links. Raises UsageError where links lead in a circle."""
    try:
        return path.resolve()
    except (RuntimeError, OSError) as error:
        raise click.UsageError(f"{path} cannot be found: its links lead in a circle") from error


def show(diagnostics: Diagnostics, color: str) -> None:
    """Print all diagnostics to standard error."""
    from dissgen.diagnostics import render_all

    text = render_all(diagnostics, colour=use_color(color))
    if text:
        click.echo(text, err=True, nl=not text.endswith("\n"), color=True)


def said(error: click.ClickException | OSError) -> str:
    """What is wrong, in one line."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    return f"{error.filename or 'output'}: {error.strerror or error}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)
