"""`dissgen dissect`: dissectors applied to captures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from dissgen.cli.common import COLOR, show

if TYPE_CHECKING:
    from dissgen_runtime.net.registry import DissectorModule


@click.command()
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE...")
@click.option(
    "-d",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Dissectors to use: a module, a folder of them, or a spec [default: the project's and the shipped ones].",
)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option("--protocol", "protocols", multiple=True, metavar="NAME", help="Use only these dissectors.")
@click.option("--decode-as", multiple=True, metavar="tcp/PORT=NAME", help="Use a dissector for a port.")
@click.option("--fail-on", type=click.Choice(["alert"]), help="Exit with 1 if there was an alert.")
@click.option("--color", type=COLOR, default="auto", show_default=True)
def dissect(
    captures: tuple[str, ...],
    paths: tuple[str, ...],
    form: Literal["text", "jsonl"],
    protocols: tuple[str, ...],
    decode_as: tuple[str, ...],
    fail_on: str | None,
    color: Literal["auto", "always", "never"],
) -> None:
    """Print what the dissectors find in CAPTUREs (pcap or pcapng, gzip or not; - is standard input)."""
    from dissgen_runtime.net.command import run_dissect
    from dissgen_runtime.net.registry import DissectorError, Dissectors, parse_decode_as

    modules: list[DissectorModule] = []
    named: list[str] = []
    try:
        for path in paths or _default_folders():
            found = _load(Path(path), color)
            modules += found
            if not Path(path).is_dir():  # a dissector that is named itself is used, also a tutorial's
                named += [module.PROTOCOL for module in found]
        wanted = [name for text in protocols for name in text.split(",")]
        if not wanted and any(module.TUTORIAL and module.PROTOCOL in named for module in modules):
            wanted = [module.PROTOCOL for module in modules if not module.TUTORIAL or module.PROTOCOL in named]
        ports = dict(parse_decode_as(text) for text in decode_as)
        dissectors = Dissectors(modules, protocols=wanted or None, decode_as=ports)
    except DissectorError as error:
        raise click.ClickException(str(error)) from error
    status = run_dissect(
        captures,
        dissectors,
        format=form,
        stdout=sys.stdout,
        stderr=sys.stderr,
        fail_on_alert=fail_on == "alert",
        color=color,
    )
    sys.exit(status)


def _default_folders() -> list[str]:
    """The shipped library, and the project's own modules, which replace shipped ones of the same name."""
    from dissgen.library import library_path
    from dissgen.workspace import project_root

    shipped = library_path("generated")
    own = project_root() / "generated"
    folders = [str(shipped)]
    if own.is_dir() and own.resolve() != shipped.resolve() and any(own.glob("*_dissector.py")):
        folders.append(str(own))
    return folders


def _load(path: Path, color: str) -> list[DissectorModule]:
    """The dissectors of a path. Raises DissectorError; a spec with errors ends the command with status 1."""
    from dissgen_runtime.net.registry import as_dissector, load_dissectors

    if path.suffix not in (".yaml", ".yml"):
        return load_dissectors(path)
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
