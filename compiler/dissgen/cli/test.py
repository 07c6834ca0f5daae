"""`dissgen test`: the examples of specs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dissgen.cli.common import COLOR, chosen_specs, counted, show
from dissgen.cli.update import offer_update

if TYPE_CHECKING:
    from pathlib import Path

    from dissgen.testing import Coverage


@click.command()
@click.argument("specs", nargs=-1, type=click.Path())
@click.option("-k", "names", multiple=True, metavar="TEXT", help="Only examples whose name contains TEXT.")
@click.option("--coverage", is_flag=True, help="Say what of the specs no example reaches.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if the examples of a spec reach less of its transitions, cases and alerts.",
)
@click.option("--update", is_flag=True, help="Show how `expect` would have to change for examples to pass, and ask.")
@click.option("--yes", is_flag=True, help="With --update: do not ask.")
@click.option("--verbose", is_flag=True, help="Name every example.")
@click.option("--color", type=COLOR, default="auto", show_default=True)
def test(
    specs: tuple[str, ...],
    names: tuple[str, ...],
    coverage: bool,
    fail_under: float | None,
    update: bool,
    yes: bool,
    verbose: bool,
    color: str,
) -> None:
    """Run the `examples` of SPECS (default: all of specs/): whole, byte by byte, and cut at every point.

    Where a spec promises the same events for it, also with the two directions interleaved anew.
    """
    from dissgen.diagnostics import Diagnostics
    from dissgen.pipeline import compile_spec
    from dissgen.testing import run_examples
    from dissgen.workspace import project_root, root_of

    _check_options(update, yes)
    diagnostics = Diagnostics()
    passed = failed = runs = 0
    short = False
    for path in chosen_specs(specs, project_root()):
        compiled = compile_spec(path, root_of(path), diagnostics, formatted=False)
        if compiled is None:
            continue
        results = list(run_examples(compiled, diagnostics, names))
        written = offer_update(compiled, path, results, yes) if update else ()
        for result in results:
            runs += result.runs
            good = result.failure is None or result.example in written
            passed, failed = passed + good, failed + (not good)
            if not good:
                click.echo(f"FAIL  {result.place} {result.name}\n{result.failure}")
            elif verbose:
                click.echo(f"ok    {result.place} {result.name} ({counted(result.runs, 'run')})")
        if coverage or fail_under is not None:
            measured = _measured(path)
            low = fail_under is not None and measured.percent < fail_under
            short = short or low
            _show_coverage(compiled.path, measured, details=coverage or low)
    show(diagnostics, color)
    click.echo(f"{passed} passed, {failed} failed ({counted(runs, 'run')})")
    if short:
        click.echo(f"the examples reach less than {fail_under:g} percent", err=True)
    sys.exit(1 if failed or short or diagnostics.has_errors else 0)


def _check_options(update: bool, yes: bool) -> None:
    if yes and not update:
        raise click.UsageError("--yes goes with --update")
    if update and not yes and not sys.stdin.isatty():
        raise click.UsageError("--update asks before it writes, and there is nobody to ask: add --yes")


def _measured(path: Path) -> Coverage:
    """What the examples of a spec reach, all of them whatever was chosen."""
    from dissgen.diagnostics import Diagnostics
    from dissgen.passes import PASSES
    from dissgen.pipeline import compile_spec
    from dissgen.testing import Coverage, measure
    from dissgen.workspace import root_of

    found = Coverage()
    off = tuple(name for name, _ in PASSES)
    compiled = compile_spec(path, root_of(path), Diagnostics(), off=off, formatted=False, change=found.change)
    if compiled is not None:
        measure(compiled, found.reached)
    return found


def _show_coverage(path: str, measured: Coverage, *, details: bool) -> None:
    counts = ", ".join(f"{hit} of {counted(total, kind)}" for kind, hit, total in measured.counts() if total)
    click.echo(f"{path}: {measured.percent:.0f}% reached ({counts or 'nothing to reach'})")
    if details:
        for point in measured.missing():
            click.echo(f"  not reached: {point.span.location} {point.kind} {point.text}")
