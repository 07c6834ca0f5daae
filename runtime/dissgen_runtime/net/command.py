"""`dissect` as a function, for the front ends: captures in, lines out, an exit status."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TextIO

from dissgen_runtime.net.files import ProtocolFiles
from dissgen_runtime.net.inputs import InputError, expand
from dissgen_runtime.net.output import (
    ColourChoice,
    Interrupts,
    LineWriter,
    OutputError,
    discard_output,
    is_live,
    use_colour,
)
from dissgen_runtime.net.registry import Dissectors
from dissgen_runtime.net.run import CLEAN, UNUSABLE, CaptureRun, Format, Options, Outlet, complain

__all__ = ["CLEAN", "INTERRUPTED", "UNUSABLE", "Format", "run_dissect"]

INTERRUPTED = 130


def run_dissect(
    captures: Sequence[str],
    dissectors: Dissectors,
    *,
    format: Format = "text",
    stdout: TextIO,
    stderr: TextIO,
    fail_on_alert: bool = False,
    color: ColourChoice = "auto",
    subscribe: frozenset[str] | None = None,
    folder: str | None = None,
    jobs: int = 1,
    advance: Callable[[int], None] | None = None,
) -> int:
    """Dissect captures (`-`: standard input, a folder: the captures in it), write to `stdout`, complaints to `stderr`.

    With `folder` the events of each protocol go to a file of its own in there, as JSON Lines (or EVE); only the text's
    summary goes to `stdout`. `jobs` captures are read at a time, in processes; the output is the same. `advance` is
    told how many bytes of captures were read.

    Returns 0; 1 if a capture is damaged (all readable is written before), or for alerts with `fail_on_alert`; 2 if a
    capture cannot be read at all or the output cannot be written; 130 after Ctrl-C, 143 after SIGTERM, 129 after
    SIGHUP. A broken pipe ends the work without complaint.
    """
    interrupts = Interrupts()
    suffix = ".eve.json" if format == "eve" else ".jsonl"
    files = None if folder is None else ProtocolFiles(Path(folder), suffix, interrupts)
    outlet = Outlet(LineWriter(stdout, interrupts, live=any(is_live(c, stdout) for c in captures)), stderr, files)
    try:
        with interrupts.whole_lines():
            named, status = _expanded(captures, stderr)
            options = Options(
                dissectors,
                format,
                use_colour(color, stdout),
                subscribe,
                len(captures) > 1 or len(named) > 1,
                fail_on_alert,
            )
            status = max(status, _run_all(named, options, outlet, jobs, advance), _publish(files, stderr))
    except KeyboardInterrupt:
        _interrupted(outlet, stdout)
        return interrupts.status
    except BrokenPipeError:
        discard_output(stdout)
        return _publish(files, stderr)
    except OutputError as error:
        discard_output(stdout)
        complain(stderr, str(error))
        return UNUSABLE
    finally:
        if files is not None:
            files.discard()
    return status


def _expanded(captures: Sequence[str], stderr: TextIO) -> tuple[list[str], int]:
    """The files, and the status so far; a folder that gives none is complained of."""
    named: list[str] = []
    status = CLEAN
    for capture in captures:
        try:
            named += expand([capture])
        except InputError as error:
            complain(stderr, str(error))
            status = UNUSABLE
    return named, status


def _run_all(
    captures: list[str], options: Options, outlet: Outlet, jobs: int, advance: Callable[[int], None] | None
) -> int:
    if jobs > 1 and len(captures) > 1 and "-" not in captures:
        from dissgen_runtime.net.parallel import available  # processes are needed seldom, and cost time to import

        if available():
            return _run_parallel(captures, options, outlet, jobs, advance)
    status = CLEAN
    for number, capture in enumerate(captures):
        status = max(status, CaptureRun(capture, options, advance).write(outlet, number))
    return status


def _run_parallel(
    captures: list[str], options: Options, outlet: Outlet, jobs: int, advance: Callable[[int], None] | None
) -> int:
    """Each process writes to files of its own; here they are put together in the order of the captures."""
    from dissgen_runtime.net.parallel import Outcome, in_order

    suffix = ".eve.json" if options.format == "eve" else ".jsonl"

    def work(number: int, folder: Path, advance: Callable[[int], None]) -> Outcome:
        interrupts = Interrupts()
        errors = io.StringIO()
        files = None if outlet.files is None else ProtocolFiles(folder, suffix, interrupts)
        path = folder / "output"
        try:
            with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
                own = Outlet(LineWriter(stream, interrupts, live=False), errors, files)
                status = CaptureRun(captures[number], options, advance).write(own, number)
            if files is not None:
                files.publish()
        except OutputError as error:
            complain(errors, str(error))
            status = UNUSABLE
        return Outcome(status, errors.getvalue())

    status = CLEAN
    with closing(in_order(len(captures), jobs, work, advance or _nobody)) as outcomes:
        for number, (folder, outcome) in enumerate(outcomes):
            status = max(status, outcome.status)
            if outcome.lost is not None:
                complain(outlet.errors, f"{captures[number]}: {outcome.lost}")
                continue
            outlet.writer.copy(folder / "output")
            outlet.writer.flush()
            if outlet.files is not None:
                outlet.files.append(folder)
            if outcome.errors:
                outlet.errors.write(outcome.errors)
                outlet.errors.flush()
    return status


def _nobody(_size: int) -> None:
    """Whom to tell where nobody asked."""


def _interrupted(outlet: Outlet, stdout: TextIO) -> None:
    """What is there is written, and the files are put in place: whole lines, as far as the work went."""
    try:
        outlet.writer.flush()
        _publish(outlet.files, outlet.errors)
    except KeyboardInterrupt:
        pass
    except (BrokenPipeError, OutputError):
        discard_output(stdout)


def _publish(files: ProtocolFiles | None, stderr: TextIO) -> int:
    """Put the files in place. Returns the status."""
    try:
        if files is not None:
            files.publish()
    except OutputError as error:
        complain(stderr, str(error))
        return UNUSABLE
    return CLEAN
