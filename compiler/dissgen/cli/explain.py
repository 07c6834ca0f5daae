"""`dissgen explain`: what a code means, or why an alert was raised."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("subject", metavar="CODE|ALERT.json")
def explain(subject: str) -> None:
    """Explain the error or lint CODE, or the alerts in a file of JSON Lines (`-`: standard input)."""
    if subject == "-" or subject.endswith((".json", ".jsonl")) or Path(subject).is_file():
        _explain_alerts(subject)
    else:
        _explain_code(subject)


def _explain_code(code: str) -> None:
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


def _explain_alerts(name: str) -> None:
    from dissgen.cli.alert_text import AlertError, explained, read_alerts
    from dissgen.library import library_path
    from dissgen.workspace import project_root

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        alerts = read_alerts(text)
    except (OSError, UnicodeDecodeError, AlertError) as error:
        click.echo(f"dissgen: {name}: {getattr(error, 'strerror', None) or error}", err=True)
        sys.exit(2)
    folders = (project_root() / "specs", library_path("specs"))
    specs = [path for folder in folders for path in sorted(folder.rglob("*.yaml")) if path.is_file()]
    click.echo("\n\n".join(explained(alert, specs) for alert in alerts))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").splitlines())
