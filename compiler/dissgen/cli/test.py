"""`dissgen test`: the examples of specs."""

from __future__ import annotations

import sys

import click

from dissgen.cli.common import COLOR, chosen_specs, counted, show


@click.command()
@click.argument("specs", nargs=-1, type=click.Path())
@click.option("--verbose", is_flag=True, help="Name every example.")
@click.option("--color", type=COLOR, default="auto", show_default=True)
def test(specs: tuple[str, ...], verbose: bool, color: str) -> None:
    """Run the `examples` of SPECS (default: all of specs/): whole, byte by byte, and cut at every point."""
    from dissgen.diagnostics import Diagnostics
    from dissgen.pipeline import compile_spec
    from dissgen.testing import run_examples
    from dissgen.workspace import project_root, root_of

    diagnostics = Diagnostics()
    passed = failed = runs = 0
    for path in chosen_specs(specs, project_root()):
        compiled = compile_spec(path, root_of(path), diagnostics, formatted=False)
        if compiled is None:
            continue
        for result in run_examples(compiled, diagnostics):
            runs += result.runs
            if result.failure is None:
                passed += 1
                if verbose:
                    click.echo(f"ok    {result.place} {result.name} ({counted(result.runs, 'run')})")
            else:
                failed += 1
                click.echo(f"FAIL  {result.place} {result.name}\n{result.failure}")
    show(diagnostics, color)
    click.echo(f"{passed} passed, {failed} failed ({counted(runs, 'run')})")
    sys.exit(1 if failed or diagnostics.has_errors else 0)
