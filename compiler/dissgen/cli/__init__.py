"""The command line. One file a command: it parses, calls, and turns the outcome into an exit status."""

from __future__ import annotations

import io
import sys
from contextlib import suppress

import click

from dissgen.cli.build import build
from dissgen.cli.common import said
from dissgen.cli.dissect import dissect
from dissgen.cli.explain import explain
from dissgen.cli.lint import lint
from dissgen.cli.schema import schema
from dissgen.cli.test import test

INTERRUPTED = 130
FAULT = 2


class Commands(click.Group):
    """Commands in the order in which people meet them."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dissgen", prog_name="dissgen", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def cli(debug: bool) -> None:
    """Compile YAML specs of stateful protocols into typed Python dissectors, and use them.

    Exit status: 0 clean; 1 findings, stale output or damaged input; 2 wrong usage, unreadable files, internal errors;
    130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    """


for command in (build, lint, test, dissect, explain, schema):
    cli.add_command(command)


def main() -> None:
    """The entry point: no traceback reaches a user without --debug."""
    debug = "--debug" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks must not end the work
    try:
        status = cli.main(prog_name="dissgen", standalone_mode=False)
    except click.exceptions.Abort:
        status = INTERRUPTED
    except KeyboardInterrupt:
        status = INTERRUPTED
    except click.ClickException as error:
        error.show()
        status = FAULT
    except BrokenPipeError:
        _close_output()
        status = 1
    except OSError as error:
        if debug:
            raise
        with suppress(OSError):  # where not even this can be said
            click.echo(f"dissgen: {said(error)}", err=True)
        status = FAULT
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"dissgen: internal error: {type(error).__name__}: {error}\n"
            "This is a fault of dissgen, not of your input; run again with --debug and report what it shows.",
            err=True,
        )
        status = FAULT
    sys.exit(status if isinstance(status, int) else 0)


def _close_output() -> None:
    """Nobody reads our output any more; keep the interpreter from complaining about it at exit."""
    import os

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
