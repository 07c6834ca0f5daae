"""`dissgen explain`: what a code means."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Explain the error or lint CODE, with an example of the mistake and of its mending."""
    from dissgen.diagnostics import suggest
    from dissgen.diagnostics.codes import CODES

    entry = CODES.get(code) or CODES.get(code.upper())
    if entry is None:
        near = suggest(code.upper(), CODES) or suggest(code, CODES)
        hint = f"; did you mean {near}?" if near else ""
        click.echo(f"dissgen: there is no code {code}{hint}", err=True)
        sys.exit(2)
    click.echo(f"{entry.code}: {entry.title}\n\n{entry.explanation.strip()}\n")
    click.echo(f"Wrong:\n\n{_indented(entry.bad_example)}\n\nRight:\n\n{_indented(entry.good_example)}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").splitlines())
