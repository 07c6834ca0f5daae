"""`dissgen schema`: the JSON Schema of the language, for editors."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the spec language (for editors: see docs/language.md)."""
    from importlib.resources import files

    click.echo(files("dissgen.schema").joinpath("dissgen-1.schema.json").read_text(encoding="utf-8"), nl=False)
