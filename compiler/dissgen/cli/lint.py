"""`dissgen lint`: errors and lints of specs."""

from __future__ import annotations

import sys

import click

from dissgen.cli.common import COLOR, chosen_specs, counted, show


@click.command()
@click.argument("specs", nargs=-1, type=click.Path())
@click.option("--color", type=COLOR, default="auto", show_default=True)
def lint(specs: tuple[str, ...], color: str) -> None:
    """Check SPECS (default: all of specs/) for errors and for what is probably a mistake.

    Exit status 1 if anything is found.
    """
    from dissgen.diagnostics import Diagnostics
    from dissgen.pipeline import lint_spec
    from dissgen.workspace import project_root, root_of

    diagnostics = Diagnostics()
    paths = chosen_specs(specs, project_root())
    for path in paths:
        lint_spec(path, root_of(path), diagnostics)
    found = list(diagnostics)
    show(diagnostics, color)
    click.echo(f"{counted(len(paths), 'spec')} checked, {counted(len(found), 'finding')}", err=True)
    sys.exit(1 if found else 0)
