"""`dissgen test --update`: what would change is shown, and written when it is wanted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from dissgen.pipeline import Compiled, Example
    from dissgen.testing import ExampleResult

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def offer_update(compiled: Compiled, path: Path, results: Sequence[ExampleResult], yes: bool) -> Collection[Example]:
    """Show what `expect` would have to say, ask unless `yes`, and write it; the examples that were updated."""
    from dissgen.testing.update import updated
    from dissgen.workspace import root_of, write_atomically

    change = updated(compiled, path, root_of(path), results)
    if change is None:
        return ()
    click.echo(change.diff(), nl=False)
    if change.problem is not None:
        click.echo(f"{change.old.path} stays as it is, for with these changes:\n{change.problem}", err=True)
        return ()
    if not yes and not click.confirm(f"write {change.old.path}?", err=True):
        return ()
    data = path.read_bytes()
    mark = "\ufeff" if data.startswith(_BYTE_ORDER_MARK) else ""
    if data != (mark + change.old.text).encode():
        click.echo(f"{change.old.path} stays as it is: somebody else has changed it meanwhile", err=True)
        return ()
    write_atomically(path.resolve(), mark + change.new)
    click.echo(f"{change.old.path} is updated", err=True)
    return change.examples
