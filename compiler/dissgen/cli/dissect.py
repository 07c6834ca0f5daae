"""`dissgen dissect`: dissectors applied to captures."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from dissgen.cli.common import COLOR, resolved, show

if TYPE_CHECKING:
    from dissgen_runtime.net.registry import DissectorModule, Dissectors


@click.command()
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE...")
@click.option(
    "-d",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Dissectors to use: a module, a folder of them, or a spec [default: the project's and the shipped ones].",
)
@click.option("--format", "form", type=click.Choice(["text", "jsonl", "eve"]), default="text", show_default=True)
@click.option("-w", "folder", metavar="DIR", help="Write the events of each protocol to a file of its own in DIR.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Read so many captures at a time."
)
@click.option("--protocol", "protocols", multiple=True, metavar="NAME", help="Use only these dissectors.")
@click.option("--decode-as", multiple=True, metavar="tcp/PORT=NAME", help="Use a dissector for a port.")
@click.option(
    "--hooks",
    multiple=True,
    metavar="NAME=MODULE:OBJECT",
    help="What the spec of a protocol calls: an object, or a class, of a module or of a file.py.",
)
@click.option("--fail-on", type=click.Choice(["alert"]), help="Exit with 1 if there was an alert.")
@click.option("--color", type=COLOR, default="auto", show_default=True)
def dissect(
    captures: tuple[str, ...],
    paths: tuple[str, ...],
    form: Literal["text", "jsonl", "eve"],
    folder: str | None,
    jobs: int,
    protocols: tuple[str, ...],
    decode_as: tuple[str, ...],
    hooks: tuple[str, ...],
    fail_on: str | None,
    color: Literal["auto", "always", "never"],
) -> None:
    """Print what the dissectors find in CAPTUREs (pcap or pcapng, gzip or not, or a folder; - is standard input)."""
    from dissgen_runtime.net.command import run_dissect

    dissectors = _dissectors(paths, protocols, decode_as, hooks, color)
    with _progress(captures, shown=folder is not None or not sys.stdout.isatty()) as advance:
        status = run_dissect(
            captures,
            dissectors,
            format=form,
            stdout=sys.stdout,
            stderr=sys.stderr,
            fail_on_alert=fail_on == "alert",
            color=color,
            folder=folder,
            jobs=jobs,
            advance=advance,
        )
    sys.exit(status)


def _dissectors(
    paths: tuple[str, ...], protocols: tuple[str, ...], decode_as: tuple[str, ...], hooks: tuple[str, ...], color: str
) -> Dissectors:
    """The dissectors that the options name. A spec with errors, or a dissector that is not there, ends the command."""
    from dissgen_runtime.net.hooking import with_hooks
    from dissgen_runtime.net.registry import DissectorError, Dissectors, on_demand, parse_decode_as

    modules: list[DissectorModule] = []
    named: list[str] = []
    try:
        for path in paths or _default_folders():
            found = _load(Path(path), color)
            modules += found
            if not Path(path).is_dir():  # a dissector that is named itself is used, also one that is not else
                named += [module.PROTOCOL for module in found]
        wanted = [name for text in protocols for name in text.split(",")]
        if not wanted and any(on_demand(module) and module.PROTOCOL in named for module in modules):
            wanted = [module.PROTOCOL for module in modules if not on_demand(module) or module.PROTOCOL in named]
        ports = dict(parse_decode_as(text) for text in decode_as)
        return Dissectors(with_hooks(modules, hooks), protocols=wanted or None, decode_as=ports)
    except DissectorError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _progress(captures: tuple[str, ...], *, shown: bool) -> Iterator[Callable[[int], None] | None]:
    """Whom to tell of the bytes read: a bar with rate and time left on standard error, if that is a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from dissgen.cli.progress import bar
    from dissgen_runtime.net.inputs import InputError, expand, total_size

    try:
        total = total_size(expand(captures))
    except InputError:  # is complained of when it is read
        total = None
    with bar(total) as advance:
        yield advance


def _default_folders() -> list[str]:
    """The shipped library, and the project's own modules, which replace shipped ones of the same name."""
    from dissgen.library import library_path
    from dissgen.workspace import project_root

    shipped = library_path("generated")
    own = project_root() / "generated"
    folders = [str(shipped)]
    if own.is_dir() and own.resolve() != shipped.resolve() and any(map(_is_module, os.listdir(own))):
        folders.append(str(own))
    return folders


def _is_module(name: str) -> bool:
    return name.endswith("_dissector.py")


def _load(path: Path, color: str) -> list[DissectorModule]:
    """The dissectors of a path. Raises DissectorError; a spec with errors ends the command with status 1."""
    from dissgen_runtime.net.registry import as_dissector, load_dissectors

    if path.suffix not in (".yaml", ".yml"):
        return load_dissectors(path)
    resolved(path)
    from dissgen.diagnostics import Diagnostics
    from dissgen.memory import load
    from dissgen.pipeline import compile_spec
    from dissgen.workspace import root_of

    diagnostics = Diagnostics()
    compiled = compile_spec(path, root_of(path), diagnostics, formatted=False)
    if compiled is None:
        show(diagnostics, color)
        sys.exit(1)
    return [as_dissector(load(compiled.source, compiled.protocol), str(path))]
