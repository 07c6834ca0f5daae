"""`dissgen build`: specs to generated modules."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dissgen.cli.common import COLOR, chosen_specs, counted, show

if TYPE_CHECKING:
    from dissgen.pipeline import Compiled


@click.command()
@click.argument("specs", nargs=-1, type=click.Path())
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Folder of the modules [default: generated/].")
@click.option("--check", is_flag=True, help="Write nothing; show a diff and exit with 1 if a module is stale.")
@click.option("--emit", type=click.Choice(["ir", "model"]), help="Print this form of the specs instead of building.")
@click.option("--watch", is_flag=True, help="Build again whenever a spec or a file that it imports changes.")
@click.option("--verbose", is_flag=True, help="Say what was done for each spec, with the bounds that it has.")
@click.option("--color", type=COLOR, default="auto", show_default=True)
def build(
    specs: tuple[str, ...],
    output: str | None,
    check: bool,
    emit: str | None,
    watch: bool,
    verbose: bool,
    color: str,
) -> None:
    """Compile SPECS (default: every specs/**/*.yaml with a `protocol`)."""
    if not watch:
        sys.exit(_build(specs, output, check, emit, verbose, color, set()))
    if check or emit:
        raise click.UsageError("--watch builds: it does not go with --check and --emit")
    from dissgen.cli.watch import watch as repeat

    def again(folders: set[Path]) -> None:
        _build(specs, output, check, emit, verbose, color, folders)

    repeat(again)


def _build(
    specs: tuple[str, ...],
    output: str | None,
    check: bool,
    emit: str | None,
    verbose: bool,
    color: str,
    folders: set[Path],
) -> int:
    """Build once and give the exit status; `folders` gets those in which the specs and what they import stand."""
    from dissgen.diagnostics import Diagnostics
    from dissgen.pipeline import compile_spec, emit_form
    from dissgen.workspace import output_name, project_root, root_of

    diagnostics = Diagnostics()
    results: dict[Path, Compiled] = {}
    several: set[Path] = set()  # outputs of more than one spec: none of them is written
    for path in chosen_specs(specs, project_root()):
        root = root_of(path)
        folders.add(path.resolve().parent)
        if emit:
            text = emit_form(path, root, diagnostics, emit)
            if text is not None:
                click.echo(text, nl=not text.endswith("\n"))
            continue
        compiled = compile_spec(path, root, diagnostics)
        if compiled is None:
            continue
        folders.update((root / source.path).resolve().parent for source in compiled.sources)
        target = (Path(output) if output else root / "generated") / output_name(compiled.protocol)
        if target in results:
            diagnostics.error(
                "DG701",
                f"{results[target].path} and {compiled.path} have the same output {target.name}",
                compiled.protocol_span,
                "give one of the two another `protocol`",
            )
            several.add(target)
            continue
        results[target] = compiled
    failed = diagnostics.has_errors
    show(diagnostics, color)
    if emit:
        return 1 if failed else 0
    stale = 0
    for target, item in results.items():
        if target in several:
            continue
        stale += _deliver(item, target, check, verbose)
        if verbose:
            _show_bound(item)
            _show_order(item)
    if not (specs or output or check) and not several and not len(diagnostics):
        _remember(results)
    if check and stale:
        click.echo(f"{counted(stale, 'module')} stale: run `dissgen build`", err=True)
    return 1 if failed or (check and stale) else 0


def _remember(results: dict[Path, Compiled]) -> None:
    """All specs of this project have been built without a finding; in its root the next build asks for that first."""
    from dissgen.built import remember
    from dissgen.workspace import project_root

    root = Path.cwd()
    if project_root() == root.resolve():
        read = {source.path for item in results.values() for source in item.sources}
        remember(read, {target.relative_to(root.resolve()).as_posix() for target in results})


def _deliver(compiled: Compiled, target: Path, check: bool, verbose: bool) -> bool:
    """Write or compare one module; whether it was stale."""
    from dissgen.workspace import write_atomically

    try:
        old: str | None = target.read_text(encoding="utf-8")
    except FileNotFoundError:
        old = None
    except UnicodeDecodeError:
        old = ""
    shown = _shown(target)
    if old == compiled.source:
        if verbose:
            click.echo(f"{compiled.path} -> {shown} (unchanged)")
        return False
    if check:
        before = [] if old is None else old.splitlines(keepends=True)
        after = compiled.source.splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(before, after, f"{shown} (committed)", f"{shown} (from the spec)"))
        return True
    write_atomically(target, compiled.source)
    click.echo(f"{compiled.path} -> {shown}")
    return True


def _show_bound(compiled: Compiled) -> None:
    """What one session can take, and what takes it."""
    from dissgen.ir.bound import bound

    if compiled.module.machine is None:
        return
    found = bound(compiled.module)
    children = f", and what {' or '.join(found.children)} takes" if found.children else ""
    click.echo(f"  a session takes at most {_size(found.total)}{children}:")
    for part in found.parts:
        click.echo(f"    {_size(part.size):>10}  {part.name}")


def _show_order(compiled: Compiled) -> None:
    """Whether the order in which the two directions arrive can matter, and in which states."""
    from dissgen.ir.turns import obstacles

    transports = {name for name, _ in compiled.module.transport}
    if compiled.module.machine is None or transports == {"udp"}:
        return  # the order of datagrams is the order of messages
    found = obstacles(compiled.module)
    if not found:
        click.echo("  the same events for every interleaving of the two directions")
        return
    click.echo("  the interleaving of the two directions can matter:")
    for item in found:
        click.echo(f"    {item.place}: {item.what} {item.reason}")


def _size(size: int) -> str:
    return f"{size / 1048576:.1f} MiB" if size >= 1048576 else f"{size / 1024:.0f} KiB"


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
