"""`dissgen build --watch`: builds again when a spec or a file that it imports has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeAlias

import click

from dissgen.cli.common import said

PERIOD: Final = 0.3
"""Seconds between two looks; files are not watched by the system's own means, which differ from system to system."""

Snapshot: TypeAlias = dict[str, tuple[int, int]]


def watch(build: Callable[[set[Path]], None], pause: Callable[[float], None] = time.sleep) -> None:
    """Build, and again after every change of a YAML file in the folders that `build` adds to a set; Ctrl-C ends it.

    Only the first build may fail for good: later a spec may be away for a moment, while an editor writes it anew, or
    the disk be full until the next change.
    """
    folders: set[Path] = set()
    while True:
        before = snapshot(folders)  # what changes during the build is built again
        found: set[Path] = set()
        try:
            build(found)
        except (click.ClickException, OSError) as error:
            if not folders or isinstance(error, BrokenPipeError):
                raise
            click.echo(f"dissgen: {said(error)}", err=True)
        before |= snapshot(found - folders)
        folders |= found
        click.echo("watching; Ctrl-C ends it", err=True)
        while snapshot(folders) == before:
            pause(PERIOD)


def snapshot(folders: Collection[Path]) -> Snapshot:
    """When every YAML file in the folders and below was changed, and its size."""
    found: Snapshot = {}
    for path in sorted({path for folder in folders for path in folder.rglob("*.yaml")}):
        try:
            state = path.stat()
        except OSError:  # gone since it was listed
            continue
        found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found
