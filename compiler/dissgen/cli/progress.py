"""Progress over bytes read, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

BETWEEN = 0.1  # seconds between two drawings


@contextmanager
def bar(total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar that is gone when the work is done. Yields whom to tell how many more bytes were read.

    It is drawn from those calls and by no thread of its own, so that processes may be forked meanwhile.
    """
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False) as progress:
        task = progress.add_task("reading", total=total)
        drawn = time.monotonic()

        def advance(size: int) -> None:
            nonlocal drawn
            progress.advance(task, size)
            now = time.monotonic()
            if now - drawn >= BETWEEN:
                drawn = now
                progress.refresh()

        yield advance
