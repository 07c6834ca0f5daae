"""`python -m dissgen_runtime CAPTURE... -d PATH`: read captures with generated dissectors, without the compiler."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from dissgen_runtime.net.command import INTERRUPTED, UNUSABLE, run_dissect
from dissgen_runtime.net.hooking import with_hooks
from dissgen_runtime.net.output import open_closed_streams
from dissgen_runtime.net.registry import DissectorError, DissectorModule, Dissectors, load_dissectors, parse_decode_as


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with command line arguments. Returns the exit status; usage errors exit with 2."""
    options = _parser().parse_args(arguments)
    modules: list[DissectorModule] = []
    try:
        for path in options.dissectors:
            modules += load_dissectors(path)
        decode_as = dict(parse_decode_as(text) for text in options.decode_as)
        protocols = [name for text in options.protocol for name in text.split(",")] or None
        modules = with_hooks(modules, options.hooks)
        dissectors = Dissectors(modules, protocols=protocols, decode_as=decode_as)
    except DissectorError as error:
        sys.stderr.write(f"error: {error}\n")
        return UNUSABLE
    return run_dissect(
        options.captures,
        dissectors,
        format=options.format,
        stdout=sys.stdout,
        stderr=sys.stderr,
        fail_on_alert=options.fail_on == "alert",
        color=options.color,
        folder=options.folder,
        jobs=options.jobs,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dissgen_runtime",
        description="Read captures with generated dissectors.",
        epilog="Exit status: 0; 1 damaged capture (or an alert, with --fail-on); 2 unusable input or usage.",
    )
    add = parser.add_argument
    add(
        "captures",
        nargs="+",
        metavar="CAPTURE",
        help="pcap or pcapng file, gzip or not, or a folder; - is standard input",
    )
    add("-d", dest="dissectors", action="append", required=True, metavar="PATH", help="module file or directory")
    add(
        "--format", choices=("text", "jsonl", "eve"), default="text", help="lines for people, JSON Lines, or EVE alerts"
    )
    add("-w", dest="folder", metavar="DIR", help="write the events of each protocol to a file of its own in DIR")
    add("--jobs", type=_at_least_one, default=1, metavar="N", help="read so many captures at a time")
    add("--protocol", action="append", default=[], metavar="NAME", help="use only these dissectors")
    add("--decode-as", action="append", default=[], metavar="tcp/PORT=NAME", help="use a dissector for a port")
    add(
        "--hooks",
        action="append",
        default=[],
        metavar="NAME=MODULE:OBJECT",
        help="what the spec of a protocol calls: an object, or a class, of a module or of a file.py",
    )
    add("--fail-on", choices=("alert",), help="exit with 1 if there was an alert")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colour the text")
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    open_closed_streams()
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before the work has begun
        sys.exit(INTERRUPTED)
